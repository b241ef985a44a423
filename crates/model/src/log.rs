//! Log lines of a resource.

use arcstr::ArcStr;

use super::{Problem, Timestamp};

/// The level of a line, parsed from its text; many lines have none and are shown plain.
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

/// One line, without its line end. `text` is as the remote sent it and may hold escape codes: sanitise it
/// before drawing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// When it was printed, where the platform sends that; else when it arrived.
    pub at: Timestamp,
    /// `at` is the platform's own time.
    pub exact: bool,
    /// The text, invalid UTF-8 replaced by U+FFFD.
    pub text: ArcStr,
}

/// An event of a log stream.
#[derive(Debug, Clone)]
pub enum LogEvent {
    /// Lines in order, one or many at once.
    Lines(Vec<LogLine>),
    /// The line that is still being printed, as far as it has come: a prompt, a bar that is drawn anew again and again. The
    /// next of these replaces it, and the first of the next `Lines` completes it.
    Partial(LogLine),
    /// The platform ended the log in good order: what printed it has stopped. It is asked for again by itself, ever more
    /// rarely.
    Finished,
    /// The stream is connected, for the first time or again. A backlog may follow; of lines that a reconnect sends a
    /// second time, none does.
    Connected,
    /// Lines are known to be missing here (the remote dropped them, or one was longer than is kept).
    Skipped {
        /// Their number, where known.
        lines: Option<u64>,
        /// The reason, for the marker: `line longer than 1 MiB cut`.
        why: ArcStr,
    },
    /// The connection broke; a reconnect follows by itself.
    Interrupted(Problem),
}

/// The position to read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogStart {
    /// Whatever backlog the platform sends, then live.
    Backlog,
    /// Lines after this moment, then live; platforms that cannot, send their backlog.
    Since(Timestamp),
}
