//! ZRLE and TRLE (RFC 6143, 7.7.5 and 7.7.6): tiles with palettes and runs, in a stream of zlib or as they are.

use super::Target;
use super::inflate::{Compressed, Filled};
use super::tiles::{self, Tiles};
use crate::error::{Result, malformed};
use crate::input::{Input, Reader};
use crate::{ByteOrder, Region};

const ZRLE_SIDE: u16 = 64;
const TRLE_SIDE: u16 = 16;
/// The most bytes of a tile of ZRLE: a run for each pixel, of a pixel and a length.
const MAX_TILE_BYTES: usize = 1 + ZRLE_SIDE as usize * ZRLE_SIDE as usize * 4;
/// Bytes that are inflated at a time: more than one tile.
const BATCH_BYTES: usize = 32 << 10;
/// The most colours of a palette.
const MAX_PALETTE: usize = 127;

/// A rectangle of tiles in the stream of ZRLE.
#[derive(Debug)]
pub(crate) struct Zrle {
    region: Region,
    tiles: TileReader,
    /// `None` until its length has come.
    data: Option<Compressed>,
}

impl Zrle {
    pub fn new(region: Region) -> Self {
        Self { region, tiles: TileReader::new(region, ZRLE_SIDE, false), data: None }
    }

    /// Draws what is there; returns true at the end of the rectangle.
    pub fn advance(&mut self, input: &mut Input, target: &mut Target<'_>) -> Result<bool> {
        let data = match &mut self.data {
            Some(data) => data,
            empty => {
                let Some(length) = input.take_u32() else { return Ok(false) };
                let area = usize::try_from(self.region.area()).unwrap_or(usize::MAX >> 8);
                empty.insert(Compressed::new(length, area * 4 + area / 16 + 1024)?)
            }
        };
        loop {
            let used = self.tiles.draw(data.plain(), target)?;
            let inflater = target.streams.zrle.get_or_insert_default();
            data.consume(used);
            if self.tiles.is_done() {
                return data.finish(input, inflater);
            }
            if data.plain().len() > MAX_TILE_BYTES {
                return malformed("its tile has no end");
            }
            match data.fill(input, inflater, BATCH_BYTES)? {
                Filled::More => {}
                Filled::Starved => return Ok(false),
                Filled::Complete => return malformed("its compressed data ends before its pixels"),
            }
        }
    }
}

/// A rectangle of tiles as they are.
#[derive(Debug)]
pub(crate) struct Trle {
    tiles: TileReader,
}

impl Trle {
    pub fn new(region: Region) -> Self {
        Self { tiles: TileReader::new(region, TRLE_SIDE, true) }
    }

    /// Draws what is there; returns true at the end of the rectangle.
    pub fn advance(&mut self, input: &mut Input, target: &mut Target<'_>) -> Result<bool> {
        let used = self.tiles.draw(input.available(), target)?;
        input.consume(used);
        Ok(self.tiles.is_done())
    }
}

/// Reads tiles, which are the same in both encodings but for their size, and for the palette of the tile before that TRLE
/// may use again.
#[derive(Debug)]
struct TileReader {
    tiles: Tiles,
    palette: Vec<u32>,
    reuses_palette: bool,
    pixels: Vec<u32>,
}

impl TileReader {
    fn new(region: Region, side: u16, reuses_palette: bool) -> Self {
        Self { tiles: Tiles::new(region, side), palette: Vec::new(), reuses_palette, pixels: Vec::new() }
    }

    fn is_done(&self) -> bool {
        self.tiles.current().is_none()
    }

    /// Draws the tiles that are whole; returns the bytes that they took.
    fn draw(&mut self, bytes: &[u8], target: &mut Target<'_>) -> Result<usize> {
        let mut used = 0;
        while let Some(tile) = self.tiles.current() {
            let mut reader = Reader::new(&bytes[used..]);
            self.pixels.resize(usize::from(tile.width) * usize::from(tile.height), 0);
            let Some(palette) = self.read(&mut reader, target.order, tile.width.into())? else { break };
            if !palette.is_empty() {
                self.palette = palette;
            }
            used += reader.position();
            tiles::draw(target.screen, tile, &self.pixels);
            self.tiles.advance();
        }
        Ok(used)
    }

