//! Logs, followed: a source reads lines from a stream or by polls, and one driver pauses, reconnects and reports.
//!
//! ```text
//! follow ──> source.read ──> Ok(pause)      read again after the pause
//!    ^          │    ├─────> Err(problem)   Interrupted, a wait that grows and differs by chance, read again
//!    │          │    │                      (or the end, where a wait cannot help)
//!    └──────────┘    └─────> Err(finished)  Finished, and read again ever more rarely while nothing new comes
//! ```
//!
//! Lines seen before are left out: a stream that replays its backlog after a reconnect by [`replay`], rows that polls
//! bring again by [`SeenRows`].

mod replay;
mod seen;

use std::future::Future;
use std::time::Duration;

use arcstr::ArcStr;
use futures_util::stream::{self, BoxStream};
use tokio::sync::mpsc::Sender;
use tokio::time::Instant;

use qdeck_model::{LogEvent, LogLine, Problem};
use qdeck_net::Backoff;
use replay::Replay;
pub(crate) use seen::SeenRows;

/// Silence after which a replayed backlog is taken to be over.
const BACKLOG_QUIET: Duration = Duration::from_millis(250);

/// The pauses before a log that ended in good order is read again.
const FIRST_FINISHED_PAUSE: Duration = Duration::from_secs(2);
const LONGEST_FINISHED_PAUSE: Duration = Duration::from_secs(300);

/// A source of log lines.
pub(crate) trait LogSource: Send {
    /// Reads once and sends what it read: a stream until its link breaks, or one poll. Returns the pause before the next
    /// read.
    ///
    /// # Errors
    /// When the link broke or the poll failed, and when the receiver is gone.
    fn read(&mut self, tail: &mut LogTail) -> impl Future<Output = Result<Duration, Interrupt>> + Send;
}

/// Why a read ended.
#[derive(Debug)]
pub(crate) enum Interrupt {
    /// The receiver is gone.
    Closed,
    /// The platform ended the log in good order.
    Finished,
    /// The source failed.
    Failed(Problem),
}

impl From<Problem> for Interrupt {
    fn from(problem: Problem) -> Self {
        Self::Failed(problem)
    }
}

/// The receiver is gone.
#[derive(Debug)]
pub(crate) struct Closed;

impl From<Closed> for Interrupt {
    fn from(Closed: Closed) -> Self {
        Self::Closed
    }
}

/// Follows a log until the receiver is gone or the source fails for good. `backoff` gives the waits after failures.
pub(crate) async fn follow(mut source: impl LogSource, mut backoff: Backoff, out: Sender<LogEvent>) {
    let mut finished = Backoff::new(FIRST_FINISHED_PAUSE, LONGEST_FINISHED_PAUSE);
    let mut tail = LogTail {
        out,
        replay: Replay::default(),
        partial: None,
        is_connected: false,
        opened_at: None,
        has_news: false,
    };
    loop {
        tail.has_news = false;
        let pause = match source.read(&mut tail).await {
            Ok(pause) => {
                backoff.reset();
                pause
            }
            Err(Interrupt::Closed) => return,
            Err(Interrupt::Finished) => {
                if tail.finished().await.is_err() {
                    return;
                }
                if tail.has_news {
                    finished.reset();
                }
                finished.next_pause(None)
            }
            Err(Interrupt::Failed(problem)) => {
                let is_final = !problem.kind.may_pass();
                let asked = problem.retry_after;
                if tail.interrupted(problem).await.is_err() || is_final {
                    return;
                }
                if let Some(opened_at) = tail.opened_at.take() {
                    backoff.lasted(opened_at.elapsed());
                }
                backoff.next_pause(asked)
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = tail.out.closed() => return,
        }
    }
}

/// The log of a resource that has none.
pub(crate) fn failed_log(problem: Problem) -> BoxStream<'static, LogEvent> {
    Box::pin(stream::iter([LogEvent::Interrupted(problem)]))
}

/// The channel that a source sends its lines to.
pub(crate) struct LogTail {
    out: Sender<LogEvent>,
    replay: Replay,
    /// The line that is still being printed, while lines are held back.
    partial: Option<LogLine>,
    is_connected: bool,
    /// When the stream was opened that is being read. Not when it was asked for: an answer that never came was no connection.
    opened_at: Option<Instant>,
    /// Lines were sent since the source was read anew.
    has_news: bool,
}

