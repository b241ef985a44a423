//! Raw (RFC 6143, 7.7.1): the pixels, row by row.

use super::Target;
use crate::Region;
use crate::format::PIXEL_BYTES;
use crate::input::Input;

/// A rectangle of pixels as they are.
#[derive(Debug)]
pub(crate) struct Raw {
    /// The rows that were not read yet.
    left: Region,
}

impl Raw {
    pub const fn new(region: Region) -> Self {
        Self { left: region }
    }

    /// Draws the rows that are there; returns true after the last one.
    pub fn advance(&mut self, input: &mut Input, target: &mut Target<'_>) -> bool {
        if self.left.is_empty() {
            return true;
        }
        let row_bytes = usize::from(self.left.width) * PIXEL_BYTES;
        let rows = (input.available().len() / row_bytes).min(self.left.height.into());
        // It is not more than the height.
        let height = u16::try_from(rows).unwrap_or(self.left.height);
        if height > 0
            && let Some(bytes) = input.take(rows * row_bytes)
        {
            let mut lines = bytes.chunks_exact(row_bytes);
            target.screen.write(Region { height, ..self.left }, |_, row| {
                target.order.convert(lines.next().unwrap_or_default(), row);
            });
            self.left.y += height;
            self.left.height -= height;
        }
        self.left.height == 0
    }
}
