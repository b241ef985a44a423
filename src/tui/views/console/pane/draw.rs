//! Drawing of one console: its grid, and the pieces of its title.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use unicode_width::UnicodeWidthStr;

use super::super::recording::{playback, playback_piece, recording_piece};
use super::Pane;
use crate::console::{SessionState, Size, TextScreen};
use crate::model::age;
use crate::tui::Look;
use crate::tui::widgets::frame::{Piece, put, put_right};

/// The mark and word of a state; marks differ in shape, not only in colour.
pub(in crate::tui::views::console) fn state_piece(state: &SessionState, look: &Look<'_>) -> Piece {
    let theme = look.theme;
    let (mark, ascii, word, style) = match state {
        SessionState::Connecting => ("◐", "~", "connecting", theme.moving),
        SessionState::Live => ("●", "*", "live", theme.good),
        SessionState::Reconnecting(_) => ("◐", "~", "reconnecting", theme.moving),
        SessionState::Ended(None) => ("○", "o", "ended", theme.off),
        SessionState::Ended(Some(_)) => ("✗", "x", "broken", theme.bad),
        SessionState::Page(_) => ("○", "o", "web page", theme.off),
    };
    (format!("{} {word}", if look.ascii { ascii } else { mark }), style)
}

impl Pane {
    /// Draws the console into `grid`, which becomes its size.
    pub fn draw(&mut self, grid: Rect, buf: &mut Buffer, look: &Look<'_>) {
        self.cursor = None;
        self.grid = Rect::ZERO;
        self.console.mark_seen();
        if grid.width < 2 || grid.height < 2 {
            return;
        }
        self.grid = grid;
        self.console.fit(Size { columns: grid.width, rows: grid.height });
        let state = self.screen().state();
        let text = self.console.screen.text();
        if let Some(copied) = text.and_then(TextScreen::take_clipboard) {
            self.clipboard_offer = Some(copied);
        }
        if let (Some(copy), Some(text)) = (&mut self.copy, text) {
            self.cursor = copy.draw(grid, buf, look, text);
        } else {
            let cursor = self.console.screen.draw(grid, buf);
            let takes_input = state == SessionState::Live && self.console.screen.takes_input();
            self.cursor = cursor.filter(|cursor| takes_input && grid.contains(*cursor));
        }
        if state.is_down() {
            buf.set_style(grid, Style::new().add_modifier(Modifier::DIM));
        }
        self.draw_waiting(grid, &state, buf, look);
    }

    /// While connecting, draws how long it has taken.
    fn draw_waiting(&mut self, grid: Rect, state: &SessionState, buf: &mut Buffer, look: &Look<'_>) {
        if *state != SessionState::Connecting {
            self.connecting_since = None;
            return;
        }
        let since = *self.connecting_since.get_or_insert(look.now);
        let waited = look.now.since(since);
        let text = if self.screen().playback().is_some() {
            format!("reading {}", self.console.name)
        } else if waited.as_secs() < 1 {
            format!("connecting to {}", self.console.name)
        } else {
            format!("connecting to {} for {} (Esc to leave)", self.console.name, age(waited))
        };
        let width = u16::try_from(text.width()).unwrap_or(u16::MAX);
        let row = Rect { y: grid.y + grid.height / 2, height: 1, ..grid };
        let x = grid.x + grid.width.saturating_sub(width) / 2;
        buf.set_stringn(x, row.y, text, grid.right().saturating_sub(x).into(), look.theme.moving);
    }

    /// Draws the title into a row of the border: the name on the left, state and size on the right.
    pub fn draw_title(&self, row: Rect, buf: &mut Buffer, look: &Look<'_>) {
        let theme = look.theme;
        let mut size = self.console.size();
        let mut right = Vec::new();
        if let Some((word, style)) = recording_piece(&self.console, look) {
            right.push((format!(" {word} "), style));
        }
        if self.console.rang() {
            right.push((if look.ascii { " bell" } else { " ♪ bell" }.to_owned(), theme.warn));
        }
        let (word, style) = if let Some(status) = playback(&self.console) {
            size = status.size;
            if status.speed.to_bits() != 1.0_f64.to_bits() {
                right.push((format!(" {}x", status.speed), theme.banner));
            }
            playback_piece(&status, look)
        } else {
            if !self.screen().takes_input() && self.screen().playback().is_none() {
                right.push((" read-only".to_owned(), theme.banner));
            }
            state_piece(&self.screen().state(), look)
        };
        right.push((format!(" {word}"), style));
        right.push((format!(" {}x{} ", size.columns, size.rows), theme.dim));
        let start = put_right(&right, row, buf);

        let mut left = vec![
            (format!(" {}", self.console.label()), theme.title.add_modifier(Modifier::BOLD)),
            (format!(" {} ", self.console.id.context), theme.dim),
        ];
        if let Some(title) = self.screen().title().filter(|title| !title.is_empty()) {
            left.push((format!("{} {title} ", if look.ascii { "-" } else { "─" }), theme.text));
        }
        put(&left, Rect { width: start.saturating_sub(row.x + 1), ..row }, buf);
    }

    /// The pieces of the footer in copy mode.
    pub fn copy_footer(&self, room: u16, look: &Look<'_>) -> Option<Vec<Piece>> {
        let (Some(copy), Some(text)) = (&self.copy, self.console.screen.text()) else { return None };
        Some(copy.footer(text, room, look))
    }

    /// Draws the line in which a search is typed, while one is; the cursor is in it.
    pub fn draw_prompt(&mut self, line: Rect, buf: &mut Buffer, look: &Look<'_>) {
        if let Some(cursor) = self.copy.as_ref().and_then(|copy| copy.draw_prompt(line, buf, look)) {
            self.cursor = Some(cursor);
        }
    }
}
