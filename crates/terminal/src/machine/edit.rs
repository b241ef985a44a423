//! Erasing, and inserting and deleting of characters.

use super::{Machine, Protection};
use crate::screen::{Cell, Flags, Style};

impl Machine {
    /// Erases cells of a row. Protected ones are spared by a `selective` erase, and by all where SPA protects them.
    fn erase_cells(&mut self, row: usize, from: usize, to: usize, selective: bool) {
        let blank = self.blank();
        let spares = match self.protection {
            Protection::None => false,
            Protection::Selective => selective,
            Protection::All => true,
        };
        let row = &mut self.grid_mut()[row];
        if !spares {
            row.erase(from, to, blank);
            return;
        }
        for column in from..to.min(row.cells.len()) {
            if !row.cells[column].style.flags.contains(Flags::PROTECTED) {
                row.split_wide(column);
                row.split_wide(column + 1);
                row.cells[column] = Cell::blank(blank);
            }
        }
    }

    /// Ends the line that goes on in a row: what went on there is gone.
    pub(super) fn end_line_before(&mut self, row: usize) {
        match row.checked_sub(1) {
            Some(above) => self.grid_mut()[above].wrapped = false,
            None if !self.on_alternate => self.history.close(),
            None => {}
        }
    }

    fn erase_row(&mut self, row: usize, selective: bool) {
        self.end_line_before(row);
        // What a narrower screen hides goes too.
        let width = self.grid()[row].cells.len();
        self.erase_cells(row, 0, width, selective);
        self.grid_mut()[row].wrapped = false;
        self.grid_mut()[row].is_prompt = false;
    }

    /// ED and DECSED.
    pub(super) fn erase_display(&mut self, what: u16, selective: bool) {
        let (row, column) = (self.cursor.row, self.cursor.column);
        match what {
            0 => {
                self.erase_line(0, selective);
                (row + 1..self.rows).for_each(|row| self.erase_row(row, selective));
            }
            1 => {
                (0..row).for_each(|row| self.erase_row(row, selective));
                self.erase_cells(row, 0, column + 1, selective);
            }
            2 => {
                (0..self.rows).for_each(|row| self.erase_row(row, selective));
                self.cursor.wrap_pending = false;
            }
            3 if !selective => self.history.clear(),
            _ => {}
        }
    }

    /// EL and DECSEL.
    pub(super) fn erase_line(&mut self, what: u16, selective: bool) {
        let (row, column) = (self.cursor.row, self.cursor.column);
        match what {
            0 => {
                if column == 0 {
                    self.end_line_before(row);
                }
                let width = self.grid()[row].cells.len();
                self.erase_cells(row, column, width, selective);
                self.grid_mut()[row].wrapped = false;
                self.cursor.wrap_pending = false;
            }
            1 => self.erase_cells(row, 0, column + 1, selective),
            2 => self.erase_row(row, selective),
            _ => {}
        }
    }

    /// ECH.
    pub(super) fn erase_characters(&mut self, count: usize) {
        let (row, column) = (self.cursor.row, self.cursor.column);
        self.erase_cells(row, column, (column + count).min(self.columns), false);
        self.cursor.wrap_pending = false;
    }

    /// ICH.
    pub(super) fn insert_characters(&mut self, count: usize) {
        if self.in_columns() {
            let (at, end, blank) = (self.cursor.column, self.margins.right + 1, self.blank());
            let row = self.cursor.row;
            self.grid_mut()[row].insert(at, end, count, blank);
            self.cursor.wrap_pending = false;
        }
    }

    /// DCH.
    pub(super) fn delete_characters(&mut self, count: usize) {
        if self.in_columns() {
            let (at, end, blank) = (self.cursor.column, self.margins.right + 1, self.blank());
            let row = self.cursor.row;
            self.grid_mut()[row].delete(at, end, count, blank);
            self.cursor.wrap_pending = false;
        }
    }

    /// DECBI: a column left; at the left margin a column comes in.
    pub(super) fn back_index(&mut self) {
        if self.cursor.column == self.margins.left && self.in_margins() {
            self.shift_columns(self.margins.left, 1, true);
        } else if self.cursor.column > 0 {
            self.cursor.column -= 1;
        }
        self.cursor.wrap_pending = false;
    }

    /// DECFI: a column right; at the right margin a column leaves.
    pub(super) fn forward_index(&mut self) {
        if self.cursor.column == self.margins.right && self.in_margins() {
            self.shift_columns(self.margins.left, 1, false);
        } else if self.cursor.column + 1 < self.columns {
            self.cursor.column += 1;
        }
        self.cursor.wrap_pending = false;
    }

    /// DECALN: fills the screen with `E` and homes the cursor.
    pub(super) fn alignment_test(&mut self) {
        self.reset_margins();
        self.modes.horizontal_margins = false;
        self.modes.origin = false;
        let cell = Cell { glyph: crate::screen::Glyph::byte(b'E'), style: Style::default() };
        self.end_line_before(0);
        let columns = self.columns;
        for row in self.grid_mut() {
            row.clear(columns, Style::default());
            row.cells.fill(cell);
        }
        self.go_to(0, 0);
    }
}
