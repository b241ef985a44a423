//! Erasing, and inserting and deleting of characters.

use std::ops::Range;

use super::{Machine, Protection};
use crate::screen::{Cell, Flags, Style};

impl Machine {
    /// Erases cells of a row. Protected ones are spared by a `selective` erase, and by all where SPA protects them. A wrap
    /// that waits is over if any cell was erased.
    fn erase_cells(&mut self, row: usize, from: usize, to: usize, selective: bool) {
        let blank = self.blank();
        let spares = self.spares_protected(selective);
        let row = &mut self.grid_mut()[row];
        let mut has_erased = !spares;
        if spares {
            for column in from..to.min(row.cells.len()) {
                if !row.cells[column].style.flags.contains(Flags::PROTECTED) {
                    row.cut_wide(column, blank);
                    row.cut_wide(column + 1, blank);
                    row.cells[column] = Cell::blank(blank);
                    has_erased = true;
                }
            }
        } else {
            row.erase(from, to, blank);
        }
        self.cursor.wrap_pending &= !has_erased;
    }

    /// Ends the line that goes on in a row: what went on there is gone.
    pub(super) fn end_line_before(&mut self, row: usize) {
        match row.checked_sub(1) {
            Some(above) => self.grid_mut()[above].wrapped = false,
            None if !self.on_alternate => self.history.close(),
            None => {}
        }
    }

    fn spares_protected(&self, selective: bool) -> bool {
        match self.protection {
            Protection::None => false,
            Protection::Selective => selective,
            Protection::All => true,
        }
    }

    fn erase_row(&mut self, row: usize, selective: bool) {
        self.end_line_before(row);
        // What a narrower screen hides goes too.
        let width = self.grid()[row].cells.len();
        self.erase_cells(row, 0, width, selective);
        self.grid_mut()[row].wrapped = false;
        self.grid_mut()[row].is_prompt = false;
        self.grid_mut()[row].has_input = false;
    }

    /// Erases rows of a display, which are of single width then unless protected cells may be left.
    fn erase_rows(&mut self, rows: Range<usize>, selective: bool) {
        let spares = self.spares_protected(selective);
        for row in rows {
            self.erase_row(row, selective);
            self.grid_mut()[row].is_double &= spares;
        }
    }

    /// ED and DECSED.
    pub(super) fn erase_display(&mut self, what: u16, selective: bool) {
        let place = (self.cursor.row, self.cursor.column);
        let row = place.0;
        match what {
            0 if place != (0, 0) => {
                self.erase_line(0, selective);
                self.erase_rows(row + 1..self.rows, selective);
            }
            1 if place != (self.rows - 1, self.columns - 1) => {
                self.erase_rows(0..row, selective);
                self.erase_line(1, selective);
            }
            0..=2 => self.erase_screen(selective),
            3 if !selective => self.history.clear(),
            _ => {}
        }
    }

    /// Erases all of the screen. Where nothing on it was protected, protection ends.
    fn erase_screen(&mut self, selective: bool) {
        let is_protected = |cell: &Cell| cell.style.flags.contains(Flags::PROTECTED);
        if self.spares_protected(selective)
            && !self.grid().iter().any(|row| row.cells.iter().any(is_protected))
        {
            self.protection = Protection::None;
        }
        self.forget_hidden_rows();
        self.erase_rows(0..self.rows, selective);
        self.cursor.wrap_pending = false;
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
        if self.cursor.column != self.margins.left {
            self.back(1);
        } else if self.in_margins() {
            self.shift_columns(self.margins.left, 1, true);
        }
    }

    /// DECFI: a column right; at the right margin a column leaves.
    pub(super) fn forward_index(&mut self) {
        if self.cursor.column != self.margins.right {
            self.forward(1);
        } else if self.in_margins() {
            self.shift_columns(self.margins.left, 1, false);
        }
    }

    /// DECALN: fills the screen with `E`, homes the cursor and resets the attributes, not the colours.
    pub(super) fn alignment_test(&mut self) {
        self.style.flags = self.style.flags & Flags::PROTECTED;
        self.reset_margins();
        self.modes.origin = false;
        let cell = Cell { glyph: crate::screen::Glyph::byte(b'E'), style: Style::default() };
        self.clear_rows(Style::default());
        for row in self.grid_mut() {
            row.cells.fill(cell);
        }
        self.go_to(0, 0);
    }
}
