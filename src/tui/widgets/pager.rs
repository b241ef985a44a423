//! The position in a long text: the line under the cursor, the first row on the page, the first column.

use std::ops::Range;

use crossterm::event::{Event, MouseEventKind};

use crate::tui::command::Movement;

/// Columns that one step sideways moves.
const SIDE_STEP: usize = 8;
/// Rows that a notch of the wheel moves the page.
const WHEEL_ROWS: usize = 3;
/// A jump of more rows than this is made by lines: each has at least one row, and none of them is measured.
const MAX_ROWS_MEASURED: usize = 2000;

/// A row of a line.
type Row = (usize, usize);

/// A text to turn the pages of: the number of its lines, and the rows that each takes.
pub struct Extent<'a> {
    /// The lines.
    pub lines: usize,
    /// The rows of a line, at least one. Only about a page of lines is measured at once.
    pub rows: &'a dyn Fn(usize) -> usize,
}

/// A reader's place. Lines are counted from 0; the text itself is elsewhere, so a place stays valid only as long as
/// [`Pager::settle`] is called before each draw.
///
/// A line may take several rows, more than the page has: the page begins `skip` rows into its first line.
///
/// ```text
/// line 7   ......  row 0     above the page
///          ......  row 1     the first row of the page: top 7, skip 1
/// line 8   ......  row 0
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pager {
    /// The line the cursor is on.
    pub cursor: usize,
    /// The first line on the page.
    pub top: usize,
    /// Rows of that line above the page.
    pub skip: usize,
    /// The first column shown.
    pub left: usize,
    /// Rows of the page, as of the last draw.
    pub page: usize,
}

/// The end of a line that is to be seen where it has more rows than the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    First,
    Last,
}

