//! The filters of Tight: how a row's bytes become pixels.

use super::rows::Rows;
use crate::Framebuffer;
use crate::error::{Result, malformed};
use crate::input::Reader;

/// A filter, with what it keeps from one row to the next.
#[derive(Debug)]
pub(super) enum Filter {
    /// Pixels as they are.
    Copy,
    /// Numbers of colours: of one bit for two colours, else of a byte.
    Palette(Vec<u32>),
    /// Differences to what the neighbours above and before suggest. The row above, red, green and blue.
    Gradient(Vec<[u8; 3]>),
}

impl Filter {
    /// Reads a filter; `None` where bytes are missing.
    pub fn read(reader: &mut Reader<'_>, width: u16) -> Result<Option<Self>> {
        let Some(kind) = reader.u8() else { return Ok(None) };
        Ok(match kind {
            0 => Some(Self::Copy),
            1 => {
                let Some(last) = reader.u8() else { return Ok(None) };
                let colors = reader.take((usize::from(last) + 1) * 3);
                colors.map(|colors| Self::Palette(colors.as_chunks().0.iter().copied().map(color).collect()))
            }
            2 => Some(Self::Gradient(vec![[0; 3]; width.into()])),
            other => return malformed(format!("{other} is no filter of Tight")),
        })
    }

    /// Bytes of a row.
    pub fn row_bytes(&self, width: u16) -> usize {
        let width = usize::from(width);
        match self {
            Self::Copy | Self::Gradient(_) => width * 3,
            Self::Palette(colors) if colors.len() <= 2 => width.div_ceil(8),
            Self::Palette(_) => width,
        }
    }

    /// Draws whole rows. A number without a colour is black.
    pub fn draw(&mut self, rows: &mut Rows, screen: &mut Framebuffer, bytes: &[u8]) {
        let row_bytes = self.row_bytes(rows.left.width);
        if row_bytes == 0 {
            return;
        }
        let mut lines = bytes.chunks_exact(row_bytes);
        rows.draw(screen, bytes.len() / row_bytes, |_, row| {
            let line = lines.next().unwrap_or_default();
            match self {
                Self::Copy => copy(line, row),
                Self::Palette(colors) if colors.len() <= 2 => unpack(line, colors, row),
                Self::Palette(colors) => look_up(line, colors, row),
                Self::Gradient(above) => add_gradient(line, above, row),
            }
        });
    }
}

/// A colour of three bytes (`TPIXEL`): red, green and blue, whatever the pixel format.
const fn color([red, green, blue]: [u8; 3]) -> u32 {
    u32::from_be_bytes([0, red, green, blue])
}

fn copy(line: &[u8], row: &mut [u32]) {
    for (pixel, bytes) in row.iter_mut().zip(line.as_chunks().0) {
        *pixel = color(*bytes);
    }
}

fn unpack(line: &[u8], colors: &[u32], row: &mut [u32]) {
    let first = colors.first().copied().unwrap_or_default();
    let second = colors.get(1).copied().unwrap_or_default();
    for (pixels, byte) in row.chunks_mut(8).zip(line) {
        for (pixel, shift) in pixels.iter_mut().zip((0..8).rev()) {
            *pixel = if byte >> shift & 1 == 0 { first } else { second };
        }
    }
}

fn look_up(line: &[u8], colors: &[u32], row: &mut [u32]) {
    for (pixel, number) in row.iter_mut().zip(line) {
        *pixel = colors.get(usize::from(*number)).copied().unwrap_or_default();
    }
}

fn add_gradient(line: &[u8], above: &mut [[u8; 3]], row: &mut [u32]) {
    let mut left = [0u8; 3];
    let mut above_left = [0u8; 3];
    for ((pixel, difference), above) in row.iter_mut().zip(line.as_chunks::<3>().0).zip(above) {
        let mut next = [0; 3];
        for channel in 0..3 {
            let [left, up, corner] = [left[channel], above[channel], above_left[channel]].map(i16::from);
            let expected = u8::try_from((left + up - corner).clamp(0, 255)).unwrap_or_default();
            next[channel] = expected.wrapping_add(difference[channel]);
        }
        above_left = std::mem::replace(above, next);
        left = next;
        *pixel = color(next);
    }
}
