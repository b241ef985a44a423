//! A new size: the main screen's lines are wrapped anew, so that nothing is lost; the alternate screen is cut, and what
//! is cut comes back.
//!
//! ```text
//!  history  ┌───────────┐      what no longer fits goes to the history,
//!           │ one lon   │      and comes back from it
//!  screen   │ one long  │  ->  │ one  │
//!           │ line      │      │ long │
//!           │ $ _       │      │ line │
//!           └───────────┘      │ $ _  │
//! ```

use super::{CursorPlace, Machine};
use crate::screen::{Cell, Glyph, Row, Style};

/// The most cells that are kept below the screen for when it becomes larger again: 2 MB, and more than a screen of 500
/// by 200 hides at any width.
const MAX_HIDDEN_CELLS: usize = 1 << 17;

/// A place on the screen that is kept on its character: which line, and how many cells into it.
#[derive(Debug, Clone, Copy, Default)]
struct Anchor {
    line: usize,
    offset: usize,
    /// Rows below the last of the lines.
    below: usize,
}

/// Which rows of the alternate screen are shown. They count from the first that is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct AlternateView {
    top: usize,
    rows: usize,
    cursor_row: usize,
}

/// A line as long as its author made it.
#[derive(Debug, Default)]
struct LogicalLine {
    cells: Vec<Cell>,
    is_prompt: bool,
    is_double: bool,
    /// It goes on behind the last row.
    is_open: bool,
}

impl LogicalLine {
    /// The cells of each of its rows on a screen of so many columns.
    fn row_cells(&self, columns: usize) -> usize {
        if self.is_double { columns.div_ceil(2) } else { columns }
    }
}

impl Machine {
    /// Changes the size to that of the view.
    pub fn resize_view(&mut self, columns: usize, rows: usize) {
        self.view_columns = columns;
        self.modes.wide = false;
        if columns != self.columns {
            self.blank_prompt();
        }
        self.resize(columns, rows);
    }

    /// Changes the size.
    pub fn resize(&mut self, columns: usize, rows: usize) {
        if (columns, rows) == (self.columns, self.rows) {
            return;
        }
        self.resize_main(columns, rows);
        self.resize_alternate(columns, rows);
        self.columns = columns;
        self.rows = rows;
        self.reset_margins();
        self.cursor.row = self.cursor.row.min(rows - 1);
        if self.cursor.column >= columns {
            self.cursor.column = columns - 1;
            self.cursor.wrap_pending = false;
        }
    }

    /// Cuts the alternate screen: below, and above as far as the cursor has to stay on it.
    fn resize_alternate(&mut self, columns: usize, rows: usize) {
        let top = self.hidden_above.len();
        let cursor_row = top + if self.on_alternate { self.cursor.row } else { 0 };
        let now = AlternateView { top, rows: self.rows, cursor_row };
        let [drawn, resized] = &mut self.alternate_views;
        if *resized != now {
            *drawn = now;
        }
        let top = if rows > drawn.rows {
            drawn.top.saturating_sub(rows - drawn.rows)
        } else {
            drawn.top.max((cursor_row + 1).saturating_sub(rows))
        };
        *resized = AlternateView { top, rows, cursor_row };

        let grid = &mut self.screens[1];
        if let Some(above) = top.checked_sub(self.hidden_above.len()) {
            self.hidden_above.extend(grid.drain(..above));
        } else {
            grid.splice(0..0, self.hidden_above.drain(top..));
        }
        if self.on_alternate {
            self.cursor.row = cursor_row - top;
        }
        while grid.len() < rows {
            grid.push(Row::blank(columns, Style::default()));
        }
        for row in grid {
            if row.cells.len() < columns {
                row.cells.resize(columns, Cell::default());
            }
        }
    }

    fn resize_main(&mut self, columns: usize, rows: usize) {
        let saved = self.saved[0].place;
        // A saved place may be beyond a screen that became smaller.
        let saved_row = saved.row.min(self.rows - 1);
        let cursor = if self.on_alternate { CursorPlace { row: saved_row, ..saved } } else { self.cursor };
        let places = [cursor, saved];
        let cursor_row = places[0].row;
        let old = std::mem::take(&mut self.screens[0]);
        let used = old.iter().rposition(|row| row.used(row.cells.len()) > 0).map_or(0, |last| last + 1);
        let used = used.max(cursor_row + 1).min(old.len());
        let had_room = used < self.rows;
        if had_room {
            // A screen that became smaller is full, unless its rows were erased since.
            self.resized_from = None;
        }
        let (lines, anchors) = self.unwrap_rows(&old[..used], places);
        let (mut grid, mut places) = wrap_lines(lines, anchors, columns);

        if grid.len() > rows || (grid.len() == rows && had_room) {
            // Where there was room, later sizes take back what this one stores and nothing before it.
            self.resized_from.get_or_insert(if had_room { self.history.next() } else { 0 });
            let excess = grid.len() - rows;
            let least = (places[0].row + 1).saturating_sub(rows);
            let stored = excess.min(places[0].row).max(least);
            for row in grid.drain(..stored) {
                self.history.push(&row, columns, &self.clusters, &self.extras);
            }
            for place in &mut places {
                place.row = place.row.saturating_sub(stored);
            }
        } else if !had_room {
            let pulled = self.pull_rows(&mut grid, columns, rows);
            for place in &mut places {
                place.row += pulled;
            }
        }
        grid.truncate(rows + MAX_HIDDEN_CELLS / columns);
        while grid.len() < rows {
            grid.push(Row::blank(columns, Style::default()));
        }
        self.screens[0] = grid;
        self.saved[0].place = places[1];
        if self.on_alternate {
            self.saved[0].place = places[0];
        } else {
            self.cursor = places[0];
        }
    }

