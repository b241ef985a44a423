//! The hub's notifications: a websocket that reports what changed, so that nothing needs to be polled.

use std::sync::Arc;

use tokio::sync::mpsc::Sender;

use super::super::api::Api;
use super::super::wire::Notice;
use crate::Change;
use qdeck_model::{ContextName, Kind, Problem, ProblemKind, ResourceId};
use qdeck_net::{Frame, SocketOptions};

/// Sends changes until the link breaks or the receiver is gone.
pub(crate) async fn listen(api: Arc<Api>, context: ContextName, out: Sender<Result<Change, Problem>>) {
    let problem = match api
        .socket(&["v1", "hubs", "current", "notifications"], SocketOptions::default())
        .await
    {
        Err(problem) => problem,
        Ok(mut socket) => {
            if out.send(Ok(Change::Connected)).await.is_err() {
                return;
            }
            loop {
                let frame = tokio::select! {
                    frame = socket.recv() => frame,
                    () = out.closed() => return,
                };
                let text = match frame {
                    Ok(Some(Frame::Text(text))) => text.into_bytes(),
                    Ok(Some(Frame::Binary(bytes))) => bytes.to_vec(),
                    Ok(None) => {
                        break Problem::new(ProblemKind::Unreachable, "the platform ended the notifications");
                    }
                    Err(problem) => break problem,
                };
                // A message of an unknown shape is nothing to act on.
                let change = serde_json::from_slice(&text).ok().and_then(|it| change(&context, &it));
                if let Some(change) = change
                    && out.send(Ok(change)).await.is_err()
                {
                    return;
                }
            }
        }
    };
    let _ = out.send(Err(problem)).await;
}

/// The change to the rows that a notification reports. Topics are matched leniently: documents have both `container.new` and
/// `container.created`, and new ones appear.
pub(crate) fn change(context: &ContextName, notice: &Notice) -> Option<Change> {
    let topic = notice.topic.as_deref()?;
    let id = notice.object.id.as_deref();
    let gone = notice.object.state.as_deref() == Some("deleted") || topic.ends_with(".deleted");
    let touched = |id: ResourceId| Some(if gone { Change::Gone(id) } else { Change::Touched(id) });
    if topic.starts_with("container.instances.") {
        return Some(Change::Relist(Kind::Instance));
    }
    if topic.starts_with("container.instance.") {
        let container = notice.context.containers.first();
        return match (container, id) {
            (Some(container), Some(id)) => {
                touched(ResourceId::scoped(context, Kind::Instance, container.as_str(), id))
            }
            _ => Some(Change::Relist(Kind::Instance)),
        };
    }
    let kind = match topic.split('.').next()? {
        "container" => Kind::Container,
        "job" => Kind::Operation,
        _ => return None,
    };
    match id {
        Some(id) => touched(ResourceId::new(context, kind, id)),
        None => Some(Change::Relist(kind)),
    }
}
