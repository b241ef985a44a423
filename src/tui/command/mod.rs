//! Commands: what keys are bound to. Layers match on commands, never on key codes.
//!
//! A command is added in two places: its line in `table.rs`, which declares it, and the arm of the layer that does it. Each
//! kind of layer matches exhaustively on the enum of its own commands, so a line without its arm does not compile. The
//! hint line, the help, the palette, the check of the keymap file and docs/keys.md read the table.

mod availability;
mod table;
#[cfg(test)]
mod tests;

pub use availability::Availability;
pub(in crate::tui) use availability::{container_with_revisions, no_actions, no_revisions, not_offered};
pub use table::{
    Command, ConsoleCommand, CopyCommand, ENTRIES, FormCommand, LogCommand, MenuCommand, Movement,
    PageCommand, PlaybackCommand, ProgramCommand, RowCommand, TableCommand, TelemetryCommand, TextCommand,
};

use super::app::App;

/// The context of a key. The bindings of [`KeyContext::Everywhere`] apply in all contexts, after their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum KeyContext {
    /// Everywhere but where text is typed.
    Everywhere,
    /// A table of resources.
    Table,
    /// A document: details, YAML, JSON.
    Text,
    /// A log tail.
    Logs,
    /// The telemetry screen.
    Telemetry,
    /// The box of a console that is a page for a browser, or of a link.
    Page,
    /// A console, after the prefix key.
    Console,
    /// The copy mode of a console.
    CopyMode,
    /// A recording of a console, while it is played.
    Playback,
    /// A list over the screen: contexts, sorts, sessions, messages.
    Menu,
    /// The form of an action.
    Form,
}

/// A line of the table of commands.
pub struct Entry {
    /// The command.
    pub command: Command,
    /// Its name in the keymap file and the palette.
    pub name: &'static str,
    /// Its description, for the help.
    pub help: &'static str,
    /// The key contexts whose layers perform it; [`KeyContext::Everywhere`] is the whole program.
    pub contexts: &'static [KeyContext],
    available: fn(&App) -> Availability,
}

impl Entry {
    /// Returns true if it can be bound in a key context. A binding for everywhere works where a layer performs it.
    pub fn is_for(&self, context: KeyContext) -> bool {
        context == KeyContext::Everywhere
            || self.contexts.contains(&context)
            || self.contexts.contains(&KeyContext::Everywhere)
    }

    /// Its availability for the table in front.
    pub fn availability(&self, app: &App) -> Availability {
        (self.available)(app)
    }

    /// The entry of a name.
    pub fn named(name: &str) -> Option<&'static Self> {
        ENTRIES.iter().find(|entry| entry.name == name)
    }
}

impl Command {
    /// Its line in the table. Every command has one, because the table is what declares them.
    pub fn entry(self) -> Option<&'static Entry> {
        ENTRIES.iter().find(|entry| entry.command == self)
    }

    /// Its name in the keymap file and the palette.
    pub fn name(self) -> &'static str {
        self.entry().map_or("?", |entry| entry.name)
    }

    /// Its availability for the table in front.
    pub fn availability(self, app: &App) -> Availability {
        self.entry().map_or(Availability::Yes, |entry| entry.availability(app))
    }
}
