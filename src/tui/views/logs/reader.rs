//! The reader's place in a log: by the numbers of lines, so that it holds while lines come and go.

use std::ops::Range;

use ratatui::style::Style;

use super::LogView;
use super::laid::Part;
use crate::fleet::logs::{Line, LineBody};
use crate::tui::command::Movement;
use crate::tui::widgets::pager::{Extent, Pager};

/// Columns that a wrapped note between the lines is indented by.
pub(super) const NOTE_INDENT: usize = 4;

/// A place in the log.
#[derive(Debug, Clone, Default)]
pub(super) struct Place {
    /// The number of the line under the cursor; `None` while following the end.
    pub(super) cursor: Option<u64>,
    /// The number of the first line on the page, as of the last draw, and its rows above the page.
    pub(super) top: Option<(u64, usize)>,
    /// The number of the last line on the page, as of the last draw.
    pub(super) bottom: Option<u64>,
    /// The first column shown.
    pub(super) left: usize,
}

/// The shape of the page, as of the last draw.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Shape {
    /// Columns of the page.
    pub(super) width: usize,
    /// Columns of the text of a line: those of the page without the level's bar, the time and the name.
    pub(super) columns: usize,
    /// The style of text that has none of its own.
    pub(super) base: Style,
    /// Columns of the widest line.
    pub(super) widest: usize,
}

impl LogView {
    /// Returns true if the end is followed.
    pub(super) fn follows(&self) -> bool {
        self.place.cursor.is_none()
    }

