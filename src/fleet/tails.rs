//! Forwards the lines of a log tail in batches. A slow reader slows the tail down; nothing is dropped here.

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use tokio::time::{Instant, timeout_at};

use super::events::Outbox;
use super::{FleetEvent, TailId};
use crate::model::LogEvent;

/// Lines that arrive within this time travel together.
const GATHER: Duration = Duration::from_millis(12);
/// Lines in one batch, about; a batch that the platform sent as one is not cut.
const MOST: usize = 512;

/// Forwards until the stream ends or nobody listens.
pub(super) async fn forward(tail: TailId, stream: BoxStream<'static, LogEvent>, outbox: Outbox) {
    let mut stream = stream.fuse();
    let mut next = stream.next().await;
    while let Some(event) = next.take() {
        let event = match event {
            LogEvent::Lines(mut lines) => {
                let due = Instant::now() + GATHER;
                while lines.len() < MOST {
                    match timeout_at(due, stream.next()).await {
                        Ok(Some(LogEvent::Lines(more))) => lines.extend(more),
                        Ok(Some(other)) => {
                            next = Some(other);
                            break;
                        }
                        Ok(None) | Err(_) => break,
                    }
                }
                LogEvent::Lines(lines)
            }
            other => other,
        };
        if !outbox.send(FleetEvent::Log(tail, event)).await {
            return;
        }
        if next.is_none() {
            next = stream.next().await;
        }
    }
    outbox.send(FleetEvent::LogEnded(tail)).await;
}
