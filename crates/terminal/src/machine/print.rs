//! Printing of characters.

use unicode_width::UnicodeWidthChar;

use super::{Machine, Margins};
use crate::sanitise;
use crate::screen::{Cell, Flags, Glyph};

impl Machine {
    /// Prints a run of printable ASCII.
    pub(super) fn print_run(&mut self, mut text: &[u8]) {
        let Some(last) = text.last() else { return };
        if !self.prints_as_is() {
            for byte in text {
                self.print_char(char::from(*byte));
            }
            return;
        }
        self.last_printed = Some(char::from(*last));
        while !text.is_empty() {
            self.wrap_if_pending(text.len(), 1);
            let (row, start, end) = (self.cursor.row, self.cursor.column, self.right_limit());
            if start >= end {
                return;
            }
            let count = text.len().min(end - start);
            let (style, blank) = (self.style, self.blank());
            let row = &mut self.grid_mut()[row];
            row.cut_wide(start, blank);
            row.cut_wide(start + count, blank);
            for (cell, byte) in row.cells[start..start + count].iter_mut().zip(text) {
                *cell = Cell { glyph: Glyph::byte(*byte), style };
            }
            text = &text[count..];
            if start + count >= end {
                self.cursor.column = end - 1;
                self.cursor.wrap_pending = true;
                if !self.modes.autowrap && text.len() > 1 {
                    // Each character takes the place of the one before; the last one stays.
                    text = &text[text.len() - 1..];
                }
            } else {
                self.cursor.column = start + count;
            }
        }
    }

    /// Whether ASCII is written to the cells as it comes.
    fn prints_as_is(&self) -> bool {
        self.charsets.is_plain() && !self.modes.insert && !self.style.flags.contains(Flags::CONCEAL)
    }

    /// Prints a character.
    pub(super) fn print_char(&mut self, c: char) {
        let c = self.charsets.map(c);
        if !sanitise::is_visible(c) {
            return;
        }
        match c.width().unwrap_or(0) {
            0 => self.combine(c),
            width => {
                self.last_printed = Some(c);
                self.put(c, width.min(2), 1);
            }
        }
    }

    /// The column before which the current row of text ends. The cursor may be behind it where the row is of double width:
    /// what is printed there is lost.
    fn right_limit(&self) -> usize {
        let end = if self.cursor.column > self.margins.right { self.columns } else { self.margins.right + 1 };
        end.min(self.row_end())
    }

    /// Wraps if that is due, for `count` characters of one width that follow.
    fn wrap_if_pending(&mut self, count: usize, width: usize) {
        if std::mem::take(&mut self.cursor.wrap_pending) && self.modes.autowrap {
            self.wrap_for(count, width);
        }
    }

    /// Wraps for `count` characters of one width. At the bottom margin it scrolls at once for all rows that they take.
    fn wrap_for(&mut self, count: usize, width: usize) {
        let scrolls = self.cursor.row == self.margins.bottom && self.in_columns();
        self.wrap();
        let Margins { top, bottom, .. } = self.margins;
        let more = (count.div_ceil(self.in_row(self.columns, width)) - 1).min(bottom - top);
        if scrolls && more > 0 {
            self.scroll_up(more);
            self.cursor.row -= more;
        }
    }

    /// The characters of a width that a row of so many columns has room for between the margins, one at least.
    fn in_row(&self, columns: usize, width: usize) -> usize {
        let end = columns.min(self.margins.right + 1);
        (end.saturating_sub(self.margins.left) / width).max(1)
    }

    /// Goes to the start of the next row, which continues this one.
    fn wrap(&mut self) {
        let row = self.cursor.row;
        if self.cursor.column + 1 == self.columns && self.margins.left == 0 && self.can_index() {
            self.grid_mut()[row].wrapped = true;
        }
        self.index();
        self.cursor.column = self.margins.left;
    }

