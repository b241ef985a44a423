//! What the console view asks of a session, so that it can be driven by another one in tests.

use crossterm::event::Event;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use regex::Regex;

use crate::console::{Session, SessionState, Size};

/// A session on a remote screen. Every method promises what the one of [`Session`] does.
#[expect(missing_docs, reason = "said at Session")]
pub trait Guest: Send + Sync {
    fn state(&self) -> SessionState;
    fn reconnect(&self);
    fn takes_input(&self) -> bool;
    fn send(&self, event: &Event);
    fn resize(&self, size: Size);
    fn take_dirty(&self) -> bool;
    fn draw(&self, area: Rect, buf: &mut Buffer, back: usize) -> Option<Position>;
    fn scrollback(&self) -> usize;
    fn history(&self) -> u64;
    fn search(&self, needle: &Regex) -> Vec<usize>;
    fn title(&self) -> Option<String>;
    fn wants_mouse(&self) -> bool;
    fn take_clipboard(&self) -> Option<String>;
    fn take_bell(&self) -> bool;
}

impl Guest for Session {
    fn state(&self) -> SessionState {
        Self::state(self)
    }

    fn reconnect(&self) {
        Self::reconnect(self);
    }

    fn takes_input(&self) -> bool {
        Self::takes_input(self)
    }

    fn send(&self, event: &Event) {
        Self::send(self, event);
    }

    fn resize(&self, size: Size) {
        Self::resize(self, size);
    }

    fn take_dirty(&self) -> bool {
        Self::take_dirty(self)
    }

    fn draw(&self, area: Rect, buf: &mut Buffer, back: usize) -> Option<Position> {
        Self::draw(self, area, buf, back)
    }

    fn scrollback(&self) -> usize {
        Self::scrollback(self)
    }

    fn history(&self) -> u64 {
        Self::history(self)
    }

    fn search(&self, needle: &Regex) -> Vec<usize> {
        Self::search(self, needle)
    }

    fn title(&self) -> Option<String> {
        Self::title(self)
    }

    fn wants_mouse(&self) -> bool {
        Self::wants_mouse(self)
    }

    fn take_clipboard(&self) -> Option<String> {
        Self::take_clipboard(self)
    }

    fn take_bell(&self) -> bool {
        Self::take_bell(self)
    }
}
