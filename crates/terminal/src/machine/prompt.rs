//! A shell's marks (OSC 133): `A` where its prompt begins, `B` where what is typed begins, `C` where the output of the
//! command begins, `D` where that ends.
//!
//! At a new width a shell draws its prompt again, from the row on in which it began at the width before. Wrapped anew by
//! then it would begin elsewhere, and parts of it would be left. So the line is blanked and its rows stay:
//!
//! ```text
//!  │$ a long com│      │            │  <- the shell goes up here
//!  │mand_       │  ->  │_           │
//! ```
//!
//! Only the line of the cursor is blanked: of a prompt of several lines, some shells draw the last alone.

use std::ops::Range;

use super::Machine;
use crate::screen::Style;

impl Machine {
    /// Handles OSC 133.
    pub(super) fn shell_mark(&mut self, body: &[u8]) {
        let mut parts = body.split(|byte| *byte == b';');
        let row = self.cursor.row;
        match parts.next().unwrap_or_default() {
            b"A" => {
                self.grid_mut()[row].is_prompt = true;
                // The shell says that it does not draw its prompt again.
                let is_final = parts.any(|part| part == b"redraw=0");
                self.prompt_column = (!is_final).then_some(self.cursor.column);
            }
            b"B" => self.grid_mut()[row].has_input = self.prompt_column.is_some(),
            b"C" | b"D" => self.prompt_column = None,
            _ => {}
        }
    }

    /// Blanks the line in which a shell waits for input, where the shell will draw it again.
    pub(super) fn blank_prompt(&mut self) {
        let Some(column) = self.prompt_column.filter(|_| self.prompts_redrawn && !self.on_alternate) else {
            return;
        };
        let Some(rows) = self.cursor_line() else { return };
        let grid = self.grid();
        let begun = rows.clone().rev().find(|row| grid[*row].is_prompt);
        if begun.is_none() && !rows.clone().any(|row| grid[row].has_input) {
            return;
        }
        let (first, kept) = begun.map_or((rows.start, 0), |row| (row, column));
        if kept == 0 {
            self.end_line_before(first);
        }
        for row in first..rows.end {
            let row_of_grid = &mut self.grid_mut()[row];
            let from = if row == first { kept } else { 0 };
            row_of_grid.erase(from, row_of_grid.cells.len(), Style::default());
            row_of_grid.wrapped = false;
            row_of_grid.has_input = false;
        }
        if self.cursor.row >= first {
            self.cursor.column = if self.cursor.row == first { kept } else { 0 };
            self.cursor.wrap_pending = false;
        }
    }

    /// The rows of the line that has the cursor; `None` where it begins in the history.
    fn cursor_line(&self) -> Option<Range<usize>> {
        let grid = &self.grid()[..self.rows];
        let row = self.cursor.row;
        let start = grid[..row].iter().rposition(|row| !row.wrapped).map_or(0, |above| above + 1);
        if start == 0 && self.history.open_cells().is_some() {
            return None;
        }
        let end = grid[row..].iter().position(|row| !row.wrapped).map_or(self.rows, |last| row + last + 1);
        Some(start..end)
    }
}

#[cfg(test)]
mod tests {
    use crate::{Emulator, Size};

    /// A shell of 20 columns that learns of new sizes.
    fn shell(bytes: &str) -> Emulator {
        let mut emulator = Emulator::new(Size { columns: 20, rows: 6 });
        emulator.set_prompts_redrawn(true);
        emulator.feed(bytes.as_bytes());
        emulator
    }

    fn rows(emulator: &Emulator) -> Vec<String> {
        let mut rows: Vec<String> = (0..emulator.size().rows).map(|row| emulator.row(row)).collect();
        while rows.last().is_some_and(String::is_empty) {
            rows.pop();
        }
        rows
    }

    /// What readline sends after a new size: to the last row of its old layout, up to the first, and the line anew.
    fn redraw(emulator: &mut Emulator, rows_above: usize, line: &str) {
        let up = "\x1b[A".repeat(rows_above);
        emulator.feed(format!("\r\x1b[K{up}\r\x1b]133;A\x07$ \x1b]133;B\x07{line}\x1b[K").as_bytes());
    }

    const LONG: &str = "\x1b]133;A\x07$ \x1b]133;B\x07a command of two rows";

    #[test]
    fn a_prompt_that_the_shell_draws_again_is_there_once() {
        for (columns, expected) in [
            (10, &["before", "$ a comman", "d of two r", "ows"][..]),
            (40, &["before", "$ a command of two rows"]),
        ] {
            let mut emulator = shell(&format!("before\r\n{LONG}"));
            assert_eq!(rows(&emulator), ["before", "$ a command of two r", "ows"]);
            emulator.resize(Size { columns, rows: 6 });
            assert_eq!(rows(&emulator), ["before"]);
            assert_eq!((emulator.cursor().row, emulator.cursor().column), (2, 0), "its rows stay");
            redraw(&mut emulator, 1, "a command of two rows");
            assert_eq!(rows(&emulator), expected, "{columns} columns");
        }
    }

    #[test]
    fn nothing_is_blanked_that_no_shell_draws_again() {
        let height = Size { columns: 20, rows: 4 };
        let width = Size { columns: 30, rows: 6 };
        for (bytes, size, name) in [
            ("$ typed", width, "no marks"),
            ("\x1b]133;A;redraw=0\x07$ \x1b]133;B\x07typed", width, "the shell does not draw it again"),
            ("\x1b]133;A\x07$ \x1b]133;B\x07typed\x1b]133;C\x07", width, "a command runs"),
            ("\x1b]133;A\x07$ \r\noutput", width, "output behind a prompt whose command is not marked"),
            ("\x1b]133;A\x07$ \x1b]133;B\x07typed", height, "the same width"),
            ("\x1b]133;A\x07$ \x1b]133;B\x07typed\x1b[?1049h", width, "the other screen"),
            ("\x1b]133;A\x07$ \x1b]133;B\x07typed\x1bc$ typed", width, "a reset terminal"),
        ] {
            let mut emulator = shell(bytes);
            emulator.resize(size);
            emulator.feed(b"\x1b[?1049l");
            let text = rows(&emulator).join("\n");
            assert!(text.contains("typed") || text.contains("output"), "{name}: {text:?}");
        }
        let mut emulator = shell("");
        emulator.set_prompts_redrawn(false);
        emulator.feed(LONG.as_bytes());
        emulator.resize(width);
        assert_eq!(rows(&emulator), ["$ a command of two rows"], "a shell that learns of no size");
    }

    #[test]
    fn what_is_before_the_prompt_stays() {
        let mut emulator = shell(&format!("no line feed{LONG}"));
        emulator.resize(Size { columns: 30, rows: 6 });
        assert_eq!(rows(&emulator), ["no line feed"]);
        // Of two lines the one with the cursor is drawn again.
        let mut emulator = shell("\x1b]133;A\x07~/src\r\n$ \x1b]133;B\x07typed");
        emulator.resize(Size { columns: 30, rows: 6 });
        assert_eq!(rows(&emulator), ["~/src"]);
    }
}
