//! A row of cells.

use super::cell::{Cell, Glyph, Style};

/// A row of the screen. It may hold more cells than the screen has columns: what a narrower screen hides comes back with
/// a wider one.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own about the row")]
pub(crate) struct Row {
    pub cells: Vec<Cell>,
    /// The text goes on in the next row: the line was broken by the edge, not by its author.
    pub wrapped: bool,
    /// A shell's prompt begins here (OSC 133 A).
    pub is_prompt: bool,
    /// What is typed to a shell begins here (OSC 133 B), until the row is wrapped anew.
    pub has_input: bool,
    /// Each character takes two columns (DECDWL, DECDHL), so only the cells of the left half show.
    pub is_double: bool,
}

impl Row {
    pub fn blank(columns: usize, style: Style) -> Self {
        Self {
            cells: vec![Cell::blank(style); columns],
            wrapped: false,
            is_prompt: false,
            has_input: false,
            is_double: false,
        }
    }

    /// Blanks the whole row, as if it had just scrolled in.
    pub fn clear(&mut self, columns: usize, style: Style) {
        self.cells.clear();
        self.cells.resize(columns, Cell::blank(style));
        self.wrapped = false;
        self.is_prompt = false;
        self.has_input = false;
        self.is_double = false;
    }

    /// The cells of this row that a screen of so many columns shows.
    pub const fn columns(&self, columns: usize) -> usize {
        if self.is_double { columns.div_ceil(2) } else { columns }
    }

    /// Blanks the cells from `from` to before `to`, and the other half of a wide character that is cut at either end.
    pub fn erase(&mut self, from: usize, to: usize, style: Style) {
        let to = to.min(self.cells.len());
        if from >= to {
            return;
        }
        self.cut_wide(from, style);
        self.cut_wide(to, style);
        self.cells[from..to].fill(Cell::blank(style));
    }

    /// Erases both halves of a wide character that a cut before `at` would divide.
    pub fn cut_wide(&mut self, at: usize, style: Style) {
        if at > 0 && self.cells.get(at).is_some_and(|cell| cell.is_wide_tail()) {
            self.cells[at - 1..=at].fill(Cell::blank(style));
        }
    }

    /// Blanks the text of both halves of a wide character that a cut before `at` would divide; their colours stay.
    pub fn split_wide(&mut self, at: usize) {
        if at > 0 && self.cells.get(at).is_some_and(|cell| cell.is_wide_tail()) {
            for cell in &mut self.cells[at - 1..=at] {
                cell.glyph = Glyph::char(' ');
            }
        }
    }

    /// Moves the cells from `at` to before `end` right by `count`; blanks come in, what passes the end is lost.
    pub fn insert(&mut self, at: usize, end: usize, count: usize, style: Style) {
        let end = end.min(self.cells.len());
        if at >= end {
            return;
        }
        let count = count.min(end - at);
        self.cut_wide(at, style);
        self.cut_wide(end, style);
        self.cut_wide(end - count, style);
        self.cells.copy_within(at..end - count, at + count);
        self.cells[at..at + count].fill(Cell::blank(style));
    }

    /// Removes `count` cells at `at`; those up to before `end` move left, and blanks come in there.
    pub fn delete(&mut self, at: usize, end: usize, count: usize, style: Style) {
        let end = end.min(self.cells.len());
        if at >= end {
            return;
        }
        let count = count.min(end - at);
        self.cut_wide(at, style);
        self.cut_wide(at + count, style);
        self.cut_wide(end, style);
        self.cells.copy_within(at + count..end, at);
        self.cells[end - count..end].fill(Cell::blank(style));
    }

    /// The cells that belong to the row's line: without blanks at the end of the line, without the cell that a wide
    /// character at the edge left free, and without a wide character that the edge cuts.
    pub fn line_cells(&self, columns: usize) -> &[Cell] {
        let end = if self.wrapped { self.columns(columns).min(self.cells.len()) } else { self.used(columns) };
        let is_filler = self.wrapped && end > 0 && self.cells[end - 1].glyph == Glyph::FILLER;
        let is_cut = end > 0 && self.cells.get(end).is_some_and(|cell| cell.is_wide_tail());
        &self.cells[..end - usize::from(is_filler || is_cut)]
    }

    /// The number of cells up to the last one that shows something: a glyph, a background, a line.
    pub fn used(&self, columns: usize) -> usize {
        let columns = self.columns(columns).min(self.cells.len());
        columns - self.cells[..columns].iter().rev().take_while(|cell| !cell.shows()).count()
    }
}
