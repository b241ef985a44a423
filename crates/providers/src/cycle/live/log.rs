//! Log lines of a Cycle instance. There is no call that follows a log: the console's websocket is the tail (the main
//! process's output with up to 128 KiB of backlog), and the aggregate call is the past.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::sync::mpsc::Sender;

use super::super::api::Api;
use super::super::wire;
use crate::kit::replay::Replay;
use qdeck_model::{LogEvent, LogLine, LogStart, Problem, ProblemKind, ResourceId, Timestamp};
use qdeck_net::{Frame, Socket, SocketOptions};

/// Lines are kept to this length.
const LONGEST: usize = 1 << 20;

/// Silence after which the backlog is taken to be over.
const QUIET: Duration = Duration::from_millis(250);

/// The vendor's own client waits 1 s after a broken link, doubling to 30 s.
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Follows the log until nobody listens or the instance may not be read any more.
pub(crate) async fn follow(api: Arc<Api>, id: ResourceId, start: LogStart, out: Sender<LogEvent>) {
    let mut tail = Tail { out, replay: Replay::default(), splitter: Splitter::default() };
    if let LogStart::Since(since) = start {
        // Without the permission, or on a hub without logs, the backlog must do.
        if let Ok(lines) = past(&api, &id, since).await
            && tail.tell(lines).await.is_none()
        {
            return;
        }
    }
    let mut wait = FIRST_WAIT;
    loop {
        let began = tokio::time::Instant::now();
        let problem = match connect(&api, &id).await {
            Ok(socket) => match tail.read(socket).await {
                Some(problem) => problem,
                None => return,
            },
            Err(problem) => problem,
        };
        let over = !problem.kind.may_pass() || tail.out.is_closed();
        let asked = problem.retry_after.unwrap_or_default();
        if tail.out.send(LogEvent::Interrupted(problem)).await.is_err() || over {
            return;
        }
        if began.elapsed() > LONGEST_WAIT {
            wait = FIRST_WAIT;
        }
        tokio::time::sleep(wait.max(asked)).await;
        wait = (wait * 2).min(LONGEST_WAIT);
    }
}

async fn connect(api: &Api, id: &ResourceId) -> Result<Socket, Problem> {
    let options = SocketOptions::default();
    api.socket(&super::super::instance_path(id, &["console"])?, options).await
}

/// Lines since a moment, oldest first. `Err` where the key may not or the hub cannot.
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

struct Tail {
    out: Sender<LogEvent>,
    replay: Replay,
    splitter: Splitter,
}

impl Tail {
    /// Reads to the end of the link, which is a problem; `None` when nobody listens any more.
    async fn read(&mut self, mut socket: Socket) -> Option<Problem> {
        self.splitter = Splitter::default();
        self.replay.reconnected();
        self.out.send(LogEvent::Connected).await.ok()?;
        loop {
            let frame = if self.replay.holding() {
                let Ok(frame) = tokio::time::timeout(QUIET, socket.recv()).await else {
                    let lines = self.replay.settle();
                    self.send(lines).await?;
                    continue;
                };
                frame
            } else {
                tokio::select! {
                    frame = socket.recv() => frame,
                    () = self.out.closed() => return None,
                }
            };
            let problem = match frame {
                Ok(Some(frame)) => {
                    self.frame(&frame).await?;
                    continue;
                }
                Ok(None) => Problem::new(ProblemKind::Unreachable, "the platform ended the log stream")
                    .hint("It is opened again by itself; a stopped instance prints nothing"),
                Err(problem) => problem,
            };
            let rest = self.replay.settle();
            self.send(rest).await?;
            return Some(problem);
        }
    }

    async fn frame(&mut self, frame: &Frame) -> Option<()> {
        let bytes = match frame {
            Frame::Text(text) => text.as_bytes(),
            Frame::Binary(bytes) => bytes,
        };
        let at = Timestamp::now();
        let mut lines = Vec::new();
        for (text, dropped) in self.splitter.feed(bytes) {
            lines.push(LogLine { at, exact: false, text: text.into() });
            if dropped > 0 {
                self.tell(std::mem::take(&mut lines)).await?;
                let why = format!("line longer than 1 MiB cut: {dropped} bytes left out").into();
                self.out.send(LogEvent::Skipped { lines: None, why }).await.ok()?;
            }
        }
        self.tell(lines).await
    }

    async fn tell(&mut self, lines: Vec<LogLine>) -> Option<()> {
        let lines = self.replay.take(lines);
        self.send(lines).await
    }

    async fn send(&self, lines: Vec<LogLine>) -> Option<()> {
        if lines.is_empty() {
            return Some(());
        }
        self.out.send(LogEvent::Lines(lines)).await.ok()
    }
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
        let kept = bytes.len().min(LONGEST - self.line.len());
        self.line.extend_from_slice(&bytes[..kept]);
        self.dropped += (bytes.len() - kept) as u64;
    }
}
