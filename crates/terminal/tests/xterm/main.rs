//! Comparison with a real xterm: the same bytes, then every cell's text, colours and attributes, the cursor and the
//! replies.
//!
//! ```text
//!  case ──▶ Emulator ──▶ draw ──▶ Screen ─┐
//!    │                                    ├─▶ first difference, shortest case that shows it
//!    └────▶ xterm (Xvfb) ──▶ queries ──▶ Screen
//! ```
//!
//! Needs `xterm` and `Xvfb`. `QDECK_XTERM_CASES` and `QDECK_XTERM_SEED` choose other generated sequences.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test's helper fails the test")]

mod broken;
mod cases;
mod compare;
mod emulator;
mod generated;
mod grammar;
mod meant;
mod programs;
mod queries;
mod report;
mod screen;
mod xterm;
#[path = "../kit/xvfb.rs"]
mod xvfb;
