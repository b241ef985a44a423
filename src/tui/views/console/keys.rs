//! The prefix key and what follows it.

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::tui::Command;
use crate::tui::keymap::Keymap;

/// Resolves a key after the prefix to its command.
pub type LookUp = Arc<dyn Fn(KeyEvent) -> Option<Command> + Send + Sync>;

/// The groups of the list of keys, in its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Sessions: leaving, changing, ending them.
    Consoles,
    /// The tiles of a tab.
    Tiles,
    /// Tabs.
    Tabs,
    /// What is typed and read.
    Text,
}

impl Group {
    /// All groups.
    pub const ALL: [Self; 4] = [Self::Consoles, Self::Tiles, Self::Tabs, Self::Text];

    /// The heading.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Consoles => "Consoles",
            Self::Tiles => "Tiles",
            Self::Tabs => "Tabs",
            Self::Text => "Text",
        }
    }
}

/// Keys after the prefix, as the screen shows them: those of one command, or of several that a word covers.
#[derive(Debug, Clone)]
pub struct ShownKeys {
    /// The keys as they are written.
    pub keys: String,
    /// The command, or the first of them.
    pub command: Command,
    /// A word for it.
    pub word: &'static str,
    /// Its group in the list.
    pub group: Group,
}

/// The prefix key and the keys after it.
#[derive(Clone)]
pub struct ConsoleKeys {
    /// The prefix as it is written on the screen.
    pub prefix_name: String,
    /// The keys after it, the most useful first.
    pub shown: Vec<ShownKeys>,
    prefix: (KeyCode, KeyModifiers),
    look_up: LookUp,
}

/// The words for the commands after the prefix, the most useful first. Commands beside each other with the same word are
/// shown as one.
const WORDS: &[(Command, &str, Group)] = &[
    (Command::Detach, "detach", Group::Consoles),
    (Command::CopyMode, "copy mode", Group::Text),
    (Command::SendKeys, "send keys", Group::Text),
    (Command::TextOrPixels, "text or pixels", Group::Text),
    (Command::NextScale, "fit or 1:1", Group::Text),
    (Command::MatchSize, "ask for this size", Group::Text),
    (Command::PanScreen, "move over the screen", Group::Text),
    (Command::Zoom, "zoom", Group::Tiles),
    (Command::NextSession, "next", Group::Consoles),
    (Command::PreviousSession, "previous", Group::Consoles),
    (Command::Sessions, "list", Group::Consoles),
    (Command::EndSession, "close", Group::Consoles),
    (Command::Record, "record", Group::Text),
    (Command::PauseRecording, "pause recording", Group::Text),
    (Command::SplitRight, "split right", Group::Tiles),
    (Command::SplitBelow, "split below", Group::Tiles),
    (Command::FocusLeft, "focus", Group::Tiles),
    (Command::FocusDown, "focus", Group::Tiles),
    (Command::FocusUp, "focus", Group::Tiles),
    (Command::FocusRight, "focus", Group::Tiles),
    (Command::TypeTogether, "type into all", Group::Tiles),
    (Command::TypeHereToo, "this one too", Group::Tiles),
    (Command::NextAlert, "next alert", Group::Consoles),
    (Command::AnotherSession, "another session", Group::Consoles),
    (Command::RenameSession, "name session", Group::Consoles),
    (Command::ResizeLeft, "resize", Group::Tiles),
    (Command::ResizeDown, "resize", Group::Tiles),
    (Command::ResizeUp, "resize", Group::Tiles),
    (Command::ResizeRight, "resize", Group::Tiles),
    (Command::GrowTile, "larger, smaller", Group::Tiles),
    (Command::ShrinkTile, "larger, smaller", Group::Tiles),
    (Command::NextLayout, "next layout", Group::Tiles),
    (Command::SwapTile, "swap with next", Group::Tiles),
    (Command::CloseTile, "close tile only", Group::Tiles),
    (Command::NewTab, "new tab", Group::Tabs),
    (Command::Tab(1), "go to tab", Group::Tabs),
    (Command::Tab(2), "go to tab", Group::Tabs),
    (Command::Tab(3), "go to tab", Group::Tabs),
    (Command::Tab(4), "go to tab", Group::Tabs),
    (Command::Tab(5), "go to tab", Group::Tabs),
    (Command::Tab(6), "go to tab", Group::Tabs),
    (Command::Tab(7), "go to tab", Group::Tabs),
    (Command::Tab(8), "go to tab", Group::Tabs),
    (Command::Tab(9), "go to tab", Group::Tabs),
    (Command::RenameTab, "name tab", Group::Tabs),
    (Command::NextEncoding, "next encoding", Group::Text),
    (Command::SendPrefix, "send prefix", Group::Text),
    (Command::Help, "keys", Group::Text),
];

/// The names of the arrow keys in the order of the commands above.
const ARROWS: [&str; 4] = ["left", "down", "up", "right"];

/// The keys of commands with one word, as short as they can be written.
fn merged(keys: &[String]) -> String {
    let arrows =
        |prefix: &str| ARROWS.iter().map(|arrow| format!("{prefix}{arrow}")).eq(keys.iter().cloned());
    let prefix = keys.first().and_then(|first| first.strip_suffix(ARROWS[0]));
    match (keys, prefix) {
        (_, Some(prefix)) if arrows(prefix) => format!("{prefix}arrows"),
        ([first, .., last], _) if keys.len() > ARROWS.len() => format!("{first}-{last}"),
        _ if keys.iter().all(|key| key.chars().count() == 1) => keys.concat(),
        _ => keys.join(" "),
    }
}

impl Default for ConsoleKeys {
    fn default() -> Self {
        Keymap::default().console()
    }
}

impl ConsoleKeys {
    /// Keys from a keymap: the prefix, its name on the screen, the key of a command for the screen, and the command of a
    /// key.
    pub fn new(
        prefix: KeyEvent,
        prefix_name: impl Into<String>,
        hint: impl Fn(Command) -> Option<String>,
        look_up: LookUp,
    ) -> Self {
        let shown = WORDS.chunk_by(|one, next| one.1 == next.1).filter_map(|same| {
            let keys: Vec<String> = same.iter().filter_map(|(command, ..)| hint(*command)).collect();
            let (command, word, group) = same[0];
            (!keys.is_empty()).then(|| ShownKeys { keys: merged(&keys), command, word, group })
        });
        let shown = shown.collect();
        Self { prefix_name: prefix_name.into(), shown, prefix: normalised(prefix), look_up }
    }

    /// The keys of a command, if the screen shows any.
    pub fn of(&self, command: Command) -> Option<&ShownKeys> {
        self.shown.iter().find(|shown| shown.command == command)
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
