//! One action of Cycle: how it is shown, which capabilities it needs, and which rows it fits.

use super::Capabilities;
use crate::kit::form::refused;
use qdeck_model::{
    Action, ActionId, Availability, Danger, Fact, Lifecycle, Problem, ProblemKind, Resource, State,
};

/// An action on a kind of resource.
pub(super) struct Entry {
    pub(super) id: ActionId,
    pub(super) name: &'static str,
    pub(super) key: char,
    pub(super) help: &'static str,
    pub(super) danger: Danger,
    pub(super) progress: &'static str,
    pub(super) has_form: bool,
    pub(super) in_bulk: bool,
    /// The capability that it needs. Some endpoints name one that the list of capabilities does not have: then both are
    /// here, that of the list first, and either will do.
    pub(super) needs: &'static [&'static str],
    /// Whether it fits a row as it is now.
    pub(super) fits: fn(&Resource) -> Availability,
}

impl Entry {
    /// The action, whatever the row.
    pub(super) fn declared(&self) -> Action {
        self.with(Availability::Yes)
    }

    /// The action on a row.
    pub(super) fn action(&self, row: &Resource, capabilities: &Capabilities) -> Action {
        self.with(self.availability(row, capabilities))
    }

    /// Refuses a row that it does not fit any more.
    pub(super) fn permit(&self, row: &Resource, capabilities: &Capabilities) -> Result<(), Problem> {
        match self.availability(row, capabilities) {
            Availability::Yes => Ok(()),
            Availability::No(reason) => Err(refused(row.name(), &reason)),
            Availability::Forbidden(reason) => {
                let message = format!("{}: {reason}, so nothing was sent", row.name());
                let hint = "Give the API key a role with that capability: Hub settings, Roles";
                Err(Problem::new(ProblemKind::Forbidden, message).hint(hint))
            }
        }
    }

    fn availability(&self, row: &Resource, capabilities: &Capabilities) -> Availability {
        match capabilities.missing(self.needs) {
            Some(missing) => Availability::Forbidden(format!("the key lacks {missing}").into()),
            None => (self.fits)(row),
        }
    }

    fn with(&self, availability: Availability) -> Action {
        Action {
            id: self.id,
            name: self.name,
            key: self.key,
            help: self.help,
            danger: self.danger,
            progress: self.progress,
            has_form: self.has_form,
            in_bulk: self.in_bulk,
            availability,
        }
    }
}

/// A row in one of these states; elsewhere the reason names the state.
pub(super) fn in_state(row: &Resource, states: &[Lifecycle], already: &[Lifecycle]) -> Availability {
    let Some(State { lifecycle, raw, .. }) = row.state() else {
        return Availability::No("its state is not known".into());
    };
    let word = if already.contains(lifecycle) { " already" } else { "" };
    Availability::when(states.contains(lifecycle), format!("it is{word} {raw}"))
}

/// A row that does not end.
pub(super) fn unless_ending(row: &Resource) -> Availability {
    match row.state() {
        Some(State { lifecycle: Lifecycle::Deleting | Lifecycle::Gone, raw, reason }) => {
            let why = reason.as_ref().map_or_else(String::new, |reason| format!(", {reason}"));
            Availability::No(format!("it is {raw}{why}").into())
        }
        _ => Availability::Yes,
    }
}

/// A fact of a row.
pub(super) fn fact<'a>(row: &'a Resource, name: &str) -> Option<&'a str> {
    let found = row.facts().iter().find(|Fact { name: known, .. }| *known == name);
    found.map(|fact| &*fact.value)
}
