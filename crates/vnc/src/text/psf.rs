//! PSF, the font files of the Linux console, as the `kbd` project describes them.
//!
//! Version 1: magic `36 04`, a mode byte (1: 512 glyphs, 2 or 4: a table of characters) and the height; eight pixels wide.
//! Its table has 16-bit words, little endian: `FFFF` ends a glyph, `FFFE` begins sequences of several characters.
//! Version 2: magic `72 B5 4A 86`, then 32-bit words: version, header size, flags (1: a table), glyphs, bytes a glyph,
//! height, width. Its table is UTF-8: `FF` ends a glyph, `FE` begins sequences.

use std::io::Read as _;

use super::font::{Font, FontError, plainness};
use super::mask::{CellSize, MAX_HEIGHT, MAX_WIDTH, Mask};

/// The largest font file, unpacked: the largest that the kernel takes is 512 glyphs of 32x32.
const MAX_FONT_BYTES: u64 = 1024 * 1024;

struct Header {
    size: CellSize,
    glyphs: usize,
    bytes_per_glyph: usize,
    /// Where the glyphs begin.
    start: usize,
    table: Option<Table>,
}

#[derive(Clone, Copy)]
enum Table {
    Words,
    Utf8,
}

pub(super) fn parse(bytes: &[u8]) -> Result<Font, FontError> {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return plain(bytes);
    }
    let mut unpacked = Vec::new();
    let mut reader = flate2::read::GzDecoder::new(bytes).take(MAX_FONT_BYTES + 1);
    reader.read_to_end(&mut unpacked).map_err(|_| FontError::Compressed)?;
    if unpacked.len() as u64 > MAX_FONT_BYTES {
        return Err(FontError::Compressed);
    }
    plain(&unpacked)
}

fn plain(bytes: &[u8]) -> Result<Font, FontError> {
    let header = header(bytes)?;
    let length = header.glyphs.checked_mul(header.bytes_per_glyph).ok_or(FontError::Truncated)?;
    let end = header.start.checked_add(length).ok_or(FontError::Truncated)?;
    let pictures = bytes.get(header.start..end).ok_or(FontError::Truncated)?;
    let characters = match header.table {
        Some(Table::Words) => words(&bytes[end..]),
        Some(Table::Utf8) => utf8(&bytes[end..]),
        None => (0..128u8).map(|code| vec![char::from(code)]).collect(),
    };
    let glyphs =
        pictures.chunks_exact(header.bytes_per_glyph).zip(characters).filter_map(|(rows, characters)| {
            let ch = characters.into_iter().filter(|ch| !ch.is_control()).min_by_key(|ch| plainness(*ch))?;
            Some((ch, picture(header.size, rows)))
        });
    Ok(Font { size: header.size, glyphs: glyphs.collect() })
}

fn header(bytes: &[u8]) -> Result<Header, FontError> {
    if let [0x36, 0x04, mode, height, ..] = bytes {
        return Ok(Header {
            size: size(8, u32::from(*height))?,
            glyphs: if mode & 1 == 0 { 256 } else { 512 },
            bytes_per_glyph: usize::from(*height),
            start: 4,
            table: (mode & 6 != 0).then_some(Table::Words),
        });
    }
    if !bytes.starts_with(&[0x72, 0xb5, 0x4a, 0x86]) {
        return Err(FontError::NotPsf);
    }
    let word = |number: usize| {
        let four = bytes.get(number * 4..number * 4 + 4).ok_or(FontError::Truncated)?;
        four.try_into().map(u32::from_le_bytes).map_err(|_| FontError::Truncated)
    };
    let index = |number: usize| word(number).map(|value| value as usize);
    let size = size(word(7)?, word(6)?)?;
    let bytes_per_glyph = index(5)?;
    if bytes_per_glyph < usize::from(size.width.div_ceil(8)) * usize::from(size.height) {
        return Err(FontError::Truncated);
    }
    let table = (word(3)? & 1 == 1).then_some(Table::Utf8);
    Ok(Header { size, glyphs: index(4)?, bytes_per_glyph, start: index(2)?, table })
}

fn size(width: u32, height: u32) -> Result<CellSize, FontError> {
    match (u8::try_from(width), u8::try_from(height)) {
        (Ok(width @ 1..=MAX_WIDTH), Ok(height @ 1..=MAX_HEIGHT)) => Ok(CellSize { width, height }),
        _ => Err(FontError::Size { width, height }),
    }
}

fn picture(size: CellSize, rows: &[u8]) -> Mask {
    let stride = usize::from(size.width.div_ceil(8));
    let mut mask = Mask::default();
    for (number, row) in (0..size.height).zip(rows.chunks_exact(stride)) {
        let bits = row.iter().fold(0u16, |bits, byte| bits << 8 | u16::from(*byte));
        mask.set_row(number, bits >> (stride * 8 - usize::from(size.width)));
    }
    mask
}

/// The characters of each glyph; sequences of several are left out.
fn words(table: &[u8]) -> Vec<Vec<char>> {
    let mut glyphs = Vec::new();
    let (mut characters, mut sequence) = (Vec::new(), false);
    for pair in table.chunks_exact(2) {
        match u16::from_le_bytes([pair[0], pair[1]]) {
            0xffff => {
                glyphs.push(std::mem::take(&mut characters));
                sequence = false;
            }
            0xfffe => sequence = true,
            word if !sequence => characters.extend(char::from_u32(word.into())),
            _ => {}
        }
    }
    glyphs
}

fn utf8(table: &[u8]) -> Vec<Vec<char>> {
    let entries = table.split(|byte| *byte == 0xff);
    entries
        .map(|entry| {
            let single = entry.split(|byte| *byte == 0xfe).next().unwrap_or_default();
            std::str::from_utf8(single).unwrap_or_default().chars().collect()
        })
        .collect()
}