/// Returns whether an event turns the wheel forward; `None` where it is another.
pub const fn wheel(event: &Event) -> Option<bool> {
    match event {
        Event::Mouse(mouse) => match mouse.kind {
            MouseEventKind::ScrollDown => Some(true),
            MouseEventKind::ScrollUp => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// The number typed before a key, at least 1.
fn times(count: Option<u32>) -> usize {
    count.map_or(1, |count| usize::try_from(count).unwrap_or(usize::MAX)).max(1)
}

impl Pager {
    /// Moves the cursor, and the page with it. `count` is the number typed before the key.
    pub fn travel(&mut self, movement: Movement, count: Option<u32>, text: &Extent<'_>) {
        let times = times(count);
        let page = self.page.max(2);
        match (movement, count) {
            (Movement::Down, _) => self.step_down(times, text),
            (Movement::Up, _) => self.step_up(times, text),
            (Movement::HalfPageDown, _) => self.turn(true, times.saturating_mul(page / 2), text),
            (Movement::HalfPageUp, _) => self.turn(false, times.saturating_mul(page / 2), text),
            (Movement::PageDown, _) => self.turn(true, times.saturating_mul(page - 1), text),
            (Movement::PageUp, _) => self.turn(false, times.saturating_mul(page - 1), text),
            (Movement::Top, None) => (self.cursor, self.top, self.skip) = (0, 0, 0),
            (Movement::Bottom, None) => self.to_end(text),
            (Movement::Top | Movement::Bottom, Some(_)) => {
                self.go_to((times - 1).min(text.last()), End::First, text);
            }
        }
    }

    /// Moves the page sideways, by steps of some columns.
    pub fn shift(&mut self, right: bool, count: Option<u32>) {
        let columns = times(count).saturating_mul(SIDE_STEP);
        self.left = if right { self.left.saturating_add(columns) } else { self.left.saturating_sub(columns) };
    }

    /// Moves the page by a notch of the wheel. The cursor stays on its line while that is on the page.
    pub fn wheel(&mut self, forward: bool, text: &Extent<'_>) {
        let cursor = self.cursor;
        let rest = WHEEL_ROWS - self.scroll(forward, WHEEL_ROWS, text);
        self.cursor = if rest == 0 {
            cursor
        } else if forward {
            cursor.saturating_add(rest).min(text.last())
        } else {
            cursor.saturating_sub(rest)
        };
        self.keep_cursor_on_page(forward, text);
    }

    /// Goes to the last line, the page filled from its end.
    pub fn to_end(&mut self, text: &Extent<'_>) {
        self.cursor = text.last();
        (self.top, self.skip) = self.lowest_top(text);
    }

    /// Goes to a line and shows it in the middle of the page if it is not on it, as after a jump.
    pub fn jump(&mut self, line: usize, text: &Extent<'_>) {
        self.cursor = line.min(text.last());
        self.show_row(0, text);
        if text.rows(self.cursor) <= self.page {
            self.reveal(End::First, text);
        }
    }

    /// Moves the page so that a row of the cursor's line is on it, in the middle if it is not there already.
    pub fn show_row(&mut self, row: usize, text: &Extent<'_>) {
        let row = (self.cursor, row);
        if row < self.top_row() || row > self.bottom_row(text) {
            (self.top, self.skip) = text.back(row, self.page / 2);
        }
    }

    /// Moves the page sideways so that these columns of a line are on it, `width` being the columns of the page. Goes
    /// back to the first column where they can be seen from there.
    pub fn show_columns(&mut self, columns: Range<usize>, width: usize) {
        // Room for the marks of a line that goes on beyond the page.
        let room = width.saturating_sub(2).max(1);
        let end = columns.end.min(columns.start.saturating_add(room));
        if end < room {
            self.left = 0;
        } else if columns.start <= self.left || end > self.left.saturating_add(room) {
            self.left = columns.start.saturating_sub((room / 2).min(room - (end - columns.start)).max(1));
        }
    }

    /// Brings the place up to date with the text and the size of the page: the cursor is on the page, and no rows are
    /// left empty at its end without need.
    pub fn settle(&mut self, page: usize, text: &Extent<'_>) {
        self.page = page;
        self.cursor = self.cursor.min(text.last());
        if text.lines == 0 || page == 0 {
            (self.top, self.skip) = (self.top.min(text.last()), 0);
            return;
        }
        if self.top >= text.lines {
            (self.top, self.skip) = (text.last(), 0);
        }
        self.skip = self.skip.min(text.rows(self.top) - 1);
        (self.top, self.skip) = self.top_row().min(self.lowest_top(text));
        if self.cursor < self.top {
            self.reveal(End::Last, text);
        } else if (self.cursor, 0) > self.bottom_row(text) {
            self.reveal(End::First, text);
        }
    }

    /// The last line of which a row is on the page.
    pub fn bottom(&self, text: &Extent<'_>) -> usize {
        self.bottom_row(text).0
    }

    /// The rows of a line that are on the page.
    pub fn rows_on_page(&self, line: usize, text: &Extent<'_>) -> Range<usize> {
        let (top, bottom) = (self.top_row(), self.bottom_row(text));
        let first = if line == top.0 { top.1 } else { 0 };
        let end = if line == bottom.0 { bottom.1 + 1 } else { text.rows(line) };
        if line < top.0 || line > bottom.0 { 0..0 } else { first..end }
    }

    const fn top_row(&self) -> Row {
        (self.top, self.skip)
    }

    /// The last row on the page.
    fn bottom_row(&self, text: &Extent<'_>) -> Row {
        text.on(self.top_row(), self.page.max(1) - 1)
    }

    /// The first row of the last page.
    fn lowest_top(&self, text: &Extent<'_>) -> Row {
        text.back(text.end(), self.page.max(1) - 1)
    }

    /// Returns true if the whole of a line is on the page.
    fn is_whole(&self, line: usize, text: &Extent<'_>) -> bool {
        (line, 0) >= self.top_row() && (line, text.rows(line) - 1) <= self.bottom_row(text)
    }

    fn step_down(&mut self, times: usize, text: &Extent<'_>) {
        let rows = text.rows(self.cursor);
        let unseen = (self.cursor, rows - 1) > self.bottom_row(text);
        if times == 1 && rows > self.page && self.cursor >= self.top && unseen {
            (self.top, self.skip) = text.on(self.top_row(), 1);
        } else {
            self.go_to(self.cursor.saturating_add(times).min(text.last()), End::First, text);
        }
    }

    fn step_up(&mut self, times: usize, text: &Extent<'_>) {
        let is_tall = text.rows(self.cursor) > self.page;
        if times == 1 && is_tall && self.cursor == self.top && self.skip > 0 {
            (self.top, self.skip) = text.back(self.top_row(), 1);
        } else {
            self.go_to(self.cursor.saturating_sub(times), End::Last, text);
        }
    }

    fn go_to(&mut self, line: usize, end: End, text: &Extent<'_>) {
        let stays = self.cursor == line;
        self.cursor = line;
        if !(stays && text.rows(line) > self.page) {
            self.reveal(end, text);
        }
    }

    /// Moves the page as little as is needed to have the whole of the cursor's line on it, or an end of it.
    fn reveal(&mut self, end: End, text: &Extent<'_>) {
        let page = self.page.max(1);
        let rows = text.rows(self.cursor);
        let fills_page = text.back((self.cursor, rows - 1), page - 1);
        let top = match end {
            End::First if rows > page => (self.cursor, 0),
            End::Last if rows > page => fills_page,
            _ => self.top_row().max(fills_page).min((self.cursor, 0)),
        };
        (self.top, self.skip) = top;
    }

    /// Moves the page by rows, and the cursor with it; where the text ends the cursor goes on alone.
    fn turn(&mut self, forward: bool, rows: usize, text: &Extent<'_>) {
        if rows > MAX_ROWS_MEASURED {
            let far =
                |line: usize| if forward { line.saturating_add(rows) } else { line.saturating_sub(rows) };
            (self.top, self.skip) = (far(self.top).min(text.last()), 0);
            self.cursor = far(self.cursor).min(text.last());
            (self.top, self.skip) = self.top_row().min(self.lowest_top(text));
            self.reveal(End::First, text);
            return;
        }
        let offset = text.between(self.top_row(), (self.cursor, 0), self.page);
        let rest = rows - self.scroll(forward, rows, text);
        let offset = if forward { offset.saturating_add(rest) } else { offset.saturating_sub(rest) };
        self.cursor = text.on(self.top_row(), offset.min(self.page.max(1) - 1)).0;
        self.keep_cursor_on_page(forward, text);
    }

    /// Moves the page by up to so many rows; returns how many it was.
    fn scroll(&mut self, forward: bool, rows: usize, text: &Extent<'_>) -> usize {
        let before = self.top_row();
        let top = if forward {
            text.on(before, rows).min(self.lowest_top(text)).max(before)
        } else {
            text.back(before, rows)
        };
        (self.top, self.skip) = top;
        text.between(before.min(top), before.max(top), rows)
    }

    /// Moves the cursor onto the page, after that moved: to a line that is on it as a whole, if there is one and the
    /// cursor's own is not taller than the page.
    fn keep_cursor_on_page(&mut self, forward: bool, text: &Extent<'_>) {
        let (first, last) = (self.top, self.bottom_row(text).0);
        self.cursor = self.cursor.clamp(first, last);
        if text.rows(self.cursor) > self.page || self.is_whole(self.cursor, text) {
            return;
        }
        let mut whole = (first..=last).filter(|line| self.is_whole(*line, text));
        let nearest = if forward { whole.next() } else { whole.next_back() };
        self.cursor = nearest.unwrap_or(self.cursor);
    }
}

impl Extent<'_> {
    const fn last(&self) -> usize {
        self.lines.saturating_sub(1)
    }

    fn rows(&self, line: usize) -> usize {
        if line < self.lines { (self.rows)(line).max(1) } else { 1 }
    }

    /// The last row.
    fn end(&self) -> Row {
        (self.last(), self.rows(self.last()) - 1)
    }

    /// The row that is so many further on; the last where there are fewer.
    fn on(&self, (mut line, row): Row, rows: usize) -> Row {
        let mut row = row.saturating_add(rows);
        loop {
            let height = self.rows(line);
            if row < height {
                return (line, row);
            }
            if line >= self.last() {
                return (line, height - 1);
            }
            row -= height;
            line += 1;
        }
    }

    /// The row that is so many before; the first where there are fewer.
    fn back(&self, (mut line, mut row): Row, mut rows: usize) -> Row {
        while rows > row {
            if line == 0 {
                return (0, 0);
            }
            rows -= row + 1;
            line -= 1;
            row = self.rows(line) - 1;
        }
        (line, row - rows)
    }

    /// The number of rows from one row to a later one, at most `limit`; 0 where it is not later.
    fn between(&self, from: Row, to: Row, limit: usize) -> usize {
        let (mut row, mut rows) = (from, 0);
        while rows < limit && row.0 < to.0 {
            rows += self.rows(row.0) - row.1;
            row = (row.0 + 1, 0);
        }
        (rows + to.1.saturating_sub(row.1)).min(limit)
    }
}

#[cfg(test)]
mod tests;
