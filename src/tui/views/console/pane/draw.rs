//! Drawing of one console: its grid, and what lies over it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::Pane;
use crate::console::{PixelScreen, SessionState, Size, TextScreen};
use crate::model::age;
use crate::tui::Look;
use crate::tui::draw::{columns, put, wrap};
use crate::tui::views::console::pixels::answer_text;
use crate::tui::widgets::frame::Piece;

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
    /// Takes note that it is not on the screen.
    pub fn leave_screen(&mut self) {
        self.cursor = None;
        self.grid = Rect::ZERO;
        self.pixels.leave_screen();
    }

    /// The size of its area.
    fn wanted_size(&self) -> Size {
        Size { columns: self.grid.width, rows: self.grid.height }
    }

    /// Returns true if the session does not have the size of its area yet.
    pub fn waits_for_size(&self) -> bool {
        !self.grid.is_empty() && self.console.size() != self.wanted_size()
    }

    /// Draws the console into `grid`, which becomes its size unless sizes are held: tiles are being resized.
    pub fn draw(&mut self, grid: Rect, holds_size: bool, buf: &mut Buffer, look: &Look<'_>) {
        self.leave_screen();
        self.console.mark_seen();
        self.note_state(look.now);
        if grid.width < 2 || grid.height < 2 {
            return;
        }
        self.grid = grid;
        if !holds_size {
            self.console.fit(self.wanted_size());
        }
        let state = self.screen().state();
        let text = self.console.screen.text();
        let from_pixels = || self.console.screen.pixels().and_then(PixelScreen::take_clipboard);
        if let Some(copied) = text.and_then(TextScreen::take_clipboard).or_else(from_pixels) {
            self.clipboard_offer = Some(copied);
            self.is_offer_new = true;
        }
        let answer = self.console.screen.pixels().and_then(PixelScreen::take_size_answer);
        if let Some((size, answer)) = answer {
            self.notice = Some(answer_text(size, answer));
        }
        if let (Some(copy), Some(text)) = (&mut self.copy, text) {
            self.cursor = copy.draw(text.area_within(grid), buf, look, text);
        } else if self.shown_pixels().is_some() {
            if let Some(pixels) = self.console.screen.pixels() {
                let on = (grid, state.is_down());
                self.pixels.draw(&self.console, pixels, on, look.now, buf);
            }
            if let Some(failure) = self.pixels.take_failure() {
                self.notify(failure);
            }
            if let Some(failure) = self.pixels.failure() {
                draw_message(failure, grid, look.theme.bad, buf);
            }
        } else {
            let cursor = self.console.screen.draw(grid, buf);
            let takes_input = state == SessionState::Live && self.console.screen.takes_input();
            self.cursor = cursor.filter(|cursor| takes_input && grid.contains(*cursor));
        }
        if let SessionState::Ended(Some(problem)) = &state
            && self.copy.is_none()
            && grid.positions().all(|at| buf[at].symbol().trim().is_empty())
        {
            // It has shown nothing, and the footer may have room for the beginning of the reason alone.
            draw_message(&problem.message, grid, look.theme.bad, buf);
        } else if state.is_down() && (self.copy.is_some() || self.shown_pixels().is_none()) {
            // Pixels are dimmed one by one.
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
        draw_message(&text, grid, look.theme.moving, buf);
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

/// Draws a text in the middle, over as many lines as it takes.
fn draw_message(text: &str, grid: Rect, style: Style, buf: &mut Buffer) {
    let lines = wrap(text, grid.width);
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    let top = grid.y + grid.height.saturating_sub(height).div_ceil(2);
    for (y, line) in (top..grid.bottom()).zip(lines) {
        let x = grid.x + grid.width.saturating_sub(columns(&line)) / 2;
        put(buf, x, y, grid.right() - x, &line, style);
    }
}
