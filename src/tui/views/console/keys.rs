//! The prefix key and what follows it.

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::tui::Command;

/// Resolves a key after the prefix to its command.
pub type LookUp = Arc<dyn Fn(KeyEvent) -> Option<Command> + Send + Sync>;

/// The prefix key and the keys after it.
#[derive(Clone)]
pub struct ConsoleKeys {
    /// The prefix as it is written on the screen.
    pub prefix_name: String,
    /// The keys after it as they are written, each with its command and a word for it; the most useful first.
    pub shown: Vec<(String, Command, &'static str)>,
    prefix: (KeyCode, KeyModifiers),
    look_up: LookUp,
}

/// The default keys after the prefix.
const DEFAULT: [(char, Command, &str); 11] = [
    ('d', Command::Detach, "detach"),
    ('[', Command::CopyMode, "copy mode"),
    ('z', Command::Zoom, "zoom"),
    ('n', Command::NextSession, "next"),
    ('p', Command::PreviousSession, "previous"),
    ('w', Command::Sessions, "list"),
    ('r', Command::Record, "record"),
    ('R', Command::PauseRecording, "pause recording"),
    ('q', Command::EndSession, "close"),
    (']', Command::SendPrefix, "send prefix"),
    ('?', Command::Help, "keys"),
];

impl Default for ConsoleKeys {
    fn default() -> Self {
        let look_up = |key: KeyEvent| match key.code {
            KeyCode::Char(c) if (key.modifiers - KeyModifiers::SHIFT).is_empty() => {
                DEFAULT.iter().find(|(default, ..)| *default == c).map(|(_, command, _)| *command)
            }
            _ => None,
        };
        let shown = DEFAULT.iter().map(|(key, command, word)| (key.to_string(), *command, *word));
        Self::new(
            KeyEvent::new(KeyCode::Char(']'), KeyModifiers::CONTROL),
            "Ctrl-]",
            shown.collect(),
            Arc::new(look_up),
        )
    }
}

impl ConsoleKeys {
    /// Keys from a keymap: the prefix, its name on the screen, the keys after it for the screen, and their lookup.
    pub fn new(
        prefix: KeyEvent,
        prefix_name: impl Into<String>,
        shown: Vec<(String, Command, &'static str)>,
        look_up: LookUp,
    ) -> Self {
        Self { prefix_name: prefix_name.into(), shown, prefix: normalised(prefix), look_up }
    }

    /// Returns true if a key is the prefix, however the terminal reports it.
    pub fn is_prefix(&self, key: KeyEvent) -> bool {
        normalised(key) == self.prefix
    }

    /// The command of a key after the prefix.
    pub fn look_up(&self, key: KeyEvent) -> Option<Command> {
        if self.is_prefix(key) {
            return Some(Command::SendPrefix);
        }
        (self.look_up)(key)
    }

    /// The prefix as a key press, to be sent.
    pub fn prefix(&self) -> KeyEvent {
        KeyEvent::new(self.prefix.0, self.prefix.1)
    }
}

/// Normalises the control keys without letters, which terminals report in several ways: the byte 0x1d as Ctrl-5, as
/// Ctrl-] or as itself, and likewise the others.
fn normalised(key: KeyEvent) -> (KeyCode, KeyModifiers) {
    let modifiers = key.modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT);
    match (key.code, modifiers) {
        (KeyCode::Char(c @ '\x1c'..='\x1f'), _) => {
            let c = char::from(u8::try_from(c).unwrap_or(0x1d) + 0x40);
            (KeyCode::Char(c), KeyModifiers::CONTROL)
        }
        (KeyCode::Char(c @ '4'..='7'), KeyModifiers::CONTROL) => {
            let c = ['\\', ']', '^', '_'][usize::from(u8::try_from(c).unwrap_or(b'5') - b'4')];
            (KeyCode::Char(c), KeyModifiers::CONTROL)
        }
        (KeyCode::Char(c), modifiers) if modifiers.contains(KeyModifiers::CONTROL) => {
            (KeyCode::Char(c.to_ascii_lowercase()), modifiers - KeyModifiers::SHIFT)
        }
        other => other,
    }
}
