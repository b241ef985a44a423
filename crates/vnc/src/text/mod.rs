//! Text mode: the characters of a text console, read from its pixels.
//!
//! A text console draws each character cell in at most two colours, so a cell is a picture of one bit a pixel. That picture
//! is looked up among the glyphs of known fonts, exactly: a cell that no font has is unknown, never the nearest glyph.
//!
//! ```text
//!  framebuffer ─▶ layout (size and place of the cells) ─▶ each cell: two colours and a mask ─▶ glyph map ─▶ TextGrid
//! ```

mod cell;
mod cursor;
mod font;
mod glyphs;
mod grid;
mod layout;
mod linux;
mod mask;
mod psf;
mod recognizer;
#[cfg(test)]
mod tests;

pub use font::{Font, FontError, builtin};
pub use grid::{TextCell, TextGrid, UNKNOWN, vga_color};
pub use recognizer::{Fonts, Recognizer};
