//! One cell of the screen: its colours, its picture, and the glyph of that.

use crate::Framebuffer;

use super::glyphs::{Glyph, GlyphMap};
use super::layout::Layout;
use super::mask::Mask;

/// The pixels of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pixels {
    /// All of one colour.
    Plain(u32),
    /// Of two colours: `mask` has the pixels of `ink`, which is not the colour of the first pixel.
    Two { paper: u32, ink: u32, mask: Mask },
    /// Of more colours, or not wholly on the screen.
    Picture,
}

/// What a cell was read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    /// One colour: no character, or a full block.
    Blank(u32),
    /// A character of a font.
    Glyph { glyph: Glyph, ink: u32, paper: u32 },
    /// Two colours that are no glyph.
    Unknown { ink: u32, paper: u32 },
    /// More than two colours.
    Picture,
}

/// Reads the pixels of a cell.
pub(super) fn pixels(screen: &Framebuffer, layout: &Layout, column: u16, row: u16) -> Pixels {
    let (x, y) = layout.place(column, row);
    let step = usize::from(layout.scale);
    let span = usize::from(layout.size.width) * step;
    let start = usize::from(x);
    let Some(&paper) = screen.row(y).get(start) else { return Pixels::Picture };
    let (mut ink, mut mask) = (None, Mask::default());
    for line in 0..layout.size.height {
        let Some(pixels) = screen.row(y + u16::from(line) * u16::from(layout.scale)).get(start..start + span)
        else {
            return Pixels::Picture;
        };
        let mut bits = 0u16;
        for dot in pixels.chunks_exact(step) {
            bits <<= 1;
            if dot[0] == paper {
                continue;
            }
            if *ink.get_or_insert(dot[0]) != dot[0] {
                return Pixels::Picture;
            }
            bits |= 1;
        }
        mask.set_row(line, bits);
    }
    ink.map_or(Pixels::Plain(paper), |ink| Pixels::Two { paper, ink, mask })
}

/// Looks a cell up. Where both the picture and its inverse are glyphs, the one on the colour of `paper_before` counts (that
/// of the letter to its left), then the one on the darker colour.
pub(super) fn look_up(glyphs: &GlyphMap, layout: &Layout, pixels: &Pixels, paper_before: u32) -> Seen {
    let (paper, ink, mask) = match pixels {
        Pixels::Plain(color) => return Seen::Blank(*color),
        Pixels::Picture => return Seen::Picture,
        Pixels::Two { paper, ink, mask } => (*paper, *ink, mask),
    };
    let plain = glyphs.find(layout.size, mask);
    let inverse = glyphs.find(layout.size, &mask.inverted(layout.size));
    let swap = match (plain, inverse) {
        (Some(_), Some(_)) => paper != paper_before && (ink == paper_before || light(ink) < light(paper)),
        (None, Some(_)) => true,
        _ => false,
    };
    match (plain, inverse) {
        (_, Some(glyph)) if swap => Seen::Glyph { glyph, ink: paper, paper: ink },
        (Some(glyph), _) => Seen::Glyph { glyph, ink, paper },
        _ => Seen::Unknown { ink, paper },
    }
}

/// The brightness of a colour, for comparison only.
pub(super) fn light(color: u32) -> u32 {
    let [_, red, green, blue] = color.to_be_bytes();
    u32::from(red) * 3 + u32::from(green) * 6 + u32::from(blue)
}
