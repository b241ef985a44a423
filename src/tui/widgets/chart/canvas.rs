//! A grid of braille dots: an area and a line upon it.

/// Dots a cell, from the top down, left and right.
const DOTS: [[u8; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];

/// Two dots across and four down a cell.
pub struct Canvas {
    width: u16,
    height: u16,
    area: Vec<u8>,
    line: Vec<u8>,
}

impl Canvas {
    /// An empty canvas of so many cells.
    pub fn new(width: u16, height: u16) -> Self {
        let cells = usize::from(width) * usize::from(height);
        Self { width, height, area: vec![0; cells], line: vec![0; cells] }
    }

    /// Fills from the bottom to each share of the height.
    pub fn area(&mut self, shares: impl Iterator<Item = Option<f64>>) {
        let bottom = self.dots();
        for (column, share) in shares.enumerate().take(usize::from(self.width) * 2) {
            if let Some(share) = share {
                let top = self.dot(share);
                for dot in top..bottom {
                    let (cell, bit) = self.cell(column, dot);
                    self.area[cell] |= bit;
                }
            }
        }
    }

    /// Draws a line through the shares of the height, broken where there are none.
    pub fn line(&mut self, shares: impl Iterator<Item = Option<f64>>) {
        let mut before: Option<usize> = None;
        for (column, share) in shares.enumerate().take(usize::from(self.width) * 2) {
            let here = share.map(|share| self.dot(share));
            if let Some(here) = here {
                // A step is joined by a stroke that ends next to the dot before it.
                let from = before.map_or(here, |before| {
                    if before > here { before - 1 } else { before + usize::from(before < here) }
                });
                for dot in here.min(from)..=here.max(from) {
                    let (cell, bit) = self.cell(column, dot);
                    self.line[cell] |= bit;
                }
            }
            before = here;
        }
    }

    /// The mark of a cell, and true if it belongs to the line. The line cuts the area: its own dots alone are drawn.
    pub fn mark(&self, column: u16, row: u16, ascii: bool) -> Option<(char, bool)> {
        let cell = usize::from(row) * usize::from(self.width) + usize::from(column);
        let (area, line) = (*self.area.get(cell)?, *self.line.get(cell)?);
        let (dots, second) = if line == 0 { (area, false) } else { (line, true) };
        if dots == 0 {
            return None;
        }
        if !ascii {
            return char::from_u32(0x2800 | u32::from(dots)).map(|mark| (mark, second));
        }
        if second {
            return Some(('o', true));
        }
        let filled = DOTS.iter().filter(|row| dots & (row[0] | row[1]) != 0).count();
        Some(([' ', '.', ':', '+', '#'][filled], false))
    }

    fn dots(&self) -> usize {
        usize::from(self.height) * 4
    }

    /// The dot row, from the top, of a share of the height.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a share of 0 to 1 of a screen's height"
    )]
    fn dot(&self, share: f64) -> usize {
        let last = self.dots().saturating_sub(1);
        last - ((share.clamp(0.0, 1.0) * last as f64).round() as usize).min(last)
    }

    fn cell(&self, column: usize, dot: usize) -> (usize, u8) {
        (dot / 4 * usize::from(self.width) + column / 2, DOTS[dot % 4][column % 2])
    }
}
