//! Text consoles: remote bytes to a grid of cells, keys and mouse back to bytes.
//!
//! Nothing here knows where the bytes come from, and nothing of the remote side leaves but cells, sanitised titles and
//! clipboard texts, and the answers that a terminal owes its guest.

mod draw;
mod emulator;
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
