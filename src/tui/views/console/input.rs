//! Keys, mouse and pastes of the console view, sorted into commands and input for the remote side.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

use super::ConsoleView;
use crate::console::SessionState;
use crate::tui::Effect;

/// Lines that one turn of the wheel scrolls back.
const WHEEL_LINES: u32 = 3;

impl ConsoleView {
    /// Handles a key press: a command after the prefix, else input for the remote side.
    pub(super) fn press(&mut self, key: KeyEvent) -> Vec<Effect> {
        if key.kind == KeyEventKind::Release {
            return Vec::new();
        }
        self.notice = None;
        self.keys_shown = false;
        if std::mem::take(&mut self.prefix_pressed) {
            return self.press_after_prefix(key);
        }
        if self.keys.is_prefix(key) {
            self.prefix_pressed = true;
            return Vec::new();
        }
        self.console.clear_bell();
        match (self.screen().state(), key.code) {
            (SessionState::Ended(_), KeyCode::Char('r')) => {
                self.screen().reconnect();
                Vec::new()
            }
            (SessionState::Ended(_), KeyCode::Char('q')) => self.end_session(),
            (SessionState::Ended(_) | SessionState::Connecting | SessionState::Page(_), KeyCode::Esc) => {
                vec![Effect::close()]
            }
            (SessionState::Ended(_), _) => {
                self.notify("Session ended: r reconnects, q closes it, Esc leaves it in the list")
            }
            (SessionState::Connecting, _) => self.notify("Still connecting: nothing sent"),
            (SessionState::Page(_), _) => self.notify("This console is a web page: nothing sent"),
            (SessionState::Live, _) if !self.screen().takes_input() => {
                let text = format!("Read-only console: nothing sent. {} d detaches", self.keys.prefix_name);
                self.notify(text)
            }
            (SessionState::Live, _) => {
                self.screen().send(&Event::Key(key));
                Vec::new()
            }
        }
    }

    fn press_after_prefix(&mut self, key: KeyEvent) -> Vec<Effect> {
        if key.code == KeyCode::Esc {
            return Vec::new();
        }
        if let Some(command) = self.keys.look_up(key) {
            return self.apply(command, None).effects();
        }
        // Not in every keymap, and only while there is something to copy.
        if key.code == KeyCode::Char('y') && self.clipboard_offer.is_some() {
            return self.copy_offer();
        }
        let text = format!("No such key after {}: nothing sent", self.keys.prefix_name);
        self.notify(text)
    }

    /// Handles a mouse event: for the remote side where it asked for the mouse, else the wheel scrolls back.
    pub(super) fn mouse(&mut self, mouse: MouseEvent) -> Vec<Effect> {
        let inside = self.grid.contains(Position::new(mouse.column, mouse.row));
        if self.screen().wants_mouse() && inside && self.screen().state() == SessionState::Live {
            let column = mouse.column - self.grid.x;
            let row = mouse.row - self.grid.y;
            self.screen().send(&Event::Mouse(MouseEvent { column, row, ..mouse }));
        } else if mouse.kind == MouseEventKind::ScrollUp
            && self.screen().text().is_some_and(|text| text.scrollback() > 0)
        {
            return self.scroll_back(Some(WHEEL_LINES));
        }
        Vec::new()
    }

    /// Sends a paste to the remote side.
    pub(super) fn paste(&mut self, event: &Event) -> Vec<Effect> {
        self.prefix_pressed = false;
        if self.screen().takes_input() && self.screen().state() == SessionState::Live {
            self.screen().send(event);
            return Vec::new();
        }
        self.notify("Not pasted: the console takes no input now")
    }
}
