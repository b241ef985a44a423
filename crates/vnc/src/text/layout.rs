//! Where the cells are: their size, and where the first one begins.

use crate::Framebuffer;

use super::cell::{self, Seen};
use super::glyphs::GlyphMap;
use super::mask::CellSize;

/// The cells that a layout is tried with.
const SAMPLED_CELLS: usize = 96;
/// A layout is given up after this many cells without a letter.
const HOPELESS_CELLS: usize = 12;
/// The letters that make a grid credible that does not begin in the corner of the screen.
const SHIFTED_LETTERS: usize = 4;
/// One transition of colour is taken in each stretch of a row of this many pixels.
const STRETCH: usize = 32;
/// The screens whose cells are nine pixels wide: the VGA's text modes of 720 pixels.
const VGA_WIDTH: u16 = 720;

/// A grid of cells on a screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    pub size: CellSize,
    /// Screen pixels for each pixel of a glyph, both ways.
    pub scale: u8,
    /// Where the first cell begins; less than a cell from the corner.
    pub origin: (u16, u16),
    pub columns: u16,
    pub rows: u16,
}

impl Layout {
    fn new(screen: &Framebuffer, size: CellSize, scale: u8, origin: (u16, u16)) -> Option<Self> {
        let (width, height) = (u16::from(size.width * scale), u16::from(size.height) * u16::from(scale));
        let columns = screen.width().checked_sub(origin.0)? / width;
        let rows = screen.height().checked_sub(origin.1)? / height;
        (columns > 0 && rows > 0).then_some(Self { size, scale, origin, columns, rows })
    }

    /// Width and height of a cell on the screen, in pixels.
    pub fn cell(&self) -> (u16, u16) {
        (u16::from(self.size.width * self.scale), u16::from(self.size.height) * u16::from(self.scale))
    }

    /// The upper left pixel of a cell.
    pub fn place(&self, column: u16, row: u16) -> (u16, u16) {
        let (width, height) = self.cell();
        (self.origin.0 + column * width, self.origin.1 + row * height)
    }

    /// The cell that a pixel belongs to.
    fn cell_at(&self, (x, y): (u16, u16)) -> Option<(u16, u16)> {
        let (width, height) = self.cell();
        let row = y.checked_sub(self.origin.1)? / height;
        let column = x.checked_sub(self.origin.0)? / width;
        (row < self.rows && column < self.columns).then_some((row, column))
    }

    /// The letters among the cells of some pixels, less what is no glyph; `None` if it cannot be this layout.
    fn score(&self, glyphs: &GlyphMap, screen: &Framebuffer, points: &[(u16, u16)]) -> Option<usize> {
        let mut cells: Vec<(u16, u16)> = points.iter().filter_map(|point| self.cell_at(*point)).collect();
        cells.sort_unstable();
        cells.dedup();
        let (mut letters, mut unknown) = (0usize, 0usize);
        for (row, column) in cells {
            match cell::look_up(glyphs, self, &cell::pixels(screen, self, column, row), 0) {
                Seen::Glyph { glyph, .. } if glyph.is_letter => letters += 1,
                Seen::Unknown { .. } | Seen::Picture => unknown += 1,
                _ => {}
            }
            if letters == 0 && unknown >= HOPELESS_CELLS {
                return None;
            }
        }
        let enough = if self.origin == (0, 0) { 1 } else { SHIFTED_LETTERS };
        (letters >= enough && unknown <= letters).then(|| letters - unknown)
    }
}

/// The most credible grid that begins in the upper left corner, as those of all text modes and of Linux's framebuffer
/// console do.
pub(super) fn in_corner(glyphs: &GlyphMap, screen: &Framebuffer) -> Option<Layout> {
    let points = transitions(screen);
    let sizes: Vec<CellSize> = glyphs.sizes().collect();
    let layouts = sizes.iter().flat_map(|size| [(*size, 1), (*size, 2)]);
    let layouts = layouts.filter_map(|(size, scale)| Layout::new(screen, size, scale, (0, 0)));
    let nine = |layout: &Layout| screen.width() == VGA_WIDTH && layout.size.width == 9;
    best(layouts, |layout| Some((layout.score(glyphs, screen, &points)?, nine(layout))))
}

/// The most credible grid that begins somewhere else, such as that of GRUB's graphical terminal. It takes milliseconds.
pub(super) fn shifted(glyphs: &GlyphMap, screen: &Framebuffer) -> Option<Layout> {
    let points = transitions(screen);
    let sizes: Vec<CellSize> = glyphs.sizes().filter(|size| size.width != 9).collect();
    let layouts = sizes.iter().flat_map(|size| {
        let origins =
            (0..size.height).flat_map(|y| (0..size.width).map(move |x| (u16::from(x), u16::from(y))));
        origins.skip(1).filter_map(|origin| Layout::new(screen, *size, 1, origin))
    });
    best(layouts, |layout| layout.score(glyphs, screen, &points))
}

/// The first of those with the highest score.
fn best<S: Ord>(
    layouts: impl Iterator<Item = Layout>,
    score: impl Fn(&Layout) -> Option<S>,
) -> Option<Layout> {
    let mut best: Option<(S, Layout)> = None;
    for layout in layouts {
        let Some(score) = score(&layout) else { continue };
        if best.as_ref().is_none_or(|(highest, _)| score > *highest) {
            best = Some((score, layout));
        }
    }
    best.map(|(_, layout)| layout)
}

/// Pixels that differ from their left neighbour, spread over what is drawn on the screen.
fn transitions(screen: &Framebuffer) -> Vec<(u16, u16)> {
    let mut points = Vec::new();
    for y in 0..screen.height() {
        let row = screen.row(y);
        for start in (1..row.len()).step_by(STRETCH) {
            let stretch = &row[start - 1..row.len().min(start + STRETCH)];
            let found = stretch.windows(2).position(|pair| pair[0] != pair[1]);
            points.extend(found.and_then(|offset| u16::try_from(start + offset).ok()).map(|x| (x, y)));
        }
    }
    // Every row of a letter has its transition, so more of them are taken than cells are wanted.
    let step = (points.len() / (SAMPLED_CELLS * 2)).max(1);
    points.into_iter().step_by(step).collect()
}