    /// Does something with the pager, which is given the log as it is now.
    pub(super) fn with_pager<T>(&mut self, act: impl FnOnce(&mut Pager, &Extent<'_>) -> T) -> T {
        let mut pager = std::mem::take(&mut self.pager);
        let rows = |at| self.rows(at);
        let done = act(&mut pager, &Extent { lines: self.total(), rows: &rows });
        self.pager = pager;
        done
    }

    /// The rows of the line at a position.
    fn rows(&self, at: usize) -> usize {
        let Some(line) = self.line(at) else { return 1 };
        let mark = usize::from(self.marks.contains(&line.number));
        mark + match line.body {
            _ if !self.wrap => 1,
            LineBody::Text(text) if text.len() <= self.shape.columns && !text.contains('\t') => 1,
            LineBody::Text(text) => {
                let part = Part::Wrapped(self.shape.columns);
                self.laid.borrow_mut().get(text, self.shape.base, part).rows.len()
            }
            LineBody::Marker(marker) => {
                let note = self.note(marker, &line, self.shape.base, None);
                note.rows(self.shape.width, NOTE_INDENT).len()
            }
        }
    }

    /// Takes the reader's place from line numbers into positions.
    pub(super) fn locate(&mut self) {
        self.pager.left = self.place.left;
        if let (Some(number), Some((top, skip))) = (self.place.cursor, self.place.top) {
            self.pager.cursor = self.position(number);
            self.pager.top = self.position(top);
            // Rows of a line that is gone count for nothing.
            self.pager.skip = if self.number(self.pager.top) == Some(top) { skip } else { 0 };
        } else if let Some(number) = self.place.cursor {
            let at = self.position(number);
            (self.pager.cursor, self.pager.top, self.pager.skip) = (at, at, 0);
        } else {
            self.with_pager(Pager::to_end);
        }
    }

    /// Keeps the reader's place by line numbers.
    pub(super) fn remember(&mut self) {
        let bottom = self.with_pager(|pager, log| pager.bottom(log));
        self.place.left = self.pager.left;
        self.place.top = self.number(self.pager.top).map(|number| (number, self.pager.skip));
        self.place.bottom = self.number(bottom);
        if !self.follows() {
            self.place.cursor = self.number(self.pager.cursor);
        }
    }

    /// Moves the cursor. Moving on from the end leads nowhere.
    pub(super) fn travel(&mut self, movement: Movement, count: Option<u32>) {
        let is_onward = matches!(movement, Movement::Down | Movement::PageDown | Movement::HalfPageDown);
        if !(self.follows() && (is_onward || self.total() == 0)) {
            self.leave_the_end();
            self.with_pager(|pager, log| pager.travel(movement, count, log));
            self.remember();
        }
    }

    /// Moves the page sideways, which does not leave the end.
    pub(super) fn shift(&mut self, right: bool, count: Option<u32>) {
        self.pager.left = self.place.left;
        self.pager.shift(right, count);
        // Half a page beyond the end of the widest line is far enough.
        let most = self.shape.widest.saturating_sub(self.shape.columns / 2);
        self.place.left = self.pager.left.min(most);
    }

    /// Moves the page by a notch of the wheel.
    pub(super) fn turn_wheel(&mut self, forward: bool) {
        if !(self.follows() && (forward || self.total() == 0)) {
            self.leave_the_end();
            self.with_pager(|pager, log| pager.wheel(forward, log));
            self.remember();
        }
    }

    /// Pauses where the end is followed. The page stays as it was drawn, whatever has come since.
    pub(super) fn leave_the_end(&mut self) {
        if self.follows() {
            self.place.cursor = self.place.bottom.or_else(|| self.last());
            self.left_at = self.place.cursor;
        }
        self.locate();
    }

    pub(super) fn follow(&mut self) {
        self.place.cursor = None;
        self.left_at = None;
    }

    /// Lines that came since the reader left the end.
    pub(super) fn unread(&self) -> usize {
        let left_at = self.left_at.map(|number| self.buffer.place(number.saturating_add(1)));
        left_at.map_or(0, |place| self.buffer.len().saturating_sub(place))
    }

    pub(super) fn next(&mut self, forward: bool) {
        if self.buffer.search().is_some() {
            if !self.go_on_in_line(forward) {
                self.go_to_match(forward, false);
            }
        } else {
            self.go_to_mark(forward);
        }
    }

    /// Goes to the next match in the cursor's line that is not on the page, if there is one.
    fn go_on_in_line(&mut self, forward: bool) -> bool {
        if self.follows() {
            return false;
        }
        self.locate();
        let at = self.pager.cursor;
        let Some(line) = self.line(at).filter(|line| line.hit) else { return false };
        let matches = self.matches(&line);
        let unseen = |place: &MatchPlace| {
            if self.wrap {
                let seen = self.rows_on_page(at);
                if forward { place.row >= seen.end } else { place.row < seen.start }
            } else {
                let end = self.place.left + self.shape.columns;
                if forward { place.columns.end > end } else { place.columns.start < self.place.left }
            }
        };
        let next =
            if forward { matches.into_iter().find(unseen) } else { matches.into_iter().rev().find(unseen) };
        next.is_some_and(|place| {
            self.show_match(&place);
            self.remember();
            true
        })
    }

    fn rows_on_page(&self, line: usize) -> Range<usize> {
        let rows = |at| self.rows(at);
        self.pager.rows_on_page(line, &Extent { lines: self.total(), rows: &rows })
    }

    /// Goes to the nearest line that matches, around the ends; `here` lets the line under the cursor count.
    pub(super) fn go_to_match(&mut self, forward: bool, here: bool) {
        let Some(from) = self.place.cursor.or_else(|| self.last()) else {
            return;
        };
        let from = match (here, forward) {
            (false, _) => Some(from),
            (true, true) => from.checked_sub(1),
            (true, false) => from.checked_add(1),
        };
        let Some(first) = self.number(0) else { return };
        let found = from
            .and_then(|from| self.buffer.next_hit(from, forward))
            .filter(|&number| number >= first)
            .or_else(|| self.first_hit(first, forward));
        let Some(number) = found else { return };
        self.go_to(number);
        let at = self.pager.cursor;
        let matches = self.line(at).map_or_else(Vec::new, |line| self.matches(&line));
        let place = if forward || here { matches.first() } else { matches.last() };
        if let Some(place) = place {
            self.show_match(place);
            self.remember();
        }
    }

    /// The match nearest to an end: the beginning, or where not `forward`, the end.
    fn first_hit(&mut self, first: u64, forward: bool) -> Option<u64> {
        if !forward {
            return self.buffer.next_hit(u64::MAX, false).filter(|&number| number >= first);
        }
        match first.checked_sub(1) {
            Some(before) => self.buffer.next_hit(before, true),
            None if self.line(0).is_some_and(|line| line.hit) => Some(first),
            None => self.buffer.next_hit(first, true),
        }
    }

    /// Where the search finds something in a line.
    fn matches(&self, line: &Line<'_>) -> Vec<MatchPlace> {
        let LineBody::Text(text) = line.body else { return Vec::new() };
        let part = if self.wrap { Part::Wrapped(self.shape.columns) } else { Part::Whole };
        let laid = self.laid.borrow_mut().get(text, self.shape.base, part);
        let mut columns = (0, 0);
        let found = laid.found(self.buffer.search()).iter().map(|found| {
            // Columns are counted on from the match before.
            let between = |range: Range<usize>| laid.line.slice_width(range);
            let start = columns.1 + between(columns.0..found.start);
            let end = start + between(found.clone());
            columns = (found.end, end);
            let row = laid.rows.partition_point(|row| row.end <= found.start);
            MatchPlace { row, columns: start..end }
        });
        found.collect()
    }

    /// Brings a match in the cursor's line into view.
    fn show_match(&mut self, place: &MatchPlace) {
        let (wrap, columns) = (self.wrap, self.shape.columns);
        self.with_pager(|pager, log| {
            if wrap {
                pager.show_row(place.row, log);
            } else {
                pager.show_columns(place.columns.clone(), columns);
            }
        });
    }

    fn go_to_mark(&mut self, forward: bool) {
        let Some(here) = self.place.cursor.or_else(|| self.last()) else {
            return;
        };
        let number = if forward {
            let mut after = self.marks.range(here..).filter(|number| **number > here);
            after.next().or_else(|| self.marks.first()).copied()
        } else {
            self.marks.range(..here).next_back().or_else(|| self.marks.last()).copied()
        };
        if let Some(number) = number {
            self.go_to(number);
        }
    }

    /// Goes to a line.
    fn go_to(&mut self, number: u64) {
        self.leave_the_end();
        let at = self.position(number);
        self.with_pager(|pager, log| pager.jump(at, log));
        self.remember();
    }
}

/// Where a match is in its line.
struct MatchPlace {
    /// The row, where the line is wrapped.
    row: usize,
    /// The columns, where it is not.
    columns: Range<usize>,
}
