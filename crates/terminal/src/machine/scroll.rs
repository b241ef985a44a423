//! Scrolling, and the sequences that move lines or columns between the margins.

use super::Machine;
use crate::screen::Row;

impl Machine {
    /// Whether scrolling moves whole rows.
    pub(super) fn is_full_width(&self) -> bool {
        self.margins.left == 0 && self.margins.right + 1 == self.columns
    }

    /// LF, IND: a row down, scrolling at the bottom margin.
    pub(super) fn index(&mut self) {
        if self.cursor.row == self.margins.bottom && self.in_columns() {
            self.scroll_up(1);
            self.cursor.wrap_pending = false;
        } else {
            self.down(1);
        }
    }

    /// Whether there is a row below the cursor's to go to, or to scroll in.
    pub(super) fn can_index(&self) -> bool {
        let row = self.cursor.row;
        if row == self.margins.bottom { self.in_columns() } else { row + 1 < self.rows }
    }

    /// RI: a row up, scrolling at the top margin.
    pub(super) fn reverse_index(&mut self) {
        if self.cursor.row == self.margins.top && self.in_columns() {
            self.scroll_down(1);
            self.cursor.wrap_pending = false;
        } else {
            self.up(1);
        }
    }

    /// Scrolls what is between the margins up. Rows that leave the main screen at its top go to the history.
    pub(super) fn scroll_up(&mut self, count: usize) {
        let (top, bottom) = (self.margins.top, self.margins.bottom);
        if !self.is_full_width() {
            self.move_rows_up(top, bottom, count);
            return;
        }
        self.drop_hidden_rows();
        let count = count.min(bottom - top + 1);
        if top == 0 && !self.on_alternate {
            self.resized_from = None;
            self.store_rows(count);
        }
        self.rotate_up(top, bottom, count);
    }

    /// Appends the first rows of the screen to the history.
    pub(super) fn store_rows(&mut self, count: usize) {
        let Self { screens, history, clusters, extras, columns, .. } = self;
        for row in &screens[0][..count] {
            history.push(row, *columns, clusters, extras);
        }
    }

    fn rotate_up(&mut self, top: usize, bottom: usize, count: usize) {
        let (columns, blank) = (self.columns, self.blank());
        let rows = &mut self.grid_mut()[top..=bottom];
        rows.rotate_left(count);
        let kept = rows.len() - count;
        for row in &mut rows[kept..] {
            row.clear(columns, blank);
        }
        // What a row went on in has left, except where it is the row that a wrap has just scrolled for.
        if count != 1
            && let Some(last) = kept.checked_sub(1)
        {
            rows[last].wrapped = false;
        }
        if top > 0 {
            self.grid_mut()[top - 1].wrapped = false;
        }
    }

    fn rotate_down(&mut self, top: usize, bottom: usize, count: usize) {
        let (columns, blank) = (self.columns, self.blank());
        let rows = &mut self.grid_mut()[top..=bottom];
        rows.rotate_right(count);
        for row in &mut rows[..count] {
            row.clear(columns, blank);
        }
        if let Some(last) = rows.last_mut() {
            last.wrapped = false;
        }
        self.end_line_before(top);
    }

    pub(super) fn scroll_down(&mut self, count: usize) {
        let (top, bottom) = (self.margins.top, self.margins.bottom);
        if self.is_full_width() {
            self.rotate_down(top, bottom, count.min(bottom - top + 1));
        } else {
            self.move_rows_down(top, bottom, count);
        }
    }

    /// Moves the cells between the left and right margin of the rows up.
    fn move_rows_up(&mut self, top: usize, bottom: usize, count: usize) {
        let (left, right, blank) = (self.margins.left, self.margins.right, self.blank());
        let grid = self.grid_mut();
        cut_edges(&mut grid[top..=bottom], left, right);
        for row in top..=bottom {
            if row + count <= bottom {
                let (into, from) = grid.split_at_mut(row + count);
                into[row].cells[left..=right].copy_from_slice(&from[0].cells[left..=right]);
            } else {
                grid[row].erase(left, right + 1, blank);
            }
        }
    }

    fn move_rows_down(&mut self, top: usize, bottom: usize, count: usize) {
        let (left, right, blank) = (self.margins.left, self.margins.right, self.blank());
        let grid = self.grid_mut();
        cut_edges(&mut grid[top..=bottom], left, right);
        for row in (top..=bottom).rev() {
            if row >= top + count {
                let (from, into) = grid.split_at_mut(row);
                into[0].cells[left..=right].copy_from_slice(&from[row - count].cells[left..=right]);
            } else {
                grid[row].erase(left, right + 1, blank);
            }
        }
    }

    /// IL: lines come in at the cursor.
    pub(super) fn insert_lines(&mut self, count: usize) {
        if !self.in_margins() {
            return;
        }
        let (top, bottom) = (self.cursor.row, self.margins.bottom);
        if self.is_full_width() {
            self.rotate_down(top, bottom, count.min(bottom - top + 1));
        } else {
            self.move_rows_down(top, bottom, count);
        }
        self.cursor.column = self.margins.left;
        self.cursor.wrap_pending = false;
    }

    /// DL: the cursor's line and those below it leave.
    pub(super) fn delete_lines(&mut self, count: usize) {
        if !self.in_margins() {
            return;
        }
        let (top, bottom) = (self.cursor.row, self.margins.bottom);
        self.end_line_before(top);
        if self.is_full_width() {
            self.rotate_up(top, bottom, count.min(bottom - top + 1));
        } else {
            self.move_rows_up(top, bottom, count);
        }
        self.cursor.column = self.margins.left;
        self.cursor.wrap_pending = false;
    }

    /// Shifts the columns from `at` on, in all rows between the margins: right for DECIC, left for DECDC and SL.
    pub(super) fn shift_columns(&mut self, at: usize, count: usize, right: bool) {
        let (top, bottom, end, blank) =
            (self.margins.top, self.margins.bottom, self.margins.right + 1, self.blank());
        for row in &mut self.grid_mut()[top..=bottom] {
            row.split_wide(end);
            if right {
                row.insert(at, end, count, blank);
            } else {
                row.delete(at, end, count, blank);
            }
        }
    }
}

/// Blanks the wide characters that the margins cut.
fn cut_edges(rows: &mut [Row], left: usize, right: usize) {
    for row in rows {
        row.split_wide(left);
        row.split_wide(right + 1);
    }
}
