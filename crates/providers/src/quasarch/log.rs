//! Log lines of a Quasarch container: an HTTP event stream whose data is, as far as is known, a plain line or the name
//! of a pod with its line.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use tokio::sync::mpsc::Sender;

use super::api::Api;
use super::wire::PodLine;
use crate::kit::log::{self, Closed, Interrupt, LogSource, LogTail};
use qdeck_model::{LogEvent, LogLine, ResourceId, Timestamp};
use qdeck_net::{Backoff, Cause, Event, EventOptions, Phase, StreamEvent};

/// The pauses where signing in fails in passing. Those between connections are the event stream's own.
const FIRST_SIGN_IN_PAUSE: Duration = Duration::from_secs(2);
const LONGEST_SIGN_IN_PAUSE: Duration = Duration::from_secs(60);

/// Follows the log until it cannot be read any more or the receiver is gone.
pub(super) async fn follow(api: Arc<Api>, id: ResourceId, out: Sender<LogEvent>) {
    let backoff = Backoff::new(FIRST_SIGN_IN_PAUSE, LONGEST_SIGN_IN_PAUSE);
    log::follow(EventLog { api, id }, backoff, out).await;
}

/// The output of a container, read from its event stream.
struct EventLog {
    api: Arc<Api>,
    id: ResourceId,
}

impl LogSource for EventLog {
    async fn read(&mut self, tail: &mut LogTail) -> Result<Duration, Interrupt> {
        let (api, id) = (self.api.clone(), self.id.clone());
        let mut used = None;
        let mut stream = self.api.client.events(EventOptions::default(), move |refused| {
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
        // Without a problem the stream ends with its receiver only.
        while let Some(event) = tail.next(stream.next()).await? {
            match event {
                StreamEvent::Open { .. } => tail.opened().await?,
                StreamEvent::Events(events) => send(events, tail).await?,
                StreamEvent::Partial(line) => tail.partial(partial(line)).await?,
                StreamEvent::Finished => tail.finished().await?,
                StreamEvent::Lost(error) if is_silence(&error.cause) => tail.release().await?,
                StreamEvent::Lost(error) => tail.interrupted(error.into()).await?,
                StreamEvent::Ended(problem) => return Err(problem.into()),
            }
        }
        Err(Interrupt::Closed)
    }
}

/// Returns true if nothing came for long: a silent container looks like a dead link, which is no interruption.
fn is_silence(cause: &Cause) -> bool {
    matches!(cause, Cause::Timeout { phase: Phase::Stream, .. })
}

async fn send(events: Vec<Event>, tail: &mut LogTail) -> Result<(), Closed> {
    let at = Timestamp::now();
    let mut all = Vec::new();
    for event in events {
        all.extend(lines(&event, at));
        if event.dropped > 0 {
            tail.streamed(std::mem::take(&mut all)).await?;
            tail.cut(event.dropped).await?;
        }
    }
    tail.streamed(all).await
}

/// A plain line that is still being sent.
fn partial(line: String) -> LogLine {
    LogLine { at: Timestamp::now(), exact: false, text: line.into() }
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
