//! Where a picture lies: which part of the screen shows, in which cells, at which scale.

use ratatui::layout::Rect;

use super::scale::{Axis, Grid};
use crate::Region;

/// The size of a terminal's cell in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CellSize {
    /// Its width, at least 1.
    pub width: u16,
    /// Its height, at least 1.
    pub height: u16,
}

impl Default for CellSize {
    /// Half as wide as high, as most fonts are: the two pixels of a half block.
    fn default() -> Self {
        Self { width: 1, height: 2 }
    }
}

impl CellSize {
    /// The size of a cell, at least one pixel.
    pub fn new(width: u16, height: u16) -> Self {
        Self { width: width.max(1), height: height.max(1) }
    }
}

/// The upper left pixel of what shows at 1:1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Pan {
    /// Pixels from the left edge of the screen.
    pub x: u16,
    /// Pixels from its upper edge.
    pub y: u16,
}

/// The part of a screen that shows, and the cells that it takes.
///
/// ```text
///  screen                         cells
///  ┌──────────────────┐           ┌──┬──┬──┬──┐
///  │  ┌─ source ──┐   │  content  │░░│░░│░░│░ │   content: the pixels that the source becomes,
///  │  │           │   │ ────────▶ ├──┼──┼──┼──┤   from the upper left of the first cell on; the rest
///  │  └───────────┘   │           │░░│░░│░░│░ │   of the last cells is black
///  └──────────────────┘           └──┴──┴──┴──┘
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Geometry {
    /// The part of the screen that shows.
    pub source: Region,
    /// Columns of cells; 0 where nothing shows.
    pub columns: u16,
    /// Rows of cells; 0 where nothing shows.
    pub rows: u16,
    /// The size of a cell.
    pub cell: CellSize,
    /// The size of the source as drawn, in pixels of the terminal.
    pub content: (u32, u32),
}

impl Geometry {
    /// The whole of a screen of `size` pixels, as large as it fits into these cells with its aspect kept. The aspect
    /// yields by less than half a cell, so that whole cells are covered.
    pub fn fit(size: (u16, u16), columns: u16, rows: u16, cell: CellSize) -> Self {
        let source = Region { x: 0, y: 0, width: size.0, height: size.1 };
        if source.is_empty() || columns == 0 || rows == 0 {
            return Self::nothing(cell);
        }
        let (width, height) = (u64::from(size.0), u64::from(size.1));
        let (cell_width, cell_height) = (u64::from(cell.width), u64::from(cell.height));
        let (room_width, room_height) = (u64::from(columns) * cell_width, u64::from(rows) * cell_height);
        let (columns, rows) = if room_width * height <= room_height * width {
            (columns, rounded(room_width * height, width * cell_height, rows))
        } else {
            (rounded(room_height * width, height * cell_width, columns), rows)
        };
        let content = (u32::from(columns) * u32::from(cell.width), u32::from(rows) * u32::from(cell.height));
        Self { source, columns, rows, cell, content }
    }

    /// The part of a screen of `size` pixels from `pan` on that these cells show pixel by pixel. A position too far to
    /// the right or below is moved back.
    pub fn actual(size: (u16, u16), columns: u16, rows: u16, cell: CellSize, pan: Pan) -> Self {
        let room = |cells: u16, pixels: u16| u32::from(cells) * u32::from(pixels);
        let width = clamp(room(columns, cell.width).min(size.0.into()));
        let height = clamp(room(rows, cell.height).min(size.1.into()));
        if width == 0 || height == 0 {
            return Self::nothing(cell);
        }
        let source = Region { x: pan.x.min(size.0 - width), y: pan.y.min(size.1 - height), width, height };
        Self {
            source,
            columns: width.div_ceil(cell.width),
            rows: height.div_ceil(cell.height),
            cell,
            content: (width.into(), height.into()),
        }
    }

    fn nothing(cell: CellSize) -> Self {
        Self { source: Region::default(), columns: 0, rows: 0, cell, content: (0, 0) }
    }

    /// True if nothing shows.
    pub const fn is_empty(&self) -> bool {
        self.columns == 0 || self.rows == 0
    }

    /// The position of what shows on the screen.
    pub const fn pan(&self) -> Pan {
        Pan { x: self.source.x, y: self.source.y }
    }

