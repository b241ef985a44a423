//! The part of the text that is shown: anchored to a place, so that it stays while output goes on below.

use super::rows::{live_rows, place_in, row_at, row_of, start, step};
use crate::console::{Place, Size, TextScreen, ViewRow};

/// What is shown of the text. A screen with a size of its own may be larger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct View {
    /// The start of the first row.
    pub top: Place,
    /// The first column of the rows that shows.
    pub left: u32,
    /// Columns and rows.
    pub size: Size,
}

impl View {
    /// What shows of the live screen.
    pub fn live(text: &dyn TextScreen, size: Size) -> Self {
        let size = at_least_one(size);
        let origin = text.live_origin(size);
        let row = (origin.y > 0).then(|| live_rows(text).into_iter().nth(origin.y.into())).flatten();
        let top = row.map_or_else(|| text.live_top(), |row| start(&row));
        Self { top, left: origin.x.into(), size }
    }

    /// The rows shown.
    pub fn rows(self, text: &dyn TextScreen) -> Vec<ViewRow> {
        text.view_rows(self.top, self.size.rows)
    }

    /// The lowest top: the last row of the text shows at the bottom. It is that of the live screen, or below it where that
    /// has more rows than are shown.
    pub fn last_top(self, text: &dyn TextScreen) -> Place {
        let rows = live_rows(text);
        let hidden = rows.len().saturating_sub(self.size.rows.into());
        rows.get(hidden).map_or_else(|| text.live_top(), start)
    }

    /// True if it shows what the live screen shows, and nothing is below it.
    pub fn is_live(self, text: &dyn TextScreen) -> bool {
        let last = self.last_top(text);
        self.top >= last && Self::live(text, self.size).top >= last
    }

    /// Sets the size. Returns true if it is another one.
    pub fn resize(&mut self, size: Size) -> bool {
        let before = std::mem::replace(&mut self.size, at_least_one(size));
        if before.columns != self.size.columns {
            self.left = 0;
        }
        before != self.size
    }

    /// Begins at the start of a row again after a new width, or after the text was trimmed.
    pub fn settle(&mut self, text: &dyn TextScreen) {
        let first = Place { line: text.lines().start, column: 0 };
        let top = self.top.max(first).min(self.last_top(text));
        self.top = row_of(text, top).map_or_else(|| text.step_rows(top, 0), |row| start(&row));
    }

    /// Scrolls by rows, towards newer ones if positive.
    pub fn scroll(&mut self, text: &dyn TextScreen, rows: i64) {
        let last = self.last_top(text);
        self.top = if last > text.live_top() {
            step(text, self.top, rows).map_or(self.top, |row| start(&row)).min(last)
        } else {
            text.step_rows(self.top, rows)
        };
    }

    /// Scrolls as little as shows a place.
    pub fn reveal(&mut self, text: &dyn TextScreen, place: Place) {
        let Some(row) = row_of(text, place) else { return };
        if start(&row) < self.top {
            self.top = start(&row).min(self.last_top(text));
        } else if self.rows(text).last().is_some_and(|last| start(last) < start(&row)) {
            let above = i64::from(self.size.rows) - 1;
            let top = step(text, place, -above).map_or(self.top, |row| start(&row));
            self.top = top.min(self.last_top(text));
        }
    }

    /// Moves as little to the side as shows a column of the rows.
    pub fn reveal_column(&mut self, x: u32) {
        let beyond = (x + 1).saturating_sub(self.size.columns.into());
        self.left = self.left.clamp(beyond, x);
    }

    /// The same with the place in the middle where it was out of sight.
    pub fn centre(&mut self, text: &dyn TextScreen, place: Place) {
        let before = self.top;
        self.reveal(text, place);
        if self.top != before {
            let above = i64::from(self.size.rows) / 2;
            if let Some(row) = step(text, place, -above) {
                self.top = start(&row).min(self.last_top(text));
            }
        }
    }

    /// A place moved into the rows shown, at this column of the screen.
    pub fn confine(self, text: &dyn TextScreen, place: Place, x: u32) -> Place {
        let rows = self.rows(text);
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return place };
        if place < start(first) {
            place_in(text, first, x)
        } else if row_of(text, place).is_some_and(|row| start(&row) > start(last)) {
            place_in(text, last, x)
        } else {
            place
        }
    }

    /// The column that shows nearest to a column of the rows.
    pub fn confine_column(self, x: u32) -> u32 {
        x.clamp(self.left, self.left + u32::from(self.size.columns) - 1)
    }
}

fn at_least_one(Size { columns, rows }: Size) -> Size {
    Size { columns: columns.max(1), rows: rows.max(1) }
}

/// The position of a place on the screen, among the rows shown: column and row. `None` where it is not shown.
pub(super) fn position(rows: &[ViewRow], place: Place) -> Option<(u32, u16)> {
    let at = row_at(rows, place)?;
    let row = rows.get(at)?;
    let x = place.column.checked_sub(row.columns.start)?;
    // Beyond the last row shown is the rest of its line.
    let is_within = row.line == place.line && (!row.continues || place.column < row.columns.end);
    is_within.then_some((x, u16::try_from(at).ok()?))
}
