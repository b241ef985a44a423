//! Drawing of the console view: the grid, and a border with the instance, the state and the keys.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use unicode_width::UnicodeWidthStr;

use super::ConsoleView;
use crate::console::{SessionState, Size, TextScreen};
use crate::model::age;
use crate::tui::Look;
use crate::tui::widgets::frame::{Piece, draw_border, put, put_right};

/// The smallest size, in columns and rows, that is drawn with a border.
const MIN_BORDERED_SIZE: (u16, u16) = (24, 6);

/// The mark and word of a state; marks differ in shape, not only in colour.
pub(super) fn state_piece(state: &SessionState, look: &Look<'_>) -> Piece {
    let theme = look.theme;
    let (mark, ascii, word, style) = match state {
        SessionState::Connecting => ("◐", "~", "connecting", theme.moving),
        SessionState::Live => ("●", "*", "live", theme.good),
        SessionState::Ended(None) => ("○", "o", "ended", theme.off),
        SessionState::Ended(Some(_)) => ("✗", "x", "broken", theme.bad),
        SessionState::Page(_) => ("○", "o", "web page", theme.off),
    };
    (format!("{} {word}", if look.ascii { ascii } else { mark }), style)
}

impl ConsoleView {
    pub(super) fn draw_console(&mut self, area: Rect, buf: &mut Buffer, look: &Look<'_>) {
        let area = area.intersection(buf.area);
        self.cursor = None;
        self.grid = Rect::ZERO;
        if area.is_empty() {
            return;
        }
        let bordered =
            !self.zoomed && area.width >= MIN_BORDERED_SIZE.0 && area.height >= MIN_BORDERED_SIZE.1;
        let grid = if bordered {
            Rect { x: area.x + 1, y: area.y + 1, width: area.width - 2, height: area.height - 2 }
        } else {
            area
        };
        let state = self.screen().state();
        self.draw_grid(grid, &state, buf, look);
        let footer = self.footer(&state, area.width.saturating_sub(if bordered { 2 } else { 0 }), look);
        let row = Rect { y: area.bottom() - 1, height: 1, ..area };
        if bordered {
            draw_border(
                area,
                buf,
                look,
                if state == SessionState::Live { look.theme.accent } else { look.theme.border },
            );
            self.draw_title(area, &state, buf, look);
            let inner = Rect { x: row.x + 1, width: row.width - 2, ..row };
            let end = put(&footer, inner, buf);
            let right = self.right_of_footer(look);
            put_right(&right, Rect { x: end, width: inner.right() - end, ..inner }, buf);
        } else if self.prefix_pressed
            || self.notice.is_some()
            || self.scrollback.is_some()
            || state != SessionState::Live
        {
            buf.set_style(row, look.theme.text);
            for x in row.left()..row.right() {
                buf[(x, row.y)].reset();
            }
            put(&footer, row, buf);
        }
        if let Some(scrollback) = &self.scrollback
            && let Some(prompt) = &scrollback.prompt
        {
            let note = scrollback.search_result.as_deref().unwrap_or_default();
            let line = if bordered { Rect { x: row.x + 1, width: row.width - 2, ..row } } else { row };
            self.cursor = Some(prompt.draw(line, note, buf, look));
        }
        if self.keys_shown {
            self.draw_keys(grid, buf, look);
        }
        self.console.mark_drawn();
    }

    fn draw_grid(&mut self, grid: Rect, state: &SessionState, buf: &mut Buffer, look: &Look<'_>) {
        if grid.width < 2 || grid.height < 2 {
            return;
        }
        self.grid = grid;
        self.console.fit(Size { columns: grid.width, rows: grid.height });
        let text = self.console.screen.text();
        if let Some(copied) = text.and_then(TextScreen::take_clipboard) {
            self.clipboard_offer = Some(copied);
        }
        if let (Some(scrollback), Some(text)) = (&mut self.scrollback, text) {
            scrollback.follow(text, grid.height);
            text.draw_scrolled(grid, buf, scrollback.back);
            scrollback.highlight(grid, buf, look);
        } else {
            let cursor = self.console.screen.draw(grid, buf);
            let takes_input = *state == SessionState::Live && self.console.screen.takes_input();
            self.cursor = cursor.filter(|cursor| takes_input && grid.contains(*cursor));
        }
        if matches!(state, SessionState::Ended(_)) {
            buf.set_style(grid, Style::new().add_modifier(Modifier::DIM));
        }
        self.draw_waiting(grid, state, buf, look);
    }

    /// While connecting, draws how long it has taken.
    fn draw_waiting(&mut self, grid: Rect, state: &SessionState, buf: &mut Buffer, look: &Look<'_>) {
        if *state != SessionState::Connecting {
            self.connecting_since = None;
            return;
        }
        let since = *self.connecting_since.get_or_insert(look.now);
        let waited = look.now.since(since);
        let text = if waited.as_secs() < 1 {
            format!("connecting to {}", self.console.name)
        } else {
            format!("connecting to {} for {} (Esc to leave)", self.console.name, age(waited))
        };
        let width = u16::try_from(text.width()).unwrap_or(u16::MAX);
        let row = Rect { y: grid.y + grid.height / 2, height: 1, ..grid };
        let x = grid.x + grid.width.saturating_sub(width) / 2;
        buf.set_stringn(x, row.y, text, grid.right().saturating_sub(x).into(), look.theme.moving);
    }