    /// Prints a character as often as the rest of a row has room for, `most` times at most; returns how often. Those that
    /// are lost count.
    fn put(&mut self, c: char, width: usize, most: usize) -> usize {
        self.wrap_if_pending(most, width);
        if self.cursor.column >= self.right_limit() {
            return most;
        }
        if self.cursor.column + width > self.right_limit() {
            if self.modes.autowrap {
                self.leave_filler();
                self.wrap_for(most, width);
            } else {
                self.cursor.column = self.right_limit().saturating_sub(width);
            }
        }
        let (row, at, end) = (self.cursor.row, self.cursor.column, self.right_limit());
        if at + width > end {
            // A region too narrow for the character.
            return 1;
        }
        let mut count = most.min((end - at) / width);
        if self.modes.insert && at < self.margins.left {
            // Only from the margin on they are inserted.
            count = count.min((self.margins.left - at).div_ceil(width));
        }
        let to = at + count * width;
        let (style, blank) = (self.style, self.blank());
        // A concealed text takes its cells and is not kept, so that a password is nowhere.
        let is_concealed = style.flags.contains(Flags::CONCEAL);
        let glyph = Glyph::char(if is_concealed { ' ' } else { c });
        let insert = self.modes.insert && self.in_columns();
        let row = &mut self.grid_mut()[row];
        if insert {
            row.insert(at, end, to - at, blank);
        }
        row.cut_wide(at, blank);
        row.cut_wide(to, blank);
        row.cells[at..to].fill(Cell { glyph, style });
        if width == 2 && !is_concealed {
            for tail in row.cells[at..to].iter_mut().skip(1).step_by(2) {
                tail.glyph = Glyph::WIDE_TAIL;
            }
        }
        if to >= end {
            self.cursor.column = end - 1;
            self.cursor.wrap_pending = true;
        } else {
            self.cursor.column = to;
        }
        count
    }

    /// Marks the cell that a wide character at the edge leaves free, so that it is no part of the text.
    fn leave_filler(&mut self) {
        let (row, column) = (self.cursor.row, self.cursor.column);
        if column + 1 == self.row_end() {
            let cell = &mut self.grid_mut()[row].cells[column];
            if cell.glyph.is_space() {
                cell.glyph = Glyph::FILLER;
            }
        }
    }

    /// Adds a combining mark to the character before the cursor.
    fn combine(&mut self, mark: char) {
        let row = self.cursor.row;
        let mut column = self.cursor.column;
        if !self.cursor.wrap_pending {
            let Some(before) = column.checked_sub(1) else { return };
            column = before;
        }
        if column > 0 && self.cell(row, column).is_wide_tail() {
            column -= 1;
        }
        let glyph = self.cell(row, column).glyph;
        if self.clusters.is_sweep_due() {
            self.sweep();
        }
        let base = match glyph.as_cluster() {
            Some(number) => self.clusters.get(number).to_owned(),
            None => glyph.as_char().unwrap_or(' ').to_string(),
        };
        if let Some(number) = self.clusters.add(&base, mark) {
            self.grid_mut()[row].cells[column].glyph = Glyph::cluster(number);
        }
    }

    /// REP: repeats the last character.
    pub(super) fn repeat(&mut self, count: usize) {
        let Some(c) = self.last_printed.take() else { return };
        let width = match c.width().unwrap_or(0) {
            0 => return,
            width => width.min(2),
        };
        // More repeats than fill the rest of a row and then all that scrolls show nothing more and cost time: only the
        // place of the last one in its row counts. Rows that they do not fill have to scroll away.
        let Margins { top, bottom, left, right } = self.margins;
        let row = self.cursor.row;
        let last = if row > bottom { self.grid()[self.rows - 1].columns(self.columns) } else { self.columns };
        let in_row = self.in_row(last, width);
        let is_strip = !self.is_full_width() && (top..=bottom).contains(&row);
        let rows = if is_strip { bottom + 1 - top } else { self.rows };
        let fills = (right + 1 - left).is_multiple_of(width) && !self.grid().iter().any(|row| row.is_double);
        let most = self.columns + rows * in_row * if fills { 1 } else { 2 };
        let mut rest = if count > most { most + (count - most) % in_row } else { count };
        while rest > 0 {
            rest -= self.put(c, width, rest);
        }
    }
}
