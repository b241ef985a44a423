//! One change of an instance: its entry in the menus, and its call.

use qdeck_model::{Action, ActionId, Availability, Danger, Expected, Lifecycle, Method, State};

/// A change of an instance.
pub(in crate::exoscale::act) struct Change {
    pub(in crate::exoscale::act) id: ActionId,
    pub(super) name: &'static str,
    /// Its effect as a preview begins with it: `Stop instance`.
    pub(in crate::exoscale::act) summary: &'static str,
    pub(super) key: char,
    pub(super) help: &'static str,
    pub(super) danger: Danger,
    pub(super) progress: &'static str,
    pub(in crate::exoscale::act) has_form: bool,
    pub(super) in_bulk: bool,
    /// The states that it fits.
    pub(super) fits: &'static [Lifecycle],
    pub(in crate::exoscale::act) call: Call,
    /// The instance afterwards.
    pub(in crate::exoscale::act) expected: Expected,
    pub(in crate::exoscale::act) consequences: &'static [&'static str],
}

/// The call that makes a change.
#[derive(Debug, Clone, Copy)]
pub(in crate::exoscale::act) struct Call {
    pub(in crate::exoscale::act) method: Method,
    /// Its name in the API's description, by which permissions are named.
    pub(in crate::exoscale::act) operation: &'static str,
    /// The text after the instance's id in its path: `:stop`.
    pub(in crate::exoscale::act) verb: &'static str,
    /// The empty object that the API's description requires as a body where there are no values.
    pub(in crate::exoscale::act) empty_body: bool,
}

impl Call {
    pub(in crate::exoscale::act) const fn put(operation: &'static str, verb: &'static str) -> Self {
        Self { method: Method::Put, operation, verb, empty_body: false }
    }

    pub(super) const fn with_empty_body(mut self) -> Self {
        self.empty_body = true;
        self
    }
}

impl Change {
    /// The action on an instance of this state.
    pub(in crate::exoscale::act) fn action(&self, state: &State) -> Action {
        self.declared(self.availability(state))
    }

    /// The action with this availability.
    pub(in crate::exoscale::act) fn declared(&self, availability: Availability) -> Action {
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

    /// Whether it fits an instance of this state.
    pub(in crate::exoscale::act) fn availability(&self, state: &State) -> Availability {
        let is_there = matches!(&self.expected, Expected::State(to) if to.contains(&state.lifecycle));
        let needs_stop = self.fits == [Lifecycle::Stopped] && state.lifecycle == Lifecycle::Running;
        let reason = match (is_there, needs_stop) {
            (true, _) => format!("it is already {}", state.word()),
            (false, true) => format!("it is {}: stop it first", state.word()),
            (false, false) => format!("it is {}", state.word()),
        };
        Availability::when(self.fits.contains(&state.lifecycle), reason)
    }
}
