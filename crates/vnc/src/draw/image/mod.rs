//! Pictures of images, for terminals with a graphics protocol.
//!
//! A picture is cut into tiles (kitty) or strips of whole rows of cells (sixel, iTerm2). An [`ImageRenderer`] computes the
//! images of those that have changed, beside the screen; the [`ImagePicture`] makes [`Piece`]s of them: bytes to be written
//! while the terminal's cursor is at a cell.

mod iterm2;
pub mod kitty;
mod palette;
mod picture;
mod renderer;
mod sixel;
mod tiles;

use ratatui::layout::Rect;

pub use picture::ImagePicture;
pub use renderer::{ImageRenderer, ImageRequest, RenderedImages};

/// A graphics protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// Kitty's: images with ids, placed below the text.
    Kitty,
    /// Sixel, with so many colour registers.
    Sixel {
        /// The registers that the terminal has: 256 are used at most, 2 at least.
        registers: u16,
    },
    /// Inline images of iTerm2.
    Iterm2,
}

impl Protocol {
    /// The name on the screen.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Kitty => "kitty",
            Self::Sixel { .. } => "sixel",
            Self::Iterm2 => "iterm2",
        }
    }

    /// True if images lie below the text, so that nothing written over them harms them.
    pub const fn is_below_text(self) -> bool {
        matches!(self, Self::Kitty)
    }
}

/// The state of the cells of a picture, by columns and rows from its first cell.
pub struct Cells<'a> {
    /// True for a cell that shows something else, as a menu: the picture must not be seen there.
    pub is_covered: &'a dyn Fn(u16, u16) -> bool,
    /// True for a cell that was written as a blank since the last time, so that an image in it is gone.
    pub is_blanked: &'a dyn Fn(u16, u16) -> bool,
}

impl Cells<'_> {
    /// A picture of which all is seen, in cells that were not touched.
    pub const FREE: Cells<'static> = Cells { is_covered: &|_, _| false, is_blanked: &|_, _| false };
}

/// A part of a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The cells that it draws over, from the first cell of the picture. The cursor must be on the first of them. With a
    /// protocol whose images do not lie below the text, what else these cells show is to be written after it.
    pub cells: Rect,
    /// The bytes for the terminal.
    pub bytes: Vec<u8>,
}

#[cfg(test)]
mod tests;
