//! Reference pictures for the tests.

use crate::Framebuffer;

/// A screen of colours that have nothing to do with each other.
pub(crate) fn noise(width: u16, height: u16, seed: u64) -> Framebuffer {
    let mut screen = Framebuffer::new(width, height);
    let mut state = seed | 1;
    screen.write(screen.bounds(), |_, row| {
        for pixel in row {
            // xorshift64
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            *pixel = u32::try_from(state >> 40).unwrap();
        }
    });
    screen
}

/// Red, green and blue of a pixel of a picture of `to` pixels, computed the slow way.
pub(crate) fn mean_of_area(screen: &Framebuffer, (column, row): (u32, u32), to: (u32, u32)) -> [f64; 3] {
    let overlap = |pixel: u16, at: u32, from: u16, to: u32| {
        let step = f64::from(from) / f64::from(to);
        let (begin, end) = (f64::from(at) * step, f64::from(at + 1) * step);
        (end.min(f64::from(pixel) + 1.0) - begin.max(f64::from(pixel))).max(0.0)
    };
    let (mut sums, mut area) = ([0.0; 3], 0.0);
    for y in 0..screen.height() {
        let high = overlap(y, row, screen.height(), to.1);
        for (x, pixel) in (0..).zip(screen.row(y)) {
            let weight = high * overlap(x, column, screen.width(), to.0);
            area += weight;
            for (sum, shift) in sums.iter_mut().zip([16, 8, 0]) {
                *sum += weight * f64::from((pixel >> shift) & 0xff);
            }
        }
    }
    sums.map(|sum| sum / area)
}
