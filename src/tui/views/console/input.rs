//! Keys, mouse and pastes of the console view, sorted into commands and input for the remote side.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseEvent};

use super::ConsoleView;
use crate::console::SessionState;
use crate::tui::Effect;

impl ConsoleView {
    /// Handles a key press: a command after the prefix, else input for the remote side.
    pub(super) fn press(&mut self, key: KeyEvent) -> Vec<Effect> {
        if key.kind == KeyEventKind::Release {
            return Vec::new();
        }
        self.pane.notice = None;
        self.keys_shown = false;
        if std::mem::take(&mut self.prefix_pressed) {
            return self.press_after_prefix(key);
        }
        if self.keys.is_prefix(key) {
            self.prefix_pressed = true;
            return Vec::new();
        }
        match (self.pane.screen().state(), key.code) {
            (SessionState::Ended(_) | SessionState::Reconnecting(_), KeyCode::Char('q')) => {
                self.end_session()
            }
            (state, KeyCode::Esc) if state != SessionState::Live => vec![Effect::close()],
            // As terminals do; a guest that shows a whole screen has nothing above it, and gets the key.
            (_, KeyCode::PageUp) if key.modifiers == KeyModifiers::SHIFT && self.pane.page_up() => Vec::new(),
            _ => {
                self.pane.press(key, &self.keys.prefix_name);
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
        if key.code == KeyCode::Char('y') && self.pane.clipboard_offer.is_some() {
            return self.pane.copy_offer();
        }
        let text = format!("No such key after {}: nothing sent", self.keys.prefix_name);
        self.notify(text)
    }

    /// Handles a mouse event.
    pub(super) fn mouse(&mut self, mouse: MouseEvent) -> Vec<Effect> {
        self.pane.mouse(mouse)
    }

    /// Sends a paste to the remote side.
    pub(super) fn paste(&mut self, event: &Event) -> Vec<Effect> {
        self.prefix_pressed = false;
        self.pane.paste(event);
        Vec::new()
    }
}
