//! Raw (RFC 6143, 7.7.1): the pixels, row by row.

use super::Target;
use super::rows::Rows;
use crate::Region;
use crate::format::PIXEL_BYTES;
use crate::input::Input;

/// A rectangle of pixels as they are.
#[derive(Debug)]
pub(crate) struct Raw {
    rows: Rows,
}

impl Raw {
    pub const fn new(region: Region) -> Self {
        Self { rows: Rows::new(region) }
    }

    /// Draws the rows that are there; returns true after the last one.
    pub fn advance(&mut self, input: &mut Input, target: &mut Target<'_>) -> bool {
        let left = self.rows.left;
        if left.is_empty() {
            return true;
        }
        let row_bytes = usize::from(left.width) * PIXEL_BYTES;
        let count = (input.available().len() / row_bytes).min(left.height.into());
        if let Some(bytes) = input.take(count * row_bytes)
            && count > 0
        {
            let mut lines = bytes.chunks_exact(row_bytes);
            self.rows.draw(target.screen, count, |_, row| {
                target.order.convert(lines.next().unwrap_or_default(), row);
            });
        }
        self.rows.left.height == 0
    }
}
