//! The lines of an asciicast file, as they are written.

use std::time::Duration;

use serde_json::{Value, json};

use crate::Size;

/// The terminal that a recording is for: what [`qdeck_terminal`] emulates.
const TERM: &str = "xterm-256color";

/// A version of the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CastVersion {
    /// Times since the start; read by every asciinema player.
    V2,
    /// Times since the event before; read by asciinema 3.
    #[default]
    V3,
}

/// The first line of a recording.
#[derive(Debug, Clone, PartialEq)]
pub struct Header {
    /// The version.
    pub version: CastVersion,
    /// The size at the start.
    pub size: Size,
    /// Seconds since 1970 at the start.
    pub timestamp: Option<i64>,
    /// The title.
    pub title: Option<String>,
    /// The longest pause between two events when it is played.
    pub idle_limit: Option<Duration>,
}

/// Something that happened, and its time since the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The time.
    pub at: Duration,
    /// The event itself.
    pub kind: EventKind,
}

/// The kinds of event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventKind {
    /// Output of the remote program.
    Output(String),
    /// A place to jump to, with its label.
    Marker(String),
    /// A new size.
    Resize(Size),
    /// The exit status of the remote program; the end.
    Exit(i32),
}

impl Header {
    /// The line, with its end.
    pub fn line(&self) -> String {
        let Size { columns, rows } = self.size;
        let mut header = match self.version {
            CastVersion::V2 => json!({ "version": 2, "width": columns, "height": rows }),
            CastVersion::V3 => {
                json!({ "version": 3, "term": { "cols": columns, "rows": rows, "type": TERM } })
            }
        };
        if let Some(timestamp) = self.timestamp {
            header["timestamp"] = timestamp.into();
        }
        if let Some(limit) = self.idle_limit {
            header["idle_time_limit"] = limit.as_secs_f64().into();
        }
        if let Some(title) = &self.title {
            header["title"] = title.as_str().into();
        }
        if self.version == CastVersion::V2 {
            header["env"] = json!({ "TERM": TERM });
        }
        format!("{header}\n")
    }
}

/// Writes the lines of events, one after the other.
#[derive(Debug)]
pub(super) struct Lines {
    version: CastVersion,
    /// Microseconds of the event before. Intervals are made of whole ones, so that their sum does not drift.
    before: u128,
}

impl Lines {
    pub fn new(version: CastVersion) -> Self {
        Self { version, before: 0 }
    }

    /// The line of an event, with its end; nothing for one that the version does not have. One that is earlier than the
    /// one before gets that one's time.
    pub fn line(&mut self, event: &Event) -> String {
        let (code, data) = match &event.kind {
            EventKind::Output(text) => ("o", Value::from(text.as_str())),
            EventKind::Marker(label) => ("m", Value::from(label.as_str())),
            EventKind::Resize(size) => ("r", format!("{}x{}", size.columns, size.rows).into()),
            EventKind::Exit(_) if self.version == CastVersion::V2 => return String::new(),
            EventKind::Exit(status) => ("x", status.to_string().into()),
        };
        let at = event.at.as_micros().max(self.before);
        let time = match self.version {
            CastVersion::V2 => at,
            CastVersion::V3 => at - self.before,
        };
        self.before = at;
        format!("[{}.{:06}, \"{code}\", {data}]\n", time / 1_000_000, time % 1_000_000)
    }
}
