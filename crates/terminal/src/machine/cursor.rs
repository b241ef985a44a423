//! Movements of the cursor.

use super::{CursorPlace, Machine, SavedCursor};
use crate::screen::Flags;

impl Machine {
    /// Whether the cursor is between the left and the right margin.
    pub(super) fn in_columns(&self) -> bool {
        (self.margins.left..=self.margins.right).contains(&self.cursor.column)
    }

    /// Whether the cursor is between all four margins.
    pub(super) fn in_margins(&self) -> bool {
        self.in_columns() && (self.margins.top..=self.margins.bottom).contains(&self.cursor.row)
    }

    pub(super) fn up(&mut self, count: usize) {
        let stop = if self.cursor.row < self.margins.top { 0 } else { self.margins.top };
        self.cursor.row = self.cursor.row.saturating_sub(count).max(stop);
        self.cursor.wrap_pending = false;
    }

    pub(super) fn down(&mut self, count: usize) {
        let stop = if self.cursor.row > self.margins.bottom { self.rows - 1 } else { self.margins.bottom };
        self.cursor.row = (self.cursor.row + count).min(stop);
        self.cursor.wrap_pending = false;
    }

    pub(super) fn forward(&mut self, count: usize) {
        let stop =
            if self.cursor.column > self.margins.right { self.columns - 1 } else { self.margins.right };
        let stop = stop.min(self.row_end() - 1);
        self.cursor.column = (self.cursor.column + count).min(stop);
        self.cursor.wrap_pending = false;
    }

    /// CUB and BS. In reverse wraparound mode (45, 1045) they go on at the end of the row above, from the top to the bottom.
    pub(super) fn back(&mut self, mut count: usize) {
        let modes = &self.modes;
        let wraps = (modes.reverse_wrap || modes.extended_reverse_wrap) && modes.autowrap;
        if wraps && self.cursor.wrap_pending {
            count -= 1;
        }
        self.cursor.wrap_pending = false;
        let column = self.cursor.column;
        let left = if column < self.margins.left { 0 } else { self.margins.left };
        if count <= column - left {
            self.cursor.column = column - count;
        } else if !wraps {
            self.cursor.column = left;
        } else {
            let width = self.margins.right + 1 - left;
            let is_first = column == left
                && self.cursor.row == self.margins.top
                && (self.margins.left..=self.margins.right).contains(&column);
            let place = if is_first {
                (self.margins.bottom + 1) * width - 1
            } else {
                let area = width * self.rows;
                let here = width * self.cursor.row + column - left;
                (here + area * (count / area + 1) - count) % area
            };
            self.cursor.row = (place / width).min(self.rows - 1);
            self.cursor.column = place % width + left;
        }
    }

    /// CR.
    pub(super) fn carriage_return(&mut self) {
        let left = self.margins.left;
        self.cursor.column = if self.modes.origin || self.cursor.column >= left { left } else { 0 };
        self.cursor.wrap_pending = false;
    }

    /// CUP and its kin: relative to the margins in origin mode.
    pub(super) fn go_to(&mut self, row: usize, column: usize) {
        let (row, column) = if self.modes.origin {
            let Self { margins, .. } = self;
            (
                row.saturating_add(margins.top).min(margins.bottom),
                column.saturating_add(margins.left).min(margins.right),
            )
        } else {
            (row, column)
        };
        self.cursor = CursorPlace {
            row: row.min(self.rows - 1),
            column: column.min(self.columns - 1),
            wrap_pending: false,
        };
    }

    /// The cursor as an application sees it: relative to the margins in origin mode.
    pub(super) fn reported_place(&self) -> (usize, usize) {
        if self.modes.origin {
            let Self { cursor, margins, .. } = self;
            (cursor.row.saturating_sub(margins.top), cursor.column.saturating_sub(margins.left))
        } else {
            (self.cursor.row, self.cursor.column)
        }
    }

    /// HT and CHT.
    pub(super) fn tab(&mut self, mut count: usize) {
        if self.modes.more_fix && self.cursor.wrap_pending && self.modes.autowrap {
            self.cursor.wrap_pending = false;
            self.index();
            self.cursor.column = 0;
            // The tab that wraps is the last one, as it does not go right.
            count = 1;
        }
        // From behind the right margin it goes back to it.
        let stop = self.margins.right.min(self.row_end() - 1);
        for _ in 0..count.min(self.columns) {
            self.cursor.column = self.tabs.right(self.cursor.column, stop).min(stop);
        }
    }

    /// CBT.
    pub(super) fn back_tab(&mut self, count: usize) {
        let left = if self.modes.origin { self.margins.left } else { 0 };
        for _ in 0..count.min(self.columns) {
            self.cursor.column = self.tabs.left(self.cursor.column).max(left);
        }
    }

    /// DECSC.
    pub(super) fn save_cursor(&mut self) {
        self.saved[usize::from(self.on_alternate)] = SavedCursor {
            place: self.cursor,
            style: self.style,
            charsets: self.charsets,
            origin: self.modes.origin,
        };
    }

    /// DECRC. What was saved on a larger screen is brought into this one.
    pub(super) fn restore_cursor(&mut self) {
        let saved = self.saved[usize::from(self.on_alternate)];
        self.style = saved.style;
        self.extra = self.extras.get(saved.style.extra);
        self.charsets = saved.charsets;
        self.modes.origin = saved.origin;
        self.cursor = CursorPlace {
            row: saved.place.row.min(self.rows - 1),
            column: saved.place.column.min(self.columns - 1),
            wrap_pending: saved.place.wrap_pending && saved.place.column < self.columns,
        };
        if self.modes.origin {
            let Self { margins, .. } = self;
            self.cursor.row = self.cursor.row.min(margins.bottom);
            self.cursor.column = self.cursor.column.min(margins.right);
        }
    }

    /// DECSTBM, rows from one.
    pub(super) fn set_vertical_margins(&mut self, top: usize, bottom: usize) {
        let top = top.max(1) - 1;
        let bottom = if bottom == 0 { self.rows } else { bottom.min(self.rows) } - 1;
        if top < bottom {
            (self.margins.top, self.margins.bottom) = (top, bottom);
            self.go_to(0, 0);
        }
    }

    /// DECSLRM, columns from one.
    pub(super) fn set_horizontal_margins(&mut self, left: usize, right: usize) {
        let left = left.max(1) - 1;
        let right = if right == 0 { self.columns } else { right.min(self.columns) } - 1;
        if left < right {
            (self.margins.left, self.margins.right) = (left, right);
            self.go_to(0, 0);
        }
    }

    pub(super) fn reset_horizontal_margins(&mut self) {
        (self.margins.left, self.margins.right) = (0, self.columns - 1);
    }

    pub(super) fn reset_margins(&mut self) {
        (self.margins.top, self.margins.bottom) = (0, self.rows - 1);
        self.reset_horizontal_margins();
    }

    /// DECSCA: whether the text that follows is protected from the selective erases.
    pub(super) fn protect(&mut self, on: bool, kind: super::Protection) {
        // The end of what SPA protects (EPA) leaves it protected; DECSCA of either kind takes over.
        if on || kind == super::Protection::Selective {
            self.protection = kind;
        }
        self.style.flags.set(Flags::PROTECTED, on);
    }
}
