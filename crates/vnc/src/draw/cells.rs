//! Pictures of cells: blocks that divide a cell into two or four parts, in two colours.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Color;

use super::geometry::Geometry;
use super::scale::{Grid, Scaler};
use super::source::{Changes, Seen, Source};

/// The parts that a cell is divided into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shapes {
    /// None: for terminals that have ASCII only. Without colours, characters that are the denser the brighter.
    Ascii,
    /// An upper and a lower half, each in its own colour.
    Halves,
    /// Four quadrants in the two colours that are nearest to theirs.
    Quadrants,
}

impl Shapes {
    /// The parts in a row and in a column.
    const fn parts(self) -> (u16, u16) {
        match self {
            Self::Ascii => (1, 1),
            Self::Halves => (1, 2),
            Self::Quadrants => (2, 2),
        }
    }
}

/// The way that cells are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CellStyle {
    /// The parts of a cell.
    pub shapes: Shapes,
    /// Colours of 24 bits, which are reduced where the frame is written; else shapes in the terminal's own two colours.
    pub has_colors: bool,
}

/// A picture of cells.
#[derive(Debug, Clone, Default)]
pub struct CellPicture {
    columns: u16,
    rows: u16,
    /// Row by row.
    cells: Vec<PictureCell>,
}

/// Computes pictures of cells. It keeps the last one, so that only what has changed is computed again.
#[derive(Debug, Default)]
pub struct CellRenderer {
    drawn: Option<Drawn>,
    picture: CellPicture,
    scaler: Scaler,
    pixels: Vec<u32>,
}

/// What the cells show.
#[derive(Debug, PartialEq, Eq)]
struct Drawn {
    seen: Seen,
    geometry: Geometry,
    style: CellStyle,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct PictureCell {
    symbol: &'static str,
    foreground: Color,
    background: Color,
}

impl PictureCell {
    const BLANK: Self = Self { symbol: " ", foreground: Color::Reset, background: Color::Reset };
}

/// The symbols of the quadrants by their bits: upper left 1, upper right 2, lower left 4, lower right 8.
const QUADRANTS: [&str; 16] =
    [" ", "▘", "▝", "▀", "▖", "▌", "▞", "▛", "▗", "▚", "▐", "▜", "▄", "▙", "▟", "█"];

/// Characters from dark to bright.
const RAMP: [&str; 10] = [" ", ".", ":", "-", "=", "+", "*", "#", "%", "@"];

impl CellPicture {
    /// Draws the picture into the middle of `area`, as much of it as is in there. The cells beside it stay as they are.
    pub fn draw(&self, area: Rect, buf: &mut Buffer) {
        let (width, height) = (self.columns.min(area.width), self.rows.min(area.height));
        let left = area.x.saturating_add((area.width - width) / 2);
        let top = area.y.saturating_add((area.height - height) / 2);
        let area = Rect { x: left, y: top, width, height }.intersection(buf.area);
        for (row, y) in self.cells.chunks(usize::from(self.columns).max(1)).zip(area.top()..area.bottom()) {
            for (cell, x) in row.iter().zip(area.left()..area.right()) {
                let to = &mut buf[(x, y)];
                to.reset();
                to.set_symbol(cell.symbol).set_fg(cell.foreground).set_bg(cell.background);
            }
        }
    }
}

impl CellRenderer {
    /// The picture that was computed last; without cells before the first.
    pub const fn picture(&self) -> &CellPicture {
        &self.picture
    }

    /// Computes the cells that have changed. Returns their number.
    pub fn update(&mut self, source: Source<'_>, geometry: &Geometry, style: CellStyle) -> usize {
        let known = self.drawn.as_ref().filter(|drawn| drawn.geometry == *geometry && drawn.style == style);
        let changes = known.map(|drawn| Changes::since(&drawn.seen, source));
        let mut computed = 0;
        match changes {
            Some(None) => return 0,
            Some(Some(changes)) => {
                let grid = geometry.grid(style.shapes.parts());
                for row in 0..geometry.rows {
                    let mut from = None;
                    for column in 0..=geometry.columns {
                        let is_changed = column < geometry.columns
                            && changes.touch(covered(&grid, style, column..column + 1, row));
                        if is_changed {
                            from.get_or_insert(column);
                        } else if let Some(from) = from.take() {
                            self.compute(source, geometry, style, from..column, row);
                            computed += usize::from(column - from);
                        }
                    }
                }
            }
            None => {
                let count = usize::from(geometry.columns) * usize::from(geometry.rows);
                self.picture.columns = geometry.columns;
                self.picture.rows = geometry.rows;
                self.picture.cells.clear();
                self.picture.cells.resize(count, PictureCell::BLANK);
                for row in 0..geometry.rows {
                    self.compute(source, geometry, style, 0..geometry.columns, row);
                }
                computed = count;
            }
        }
        self.drawn = Some(Drawn { seen: source.seen(), geometry: *geometry, style });
        computed
    }

