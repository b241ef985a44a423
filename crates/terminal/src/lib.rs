//! The terminal emulator: bytes of a remote application to a grid of cells, keys and mouse back to bytes.
//!
//! ```text
//!  bytes ──▶ parser ──▶ machine ──▶ screen ──▶ draw ──▶ cells
//!              │           │ replies    │ rows that leave
//!              │           ▼            ▼
//!  bytes ◀── input ◀── keys, …       history ──▶ lines, views, search
//! ```
//!
//! Nothing here depends on where the bytes come from. Only cells, sanitised titles and clipboard texts, and the replies
//! to the application's queries leave this crate.

mod cursor;
mod draw;
mod emulator;
pub mod extended;
mod guard;
mod history;
pub mod input;
mod machine;
mod parser;
mod sanitise;
mod screen;
pub mod sgr;
mod size;
mod text;

#[cfg(test)]
mod conformance;
#[cfg(test)]
mod properties;

pub use cursor::{Cursor, CursorShape};
pub use emulator::Emulator;
pub use guard::in_guarded_section;
pub use machine::TextSearch;
pub use parser::Encoding;
pub use size::Size;
pub use text::{Line, Match, Place, ViewRow};

/// A typed text in an encoding, or the first character that the encoding does not have.
pub fn encode(text: &str, encoding: Encoding) -> Result<Vec<u8>, char> {
    parser::encode(text, encoding)
}
