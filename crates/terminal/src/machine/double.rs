//! Lines of double width and double height: DECDWL, DECDHL and DECSWL.
//!
//! ```text
//!  cells   │banner│hidden│        the left half of a row, one cell a character
//!  drawn   │b a n n e r  │        a blank after each
//! ```
//!
//! The two halves of a double-height line are two rows with the same text; both are drawn in this way, as cells have one
//! height. The history keeps the text alone.

use super::Machine;
use crate::screen::Cell;

impl Machine {
    /// The columns of the cursor's row.
    pub(super) fn row_end(&self) -> usize {
        self.grid()[self.cursor.row].columns(self.columns)
    }

    /// Whether a row of the screen is of double width.
    pub(crate) fn is_double(&self, row: usize) -> bool {
        self.grid().get(row).is_some_and(|row| row.is_double)
    }

    /// Makes the cursor's line double or single. There is no such line beside left and right margins.
    pub(super) fn set_double(&mut self, on: bool) {
        let row = self.cursor.row;
        if self.modes.horizontal_margins || self.grid()[row].is_double == on {
            return;
        }
        self.grid_mut()[row].is_double = on;
        if on {
            self.cursor.column = self.cursor.column.min(self.columns / 2);
        }
    }

    /// Makes all lines single.
    pub(super) fn reset_double(&mut self) {
        for row in self.grid_mut() {
            row.is_double = false;
        }
    }

    /// The column in which the cursor is drawn.
    pub(crate) fn drawn_column(&self) -> usize {
        let column = self.cursor.column;
        if self.is_double(self.cursor.row) { (column * 2).min(self.columns - 1) } else { column }
    }

    /// The cells of a row of the screen as they are drawn.
    pub(crate) fn with_drawn_cells<T>(&self, row: usize, draw: impl FnOnce(&[Cell]) -> T) -> T {
        let Some(row) = self.grid().get(row).filter(|_| row < self.rows) else { return draw(&[]) };
        let cells = &row.cells[..row.columns(self.columns).min(row.cells.len())];
        if row.is_double { draw(&spaced(cells)) } else { draw(cells) }
    }
}

/// Puts a blank after each character, two after a wide one.
fn spaced(cells: &[Cell]) -> Vec<Cell> {
    let mut drawn = Vec::with_capacity(cells.len() * 2);
    let mut cells = cells.iter().peekable();
    while let Some(cell) = cells.next() {
        drawn.push(*cell);
        if let Some(tail) = cells.next_if(|next| next.is_wide_tail()) {
            drawn.push(*tail);
            drawn.push(Cell::blank(cell.style));
        }
        drawn.push(Cell::blank(cell.style));
    }
    drawn
}