    fn draw_title(&self, area: Rect, state: &SessionState, buf: &mut Buffer, look: &Look<'_>) {
        let theme = look.theme;
        let size = self.console.size();
        let mut right = Vec::new();
        if self.console.rang() {
            right.push((if look.ascii { " bell" } else { " ♪ bell" }.to_owned(), theme.warn));
        }
        if !self.screen().takes_input() {
            right.push((" read-only".to_owned(), theme.banner));
        }
        let (word, style) = state_piece(state, look);
        right.push((format!(" {word}"), style));
        right.push((format!(" {}x{} ", size.columns, size.rows), theme.dim));
        let row = Rect { x: area.x + 1, width: area.width - 2, height: 1, ..area };
        let start = put_right(&right, row, buf);

        let mut left = vec![
            (format!(" {}", self.console.name), theme.title.add_modifier(Modifier::BOLD)),
            (format!(" {} ", self.console.id.context), theme.dim),
        ];
        if let Some(title) = self.screen().title().filter(|title| !title.is_empty()) {
            left.push((format!("{} {title} ", if look.ascii { "-" } else { "─" }), theme.text));
        }
        put(&left, Rect { width: start.saturating_sub(row.x + 1), ..row }, buf);
    }

    /// The pieces of the footer; of the keys after the prefix as many as fit into `room` columns whole.
    fn footer(&self, state: &SessionState, room: u16, look: &Look<'_>) -> Vec<Piece> {
        let theme = look.theme;
        if self.prefix_pressed {
            let mut pieces = vec![(format!(" {} ", self.keys.prefix_name), theme.accent)];
            let copy = self.clipboard_offer.as_ref().map(|_| ("y", "copy"));
            let keys = self.keys_offered().map(|(key, _, word)| (key.as_str(), *word));
            let mut used = pieces[0].0.width();
            for (key, word) in copy.into_iter().chain(keys) {
                let (key, word) = (format!(" {key}"), format!(" {word} "));
                let wide = key.width() + word.width();
                if used + wide <= usize::from(room) {
                    used += wide;
                    pieces.extend([(key, theme.key), (word, theme.text)]);
                }
            }
            return pieces;
        }
        if let Some(notice) = &self.notice {
            return vec![(format!(" {notice} "), theme.warn)];
        }
        if let Some(scrollback) = &self.scrollback {
            let place = if scrollback.back == 0 {
                "at the end".to_owned()
            } else {
                format!("-{} lines", scrollback.back)
            };
            let mut pieces =
                vec![(" scrollback ".to_owned(), theme.accent), (format!("{place} "), theme.text)];
            pieces.extend(scrollback.search_result.iter().map(|result| (format!("· {result} "), theme.dim)));
            return pieces;
        }
        if let SessionState::Ended(problem) = state {
            let why = problem
                .as_ref()
                .map_or_else(|| "closed by the remote side".to_owned(), |it| it.message.to_string());
            return vec![
                (" r".to_owned(), theme.key),
                (" reconnect ".to_owned(), theme.text),
                (" q".to_owned(), theme.key),
                (" close ".to_owned(), theme.text),
                (format!(" {why} "), if problem.is_some() { theme.bad } else { theme.dim }),
            ];
        }
        if let SessionState::Page(page) = state {
            return vec![(format!(" this console is a web page at {} ", page.host()), theme.dim)];
        }
        let prefix = &self.keys.prefix_name;
        let mut pieces = vec![(format!(" {prefix}"), theme.key)];
        let shown = |command| self.keys.shown.iter().find(|(_, listed, _)| *listed == command);
        if let Some((key, _, word)) = shown(crate::tui::Command::Detach) {
            pieces.push((format!(" {key}"), theme.key));
            pieces.push((format!(" {word} "), theme.dim));
        }
        if let Some((key, _, word)) = shown(crate::tui::Command::Help) {
            pieces.push((format!(" {key}"), theme.key));
            pieces.push((format!(" {word} "), theme.dim));
        }
        pieces
    }

    fn right_of_footer(&self, look: &Look<'_>) -> Vec<Piece> {
        let theme = look.theme;
        let mut pieces = Vec::new();
        if let Some(text) = self.clipboard_offer.as_ref().filter(|_| !self.prefix_pressed) {
            let prefix = &self.keys.prefix_name;
            pieces.push((format!(" {} bytes for the clipboard:", text.len()), theme.warn));
            pieces.push((format!(" {prefix} y "), theme.key));
        }
        let sessions = self.sessions.len();
        if sessions > 1 && pieces.is_empty() {
            pieces.push((format!(" {sessions} consoles open "), theme.dim));
        }
        pieces
    }

    /// Draws the keys after the prefix, one a line, over the grid's lower right corner.
    fn draw_keys(&self, grid: Rect, buf: &mut Buffer, look: &Look<'_>) {
        let lines: Vec<String> = self
            .keys_offered()
            .map(|(key, _, word)| format!(" {} {key:<3} {word} ", self.keys.prefix_name))
            .collect();
        let width = lines.iter().map(|line| line.width()).max().unwrap_or(0) + 2;
        let (width, height) =
            (u16::try_from(width).unwrap_or(u16::MAX), u16::try_from(lines.len() + 2).unwrap_or(u16::MAX));
        if width > grid.width || height > grid.height {
            return;
        }
        let popup = Rect { x: grid.right() - width, y: grid.bottom() - height, width, height };
        for position in popup.positions() {
            buf[position].reset();
            buf[position].set_style(look.theme.text);
        }
        draw_border(popup, buf, look, look.theme.accent);
        for (line, y) in lines.iter().zip(popup.y + 1..) {
            buf.set_stringn(popup.x + 1, y, line, (width - 2).into(), look.theme.text);
        }
    }
}