    /// Reads a tile's pixels; returns its palette, empty if it has none of its own. `None` where bytes are missing.
    fn read(&mut self, reader: &mut Reader<'_>, order: ByteOrder, width: usize) -> Result<Option<Vec<u32>>> {
        let Some(kind) = reader.u8() else { return Ok(None) };
        let colors = match kind {
            2..=16 => kind.into(),
            130.. => usize::from(kind) - 128,
            _ => 0,
        };
        debug_assert!(colors <= MAX_PALETTE);
        let Some(new) = read_palette(reader, order, colors) else { return Ok(None) };
        let palette = if colors > 0 { &new } else { &self.palette };
        let pixels = &mut self.pixels[..];
        let whole = match kind {
            0 => read_pixels(reader, order, pixels),
            1 => reader.array().map(|bytes| pixels.fill(order.short_pixel(bytes))),
            2..=16 => read_packed(reader, palette, pixels, width)?,
            127 if self.reuses_palette => read_packed(reader, palette, pixels, width)?,
            128 => read_runs(reader, order, pixels)?,
            129 if self.reuses_palette => read_palette_runs(reader, palette, pixels)?,
            130.. => read_palette_runs(reader, palette, pixels)?,
            _ => return malformed(format!("{kind} is no kind of tile")),
        };
        Ok(whole.map(|()| new))
    }
}

fn read_palette(reader: &mut Reader<'_>, order: ByteOrder, colors: usize) -> Option<Vec<u32>> {
    let bytes = reader.take(colors * 3)?;
    Some(bytes.as_chunks().0.iter().map(|color| order.short_pixel(*color)).collect())
}

fn read_pixels(reader: &mut Reader<'_>, order: ByteOrder, pixels: &mut [u32]) -> Option<()> {
    let bytes = reader.take(pixels.len() * 3)?;
    for (pixel, bytes) in pixels.iter_mut().zip(bytes.as_chunks().0) {
        *pixel = order.short_pixel(*bytes);
    }
    Some(())
}

/// Reads numbers of a palette's colours, of 1, 2 or 4 bits; each row begins with a byte.
fn read_packed(
    reader: &mut Reader<'_>,
    palette: &[u32],
    pixels: &mut [u32],
    width: usize,
) -> Result<Option<()>> {
    let bits = match palette.len() {
        0 | 1 => return malformed("it uses a palette again that it has not sent"),
        2 => 1,
        3..=4 => 2,
        5..=16 => 4,
        _ => return malformed("it packs numbers of a palette of more than 16 colours"),
    };
    let row_bytes = (width * bits).div_ceil(8);
    let Some(bytes) = reader.take(row_bytes * pixels.len() / width) else { return Ok(None) };
    for (row, bytes) in pixels.chunks_exact_mut(width).zip(bytes.chunks_exact(row_bytes)) {
        for (pixels, byte) in row.chunks_mut(8 / bits).zip(bytes) {
            let mut rest = *byte;
            for pixel in pixels {
                *pixel = color_of(palette, rest >> (8 - bits))?;
                rest <<= bits;
            }
        }
    }
    Ok(Some(()))
}

fn color_of(palette: &[u32], number: u8) -> Result<u32> {
    match palette.get(usize::from(number)) {
        Some(color) => Ok(*color),
        None => malformed(format!("it uses colour {number} of a palette of {}", palette.len())),
    }
}

/// Reads runs of colours.
fn read_runs(reader: &mut Reader<'_>, order: ByteOrder, pixels: &mut [u32]) -> Result<Option<()>> {
    let mut rest = pixels;
    while !rest.is_empty() {
        let Some(color) = reader.array() else { return Ok(None) };
        let Some(length) = read_length(reader, rest.len())? else { return Ok(None) };
        let (run, after) = rest.split_at_mut(length);
        run.fill(order.short_pixel(color));
        rest = after;
    }
    Ok(Some(()))
}

/// Reads runs of a palette's colours; the uppermost bit of a number marks one that has a length.
fn read_palette_runs(reader: &mut Reader<'_>, palette: &[u32], pixels: &mut [u32]) -> Result<Option<()>> {
    let mut rest = pixels;
    while !rest.is_empty() {
        let Some(number) = reader.u8() else { return Ok(None) };
        let color = color_of(palette, number & 0x7f)?;
        let mut length = 1;
        if number & 0x80 != 0 {
            let Some(run) = read_length(reader, rest.len())? else { return Ok(None) };
            length = run;
        }
        let (run, after) = rest.split_at_mut(length);
        run.fill(color);
        rest = after;
    }
    Ok(Some(()))
}

/// Reads the length of a run: one more than the sum of its bytes, of which only the last is not 255.
fn read_length(reader: &mut Reader<'_>, limit: usize) -> Result<Option<usize>> {
    let mut length = 1;
    loop {
        let Some(byte) = reader.u8() else { return Ok(None) };
        length += usize::from(byte);
        if length > limit {
            return malformed("its run of pixels is longer than its tile");
        }
        if byte != 255 {
            return Ok(Some(length));
        }
    }
}
