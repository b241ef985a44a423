//! Log lines of a Cycle instance. There is no call that follows a log: the console's websocket is the tail (the main
//! process's output with up to 128 KiB of backlog), and the aggregate call is the past.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::sync::mpsc::Sender;

use super::super::api::Api;
use super::super::wire;
use crate::kit::log::{self, Closed, Interrupt, LogSource, LogTail};
use qdeck_model::{LogEvent, LogLine, LogStart, Problem, ProblemKind, ResourceId, Timestamp};
use qdeck_net::{Backoff, Frame, SocketOptions};

/// Bytes of a line that are kept.
const MAX_LINE_BYTES: usize = 1 << 20;

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
    log::follow(ConsoleLog { api, id, since, splitter: Splitter::default() }, backoff, out).await;
}

/// The output of an instance, read from its console.
struct ConsoleLog {
    api: Arc<Api>,
    id: ResourceId,
    /// The past is sent once, before the first connection.
    since: Option<Timestamp>,
    splitter: Splitter,
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
        self.splitter = Splitter::default();
        tail.opened().await?;
        loop {
            let Some(frame) = tail.next(socket.recv()).await?? else {
                let ended = Problem::new(ProblemKind::Unreachable, "the platform ended the log stream")
                    .hint("It is opened again by itself; a stopped instance prints nothing");
                return Err(ended.into());
            };
            self.send(&frame, tail).await?;
        }
    }
}

impl ConsoleLog {
    async fn send(&mut self, frame: &Frame, tail: &mut LogTail) -> Result<(), Closed> {
        let bytes = match frame {
            Frame::Text(text) => text.as_bytes(),
            Frame::Binary(bytes) => bytes,
        };
        let at = Timestamp::now();
        let mut lines = Vec::new();
        for (text, cut) in self.splitter.feed(bytes) {
            lines.push(LogLine { at, exact: false, text: text.into() });
            if cut > 0 {
                tail.streamed(std::mem::take(&mut lines)).await?;
                tail.cut(cut).await?;
            }
        }
        tail.streamed(lines).await
    }
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

/// Bytes to lines: a frame's end is not a line's end, and a character may be split between two frames.
#[derive(Default)]
pub(crate) struct Splitter {
    line: Vec<u8>,
    dropped: u64,
}

impl Splitter {
    /// The lines that these bytes complete, without their ends, and how many bytes of each were dropped.
    pub(crate) fn feed(&mut self, bytes: &[u8]) -> Vec<(String, u64)> {
        let mut lines = Vec::new();
        let mut rest = bytes;
        while let Some(end) = memchr::memchr(b'\n', rest) {
            self.keep(&rest[..end]);
            rest = &rest[end + 1..];
            let line = std::mem::take(&mut self.line);
            let text = String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(&line)).into_owned();
            lines.push((text, std::mem::take(&mut self.dropped)));
        }
        self.keep(rest);
        lines
    }

    fn keep(&mut self, bytes: &[u8]) {
        let kept = bytes.len().min(MAX_LINE_BYTES - self.line.len());
        self.line.extend_from_slice(&bytes[..kept]);
        self.dropped += (bytes.len() - kept) as u64;
    }
}
