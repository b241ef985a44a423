//! The fleet that a command without the screen works on.

use std::path::PathBuf;

use super::error::{Code, CommandError};
use super::screen::{members, select_contexts, state_file};
use super::{Arguments, Failure};
use crate::config::load;
use crate::fleet::journal::Journal;
use crate::fleet::{Events, Fleet, Options};
use crate::providers::Registry;
use crate::tui::keymap::Keymap;

/// A fleet that requests nothing by itself, and its events.
pub(super) struct Connection {
    pub(super) fleet: Fleet,
    pub(super) events: Events,
    /// The fonts of the configuration by which screens are read.
    pub(super) console_fonts: Vec<PathBuf>,
}

impl Connection {
    /// Connects the contexts of the configuration, or those of these names.
    pub(super) fn open(
        arguments: &Arguments,
        names: &[String],
        registry: &Registry,
    ) -> Result<Self, CommandError> {
        let variable = super::config::variable;
        let mut config = load(arguments.config.as_deref(), &registry.specs(), Keymap::check, variable)
            .map_err(Failure::from)?;
        let names = [&arguments.screen.context[..], names].concat();
        select_contexts(&mut config, &names)
            .map_err(|failure| CommandError::new(Code::NotFound, failure.to_string()))?;
        if config.contexts.is_empty() {
            return Err(CommandError::new(Code::Config, "no context is configured")
                .hint("`qdeck config init` writes a file to start from"));
        }
        let read_only = arguments.screen.read_only || config.settings.read_only;
        for context in &mut config.contexts {
            context.read_only |= read_only;
            context.enabled |= !names.is_empty();
        }
        let listing = config.settings.listing;
        let members = members(&config.contexts, registry);
        let options = Options { listing, ..Options::default() };
        let (fleet, events) = Fleet::unwatched(members, options, journal());
        Ok(Self { fleet, events, console_fonts: config.settings.console_fonts })
    }
}

/// The journal of what is changed from this machine.
pub(super) fn journal() -> Journal {
    state_file(false, "journal", "jsonl").map_or_else(Journal::none, Journal::at)
}
