//! Log lines of a Quasarch container: an HTTP event stream whose data is, as far as is known, a plain line or the name
//! of a pod with its line.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use tokio::sync::mpsc::Sender;

use super::api::Api;
use super::wire::PodLine;
use crate::kit::replay::Replay;
use qdeck_model::{LogEvent, LogLine, ResourceId, Timestamp};
use qdeck_net::{Cause, Event, EventOptions, Phase, StreamEvent};

/// Silence after which a repeated backlog is taken to be over.
const QUIET: Duration = Duration::from_millis(250);

/// Follows the log until it cannot be read any more or nobody listens.
pub(super) async fn follow(api: Arc<Api>, id: ResourceId, out: Sender<LogEvent>) {
    let client = api.client.clone();
    let mut used = None;
    let mut stream = client.events(EventOptions::default(), move |refused| {
        if let (Some(_), Some(token)) = (&refused, &used) {
            api.refused(token);
        }
        let (api, id) = (api.clone(), id.clone());
        // The token of this connection is known only when it has been made; what is at hand now is the one to blame.
        used = api.signed.peek().map(|session| session.token);
        async move {
            let session = api.session().await?;
            let path = ["v1", "containers", &*id.id, "logs"];
            Ok(api.request(&path, &[])?.bearer(&session.token))
        }
    });
    let mut replay = Replay::default();
    loop {
        let next = if replay.holding() {
            let Ok(next) = tokio::time::timeout(QUIET, stream.next()).await else {
                if send(&out, replay.settle()).await.is_none() {
                    return;
                }
                continue;
            };
            next
        } else {
            tokio::select! {
                next = stream.next() => next,
                () = out.closed() => return,
            }
        };
        let Some(event) = next else { return };
        if tell(&out, &mut replay, event).await.is_none() {
            return;
        }
    }
}

/// `None` when nobody listens any more.
async fn tell(out: &Sender<LogEvent>, replay: &mut Replay, event: StreamEvent) -> Option<()> {
    match event {
        StreamEvent::Open { .. } => {
            replay.reconnected();
            out.send(LogEvent::Connected).await.ok()
        }
        StreamEvent::Events(events) => {
            let at = Timestamp::now();
            let mut all = Vec::new();
            for event in events {
                all.extend(lines(&event, at));
                if event.dropped > 0 {
                    send(out, replay.take(std::mem::take(&mut all))).await?;
                    let why = format!("line longer than 1 MiB cut: {} bytes left out", event.dropped).into();
                    out.send(LogEvent::Skipped { lines: None, why }).await.ok()?;
                }
            }
            send(out, replay.take(all)).await
        }
        StreamEvent::Lost(error) => {
            send(out, replay.settle()).await?;
            // A container that prints nothing looks like a dead link: it is tried again without a word.
            let quiet = matches!(*error.cause, Cause::Timeout { phase: Phase::Stream, .. });
            if quiet {
                return Some(());
            }
            out.send(LogEvent::Interrupted(error.into())).await.ok()
        }
        StreamEvent::Ended(problem) => {
            send(out, replay.settle()).await?;
            out.send(LogEvent::Interrupted(problem)).await.ok()
        }
    }
}

async fn send(out: &Sender<LogEvent>, lines: Vec<LogLine>) -> Option<()> {
    if lines.is_empty() {
        return Some(());
    }
    out.send(LogEvent::Lines(lines)).await.ok()
}

/// The lines of one event.
pub(super) fn lines(event: &Event, at: Timestamp) -> Vec<LogLine> {
    let line = serde_json::from_str(&event.data).ok().map(|line: PodLine| line.message);
    let text = line.as_deref().unwrap_or(&event.data);
    let text = text.trim_end_matches(['\r', '\n']);
    text.split('\n')
        .map(|text| LogLine { at, exact: false, text: text.trim_end_matches('\r').into() })
        .collect()
}
