//! A text that is wrapped at some width.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use regex::Regex;

use super::super::rows::{glyphs, row_at, slice, start};
use crate::console::{Cursor, CursorShape, Line, Match, Place, Size, TextScreen, ViewRow};

/// Lines from the number `first` on, the last of which are on the screen.
#[derive(Clone)]
pub struct Fake {
    pub lines: Vec<String>,
    pub first: u64,
    pub width: u32,
    pub height: u16,
    pub prompts: BTreeSet<u64>,
    /// The row of the screen whose end has the guest's cursor; else it is at the end of the last one.
    pub cursor_row: Option<u16>,
    /// The line that is a link as a whole, and where it leads.
    pub link: Option<(u64, &'static str)>,
}

impl Fake {
    pub fn new(text: &str, width: u32, height: u16) -> Self {
        Self {
            lines: text.lines().map(|line| line.trim_end().to_owned()).collect(),
            first: 0,
            width,
            height,
            prompts: BTreeSet::new(),
            cursor_row: None,
            link: None,
        }
    }

    /// Lines `line 0`, `line 1` and so on.
    pub fn counted(lines: usize, width: u32, height: u16) -> Self {
        let text: Vec<_> = (0..lines).map(|line| format!("line {line}")).collect();
        Self::new(&text.join("\n"), width, height)
    }

    pub fn size(&self) -> Size {
        Size { columns: self.width.try_into().unwrap(), rows: self.height }
    }

    /// One more line of output.
    pub fn push(&mut self, line: &str) {
        self.lines.push(line.to_owned());
    }

    /// Drops the oldest lines.
    pub fn trim(&mut self, lines: usize) {
        self.lines.drain(..lines);
        self.first += lines as u64;
    }

    fn rows(&self) -> Vec<ViewRow> {
        self.lines().flat_map(|number| self.rows_of(number)).collect()
    }

    fn rows_of(&self, number: u64) -> Vec<ViewRow> {
        let line = self.line(number).unwrap();
        let mut rows = vec![ViewRow { line: number, columns: 0..0, continues: false }];
        for glyph in glyphs(&line) {
            let row = rows.last_mut().unwrap();
            if glyph.columns.end - row.columns.start > self.width {
                row.continues = true;
                rows.push(ViewRow { line: number, columns: glyph.columns, continues: false });
            } else {
                row.columns.end = glyph.columns.end;
            }
        }
        rows
    }
}

impl TextScreen for Fake {
    fn lines(&self) -> Range<u64> {
        self.first..self.first + self.lines.len() as u64
    }
    fn line(&self, number: u64) -> Option<Line> {
        let at = usize::try_from(number.checked_sub(self.first)?).unwrap();
        let text = self.lines.get(at)?.clone();
        Some(Line { text, is_prompt: self.prompts.contains(&number) })
    }
    fn live_top(&self) -> Place {
        let rows = self.rows();
        rows.get(rows.len().saturating_sub(self.height.into()))
            .map_or(Place { line: self.first, column: 0 }, start)
    }
    fn step_rows(&self, from: Place, rows: i64) -> Place {
        let all = self.rows();
        let at = row_at(&all, from).unwrap_or(0);
        let to = at.saturating_add_signed(isize::try_from(rows).unwrap()).min(all.len().saturating_sub(1));
        all.get(to).map_or(from, start).min(self.live_top())
    }
    fn view_rows(&self, top: Place, count: u16) -> Vec<ViewRow> {
        let all = self.rows();
        all.into_iter().skip_while(|row| start(row) < top).take(count.into()).collect()
    }
    fn live_origin(&self, area: Size) -> Position {
        let cursor = self.cursor_place();
        let row = self.view_rows(self.live_top(), self.height).iter().rposition(|row| start(row) <= cursor);
        let at = Position { x: cursor.column.try_into().unwrap(), y: row.unwrap_or(0).try_into().unwrap() };
        self.size().first_shown(area, at)
    }
    fn draw_from(&self, top: Place, area: Rect, buf: &mut Buffer) {
        for (row, y) in self.view_rows(top, area.height).into_iter().zip(area.top()..) {
            let line = self.line(row.line).unwrap();
            buf.set_string(area.x, y, slice(&line, &row.columns), Style::new());
        }
    }
    fn cursor_place(&self) -> Place {
        let last = self.lines().end - 1;
        let line = self.cursor_row.map_or(last, |row| self.live_top().line + u64::from(row));
        Place { line, column: self.line(line).map_or(0, |line| line.width()) }
    }
    fn link_at(&self, place: Place) -> Option<Arc<str>> {
        self.link.filter(|(line, _)| *line == place.line).map(|(_, uri)| uri.into())
    }
    fn search(&self, needle: &Regex) -> Vec<Match> {
        let mut matches = Vec::new();
        for number in self.lines() {
            let line = self.line(number).unwrap();
            matches.extend(needle.find_iter(&line.text).map(|found| Match {
                line: number,
                columns: line.column_of(found.start())..line.column_of(found.end()),
            }));
        }
        matches
    }
    fn cursor(&self) -> Cursor {
        Cursor { row: 0, column: 0, visible: true, shape: CursorShape::Default, blinking: false }
    }
    fn take_clipboard(&self) -> Option<String> {
        None
    }
}
