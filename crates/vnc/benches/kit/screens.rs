//! A desktop on which everything moves: a gradient behind windows of text that scrolls, and a picture with noise.

pub const WIDTH: u16 = 1920;
pub const HEIGHT: u16 = 1080;

/// Windows of text: left, top, and the colours of paper and ink.
const WINDOWS: [(usize, usize, u32, u32); 4] = [
    (40, 40, 0x0012_1a24, 0x00dd_dddd),
    (620, 90, 0x00f8_f8f8, 0x0020_2020),
    (90, 600, 0x0000_2b36, 0x0083_9496),
    (700, 620, 0x00fd_f6e3, 0x0065_7b83),
];
const WINDOW: (usize, usize) = (560, 420);
/// A character and its line.
const CHARACTER: (usize, usize) = (8, 17);
/// The picture with noise: left, top, width and height.
const PICTURE: (usize, usize, usize, usize) = (1320, 300, 560, 420);

/// The pixels of the screen of this number, row by row. No pixel but some of a window's paper is as in the one before.
pub fn screen(number: usize) -> Vec<u32> {
    let (width, height) = (usize::from(WIDTH), usize::from(HEIGHT));
    let mut pixels = Vec::with_capacity(width * height);
    let shade = |part: usize| u32::try_from(part & 0xff).unwrap_or_default();
    for y in 0..height {
        for x in 0..width {
            let (x, y) = (x + number * 40, y + number * 30);
            pixels.push(shade(x / 12) << 16 | shade(y / 6) << 8 | shade((x + y) / 16));
        }
    }
    for (left, top, paper, ink) in WINDOWS {
        for y in 0..WINDOW.1 {
            let (line, row) = (y / CHARACTER.1 + number, y % CHARACTER.1);
            for x in 0..WINDOW.0 {
                let (column, bit) = (x / CHARACTER.0, x % CHARACTER.0);
                // Letters of eleven rows, of which some are blanks, in lines of different lengths.
                let letter = hash(line * 977 + column);
                let is_text = column < 20 + hash(line) % 48 && !letter.is_multiple_of(6);
                let is_ink =
                    is_text && row > 2 && row < 14 && hash(letter * 31 + row / 2 * 7 + bit / 2) % 5 < 2;
                pixels[(top + y) * width + left + x] = if is_ink { ink } else { paper };
            }
        }
    }
    let (left, top, wide, high) = PICTURE;
    let mut state = u32::try_from(number).unwrap_or_default() * 7919 + 1;
    for y in 0..high {
        for x in 0..wide {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            let part =
                |scale: usize| shade((x + number * 9) * scale / 9 + y / 3) ^ (state >> (scale * 8) & 7);
            pixels[(top + y) * width + left + x] = part(3) << 16 | part(2) << 8 | part(1);
        }
    }
    pixels
}

fn hash(number: usize) -> usize {
    number.wrapping_mul(0x9e37_79b1) >> 7 & 0xffff
}
