//! Sixel: bands of six rows, in which each colour is drawn by itself (DEC STD 070, VT330/VT340 programmer reference).

use super::palette::Palette;

/// Rows of pixels in a band.
const BAND: usize = 6;

/// Equal columns from which a repetition is shorter than they are themselves.
const MIN_REPEATED: usize = 4;

/// Appends an image of `size` pixels in at most so many colours. Pixels below its last row stay as they are.
pub(super) fn encode(size: (u32, u32), pixels: &[u32], registers: u16, out: &mut Vec<u8>) {
    let Ok(width) = usize::try_from(size.0) else { return };
    if width == 0 || pixels.is_empty() {
        return;
    }
    let palette = Palette::of(pixels, registers);
    // The second parameter: what is not drawn is not erased either.
    out.extend_from_slice(format!("\x1bP0;1;0q\"1;1;{};{}", size.0, size.1).as_bytes());
    for (number, color) in palette.colors.iter().enumerate() {
        let [_, red, green, blue] = color.to_be_bytes().map(percent);
        out.extend_from_slice(format!("#{number};2;{red};{green};{blue}").as_bytes());
    }
    let mut columns = vec![0_u8; palette.colors.len() * width];
    for (number, band) in palette.indices.chunks(width * BAND).enumerate() {
        if number > 0 {
            out.push(b'-');
        }
        draw_band(band, width, &mut columns, out);
    }
    out.extend_from_slice(b"\x1b\\");
}

/// Appends a band; `columns` is all zero, a row of bits for each colour, and is left so.
fn draw_band(band: &[u8], width: usize, columns: &mut [u8], out: &mut Vec<u8>) {
    let mut is_used = [false; 256];
    for (line, row) in band.chunks(width).enumerate() {
        for (x, index) in row.iter().enumerate() {
            is_used[usize::from(*index)] = true;
            if let Some(bits) = columns.get_mut(usize::from(*index) * width + x) {
                *bits |= 1 << line;
            }
        }
    }
    let mut is_first = true;
    for (number, row) in columns.chunks_mut(width).enumerate().filter(|(number, _)| is_used[*number]) {
        if !std::mem::replace(&mut is_first, false) {
            out.push(b'$');
        }
        out.extend_from_slice(format!("#{number}").as_bytes());
        let end = row.iter().rposition(|bits| *bits != 0).map_or(0, |last| last + 1);
        for same in row[..end].chunk_by(|one, next| one == next) {
            repeat(same[0] + b'?', same.len(), out);
        }
        row.fill(0);
    }
}

fn repeat(sixel: u8, count: usize, out: &mut Vec<u8>) {
    if count < MIN_REPEATED {
        out.extend(std::iter::repeat_n(sixel, count));
    } else {
        out.extend_from_slice(format!("!{count}").as_bytes());
        out.push(sixel);
    }
}

/// A part of a colour in the hundred parts that sixel has.
fn percent(part: u8) -> u32 {
    (u32::from(part) * 100 + 127) / 255
}
