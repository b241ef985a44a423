//! Drawing of copy mode: the text, matches and selection over it, and the pieces of the footer.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Color, Modifier, Style};
use unicode_width::UnicodeWidthStr;

use super::rows::last_line;
use super::selection::Extent;
use super::view::position;
use super::{CopyMode, Kind, counted};
use crate::console::{Line, Size, TextScreen, ViewRow};
use crate::tui::Look;
use crate::tui::widgets::frame::Piece;
use crate::tui::widgets::number::grouped;

impl CopyMode {
    /// Draws the text into `grid`. Returns the position of the cursor.
    pub fn draw(
        &mut self,
        grid: Rect,
        buf: &mut Buffer,
        look: &Look<'_>,
        text: &dyn TextScreen,
    ) -> Option<Position> {
        self.settle(text, Size { columns: grid.width, rows: grid.height });
        self.draw_text(grid, buf, text);
        let rows = self.view.rows(text);
        let extent = self.selection.map(|selection| selection.extent(text, self.cursor));
        let mut line: Option<(u64, Line)> = None;
        for (row, y) in rows.iter().zip(grid.top()..grid.bottom()) {
            if line.as_ref().is_none_or(|(number, _)| *number != row.line) {
                line = text.line(row.line).map(|line| (row.line, line));
            }
            if let Some((_, line)) = &line {
                let area = Rect { y, height: 1, ..grid };
                self.draw_matches(row, line, area, buf, look);
                if let Some(columns) = extent.as_ref().and_then(|extent: &Extent| extent.in_row(row, line)) {
                    self.paint(row, columns, area, buf, look.theme.text.patch(look.theme.selected));
                }
            }
        }
        let (x, y) = position(&rows, self.cursor)?;
        let x = u16::try_from(x.saturating_sub(self.view.left)).ok()?.min(grid.width.saturating_sub(1));
        Some(Position::new(grid.x + x, grid.y + y)).filter(|at| grid.contains(*at))
    }

    /// Draws the columns of the text that show.
    fn draw_text(&self, grid: Rect, buf: &mut Buffer, text: &dyn TextScreen) {
        let left = u16::try_from(self.view.left).unwrap_or(u16::MAX);
        if left == 0 {
            return text.draw_from(self.view.top, grid, buf);
        }
        let whole = Rect::new(0, 0, left.saturating_add(grid.width), grid.height);
        let mut cells = Buffer::empty(whole);
        text.draw_from(self.view.top, whole, &mut cells);
        for at in grid.intersection(buf.area).positions() {
            if let Some(cell) = cells.cell((at.x - grid.x + left, at.y - grid.y)) {
                buf[at] = cell.clone();
            }
        }
    }

    /// Sets the style of some columns of a line, where a row shows them. The guest's own colours give way, so that the
    /// text can be read on any of them.
    fn paint(&self, row: &ViewRow, columns: Range<u32>, area: Rect, buf: &mut Buffer, style: Style) {
        let first = row.columns.start + self.view.left;
        let on_screen = |column: u32| {
            let x = column.saturating_sub(first).min(area.width.into());
            area.x + u16::try_from(x).unwrap_or(area.width)
        };
        let end = if row.continues { columns.end.min(row.columns.end) } else { columns.end };
        let plain = Style::new()
            .fg(style.fg.unwrap_or(Color::Reset))
            .bg(style.bg.unwrap_or(Color::Reset))
            .remove_modifier(Modifier::REVERSED | Modifier::DIM | Modifier::HIDDEN);
        for x in on_screen(columns.start)..on_screen(end) {
            if let Some(cell) = buf.cell_mut((x, area.y)) {
                cell.set_style(plain).set_style(Style { fg: None, bg: None, ..style });
            }
        }
    }

    /// Highlights the matches in a row; the current one in reverse.
    fn draw_matches(&self, row: &ViewRow, line: &Line, area: Rect, buf: &mut Buffer, look: &Look<'_>) {
        let Some(search) = &self.search else { return };
        let current = search.current().filter(|current| current.line == row.line);
        for columns in line.columns_of(search.pattern.find(&line.text)) {
            let mut style = look.theme.text.patch(look.theme.matched);
            if current.is_some_and(|current| current.columns.start == columns.start) {
                style = style.add_modifier(Modifier::REVERSED);
            }
            self.paint(row, columns, area, buf, style);
        }
    }

    /// The pieces of the footer, as many as fit into `room` columns whole.
    pub fn footer(&self, text: &dyn TextScreen, room: u16, look: &Look<'_>) -> Vec<Piece> {
        if self.typing.is_some() {
            return Vec::new();
        }
        let theme = look.theme;
        let mode = match self.selection.map(|selection| selection.kind) {
            None => " copy ",
            Some(Kind::Characters) => " select ",
            Some(Kind::Lines) => " select lines ",
            Some(Kind::Block) => " select block ",
        };
        let mut pieces = vec![(mode.to_owned(), theme.accent)];
        if let Some(notice) = &self.notice {
            pieces.push((format!("{notice} "), theme.warn));
        }
        if let Some((find, _)) = self.finding {
            let to = if find.till { "to before" } else { "to" };
            pieces.push((format!("{to} which character? "), theme.text));
        }
        let first = text.lines().start;
        let at = self.cursor.line.saturating_sub(first) + 1;
        let total = last_line(text).saturating_sub(first) + 1;
        pieces.push((format!("line {} of {} ", grouped(at), grouped(total.max(at))), theme.text));
        if let Some(search) = &self.search {
            // Over the border: a theme whose matches have no colour of their own shows them in that of text.
            let text = theme.text.fg(theme.text.fg.unwrap_or(Color::Reset));
            let style = if search.current().is_some() { text.patch(theme.matched) } else { theme.warn };
            pieces.push((format!(" {} ", search.count()), style));
        }
        let new = self.new_lines(text);
        if new > 0 {
            let new = counted(usize::try_from(new).unwrap_or(usize::MAX), "line");
            pieces.push((format!(" +{new} "), theme.accent));
        }
        let mut used = 0;
        pieces.retain(|(text, _)| {
            let fits = used + text.width() <= usize::from(room);
            used += if fits { text.width() } else { 0 };
            fits
        });
        pieces
    }

    /// Draws the line in which a search is typed, while one is. Returns the position of the cursor in it.
    pub fn draw_prompt(&self, line: Rect, buf: &mut Buffer, look: &Look<'_>) -> Option<Position> {
        let typing = self.typing.as_ref()?;
        let note = self.search.as_ref().map(super::Search::count).unwrap_or_default();
        Some(typing.prompt.draw(line, &note, buf, look))
    }
}
