//! Hextile (RFC 6143, 7.7.4): tiles of 16 pixels a side, each raw or a background with rectangles on it.

use super::tiles::{self, Tiles};
use super::{Target, within};
use crate::error::Result;
use crate::format::PIXEL_BYTES;
use crate::input::{Input, Reader};
use crate::{ByteOrder, Region};

const TILE_SIDE: u16 = 16;

const RAW: u8 = 1;
const BACKGROUND: u8 = 2;
const FOREGROUND: u8 = 4;
const ANY_PARTS: u8 = 8;
const COLOURED_PARTS: u8 = 16;

/// A rectangle of tiles.
#[derive(Debug)]
pub(crate) struct Hextile {
    tiles: Tiles,
    /// The colours that go on from one tile to the next.
    background: u32,
    foreground: u32,
}

impl Hextile {
    pub const fn new(region: Region) -> Self {
        Self { tiles: Tiles::new(region, TILE_SIDE), background: 0, foreground: 0 }
    }

    /// Draws the tiles that are there whole; returns true after the last one.
    pub fn advance(&mut self, input: &mut Input, target: &mut Target<'_>) -> Result<bool> {
        let mut pixels = [0; (TILE_SIDE * TILE_SIDE) as usize];
        while let Some(tile) = self.tiles.current() {
            let mut reader = input.reader();
            let area = usize::from(tile.width) * usize::from(tile.height);
            let pixels = &mut pixels[..area];
            let Some(colors) = self.read(&mut reader, target.order, tile, pixels)? else { return Ok(false) };
            let used = reader.position();
            input.consume(used);
            (self.background, self.foreground) = colors;
            tiles::draw(target.screen, tile, pixels);
            self.tiles.advance();
        }
        Ok(true)
    }

    /// Reads a tile; returns the colours after it, or `None` where bytes are missing.
    fn read(
        &self,
        reader: &mut Reader<'_>,
        order: ByteOrder,
        tile: Region,
        pixels: &mut [u32],
    ) -> Result<Option<(u32, u32)>> {
        let Some(parts) = reader.u8() else { return Ok(None) };
        let mut colors = (self.background, self.foreground);
        if parts & RAW != 0 {
            let Some(bytes) = reader.take(pixels.len() * PIXEL_BYTES) else { return Ok(None) };
            order.convert(bytes, pixels);
            return Ok(Some(colors));
        }
        for (flag, color) in [(BACKGROUND, &mut colors.0), (FOREGROUND, &mut colors.1)] {
            if parts & flag != 0 {
                let Some(bytes) = reader.array() else { return Ok(None) };
                *color = order.pixel(bytes);
            }
        }
        pixels.fill(colors.0);
        if parts & ANY_PARTS != 0 {
            let Some(count) = reader.u8() else { return Ok(None) };
            for _ in 0..count {
                let mut color = colors.1;
                if parts & COLOURED_PARTS != 0 {
                    let Some(bytes) = reader.array() else { return Ok(None) };
                    color = order.pixel(bytes);
                }
                let Some([place, size]) = reader.array() else { return Ok(None) };
                let part = Region {
                    x: (place >> 4).into(),
                    y: (place & 15).into(),
                    width: u16::from(size >> 4) + 1,
                    height: u16::from(size & 15) + 1,
                };
                fill(pixels, tile, part, color)?;
            }
        }
        Ok(Some(colors))
    }
}

/// Fills a part of a tile's pixels.
fn fill(pixels: &mut [u32], tile: Region, part: Region, color: u32) -> Result<()> {
    let part = within(part, Region { x: 0, y: 0, ..tile })?;
    for row in pixels.chunks_exact_mut(tile.width.into()).take(part.bottom()).skip(part.y.into()) {
        row[part.x.into()..part.right()].fill(color);
    }
    Ok(())
}
