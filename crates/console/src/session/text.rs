//! The text of a session, for views that scroll back, search and copy.

use std::ops::Range;
use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use regex::Regex;

use super::TerminalSession;
use crate::{Cursor, Encoding, Line, Match, Place, TextScreen, ViewRow};
use qdeck_terminal::TextSearch;

impl TextScreen for TerminalSession {
    fn encoding(&self) -> Encoding {
        self.shared.status().encoding
    }

    fn set_encoding(&self, encoding: Encoding) {
        self.shared.with(|screen| screen.emulator.set_encoding(encoding));
    }

    fn history_bytes(&self) -> usize {
        self.shared.status().history_bytes
    }

    fn trim_history(&self, to_bytes: usize) {
        self.shared.with(|screen| screen.emulator.trim_history(to_bytes));
        self.shared.mark_dirty();
    }

    fn lines(&self) -> Range<u64> {
        self.shared.with(|screen| screen.emulator.lines())
    }

    fn line(&self, number: u64) -> Option<Line> {
        self.shared.with(|screen| screen.emulator.line(number))
    }

    fn live_top(&self) -> Place {
        self.shared.with(|screen| screen.emulator.live_top())
    }

    fn step_rows(&self, from: Place, rows: i64) -> Place {
        self.shared.with(|screen| screen.emulator.step_rows(from, rows))
    }

    fn view_rows(&self, top: Place, count: u16) -> Vec<ViewRow> {
        self.shared.with(|screen| screen.emulator.view_rows(top, count))
    }

    fn draw_from(&self, top: Place, area: Rect, buf: &mut Buffer) {
        self.shared.with(|screen| screen.emulator.draw_from(top, area, buf));
    }

    fn cursor_place(&self) -> Place {
        self.shared.with(|screen| screen.emulator.cursor_place())
    }

    fn link_at(&self, place: Place) -> Option<Arc<str>> {
        self.shared.with(|screen| screen.emulator.link_at(place))
    }

    fn search(&self, needle: &Regex) -> Vec<Match> {
        let mut search = TextSearch::new(needle);
        // Part by part, so that output goes on between two of them.
        while !self.shared.with(|screen| screen.emulator.search_part(&mut search)) {}
        search.into_matches()
    }

    fn cursor(&self) -> Cursor {
        self.shared.with(|screen| screen.emulator.cursor())
    }

    fn take_clipboard(&self) -> Option<String> {
        self.shared.with(|screen| screen.emulator.take_clipboard())
    }
}
