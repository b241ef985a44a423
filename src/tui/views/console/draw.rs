//! Drawing of the console view: the console, and a border with the instance, the state and the keys.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use super::ConsoleView;
use super::recording::{playback, playback_footer};
use crate::console::SessionState;
use crate::model::age;
use crate::tui::Look;
use crate::tui::widgets::frame::{Piece, draw_border, put, put_right};

/// The smallest size, in columns and rows, that is drawn with a border.
const MIN_BORDERED_SIZE: (u16, u16) = (24, 6);

impl ConsoleView {
    pub(super) fn draw_console(&mut self, area: Rect, buf: &mut Buffer, look: &Look<'_>) {
        let area = area.intersection(buf.area);
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
        self.pane.draw(grid, buf, look);
        let state = self.pane.screen().state();
        let footer = self.footer(&state, area.width.saturating_sub(if bordered { 2 } else { 0 }), look);
        let row = Rect { y: area.bottom() - 1, height: 1, ..area };
        if bordered {
            draw_border(
                area,
                buf,
                look,
                if state == SessionState::Live { look.theme.accent } else { look.theme.border },
            );
            self.pane.draw_title(Rect { x: area.x + 1, width: area.width - 2, height: 1, ..area }, buf, look);
            let inner = Rect { x: row.x + 1, width: row.width - 2, ..row };
            let end = put(&footer, inner, buf);
            let right = self.right_of_footer(look);
            put_right(&right, Rect { x: end, width: inner.right() - end, ..inner }, buf);
        } else if self.prefix_pressed
            || self.pane.notice.is_some()
            || self.pane.copy.is_some()
            || state != SessionState::Live
        {
            buf.set_style(row, look.theme.text);
            for x in row.left()..row.right() {
                buf[(x, row.y)].reset();
            }
            put(&footer, row, buf);
        }
        let line = if bordered { Rect { x: row.x + 1, width: row.width - 2, ..row } } else { row };
        self.pane.draw_prompt(line, buf, look);
        if self.keys_shown {
            self.draw_keys(grid, buf, look);
        }
    }

    /// The pieces of the footer; of the keys after the prefix as many as fit into `room` columns whole.
    fn footer(&self, state: &SessionState, room: u16, look: &Look<'_>) -> Vec<Piece> {
        let theme = look.theme;
        if self.prefix_pressed {
            let mut pieces = vec![(format!(" {} ", self.keys.prefix_name), theme.accent)];
            let copy = self.pane.clipboard_offer.as_ref().map(|_| ("y", "copy"));
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
        if let Some(notice) = &self.pane.notice {
            return vec![(format!(" {notice} "), theme.warn)];
        }
        if let Some(pieces) = self.pane.copy_footer(room, look) {
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
        if let SessionState::Reconnecting(retry) = state {
            let when = retry.at.map_or_else(
                || "reconnecting".to_owned(),
                |at| format!("reconnecting in {}", age(at.since(look.now))),
            );
            return vec![
                (" r".to_owned(), theme.key),
                (" now ".to_owned(), theme.text),
                (" q".to_owned(), theme.key),
                (" close ".to_owned(), theme.text),
                (format!(" {when} (attempt {}) ", retry.attempt), theme.moving),
                (format!("{} ", retry.problem.message), theme.bad),
            ];
        }
        if let SessionState::Page(page) = state {
            return vec![(format!(" this console is a web page at {} ", page.host()), theme.dim)];
        }
        if let Some(status) = playback(&self.pane.console) {
            return playback_footer(&status, room.into(), look);
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
        if let Some(text) = self.pane.clipboard_offer.as_ref().filter(|_| !self.prefix_pressed) {
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
