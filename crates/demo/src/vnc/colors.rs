//! The colours of the screen, as Linux's console has them on a VGA.

use vt100::Color;

/// The VGA's sixteen, in the order of terminals.
const VGA: [u32; 16] = [
    0x0000_0000,
    0x00aa_0000,
    0x0000_aa00,
    0x00aa_5500,
    0x0000_00aa,
    0x00aa_00aa,
    0x0000_aaaa,
    0x00aa_aaaa,
    0x0055_5555,
    0x00ff_5555,
    0x0055_ff55,
    0x00ff_ff55,
    0x0055_55ff,
    0x00ff_55ff,
    0x0055_ffff,
    0x00ff_ffff,
];

/// A character's colours, `0x00RRGGBB`: of itself and of what is behind it.
///
/// The console has no bold, dim, italic or underlined characters, only colours for them.
pub(super) fn of(cell: &vt100::Cell) -> (u32, u32) {
    let foreground = match cell.fgcolor() {
        Color::Default if cell.italic() => VGA[2],
        Color::Default if cell.underline() => VGA[15],
        Color::Default if cell.dim() => VGA[8],
        Color::Default if cell.bold() => VGA[15],
        Color::Idx(index @ 0..=7) if cell.bold() => VGA[usize::from(index) + 8],
        color => rgb(color, VGA[7]),
    };
    let background = rgb(cell.bgcolor(), VGA[0]);
    if cell.inverse() { (background, foreground) } else { (foreground, background) }
}

fn rgb(color: Color, default: u32) -> u32 {
    match color {
        Color::Default => default,
        Color::Rgb(red, green, blue) => u32::from_be_bytes([0, red, green, blue]),
        Color::Idx(index) => indexed(index),
    }
}

/// A colour of xterm's 256: the sixteen, a cube of six levels, and 24 greys.
fn indexed(index: u8) -> u32 {
    let level = |step: u8| if step == 0 { 0 } else { 55 + step * 40 };
    match index {
        0..=15 => VGA[usize::from(index)],
        16..=231 => {
            let place = index - 16;
            u32::from_be_bytes([0, level(place / 36), level(place / 6 % 6), level(place % 6)])
        }
        232..=255 => {
            let grey = 8 + (index - 232) * 10;
            u32::from_be_bytes([0, grey, grey, grey])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_256_colors_are_those_of_xterm() {
        assert_eq!((indexed(1), indexed(9), indexed(15)), (0x00aa_0000, 0x00ff_5555, 0x00ff_ffff));
        assert_eq!((indexed(16), indexed(196), indexed(231)), (0, 0x00ff_0000, 0x00ff_ffff));
        assert_eq!((indexed(232), indexed(255)), (0x0008_0808, 0x00ee_eeee));
    }
}
