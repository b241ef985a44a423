//! Bindings of keys to commands, by context. The default map is a file under `assets/`; a user's own is laid over it.

mod chord;
mod twins;

use std::fmt;
use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

pub use chord::{Chord, sequence};

use super::command::{ENTRIES, Entry};
use super::views::console::ConsoleKeys;
use super::{Command, KeyContext};
use crate::config::{KeyBinding, KeyMistake, KeyPart, nearest};

/// The default keymap, as text.
pub const DEFAULT: &str = include_str!("../../../assets/keymap.toml");

/// Every key context with its name in the file and its title in the help.
pub const KEY_CONTEXTS: &[(KeyContext, &str, &str)] = &[
    (KeyContext::Everywhere, "everywhere", "Everywhere"),
    (KeyContext::Table, "table", "Tables"),
    (KeyContext::Text, "text", "Details"),
    (KeyContext::Logs, "logs", "Logs"),
    (KeyContext::Telemetry, "telemetry", "Telemetry"),
    (KeyContext::Page, "page", "Console that is a page"),
    (KeyContext::Console, "console", "Console, after the prefix"),
    (KeyContext::CopyMode, "copy-mode", "Console, copy mode"),
    (KeyContext::Playback, "playback", "Recording of a console"),
    (KeyContext::Menu, "menu", "Lists and menus"),
    (KeyContext::Form, "form", "Forms"),
];

/// A mistake in a keymap, with the place to fix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict(pub String);

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Conflict {}

impl From<KeyMistake> for Conflict {
    fn from(mistake: KeyMistake) -> Self {
        let expected = mistake.expected.map(|expected| format!("; {expected}")).unwrap_or_default();
        Self(format!("keymap: {}{expected}", mistake.message))
    }
}

/// A key sequence and what it is bound to in a key context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// The key context it is bound in.
    pub context: KeyContext,
    /// The keys, at least one.
    pub keys: Vec<Chord>,
    /// The command they are bound to.
    pub command: Command,
    /// Which of the bindings of a file it is, and which of its keys.
    written: (usize, usize),
}

/// The result of looking up the keys typed so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lookup {
    /// They are bound to this command.
    Bound(Command),
    /// It may become something with more keys.
    Prefix,
    /// They are bound to nothing.
    Unbound,
}

/// Every binding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keymap {
    bindings: Vec<Binding>,
}

impl Keymap {
    /// The default keymap with a user's tables laid over it: `[table] mark = "v"` re-binds, `mark = []` un-binds.
    /// Returns what is usable, and everything that is wrong with the rest.
    pub fn load(user: Option<&toml::Table>) -> (Self, Vec<Conflict>) {
        let mut problems = Vec::new();
        let mut map = Self { bindings: Vec::new() };
        match DEFAULT.parse::<toml::Table>() {
            Ok(default) => problems.extend(map.lay(&bindings_of(&default))),
            Err(error) => return (map, vec![Conflict(error.to_string())]),
        }
        if let Some(user) = user {
            problems.extend(map.lay(&bindings_of(user)));
        }
        (map, problems.into_iter().map(Conflict::from).collect())
    }

    /// Reads a keymap by itself, without the default under it.
    ///
    /// # Errors
    /// Names every unknown key context, command and key, and both commands of every conflict.
    pub fn parse(text: &str) -> Result<Self, Vec<Conflict>> {
        let table = text.parse::<toml::Table>().map_err(|error| vec![Conflict(error.to_string())])?;
        let mut map = Self { bindings: Vec::new() };
        let problems = map.lay(&bindings_of(&table));
        if problems.is_empty() { Ok(map) } else { Err(problems.into_iter().map(Conflict::from).collect()) }
    }