    /// The cells that the picture takes in the middle of an area.
    pub fn within(&self, area: Rect) -> Rect {
        let (width, height) = (self.columns.min(area.width), self.rows.min(area.height));
        Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height }
    }

    /// The way from the picture to the screen, where each cell is made of so many pixels across and down.
    pub(super) fn grid(&self, (across, down): (u16, u16)) -> Grid {
        let axis = |start, length: u16, cell: u16, parts: u16, content: u32| {
            let step = u64::from(cell) * u64::from(length);
            Axis::new(start, length, (step, u64::from(parts) * u64::from(content)))
        };
        let (source, cell) = (self.source, self.cell);
        Grid {
            x: axis(source.x, source.width, cell.width, across, self.content.0),
            y: axis(source.y, source.height, cell.height, down, self.content.1),
        }
    }

    /// The pixel of the screen in the middle of a cell, counted from the first cell of the picture; `None` outside of the
    /// picture.
    pub fn pixel_at(&self, column: u16, row: u16) -> Option<(u16, u16)> {
        let along = |cell: u16, cells: u16, size: u16, content: u32, start: u16, length: u16| {
            let middle = u64::from(cell) * u64::from(size) + u64::from(size / 2);
            let pixel = middle * u64::from(length) / u64::from(content.max(1));
            let pixel = u16::try_from(pixel).unwrap_or(u16::MAX).min(length.checked_sub(1)?);
            (cell < cells).then(|| start + pixel)
        };
        let source = self.source;
        let x = along(column, self.columns, self.cell.width, self.content.0, source.x, source.width)?;
        let y = along(row, self.rows, self.cell.height, self.content.1, source.y, source.height)?;
        Some((x, y))
    }
}

/// The nearest whole quotient, at least 1 and at most `most`.
fn rounded(number: u64, by: u64, most: u16) -> u16 {
    let quotient = (number + by / 2) / by;
    u16::try_from(quotient).unwrap_or(u16::MAX).clamp(1, most)
}

fn clamp(number: u32) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const VGA: CellSize = CellSize { width: 8, height: 16 };

    #[test]
    fn a_screen_fits_with_its_aspect() {
        let wide = Geometry::fit((1920, 1080), 120, 34, VGA);
        assert_eq!((wide.columns, wide.rows), (120, 34), "{wide:?}");
        let high = Geometry::fit((480, 640), 120, 34, VGA);
        assert_eq!((high.columns, high.rows), (51, 34), "{high:?}");
        let low = Geometry::fit((1600, 200), 100, 40, VGA);
        assert_eq!((low.columns, low.rows), (100, 6), "{low:?}");
        assert_eq!(low.within(Rect::new(10, 5, 100, 40)), Rect::new(10, 22, 100, 6));
    }

    #[test]
    fn one_to_one_shows_what_the_cells_hold_and_never_beyond_the_edge() {
        let part = Geometry::actual((1024, 768), 80, 24, VGA, Pan { x: 900, y: 10 });
        assert_eq!(part.source, Region { x: 384, y: 10, width: 640, height: 384 });
        assert_eq!(part.content, (640, 384));
        let small = Geometry::actual((100, 50), 80, 24, VGA, Pan { x: 7, y: 7 });
        assert_eq!((small.source.x, small.source.y, small.columns, small.rows), (0, 0, 13, 4));
    }

    #[test]
    fn nothing_shows_of_an_empty_screen_or_in_no_cells() {
        assert!(Geometry::fit((0, 5), 80, 24, VGA).is_empty());
        assert!(Geometry::fit((5, 5), 0, 24, VGA).is_empty());
        assert!(Geometry::actual((5, 0), 80, 24, VGA, Pan::default()).is_empty());
        assert_eq!(Geometry::fit((0, 0), 80, 24, VGA).pixel_at(0, 0), None);
    }

    proptest! {
        #[test]
        fn the_picture_lies_in_its_cells_and_each_cell_has_its_pixel(
            size in (1..=u16::MAX, 1..=u16::MAX), columns in 1..500_u16, rows in 1..300_u16,
            cell in (1..40_u16, 1..80_u16), pan in (any::<u16>(), any::<u16>()), is_fit in any::<bool>(),
        ) {
            let cell = CellSize::new(cell.0, cell.1);
            let made = if is_fit {
                Geometry::fit(size, columns, rows, cell)
            } else {
                Geometry::actual(size, columns, rows, cell, Pan { x: pan.0, y: pan.1 })
            };
            prop_assert!(!made.is_empty() && made.columns <= columns && made.rows <= rows);
            prop_assert!(made.content.0 <= u32::from(made.columns) * u32::from(cell.width));
            prop_assert!(made.content.1 <= u32::from(made.rows) * u32::from(cell.height));
            prop_assert!(made.source.right() <= size.0.into() && made.source.bottom() <= size.1.into());
            for (column, row) in [(0, 0), (made.columns - 1, made.rows - 1)] {
                let (x, y) = made.pixel_at(column, row).unwrap();
                prop_assert!(x >= made.source.x && usize::from(x) < made.source.right());
                prop_assert!(y >= made.source.y && usize::from(y) < made.source.bottom());
            }
            prop_assert_eq!(made.pixel_at(made.columns, 0), None);
        }
    }
}