    /// Joins the rows that were wrapped, with the part of the first line that is in the history.
    fn unwrap_rows(&mut self, rows: &[Row], places: [CursorPlace; 2]) -> (Vec<LogicalLine>, [Anchor; 2]) {
        let mut lines = Vec::new();
        let mut line = LogicalLine::default();
        if self.history.open_cells().is_some()
            && let Some((cells, is_prompt)) = self.history.pop(&mut self.clusters, &mut self.extras)
        {
            line = LogicalLine { cells, is_prompt, is_open: true, ..LogicalLine::default() };
        }
        let below = |place: CursorPlace| (place.row + 1).saturating_sub(rows.len());
        let mut anchors =
            places.map(|place| Anchor { offset: place.column, below: below(place), ..Anchor::default() });
        for (number, row) in rows.iter().enumerate() {
            let start = line.cells.len();
            for (place, anchor) in places.iter().zip(&mut anchors) {
                if place.row == number {
                    let column = place.column.min(row.columns(self.columns));
                    let offset = start + column + usize::from(place.wrap_pending);
                    *anchor = Anchor { line: lines.len(), offset, below: 0 };
                }
            }
            line.cells.extend(row.line_cells(self.columns).iter().map(|cell| match cell.glyph {
                Glyph::FILLER => Cell { glyph: Glyph::BLANK, ..*cell },
                _ => *cell,
            }));
            line.is_prompt |= row.is_prompt;
            line.is_double |= row.is_double;
            line.is_open = row.wrapped;
            if !row.wrapped {
                lines.push(std::mem::take(&mut line));
            }
        }
        if line.is_open {
            lines.push(line);
        }
        (lines, anchors)
    }

    /// Takes lines back from the history, above the rows of the screen; returns how many rows came.
    fn pull_rows(&mut self, grid: &mut Vec<Row>, columns: usize, rows: usize) -> usize {
        let before = grid.len();
        while grid.len() < rows {
            let is_next = match self.resized_from {
                Some(from) => self.history.next() > from,
                None => true,
            };
            let Some((cells, is_prompt)) =
                is_next.then(|| self.history.pop(&mut self.clusters, &mut self.extras)).flatten()
            else {
                break;
            };
            let line = LogicalLine { cells, is_prompt, ..LogicalLine::default() };
            let (mut above, _) = wrap_lines(vec![line], [Anchor::default(); 2], columns);
            let room = rows - grid.len();
            let fit = above.split_off(above.len().saturating_sub(room));
            for row in above {
                self.history.push(&row, columns, &self.clusters, &self.extras);
            }
            grid.splice(0..0, fit);
        }
        if grid.len() < rows {
            self.resized_from = None;
        }
        grid.len() - before
    }
}

/// Wraps lines into rows, and finds the anchors in them.
fn wrap_lines(lines: Vec<LogicalLine>, anchors: [Anchor; 2], columns: usize) -> (Vec<Row>, [CursorPlace; 2]) {
    let mut rows = Vec::new();
    let mut places = [CursorPlace::default(); 2];
    for (number, line) in lines.into_iter().enumerate() {
        let first_row = rows.len();
        // Only the cursor may be behind the text.
        let wanted = if anchors[0].line == number { anchors[0].offset } else { 0 };
        let row_cells = line.row_cells(columns);
        let starts = wrap_line(line, wanted, columns, &mut rows);
        for (anchor, place) in anchors.iter().zip(&mut places) {
            if anchor.line == number && anchor.below == 0 {
                let row = starts.iter().rposition(|start| *start <= anchor.offset).unwrap_or(0);
                let column = anchor.offset - starts[row];
                *place = CursorPlace {
                    row: first_row + row,
                    column: column.min(row_cells - 1),
                    wrap_pending: column == row_cells,
                };
            }
        }
    }
    for (anchor, place) in anchors.iter().zip(&mut places).filter(|(anchor, _)| anchor.below > 0) {
        let row = (rows.len() + anchor.below).saturating_sub(1);
        *place = CursorPlace { row, column: anchor.offset.min(columns - 1), wrap_pending: false };
    }
    (rows, places)
}

/// Wraps one line; returns the offset of each of its rows. There are enough of them for an anchor at `wanted`.
fn wrap_line(line: LogicalLine, wanted: usize, columns: usize, rows: &mut Vec<Row>) -> Vec<usize> {
    let row_cells = line.row_cells(columns);
    let LogicalLine { mut cells, is_prompt, is_double, is_open } = line;
    if cells.len() < wanted {
        cells.resize(wanted, Cell::default());
    }
    let mut starts = Vec::new();
    let mut at = 0;
    loop {
        let mut end = (at + row_cells).min(cells.len());
        let cuts_wide = end > at + 1 && cells.get(end).is_some_and(|cell| cell.is_wide_tail());
        if cuts_wide {
            end -= 1;
        }
        let mut row = Row::blank(columns, Style::default());
        row.cells[..end - at].copy_from_slice(&cells[at..end]);
        if cuts_wide {
            row.cells[row_cells - 1].glyph = Glyph::FILLER;
        }
        row.is_prompt = is_prompt && at == 0;
        row.is_double = is_double;
        row.wrapped = end < cells.len() || is_open;
        starts.push(at);
        rows.push(row);
        if end >= cells.len() {
            return starts;
        }
        at = end;
    }
}
