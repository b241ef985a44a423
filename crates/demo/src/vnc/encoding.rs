//! Pixels as rectangles of an update: Raw and ZRLE (RFC 6143, 7.7.1 and 7.7.6).

use flate2::{Compress, Compression, FlushCompress};

use super::Rectangle;
use super::pixel_format::PixelFormat;

/// Raw.
pub(super) const RAW: i32 = 0;
/// ZRLE.
pub(super) const ZRLE: i32 = 16;

/// The side of a tile of ZRLE in pixels.
const TILE: usize = 64;
/// The most colours of a palette whose indices are packed.
const MAX_PACKED: usize = 16;
/// The most colours of a palette with runs.
const MAX_PALETTE: usize = 127;

/// Appends pixels as they are.
pub(super) fn raw(pixels: &[u32], format: &PixelFormat, out: &mut Vec<u8>) {
    for pixel in pixels {
        format.push(*pixel, out);
    }
}

/// The compressor of a connection: one stream over all its rectangles.
pub(super) struct Zrle {
    stream: Compress,
    tiles: Vec<u8>,
}

impl Default for Zrle {
    fn default() -> Self {
        Self { stream: Compress::new(Compression::fast(), true), tiles: Vec::new() }
    }
}

impl Zrle {
    /// Appends the pixels of a rectangle: a length and the part of the stream.
    pub fn encode(&mut self, pixels: &[u32], area: Rectangle, format: &PixelFormat, out: &mut Vec<u8>) {
        self.tiles.clear();
        let (width, height) = (usize::from(area.width), usize::from(area.height));
        for top in (0..height).step_by(TILE) {
            for left in (0..width).step_by(TILE) {
                let wide = TILE.min(width - left);
                let rows = (top..height.min(top + TILE)).map(|y| &pixels[y * width + left..][..wide]);
                let tile: Vec<u32> = rows.flatten().copied().collect();
                push_tile(&tile, wide, format, &mut self.tiles);
            }
        }
        let start = out.len();
        out.extend([0; 4]);
        self.compress(out);
        let length = u32::try_from(out.len() - start - 4).unwrap_or(u32::MAX);
        out[start..start + 4].copy_from_slice(&length.to_be_bytes());
    }

    fn compress(&mut self, out: &mut Vec<u8>) {
        let mut taken = 0;
        loop {
            out.reserve(self.tiles.len() / 2 + 64);
            let before = self.stream.total_in();
            let left = &self.tiles[taken..];
            // The stream has no end and no state that could be wrong.
            if self.stream.compress_vec(left, out, FlushCompress::Sync).is_err() {
                return;
            }
            taken += usize::try_from(self.stream.total_in() - before).unwrap_or(left.len());
            // Room that was left over shows that the flush is complete.
            if taken == self.tiles.len() && out.len() < out.capacity() {
                return;
            }
        }
    }
}

/// A run of pixels of one colour: the colour's number in the palette, and the pixels.
type Run = (usize, usize);

/// Appends a tile in the shortest of its forms.
fn push_tile(tile: &[u32], width: usize, format: &PixelFormat, out: &mut Vec<u8>) {
    let (palette, runs) = scan(tile);
    if palette.len() == 1 {
        out.push(1);
        return format.push_compact(palette[0], out);
    }
    let mut forms = vec![plain(tile, format), plain_runs(&palette, &runs, format)];
    if palette.len() <= MAX_PACKED {
        forms.push(packed(&palette, &runs, width, format));
    }
    if palette.len() <= MAX_PALETTE {
        forms.push(palette_runs(&palette, &runs, format));
    }
    out.extend(forms.into_iter().min_by_key(Vec::len).unwrap_or_default());
}

/// The colours of a tile in the order of their first pixels, and its runs.
fn scan(tile: &[u32]) -> (Vec<u32>, Vec<Run>) {
    let mut palette: Vec<u32> = Vec::new();
    let mut runs: Vec<Run> = Vec::new();
    for group in tile.chunk_by(|one, next| one == next) {
        let color = palette.iter().position(|known| *known == group[0]).unwrap_or_else(|| {
            palette.push(group[0]);
            palette.len() - 1
        });
        runs.push((color, group.len()));
    }
    (palette, runs)
}

fn plain(tile: &[u32], format: &PixelFormat) -> Vec<u8> {
    let mut form = vec![0];
    for pixel in tile {
        format.push_compact(*pixel, &mut form);
    }
    form
}

fn packed(palette: &[u32], runs: &[Run], width: usize, format: &PixelFormat) -> Vec<u8> {
    let mut form = vec![length_byte(palette.len())];
    for color in palette {
        format.push_compact(*color, &mut form);
    }
    let bits = match palette.len() {
        2 => 1,
        3..=4 => 2,
        _ => 4,
    };
    let indices: Vec<usize> =
        runs.iter().flat_map(|(color, length)| std::iter::repeat_n(*color, *length)).collect();
    // Each row begins with a byte of its own.
    for row in indices.chunks(width) {
        for group in row.chunks(8 / bits) {
            let byte = group.iter().fold(0, |byte, index| byte << bits | index);
            form.push(length_byte(byte << (bits * (8 / bits - group.len()))));
        }
    }
    form
}

fn plain_runs(palette: &[u32], runs: &[Run], format: &PixelFormat) -> Vec<u8> {
    let mut form = vec![128];
    for (color, length) in runs {
        format.push_compact(palette[*color], &mut form);
        push_length(*length, &mut form);
    }
    form
}

fn palette_runs(palette: &[u32], runs: &[Run], format: &PixelFormat) -> Vec<u8> {
    let mut form = vec![length_byte(128 + palette.len())];
    for color in palette {
        format.push_compact(*color, &mut form);
    }
    for (color, length) in runs {
        if *length == 1 {
            form.push(length_byte(*color));
        } else {
            form.push(length_byte(128 + color));
            push_length(*length, &mut form);
        }
    }
    form
}

/// Appends the length of a run less one, as bytes of 255 and a last one that is less.
fn push_length(length: usize, out: &mut Vec<u8>) {
    let rest = length - 1;
    out.extend(std::iter::repeat_n(255, rest / 255));
    out.push(length_byte(rest % 255));
}

/// A number that is below 256 by what it counts.
fn length_byte(number: usize) -> u8 {
    u8::try_from(number).unwrap_or(u8::MAX)
}
