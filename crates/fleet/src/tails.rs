//! Forwards the lines of a log tail in batches. A slow reader slows the tail down; nothing is dropped here.

use std::borrow::Cow;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use tokio::time::{Instant, timeout_at};

use super::events::{Closed, Outbox};
use super::{Feature, FleetEvent, TailId};
use qdeck_model::{ContextName, LogEvent, LogLine, Problem, ProblemKind, redact};

/// Lines that arrive within this time are sent together.
const BATCH_WINDOW: Duration = Duration::from_millis(12);
/// Lines in one batch, about; a batch that the platform sent as one is not cut.
const MAX_BATCH_LINES: usize = 512;

/// Forwards until the stream ends or the receiver is gone. Sends once whether the context may read logs.
pub(super) async fn forward(
    (context, tail): (ContextName, TailId),
    stream: BoxStream<'static, LogEvent>,
    outbox: Outbox,
) -> Result<(), Closed> {
    let mut stream = stream.fuse();
    let mut known = false;
    let mut next = stream.next().await;
    while let Some(event) = next.take() {
        if let Some(may) = may_read(&event).filter(|_| !known) {
            known = true;
            let permission = FleetEvent::May(context.clone(), Feature::Logs, may);
            outbox.send(permission).await?;
        }
        let (mut lines, mut partial) = match event {
            LogEvent::Lines(lines) => (lines, None),
            LogEvent::Partial(line) => (Vec::new(), Some(line)),
            other => {
                outbox.send(FleetEvent::Log(tail, other)).await?;
                next = stream.next().await;
                continue;
            }
        };
        let due = Instant::now() + BATCH_WINDOW;
        while lines.len() < MAX_BATCH_LINES {
            match timeout_at(due, stream.next()).await {
                Ok(Some(LogEvent::Lines(more))) => {
                    lines.extend(more);
                    partial = None;
                }
                Ok(Some(LogEvent::Partial(line))) => partial = Some(line),
                Ok(Some(other)) => {
                    next = Some(other);
                    break;
                }
                Ok(None) | Err(_) => break,
            }
        }
        lines.iter_mut().chain(&mut partial).for_each(redact_line);
        if !lines.is_empty() {
            outbox.send(FleetEvent::Log(tail, LogEvent::Lines(lines))).await?;
        }
        if let Some(line) = partial {
            outbox.send(FleetEvent::Log(tail, LogEvent::Partial(line))).await?;
        }
        if next.is_none() {
            next = stream.next().await;
        }
    }
    outbox.send(FleetEvent::LogEnded(tail)).await
}

/// Takes secrets of the process out of a line: a server may print the token that it was asked with.
fn redact_line(line: &mut LogLine) {
    if let Cow::Owned(shown) = redact(&line.text) {
        line.text = shown.into();
    }
}

/// The permission to read logs, as far as an event shows it.
fn may_read(event: &LogEvent) -> Option<Result<(), Problem>> {
    match event {
        LogEvent::Lines(_) => Some(Ok(())),
        LogEvent::Interrupted(problem) if problem.kind == ProblemKind::Forbidden => {
            Some(Err(problem.clone()))
        }
        _ => None,
    }
}