    /// Finds what is wrong with the bindings of a file, laid over the default keymap.
    pub fn check(bindings: &[KeyBinding<'_>]) -> Vec<KeyMistake> {
        Self::default().lay(bindings)
    }

    /// Lays bindings over those that there are; returns everything that is wrong with them.
    fn lay(&mut self, bindings: &[KeyBinding<'_>]) -> Vec<KeyMistake> {
        let mut problems = Vec::new();
        for binding in &mut self.bindings {
            binding.written = BELOW;
        }
        for (index, written) in bindings.iter().enumerate() {
            match resolve(written) {
                Ok((context, command)) => {
                    self.bindings.retain(|known| known.context != context || known.command != command);
                    for (nth, text) in written.keys.iter().enumerate() {
                        match read_keys(text, command) {
                            Ok(keys) => {
                                self.bindings.push(Binding { context, keys, command, written: (index, nth) });
                            }
                            Err(found) => problems.push(found.at(index, KeyPart::Key(nth))),
                        }
                    }
                }
                Err((part, found)) => problems.push(found.at(index, part)),
            }
        }
        problems.extend(self.conflicts());
        problems
    }

    /// Every pair of bindings of which one is the beginning of the other. The one written later is to be changed.
    fn conflicts(&self) -> Vec<KeyMistake> {
        let mut found = Vec::new();
        for (index, one) in self.bindings.iter().enumerate() {
            for other in &self.bindings[index + 1..] {
                let short = one.keys.len().min(other.keys.len());
                if one.context == other.context
                    && one.command != other.command
                    && one.keys[..short] == other.keys[..short]
                {
                    let message = format!(
                        "`{}` means both `{}` and `{}` in `{}`",
                        show(&one.keys[..short]),
                        one.command.name(),
                        other.command.name(),
                        context_names(&[one.context])
                    );
                    let (binding, key) = other.written;
                    found.push(Found::new(message).at(binding, KeyPart::Key(key)));
                }
            }
        }
        found
    }

    /// Looks up the keys typed so far in a context; its own bindings come before those of everywhere.
    pub fn look_up(&self, context: KeyContext, typed: &[Chord]) -> Lookup {
        for context in [context, KeyContext::Everywhere] {
            let mut prefix = false;
            for binding in self.bound_in(context) {
                if binding.keys == typed {
                    return Lookup::Bound(binding.command);
                }
                prefix |= binding.keys.starts_with(typed);
            }
            if prefix {
                return Lookup::Prefix;
            }
        }
        Lookup::Unbound
    }

    /// The keys that can follow those typed so far, with what they come to.
    pub fn continuations(&self, context: KeyContext, typed: &[Chord]) -> Vec<(String, Command)> {
        self.bound(context)
            .filter(|binding| binding.keys.len() > typed.len() && binding.keys.starts_with(typed))
            .map(|binding| (show(&binding.keys[typed.len()..]), binding.command))
            .collect()
    }

    /// The first keys bound to a command in a context, short, for hints.
    pub fn hint(&self, context: KeyContext, command: Command, ascii: bool) -> Option<String> {
        self.bound(context)
            .find(|binding| binding.command == command)
            .map(|binding| binding.keys.iter().map(|key| key.glyph(ascii)).collect())
    }

    /// All keys bound to a command in exactly this context, as written.
    pub fn keys(&self, context: KeyContext, command: Command) -> Vec<String> {
        let of_command = self.bound_in(context).filter(|binding| binding.command == command);
        of_command.map(|binding| show(&binding.keys)).collect()
    }

    /// The first keys bound to a command in a context or everywhere, as written.
    pub fn first_keys(&self, context: KeyContext, command: Command) -> Option<String> {
        self.bound(context).find(|binding| binding.command == command).map(|binding| show(&binding.keys))
    }

    /// The prefix of consoles, and the keys after it. After it only the bindings of consoles work, and the help.
    pub fn console(&self) -> ConsoleKeys {
        let map = self.clone();
        let look_up = move |key: KeyEvent| {
            let typed = [Chord::of(key)];
            match map.look_up(KeyContext::Console, &typed) {
                Lookup::Bound(command)
                    if command == Command::Help
                        || map.bound_in(KeyContext::Console).any(|binding| binding.keys == typed) =>
                {
                    Some(command)
                }
                _ => None,
            }
        };
        // Without one there would be no way out of a console, so an unbound prefix is the default one.
        let prefix = self
            .bound_in(KeyContext::Console)
            .find(|binding| binding.command == Command::Prefix && binding.keys.len() == 1)
            .map_or_else(|| Chord::new(KeyCode::Char(']'), KeyModifiers::CONTROL), |binding| binding.keys[0]);
        let hint = |command| self.hint(KeyContext::Console, command, true);
        ConsoleKeys::new(prefix.event(), prefix.spelled(), hint, Arc::new(look_up))
    }

    fn bound_in(&self, context: KeyContext) -> impl Iterator<Item = &Binding> {
        self.bindings.iter().filter(move |binding| binding.context == context)
    }

    fn bound(&self, context: KeyContext) -> impl Iterator<Item = &Binding> {
        [context, KeyContext::Everywhere].into_iter().flat_map(|context| self.bound_in(context))
    }
}

impl Default for Keymap {
    fn default() -> Self {
        Self::load(None).0
    }
}

/// The place of a binding that an earlier file wrote.
const BELOW: (usize, usize) = (usize::MAX, 0);

/// The bindings of tables.
fn bindings_of(tables: &toml::Table) -> Vec<KeyBinding<'_>> {
    let mut bindings = Vec::new();
    for (context, table) in tables {
        for (command, keys) in table.as_table().into_iter().flatten() {
            let keys = match keys {
                toml::Value::String(one) => vec![one.as_str()],
                toml::Value::Array(many) => many.iter().filter_map(toml::Value::as_str).collect(),
                _ => Vec::new(),
            };
            bindings.push(KeyBinding { context, command, keys });
        }
    }
    bindings
}

/// A mistake, before its place is known.
struct Found {
    message: String,
    expected: Option<String>,
    suggestion: Option<String>,
}

impl Found {
    fn new(message: String) -> Self {
        Self { message, expected: None, suggestion: None }
    }