    /// Computes some cells of a row.
    fn compute(
        &mut self,
        source: Source<'_>,
        geometry: &Geometry,
        style: CellStyle,
        columns: std::ops::Range<u16>,
        row: u16,
    ) {
        let parts = style.shapes.parts();
        let grid = geometry.grid(parts);
        let (across, down) = (u32::from(parts.0), u32::from(parts.1));
        let wide = u32::from(columns.start) * across..u32::from(columns.end) * across;
        let high = u32::from(row) * down..u32::from(row + 1) * down;
        self.pixels.clear();
        self.scaler.scale(source, &grid, wide, high, &mut self.pixels);
        let start = usize::from(row) * usize::from(geometry.columns);
        let cells = self.picture.cells.get_mut(start..).unwrap_or_default();
        let length = usize::from(parts.0) * columns.len();
        let (upper, lower) = self.pixels.split_at(length.min(self.pixels.len()));
        for (index, column) in columns.enumerate() {
            let Some(cell) = cells.get_mut(usize::from(column)) else { break };
            let pixel = |row: &[u32], offset: usize| {
                row.get(index * usize::from(parts.0) + offset).copied().unwrap_or(0)
            };
            let place = (column, row);
            *cell = match (style.shapes, style.has_colors) {
                (Shapes::Ascii, true) => flat(pixel(upper, 0)),
                (Shapes::Ascii, false) => ramp(pixel(upper, 0)),
                (Shapes::Halves, true) => halves(pixel(upper, 0), pixel(lower, 0)),
                (Shapes::Halves, false) => {
                    let (upper, lower) = (pixel(upper, 0), pixel(lower, 0));
                    dithered([upper, upper, lower, lower], place)
                }
                (Shapes::Quadrants, has_colors) => {
                    let four = [pixel(upper, 0), pixel(upper, 1), pixel(lower, 0), pixel(lower, 1)];
                    if has_colors { quadrants(four) } else { dithered(four, place) }
                }
            };
        }
    }
}

fn covered(grid: &Grid, style: CellStyle, columns: std::ops::Range<u16>, row: u16) -> crate::Region {
    let (across, down) = style.shapes.parts();
    let range = |cells: std::ops::Range<u16>, parts: u16| {
        u32::from(cells.start) * u32::from(parts)..u32::from(cells.end) * u32::from(parts)
    };
    grid.covered(&range(columns, across), &range(row..row + 1, down))
}

fn color(pixel: u32) -> Color {
    let [_, red, green, blue] = pixel.to_be_bytes();
    Color::Rgb(red, green, blue)
}

fn flat(pixel: u32) -> PictureCell {
    PictureCell { symbol: " ", foreground: Color::Reset, background: color(pixel) }
}

fn halves(upper: u32, lower: u32) -> PictureCell {
    if upper == lower {
        return flat(upper);
    }
    PictureCell { symbol: QUADRANTS[3], foreground: color(upper), background: color(lower) }
}

/// The shape and the two colours with the least sum of squared differences.
fn quadrants(four: [u32; 4]) -> PictureCell {
    let [first, rest @ ..] = four;
    if rest.iter().all(|pixel| *pixel == first) {
        return flat(first);
    }
    // A shape and the one with the colours changed are the same: the lower right quadrant is always background.
    let best = (0..8_usize).map(|shape| (divided(four, shape), shape)).min_by_key(|((error, ..), _)| *error);
    let Some(((_, foreground, background), shape)) = best else { return flat(first) };
    let symbol = QUADRANTS.get(shape).copied().unwrap_or(" ");
    PictureCell { symbol, foreground: color(foreground), background: color(background) }
}

/// The error of a shape, with the mean colours of its foreground and of the rest.
fn divided(four: [u32; 4], shape: usize) -> (u32, u32, u32) {
    let (mut error, mut foreground, mut background) = (0, 0, 0);
    for shift in [16, 8, 0] {
        let parts = four.map(|pixel| (pixel >> shift) & 0xff);
        for (is_foreground, mean) in [(true, &mut foreground), (false, &mut background)] {
            let own = || parts.iter().enumerate().filter(|(bit, _)| (shape >> bit & 1 == 1) == is_foreground);
            let count = u32::try_from(own().count()).unwrap_or(4);
            let value = own().map(|(_, part)| part).sum::<u32>().checked_div(count).unwrap_or(0);
            *mean |= value << shift;
            error += own().map(|(_, part)| part.abs_diff(value).pow(2)).sum::<u32>();
        }
    }
    (error, foreground, background)
}

/// The brightness of a pixel from 0 to 255, by ITU-R BT.601.
fn brightness(pixel: u32) -> u32 {
    let [_, red, green, blue] = pixel.to_be_bytes().map(u32::from);
    (299 * red + 587 * green + 114 * blue) / 1000
}

fn ramp(pixel: u32) -> PictureCell {
    let index = usize::try_from(brightness(pixel)).unwrap_or(0) * RAMP.len() / 256;
    PictureCell { symbol: RAMP.get(index).copied().unwrap_or(" "), ..PictureCell::BLANK }
}

/// Quadrants that are lit by their brightness, in a pattern of four by four thresholds.
fn dithered(four: [u32; 4], (column, row): (u16, u16)) -> PictureCell {
    const THRESHOLDS: [[u32; 4]; 4] = [[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]];
    let lit = |bit: u16| {
        let (x, y) = (usize::from((column % 2) * 2 + bit % 2), usize::from((row % 2) * 2 + bit / 2));
        // A quarter of the range is black and a quarter is lit whatever the place, so that text stays whole.
        let threshold = 64 + THRESHOLDS[y % 4][x % 4] * 8;
        brightness(four[usize::from(bit)]) > threshold
    };
    let bits = (0..4).filter(|bit| lit(*bit)).fold(0_usize, |bits, bit| bits | 1 << bit);
    PictureCell { symbol: QUADRANTS.get(bits).copied().unwrap_or(" "), ..PictureCell::BLANK }
}

#[cfg(test)]
#[path = "cells_tests.rs"]
mod tests;
