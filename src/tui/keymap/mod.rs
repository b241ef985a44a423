//! Bindings of keys to commands, by context. The default map is a file under `assets/`; a user's own is laid over it.

mod chord;

use std::fmt;
use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

pub use chord::{Chord, sequence};

use super::command::Entry;
use super::views::console::ConsoleKeys;
use super::{Command, KeyContext};

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
    (KeyContext::Scrollback, "scrollback", "Console scrollback"),
    (KeyContext::Menu, "menu", "Lists and menus"),
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

/// A key sequence and what it is bound to in a key context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// The key context it is bound in.
    pub context: KeyContext,
    /// The keys, at least one.
    pub keys: Vec<Chord>,
    /// The command they are bound to.
    pub command: Command,
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
            Ok(default) => map.lay(&default, &mut problems),
            Err(error) => problems.push(Conflict(error.to_string())),
        }
        if let Some(user) = user {
            map.lay(user, &mut problems);
        }
        problems.extend(map.conflicts());
        (map, problems)
    }

    /// Reads a keymap by itself, without the default under it.
    ///
    /// # Errors
    /// Names every unknown key context, command and key, and both commands of every conflict.
    pub fn parse(text: &str) -> Result<Self, Vec<Conflict>> {
        let table = text.parse::<toml::Table>().map_err(|error| vec![Conflict(error.to_string())])?;
        let mut problems = Vec::new();
        let mut map = Self { bindings: Vec::new() };
        map.lay(&table, &mut problems);
        problems.extend(map.conflicts());
        if problems.is_empty() { Ok(map) } else { Err(problems) }
    }

    fn lay(&mut self, table: &toml::Table, problems: &mut Vec<Conflict>) {
        for (context_name, value) in table {
            let Some((context, ..)) = KEY_CONTEXTS.iter().find(|(_, name, _)| name == context_name) else {
                problems.push(Conflict(format!(
                    "keymap: no key context is called `{context_name}`; there are {}",
                    KEY_CONTEXTS.iter().map(|context| context.1).collect::<Vec<_>>().join(", ")
                )));
                continue;
            };
            let Some(bindings) = value.as_table() else {
                problems.push(Conflict(format!("keymap: `{context_name}` must be a table")));
                continue;
            };
            for (command_name, keys) in bindings {
                let Some(entry) = Entry::named(command_name) else {
                    problems.push(Conflict(format!(
                        "keymap: no command is called `{command_name}` (in `{context_name}`)"
                    )));
                    continue;
                };
                if !entry.is_for(*context) {
                    problems.push(Conflict(format!(
                        "keymap: `{command_name}` does nothing in `{context_name}`; it works in {}",
                        context_names(entry.contexts)
                    )));
                    continue;
                }
                let command = entry.command;
                self.bindings.retain(|binding| binding.context != *context || binding.command != command);
                self.bind(*context, command, keys, problems);
            }
        }
    }

    fn bind(
        &mut self,
        context: KeyContext,
        command: Command,
        keys: &toml::Value,
        problems: &mut Vec<Conflict>,
    ) {
        let texts: Vec<&str> = match keys {
            toml::Value::String(one) => vec![one.as_str()],
            toml::Value::Array(many) => many.iter().filter_map(toml::Value::as_str).collect(),
            _ => Vec::new(),
        };
        for text in texts {
            match sequence(text) {
                Some(keys) => self.bindings.push(Binding { context, keys, command }),
                None => problems.push(Conflict(format!(
                    "keymap: `{text}` is no key (for `{}`); write `j`, `ctrl-d`, `alt-left`, `space`, `g g`",
                    command.name()
                ))),
            }
        }
    }

    fn conflicts(&self) -> Vec<Conflict> {
        let mut found = Vec::new();
        for (index, one) in self.bindings.iter().enumerate() {
            for other in &self.bindings[index + 1..] {
                let short = one.keys.len().min(other.keys.len());
                if one.context == other.context
                    && one.command != other.command
                    && one.keys[..short] == other.keys[..short]
                {
                    found.push(Conflict(format!(
                        "keymap: `{}` means both `{}` and `{}` in `{}`",
                        show(&one.keys[..short]),
                        one.command.name(),
                        other.command.name(),
                        KEY_CONTEXTS
                            .iter()
                            .find(|context| context.0 == one.context)
                            .map_or("?", |context| context.1)
                    )));
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
        let words = [
            (Command::Detach, "detach"),
            (Command::Scrollback, "scrollback"),
            (Command::Zoom, "zoom"),
            (Command::NextSession, "next"),
            (Command::PreviousSession, "previous"),
            (Command::Sessions, "list"),
            (Command::EndSession, "close"),
            (Command::SendPrefix, "send prefix"),
            (Command::Help, "keys"),
        ];
        let shown = words
            .into_iter()
            .filter_map(|(command, word)| {
                Some((self.hint(KeyContext::Console, command, true)?, command, word))
            })
            .collect();
        // Without one there would be no way out of a console, so an unbound prefix is the default one.
        let prefix = self
            .bound_in(KeyContext::Console)
            .find(|binding| binding.command == Command::Prefix && binding.keys.len() == 1)
            .map_or_else(|| Chord::new(KeyCode::Char(']'), KeyModifiers::CONTROL), |binding| binding.keys[0]);
        ConsoleKeys::new(prefix.event(), prefix.spelled(), shown, Arc::new(look_up))
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