    fn expected(self, expected: impl Into<String>) -> Self {
        Self { expected: Some(expected.into()), ..self }
    }

    fn at(self, binding: usize, part: KeyPart) -> KeyMistake {
        let Self { message, expected, suggestion } = self;
        KeyMistake { binding, part, message, expected, suggestion }
    }
}

/// The key context and the command of a binding, or what is wrong with which.
fn resolve(written: &KeyBinding<'_>) -> Result<(KeyContext, Command), (KeyPart, Found)> {
    let (context_name, name) = (written.context, written.command);
    let Some((context, ..)) = KEY_CONTEXTS.iter().find(|(_, name, _)| *name == context_name) else {
        let known: Vec<_> = KEY_CONTEXTS.iter().map(|context| context.1).collect();
        let found = Found::new(format!("no key context is called `{context_name}`"))
            .expected(format!("there are {}", known.join(", ")));
        return Err((KeyPart::Context, Found { suggestion: nearest(context_name, &known), ..found }));
    };
    let Some(entry) = Entry::named(name) else {
        let known: Vec<_> = ENTRIES.iter().map(|entry| entry.name).collect();
        let found = Found::new(format!("no command is called `{name}` (in `{context_name}`)"))
            .expected("docs/keys.md lists them");
        // Commands are written with dashes.
        let suggestion = nearest(name, &known);
        return Err((KeyPart::Command, Found { suggestion, ..found }));
    };
    if !entry.is_for(*context) {
        let found = Found::new(format!("`{name}` does nothing in `{context_name}`"))
            .expected(format!("it works in {}", context_names(entry.contexts)));
        return Err((KeyPart::Command, found));
    }
    Ok((*context, entry.command))
}

/// Reads the keys of a binding. One that terminals send as another key is refused: it would never arrive.
fn read_keys(text: &str, command: Command) -> Result<Vec<Chord>, Found> {
    let name = command.name();
    let Some(keys) = sequence(text) else {
        return Err(Found::new(format!("`{text}` is no key (for `{name}`)"))
            .expected("write `j`, `ctrl-d`, `alt-left`, `space`, `g g`"));
    };
    match text.split_whitespace().find_map(|chord| Some((chord, Chord::twin(chord)?))) {
        Some((chord, twin)) => {
            Err(Found::new(format!("terminals send `{twin}` for `{chord}` (for `{name}`)"))
                .expected("choose a key that they can tell apart"))
        }
        None => Ok(keys),
    }
}

/// The names of key contexts in the file: `table, text`.
fn context_names(contexts: &[KeyContext]) -> String {
    let named = KEY_CONTEXTS.iter().filter(|it| contexts.contains(&it.0)).map(|it| it.1);
    named.collect::<Vec<_>>().join(", ")
}

fn show(keys: &[Chord]) -> String {
    keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
