//! The part of the text that is shown: anchored to a place, so that it stays while output goes on below.

use super::rows::{place_in, row_at, row_of, start, step};
use crate::console::{Place, TextScreen, ViewRow};

/// What is shown of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct View {
    /// The start of the first row.
    pub top: Place,
    /// Rows.
    pub height: u16,
}

impl View {
    /// The live screen.
    pub fn live(text: &dyn TextScreen, height: u16) -> Self {
        Self { top: text.live_top(), height: height.max(1) }
    }

    /// The rows shown.
    pub fn rows(self, text: &dyn TextScreen) -> Vec<ViewRow> {
        text.view_rows(self.top, self.height)
    }

    /// True if nothing is below it.
    pub fn is_live(self, text: &dyn TextScreen) -> bool {
        self.top >= text.live_top()
    }

    /// Begins at the start of a row again after a new width, or after the text was trimmed.
    pub fn settle(&mut self, text: &dyn TextScreen) {
        let first = Place { line: text.lines().start, column: 0 };
        let top = self.top.max(first).min(text.live_top());
        self.top = text.step_rows(top, 0);
    }

    /// Scrolls by rows, towards newer ones if positive.
    pub fn scroll(&mut self, text: &dyn TextScreen, rows: i64) {
        self.top = text.step_rows(self.top, rows);
    }

    /// Scrolls as little as shows a place.
    pub fn reveal(&mut self, text: &dyn TextScreen, place: Place) {
        let Some(row) = row_of(text, place) else { return };
        if start(&row) < self.top {
            self.top = start(&row).min(text.live_top());
        } else if self.rows(text).last().is_some_and(|last| start(last) < start(&row)) {
            let above = i64::from(self.height) - 1;
            let top = step(text, place, -above).map_or(self.top, |row| start(&row));
            self.top = top.min(text.live_top());
        }
    }

    /// The same with the place in the middle where it was out of sight.
    pub fn centre(&mut self, text: &dyn TextScreen, place: Place) {
        let before = self.top;
        self.reveal(text, place);
        if self.top != before {
            let above = i64::from(self.height) / 2;
            if let Some(row) = step(text, place, -above) {
                self.top = start(&row).min(text.live_top());
            }
        }
    }

    /// A place moved into what is shown, at this column of the screen.
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
