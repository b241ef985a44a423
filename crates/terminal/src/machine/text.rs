//! History and screen as one text of numbered lines.
//!
//! The main screen's first line has the number after the last one in the history, or goes on from the history's open
//! line. While the alternate screen is shown its rows follow the history, and the main screen's are not there.

use std::ops::Range;

use super::Machine;
use crate::history::PackedLine;
use crate::screen::{Cell, Glyph};
use crate::text::{Line, Place, ViewRow};

/// A row of the screen as a part of a line.
#[derive(Debug, Clone, Copy)]
struct ScreenPart {
    line: u64,
    start: usize,
    width: usize,
}

impl Machine {
    /// The rows of the screen down to the last one that shows something or has the cursor, as parts of lines.
    fn screen_parts(&self) -> Vec<ScreenPart> {
        let open = self.history.open_cells();
        let mut line = self.history.next();
        let mut start = open.unwrap_or(0);
        if self.on_alternate && open.is_some() {
            (line, start) = (line + 1, 0);
        }
        let grid = &self.grid()[..self.rows];
        let last = grid.iter().rposition(|row| row.used(self.columns) > 0).unwrap_or(0);
        grid[..=last.max(self.cursor.row)]
            .iter()
            .map(|row| {
                let part = ScreenPart { line, start, width: row.line_cells(self.columns).len() };
                if row.wrapped {
                    start += part.width;
                } else {
                    (line, start) = (line + 1, 0);
                }
                part
            })
            .collect()
    }

    /// The numbers of all lines.
    pub fn line_numbers(&self) -> Range<u64> {
        let parts = self.screen_parts();
        self.history.first()..parts.last().map_or(self.history.next(), |part| part.line + 1)
    }

    /// The place of the screen's first row.
    pub fn live_top(&self) -> Place {
        let part = self.screen_parts()[0];
        Place { line: part.line, column: column(part.start) }
    }

    /// The place of the cursor.
    pub fn cursor_place(&self) -> Place {
        let part = self.screen_parts()[self.cursor.row];
        Place {
            line: part.line,
            column: column(part.start + self.cursor.column + usize::from(self.cursor.wrap_pending)),
        }
    }

