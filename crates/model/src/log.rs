//! Lines that a resource printed.

use std::sync::Arc;

use super::{Problem, Timestamp};

/// How much a line matters, read off its text; `None` levels are common and shown plain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LogLevel {
    /// TRACE and finer.
    Trace,
    /// DEBUG.
    Debug,
    /// INFO, NOTICE.
    Info,
    /// WARN, WARNING.
    Warn,
    /// ERROR, FATAL, PANIC, CRITICAL.
    Error,
}

/// One line, without its line end. `text` is as the remote sent it and may hold escape codes: whoever draws it
/// sanitises it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// When it was printed, where the platform says so; else when it arrived.
    pub at: Timestamp,
    /// Whether `at` is the platform's own time.
    pub exact: bool,
    /// The text, invalid UTF-8 replaced by U+FFFD.
    pub text: Arc<str>,
}

/// What a log stream tells.
#[derive(Debug, Clone)]
pub enum LogEvent {
    /// Lines in order, one or many at once.
    Lines(Vec<LogLine>),
    /// The stream is connected, for the first time or again. A backlog may follow; of lines that a reconnect sends a
    /// second time, none does.
    Connected,
    /// Lines are known to be missing here (the remote dropped them, or one was longer than is kept).
    Skipped {
        /// How many, where known.
        lines: Option<u64>,
        /// Why, for the marker: `line longer than 1 MiB cut`.
        why: Arc<str>,
    },
    /// The link broke; a reconnect follows by itself.
    Interrupted(Problem),
}

/// From where to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogStart {
    /// Whatever backlog the platform sends, then live.
    Backlog,
    /// Lines after this moment, then live; platforms that cannot, send their backlog.
    Since(Timestamp),
}
