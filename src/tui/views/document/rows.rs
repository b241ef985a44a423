//! The rows that the lines of a document take on the page, and moving among them.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use super::DocumentView;
use super::sheet::Class;
use crate::tui::widgets::line::cut_rows;
use crate::tui::widgets::pager::{Extent, Pager};

/// Lines of more bytes than this are cut into rows once; others cost too little.
const LONG_BYTES: usize = 512;
/// The most of them that are remembered.
const MAX_REMEMBERED: usize = 256;

/// The rows of long lines about the page, by their place in the sheet.
#[derive(Default)]
pub(super) struct WrappedLines {
    columns: usize,
    lines: HashMap<usize, Arc<[Range<usize>]>>,
}

impl WrappedLines {
    /// Forgets all of them, after the sheet changed.
    pub(super) fn clear(&mut self) {
        self.lines.clear();
    }

    fn get(&mut self, number: usize, text: &str, columns: usize, hang: usize) -> Arc<[Range<usize>]> {
        if text.len() <= LONG_BYTES {
            return cut_rows(text, columns, hang).into();
        }
        if self.columns != columns || self.lines.len() >= MAX_REMEMBERED {
            self.lines.clear();
            self.columns = columns;
        }
        self.lines.entry(number).or_insert_with(|| cut_rows(text, columns, hang).into()).clone()
    }
}

impl DocumentView {
    /// Does something with the pager, which is given the document as it is now.
    pub(super) fn with_pager<T>(&mut self, act: impl FnOnce(&mut Pager, &Extent<'_>) -> T) -> T {
        let mut pager = std::mem::take(&mut self.pager);
        let rows = |at: usize| self.shown.get(at).map_or(1, |&row| self.height(row));
        let done = act(&mut pager, &Extent { lines: self.shown.len(), rows: &rows });
        self.pager = pager;
        done
    }

    /// Moves the page sideways.
    pub(super) fn shift(&mut self, right: bool, count: Option<u32>) {
        self.pager.shift(right, count);
        // Half a page beyond the end of the widest line is far enough.
        self.pager.left = self.pager.left.min(self.widest.saturating_sub(self.columns / 2));
    }

    fn height(&self, number: usize) -> usize {
        let text = self.sheet.text(number);
        if !self.wraps(number) || text.len() <= self.columns { 1 } else { self.rows_of(number).len() }
    }

    /// Returns true if a row of the sheet is wrapped where it does not fit.
    pub(super) fn wraps(&self, number: usize) -> bool {
        self.wrap && self.sheet.row(number).is_some_and(|row| row.class != Class::Title)
    }

    /// Columns by which all rows of a wrapped line but the first are indented.
    pub(super) fn hang(&self, number: usize) -> usize {
        let split = self.sheet.row(number).map_or(0, |row| row.split);
        if split + 8 > self.columns { 0 } else { split }
    }

    /// The rows of a wrapped line, as bytes of its text.
    pub(super) fn rows_of(&self, number: usize) -> Arc<[Range<usize>]> {
        let (text, hang) = (self.sheet.text(number), self.hang(number));
        self.wrapped.borrow_mut().get(number, text, self.columns, hang)
    }

    /// Brings bytes of the line under the cursor into view.
    pub(super) fn show_bytes(&mut self, number: usize, bytes: Range<usize>) {
        if self.wraps(number) {
            let row = self.rows_of(number).partition_point(|row| row.end <= bytes.start);
            self.with_pager(|pager, text| pager.show_row(row, text));
        } else {
            let text = self.sheet.text(number);
            let columns = |bytes: Range<usize>| text.get(bytes).map_or(0, crate::tui::widgets::line::columns);
            let start = columns(0..bytes.start);
            let end = start + columns(bytes);
            self.pager.show_columns(start..end, self.columns);
        }
    }
}