    /// The part of a line that is in the history.
    fn packed(&self, number: u64) -> Option<PackedLine<'_>> {
        if number == self.history.next() { self.history.open_line() } else { self.history.line(number) }
    }

    /// A line as text.
    pub fn text_line(&self, number: u64) -> Option<Line> {
        let mut line = Line::default();
        let mut is_there = false;
        if let Some(packed) = self.packed(number) {
            line.text.push_str(packed.text);
            line.is_prompt = packed.is_prompt;
            is_there = true;
        }
        if number >= self.history.next() {
            for (row, part) in self.grid().iter().zip(self.screen_parts()) {
                if part.line == number {
                    line.is_prompt |= row.is_prompt;
                    self.push_text(&mut line.text, &row.cells[..part.width]);
                    is_there = true;
                }
            }
        }
        if !is_there {
            return None;
        }
        line.text.truncate(line.text.trim_end().len());
        Some(line)
    }

    /// Appends the text of cells.
    fn push_text(&self, text: &mut String, cells: &[Cell]) {
        for cell in cells {
            match cell.glyph {
                Glyph::WIDE_TAIL => {}
                glyph => match glyph.as_char() {
                    Some(c) => text.push(c),
                    None => text.push_str(glyph.as_cluster().map_or(" ", |number| self.cluster(number))),
                },
            }
        }
    }

    /// A row of the screen as text, without blanks at its end.
    pub fn row_text(&self, row: usize) -> String {
        let mut text = String::new();
        if let Some(row) = self.grid().get(row) {
            self.push_text(&mut text, &row.cells[..row.columns(self.columns).min(row.cells.len())]);
        }
        text.truncate(text.trim_end().len());
        text
    }

    /// The columns at which the rows of a packed line begin.
    fn packed_starts(&self, line: PackedLine<'_>) -> Vec<usize> {
        if !line.has_wide {
            return (0..line.width.max(1)).step_by(self.columns).collect();
        }
        let mut starts = vec![0];
        let mut at = 0;
        for c in line.text.chars() {
            let width = unicode_width::UnicodeWidthChar::width(c).unwrap_or(0).min(2);
            let start = starts.last().copied().unwrap_or(0);
            if width > 0 && at + width > start + self.columns {
                starts.push(at);
            }
            at += width;
        }
        starts
    }

    /// The rows of a line: columns, and the row of the screen that shows it now.
    fn rows_of(&self, number: u64, parts: &[ScreenPart]) -> Vec<(Range<usize>, Option<usize>)> {
        let mut rows = Vec::new();
        if let Some(packed) = self.packed(number) {
            let starts = self.packed_starts(packed);
            for (place, start) in starts.iter().enumerate() {
                let end = starts.get(place + 1).copied().unwrap_or(packed.width);
                rows.push((*start..end, None));
            }
        }
        if number >= self.history.next() {
            for (row, part) in parts.iter().enumerate().filter(|(_, part)| part.line == number) {
                rows.push((part.start..part.start + part.width, Some(row)));
            }
        }
        rows
    }

    /// The start of the row that is `count` rows below (above if negative) the row of a place.
    pub fn step_rows(&self, from: Place, count: i64) -> Place {
        let parts = self.screen_parts();
        let numbers = self.line_numbers();
        let top = self.live_top();
        let mut line = from.line.clamp(numbers.start, top.line);
        let mut rows = self.rows_of(line, &parts);
        let column_of_row =
            |rows: &[(Range<usize>, _)], at: usize| rows.get(at).map_or(0, |(row, _)| row.start);
        let mut at = rows.iter().rposition(|(row, _)| row.start <= from.column as usize).unwrap_or(0);
        if from.line < numbers.start {
            at = 0;
        }
        for _ in 0..count.unsigned_abs() {
            if count < 0 {
                if at > 0 {
                    at -= 1;
                } else if line > numbers.start {
                    line -= 1;
                    rows = self.rows_of(line, &parts);
                    at = rows.len().saturating_sub(1);
                } else {
                    break;
                }
            } else if (Place { line, column: column(column_of_row(&rows, at)) }) >= top {
                break;
            } else if at + 1 < rows.len() {
                at += 1;
            } else {
                line += 1;
                rows = self.rows_of(line, &parts);
                at = 0;
            }
        }
        (Place { line, column: column(column_of_row(&rows, at)) }).min(top)
    }

    /// The rows of a view that begins with the row of `top`.
    pub fn view_rows(&self, top: Place, count: usize) -> Vec<ViewRow> {
        self.view(top, count).into_iter().map(|(row, _)| row).collect()
    }

    /// The rows of a view, and which row of the screen shows each of them now.
    pub fn view(&self, top: Place, count: usize) -> Vec<(ViewRow, Option<usize>)> {
        let parts = self.screen_parts();
        let numbers = self.line_numbers();
        let mut view = Vec::with_capacity(count);
        let mut line = top.line.max(numbers.start);
        let mut skip = if top.line < numbers.start { 0 } else { top.column as usize };
        while view.len() < count && line < numbers.end {
            let rows = self.rows_of(line, &parts);
            let first = rows.iter().rposition(|(row, _)| row.start <= skip).unwrap_or(0);
            for (place, (columns, screen_row)) in rows.iter().enumerate().skip(first).take(count - view.len())
            {
                let row = ViewRow {
                    line,
                    columns: column(columns.start)..column(columns.end),
                    continues: place + 1 < rows.len(),
                };
                view.push((row, *screen_row));
            }
            skip = 0;
            line += 1;
        }
        view
    }

    /// The cell at a place; `None` where no text is.
    pub fn cell_at(&mut self, place: Place) -> Option<Cell> {
        let column = place.column as usize;
        let parts = self.screen_parts();
        let on_screen = self.grid().iter().zip(parts).find(|(_, part)| {
            part.line == place.line && (part.start..part.start + part.width).contains(&column)
        });
        match on_screen {
            Some((row, part)) => row.cells.get(column - part.start).copied(),
            None => self.history_cells(place.line).get(column).copied(),
        }
    }

    /// The cells of a line in the history.
    pub fn history_cells(&mut self, number: u64) -> Vec<Cell> {
        if self.clusters.is_sweep_due() || self.extras.is_sweep_due() {
            self.sweep();
        }
        let Self { history, clusters, extras, .. } = self;
        let packed = if number == history.next() { history.open_line() } else { history.line(number) };
        packed.map(|line| line.cells(clusters, extras)).unwrap_or_default()
    }
}

fn column(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}
