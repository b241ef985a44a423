//! The terminal emulator: bytes of a remote application to a grid of cells, keys and mouse back to bytes.
//!
//! ```text
//!  bytes ──▶ filter ──▶ vt100 ──▶ draw ──▶ cells
//!              │ replies, title, clipboard, modes
//!  bytes ◀── input ◀── keys, paste, mouse, focus
//! ```
//!
//! Nothing here depends on where the bytes come from. Only cells, sanitised titles and clipboard texts, and the replies
//! to the application's queries leave this crate.

mod draw;
mod emulator;
pub mod extended;
mod filter;
mod guard;
pub mod input;
mod sanitise;
mod size;

#[cfg(test)]
mod conformance;
#[cfg(test)]
mod properties;

pub use emulator::{Cursor, CursorShape, Emulator};
pub use guard::in_guarded_section;
pub use size::Size;
