//! Recordings of consoles: written while a session runs, and played back on the same emulator.
//!
//! The file format is asciicast, newline-delimited JSON: a header object on the first line, an event `[time, code, data]`
//! on each line after it. Version 3 is written by default and has in `time` the seconds since the event before; version 2
//! has those since the start. Codes: `o` output, `m` marker, `r` new size `COLUMNSxROWS`, `x` exit status (version 3).
//! Input (`i`) is never written, and skipped when read. Source: docs.asciinema.org/manual/asciicast/v2 and /v3.
//!
//! ```text
//!  session ── Recorder ──▶ bounded queue ──▶ thread: text ─▶ secrets out ─▶ lines ─▶ file
//!  file ──▶ Cast (index of events) ──▶ thread: Player ──▶ Emulator ◀── PlayedSession, a RemoteScreen
//! ```
//!
//! A recording holds no command line, no user's name and no environment but `TERM`. The secrets of the configuration are
//! replaced as in other saved files, also where events divide one; a secret that a control sequence divides is not found.

mod clock;
mod file;
mod format;
mod keyframes;
mod played;
mod player;
mod reader;
mod recorder;
mod redraw;
mod running;
mod stage;
mod text;
mod writer;

#[cfg(test)]
mod tests;

pub use file::{RecordedFile, RecordingFile, default_folder, list};
pub use format::{CastVersion, Event, EventKind, Header};
pub use played::{PlaybackCommand, PlaybackStatus, PlayedSession};
pub use reader::{Cast, CastError, MAX_CAST_BYTES};
pub use recorder::{Recorder, RecordingEnd, RecordingHandle, RecordingStatus};
pub use running::{RecordingOptions, Recordings};
pub use stage::{PlayOptions, dump, timed_output};
