//! What is typed: keys at once, pastes key by key.

use std::collections::VecDeque;
use std::time::Duration;

use qdeck_vnc::keys::{self, KeyAction};

use super::shared::Screen;

/// The pause between two keys of a paste: a PC's keyboard holds 16 bytes, and what does not fit is lost.
pub(super) const KEY_PAUSE: Duration = Duration::from_millis(8);
/// Keys that may wait; further ones are dropped, as a keyboard without a reader does.
const MAX_WAITING: usize = 64 << 10;

/// One thing that was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Typed {
    /// Keys that go down and up.
    Actions(Vec<KeyAction>),
    /// A character of a paste.
    Char(char),
}

/// What waits to be typed.
#[derive(Debug, Default)]
pub(super) struct Queue {
    waiting: VecDeque<Typed>,
}

impl Queue {
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    pub fn clear(&mut self) {
        self.waiting.clear();
    }

    fn push(&mut self, typed: Typed) {
        if self.waiting.len() < MAX_WAITING {
            self.waiting.push_back(typed);
        }
    }
}

impl Screen {
    /// Types keys, after what was typed before them.
    pub fn type_keys(&mut self, typed: Typed) {
        if !self.takes_input() {
            return;
        }
        if self.typing.is_empty() {
            self.press(typed);
        } else {
            self.typing.push(typed);
        }
    }

    /// Puts a text into the machine's clipboard, where the server has one for any text; else types it. On a text console,
    /// which takes nothing from a clipboard, it is typed always.
    pub fn paste(&mut self, text: &str) {
        let has_clipboard = self.text.is_none() && self.client.has_clipboard();
        if !self.takes_input() || (has_clipboard && self.client.cut_text(text)) {
            return;
        }
        // Both ends of a line of a DOS text are one key.
        for character in text.replace("\r\n", "\n").chars() {
            self.typing.push(Typed::Char(character));
        }
    }

    /// Types the next that waits.
    pub fn type_next(&mut self) {
        if let Some(typed) = self.typing.waiting.pop_front() {
            self.press(typed);
        }
    }

    fn press(&mut self, typed: Typed) {
        let actions = match typed {
            Typed::Actions(actions) => actions,
            Typed::Char(character) => keys::typed_char(character),
        };
        for KeyAction { keysym, position, down } in actions {
            self.client.key(keysym, position, down);
        }
    }
}
