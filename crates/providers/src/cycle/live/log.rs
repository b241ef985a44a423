//! Log lines of a Cycle instance. There is no call that follows a log: the console's websocket is the tail (the main
//! process's output with up to 128 KiB of backlog), and the aggregate call is the past.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::sync::mpsc::Sender;
use tokio::time::{Instant, timeout_at};

use super::super::api::Api;
use super::super::wire;
use crate::kit::log::{self, Closed, Interrupt, LogSource, LogTail};
use qdeck_model::{LogEvent, LogLine, LogStart, Problem, ResourceId, Timestamp};
use qdeck_net::{Backoff, Event, Frame, LineSplitter, SocketOptions};

/// Bytes of a line that are kept.
const MAX_LINE_BYTES: usize = 1 << 20;

/// A line that is still being printed is sent at most this often.
const PARTIAL_INTERVAL: Duration = Duration::from_millis(50);

/// The vendor's own client waits 1 s after a broken link, doubling to 30 s.
const FIRST_RECONNECT_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_RECONNECT_PAUSE: Duration = Duration::from_secs(30);

/// Follows the log until the receiver is gone or the instance may not be read any more.
pub(crate) async fn follow(api: Arc<Api>, id: ResourceId, start: LogStart, out: Sender<LogEvent>) {
    let since = match start {
        LogStart::Since(since) => Some(since),
        LogStart::Backlog => None,
    };
    let backoff = Backoff::new(FIRST_RECONNECT_PAUSE, LONGEST_RECONNECT_PAUSE);
    log::follow(ConsoleLog { api, id, since, splitter: LineSplitter::new(MAX_LINE_BYTES) }, backoff, out)
        .await;
}

/// The output of an instance, read from its console.
struct ConsoleLog {
    api: Arc<Api>,
    id: ResourceId,
    /// The past is sent once, before the first connection.
    since: Option<Timestamp>,
    splitter: LineSplitter,
}

impl LogSource for ConsoleLog {
    async fn read(&mut self, tail: &mut LogTail) -> Result<Duration, Interrupt> {
        if let Some(since) = self.since.take() {
            // Without the permission, or on a hub without logs, the backlog must do.
            if let Ok(lines) = past(&self.api, &self.id, since).await {
                tail.streamed(lines).await?;
            }
        }
        let path = super::super::instance_path(&self.id, &["console"])?;
        let mut socket = self.api.socket(&path, SocketOptions::default()).await?;
        self.splitter = LineSplitter::new(MAX_LINE_BYTES);
        tail.opened().await?;
        // When the line that is still being printed is to be sent.
        let mut partial_at: Option<Instant> = None;
        loop {
            let due = partial_at.take_if(|_| !tail.is_holding());
            let received = match due {
                Some(due) => timeout_at(due, tail.next(socket.recv())).await.ok(),
                None => Some(tail.next(socket.recv()).await),
            };
            match received.transpose()?.transpose()? {
                Some(Some(frame)) => {
                    let has_lines = self.send(&frame, tail).await?;
                    let due = due.filter(|_| !has_lines);
                    partial_at = due.or_else(|| Some(Instant::now() + PARTIAL_INTERVAL));
                    // What is held back is sent without another frame, and this goes with it.
                    if let Some(text) = self.splitter.partial().filter(|_| tail.is_holding()) {
                        tail.partial(line(text)).await?;
                    }
                }
                Some(None) => {
                    tail.streamed(
                        self.splitter.finish().map(|line| self::line(line.data)).into_iter().collect(),
                    )
                    .await?;
                    return Err(Interrupt::Finished);
                }
                None => {
                    if let Some(text) = self.splitter.partial() {
                        tail.partial(line(text)).await?;
                    }
                }
            }
        }
    }
}

impl ConsoleLog {
    /// Sends the lines that a frame completes; returns whether there are any.
    async fn send(&mut self, frame: &Frame, tail: &mut LogTail) -> Result<bool, Closed> {
        let bytes = match frame {
            Frame::Text(text) => text.as_bytes(),
            Frame::Binary(bytes) => bytes,
        };
        let completed = self.splitter.feed(bytes);
        let has_lines = !completed.is_empty();
        let mut lines = Vec::new();
        for Event { data, dropped, .. } in completed {
            lines.push(line(data));
            if dropped > 0 {
                tail.streamed(std::mem::take(&mut lines)).await?;
                tail.cut(dropped).await?;
            }
        }
        tail.streamed(lines).await?;
        Ok(has_lines)
    }
}

/// A line that came just now; the platform sends no time with it.
fn line(text: String) -> LogLine {
    LogLine { at: Timestamp::now(), exact: false, text: text.into() }
}

/// Lines since a moment, oldest first.
///
/// # Errors
/// If the key lacks the permission, and on a hub without logs.
async fn past(api: &Api, id: &ResourceId, since: Timestamp) -> Result<Vec<LogLine>, Problem> {
    let body = json!({
        "scope": {
            "type": "instance",
            "ids": [&*id.id],
            "date_range": {"start": since.to_string(), "end": Timestamp::now().to_string()},
        },
        "limit": 1000,
    });
    let answer: wire::List<wire::PastLine> =
        api.post(&["v1", "monitoring", "logs", "aggregate"], &body).await?;
    let mut lines: Vec<LogLine> = answer
        .data
        .readable("POST /v1/monitoring/logs/aggregate")?
        .good
        .into_iter()
        .filter_map(|line| {
            let at = line.time.timestamp()?;
            // A message keeps its line end, and may hold several lines.
            let text = line.message.0.unwrap_or_default();
            Some(LogLine { at, exact: true, text: text.trim_end_matches(['\r', '\n']).into() })
        })
        .collect();
    // No order is documented.
    lines.sort_by_key(|line| line.at);
    Ok(lines)
}