impl LogTail {
    /// Reports a stream that was opened. From here on it may replay lines of before: they are held back until it is
    /// clear which of them are new.
    pub(crate) async fn opened(&mut self) -> Result<(), Closed> {
        self.replay.reconnected();
        self.is_connected = true;
        self.opened_at = Some(Instant::now());
        self.send(LogEvent::Connected).await
    }

    /// Reports a poll that worked, if the one before did not.
    pub(crate) async fn polled(&mut self) -> Result<(), Closed> {
        if std::mem::replace(&mut self.is_connected, true) {
            return Ok(());
        }
        self.send(LogEvent::Connected).await
    }

    /// Sends lines of a stream, but for those that it replayed.
    pub(crate) async fn streamed(&mut self, lines: Vec<LogLine>) -> Result<(), Closed> {
        if !lines.is_empty() {
            self.partial = None;
        }
        let lines = self.replay.take(lines);
        self.lines(lines).await
    }

    /// Sends the line that a stream is still sending, as far as it has come.
    pub(crate) async fn partial(&mut self, line: LogLine) -> Result<(), Closed> {
        if self.replay.is_holding() {
            self.partial = Some(line);
            return Ok(());
        }
        self.send(LogEvent::Partial(shown(line))).await
    }

    /// Returns true while lines are held back until it is clear which of them are new.
    pub(crate) fn is_holding(&self) -> bool {
        self.replay.is_holding()
    }

    /// Sends lines that are known to be new.
    pub(crate) async fn lines(&mut self, lines: Vec<LogLine>) -> Result<(), Closed> {
        if lines.is_empty() {
            return Ok(());
        }
        self.has_news = true;
        self.send(LogEvent::Lines(lines.into_iter().map(shown).collect())).await
    }

    /// Sends what is held back of a replay, and reports that the platform ended the log.
    pub(crate) async fn finished(&mut self) -> Result<(), Closed> {
        self.release().await?;
        self.is_connected = false;
        self.send(LogEvent::Finished).await
    }

    /// Reports that lines are missing here, and why.
    pub(crate) async fn skipped(&self, why: impl Into<ArcStr>) -> Result<(), Closed> {
        self.send(LogEvent::Skipped { lines: None, why: why.into() }).await
    }

    /// Reports that a line was cut, so many bytes of it being left out.
    pub(crate) async fn cut(&self, bytes: u64) -> Result<(), Closed> {
        self.skipped(format!("line longer than 1 MiB cut: {bytes} bytes left out")).await
    }

    /// Sends what is held back of a replay, and reports that the log broke here.
    pub(crate) async fn interrupted(&mut self, problem: Problem) -> Result<(), Closed> {
        self.release().await?;
        self.is_connected = false;
        self.send(LogEvent::Interrupted(problem)).await
    }

    /// Sends what is held back of a replay, as far as it is new.
    pub(crate) async fn release(&mut self) -> Result<(), Closed> {
        let lines = self.replay.settle();
        self.lines(lines).await?;
        match self.partial.take() {
            Some(line) => self.partial(line).await,
            None => Ok(()),
        }
    }

    /// Waits for what a stream brings next. What is held back of a replay is sent when nothing comes for a moment.
    pub(crate) async fn next<T>(&mut self, next: impl Future<Output = T>) -> Result<T, Closed> {
        let mut next = std::pin::pin!(next);
        if self.replay.is_holding() {
            if let Ok(value) = tokio::time::timeout(BACKLOG_QUIET, &mut next).await {
                return Ok(value);
            }
            self.release().await?;
        }
        tokio::select! {
            value = next => Ok(value),
            () = self.out.closed() => Err(Closed),
        }
    }

    async fn send(&self, event: LogEvent) -> Result<(), Closed> {
        self.out.send(event).await.map_err(|_| Closed)
    }
}

/// The line as it is seen: what comes after a carriage return is written over what was before it.
fn shown(line: LogLine) -> LogLine {
    let text = line.text.trim_end_matches('\r');
    match text.rfind('\r') {
        Some(at) => LogLine { text: text[at + 1..].into(), ..line },
        None if text.len() < line.text.len() => LogLine { text: text.into(), ..line },
        None => line,
    }
}

#[cfg(test)]
mod tests;
