//! Zlib (rfbproto, 7.7.7): raw pixels in one stream.

use super::Target;
use super::inflate::CompressedRows;
use super::rows::Rows;
use crate::Region;
use crate::error::Result;
use crate::format::PIXEL_BYTES;
use crate::input::Input;

/// A rectangle of compressed pixels.
#[derive(Debug)]
pub(crate) struct Zlib {
    rows: Rows,
    /// `None` until its length has come.
    data: Option<CompressedRows>,
}

impl Zlib {
    pub const fn new(region: Region) -> Self {
        Self { rows: Rows::new(region), data: None }
    }

    /// Draws what is there; returns true at the end of the rectangle.
    pub fn advance(&mut self, input: &mut Input, target: &mut Target<'_>) -> Result<bool> {
        let row_bytes = usize::from(self.rows.left.width) * PIXEL_BYTES;
        let data = match &mut self.data {
            Some(data) => data,
            empty => {
                let Some(length) = input.take_u32() else { return Ok(false) };
                let rows = if row_bytes == 0 { 0 } else { self.rows.left.height.into() };
                empty.insert(CompressedRows::new(length, rows, row_bytes)?)
            }
        };
        let inflater = target.streams.zlib.get_or_insert_default();
        data.advance(input, inflater, |bytes| {
            let mut lines = bytes.chunks_exact(row_bytes);
            self.rows.draw(target.screen, bytes.len() / row_bytes, |_, row| {
                target.order.convert(lines.next().unwrap_or_default(), row);
            });
        })
    }
}
