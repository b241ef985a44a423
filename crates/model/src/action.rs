//! Actions: what can be done to a resource, how dangerous it is, and whether it fits now.
//!
//! A platform declares its actions as data. The action menu, keys, palette, help and the command line read that one
//! declaration, so adding an action is adding one [`Action`] to a provider and nothing elsewhere.
//!
//! An action is on a row, or on a context, where it makes something new; see [`Target::new_in`](super::Target::new_in).

use std::fmt;

use arcstr::ArcStr;

use super::{Kind, Lifecycle};

/// The name of an action, `KIND.VERB` in lower case: `instance.stop`, `instance.resize-disk`. The same verb has the
/// same id on every platform, so that one key, one word of the command line and one line of help mean all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ActionId(&'static str);

impl ActionId {
    /// Makes an instance.
    pub const INSTANCE_CREATE: Self = Self::new("instance.create");
    /// Makes an instance with the settings of another one to begin with.
    pub const INSTANCE_CREATE_LIKE: Self = Self::new("instance.create-like");
    /// Starts an instance that is stopped.
    pub const INSTANCE_START: Self = Self::new("instance.start");
    /// Stops an instance that runs.
    pub const INSTANCE_STOP: Self = Self::new("instance.stop");
    /// Restarts an instance.
    pub const INSTANCE_REBOOT: Self = Self::new("instance.reboot");
    /// Changes settings of an instance.
    pub const INSTANCE_UPDATE: Self = Self::new("instance.update");
    /// Gives an instance another size.
    pub const INSTANCE_RESIZE: Self = Self::new("instance.resize");
    /// Gives an instance another name.
    pub const INSTANCE_RENAME: Self = Self::new("instance.rename");
    /// Changes the labels, tags or metadata of an instance.
    pub const INSTANCE_LABELS: Self = Self::new("instance.labels");
    /// Deletes an instance.
    pub const INSTANCE_DELETE: Self = Self::new("instance.delete");
    /// Makes a container.
    pub const CONTAINER_CREATE: Self = Self::new("container.create");
    /// Starts a container that is stopped.
    pub const CONTAINER_START: Self = Self::new("container.start");
    /// Stops a container that runs.
    pub const CONTAINER_STOP: Self = Self::new("container.stop");
    /// Restarts a container.
    pub const CONTAINER_RESTART: Self = Self::new("container.restart");
    /// Gives a container another number of instances.
    pub const CONTAINER_SCALE: Self = Self::new("container.scale");
    /// Changes settings of a container.
    pub const CONTAINER_UPDATE: Self = Self::new("container.update");
    /// Deletes a container.
    pub const CONTAINER_DELETE: Self = Self::new("container.delete");
    /// Makes a container run an earlier revision again.
    pub const REVISION_ROLL_BACK: Self = Self::new("revision.roll-back");

    /// An id of this text.
    pub const fn new(id: &'static str) -> Self {
        Self(id)
    }

    /// Its text: `instance.stop`.
    pub const fn as_str(self) -> &'static str {
        self.0
    }

    /// The kind of resource that the action is on: the first part of its id. `None` where that names none.
    pub fn kind(self) -> Option<Kind> {
        let (kind, _) = self.0.split_once('.')?;
        serde_json::from_value(kind.into()).ok()
    }

    /// The verb of an id, which may be of an action that no platform here has: `roll-back` of `revision.roll-back`.
    pub fn verb_of(id: &str) -> &str {
        id.split_once('.').map_or(id, |(_, verb)| verb)
    }
}

impl fmt::Display for ActionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// The harm that an action can do, from nothing to what cannot be undone. It decides how it is confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Danger {
    /// Level 0: nothing runs worse afterwards (start, resume). No question.
    Safe,
    /// Level 1: something is interrupted and comes back (stop, reboot, scale, update). Preview, focus on No, `y`.
    Disruptive,
    /// Level 2: something is lost (delete, rebuild, roll back, detach). The action's own letter, never Enter.
    Destructive,
    /// Level 3: a loss that cannot be undone, on something protected or on many at once. The name is typed.
    Irreversible,
}

impl Danger {
    /// 0 to 3.
    pub const fn level(self) -> u8 {
        match self {
            Self::Safe => 0,
            Self::Disruptive => 1,
            Self::Destructive => 2,
            Self::Irreversible => 3,
        }
    }

    /// One or two words for a menu: `safe`, `changes`, `destroys`, `for good`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Disruptive => "changes",
            Self::Destructive => "destroys",
            Self::Irreversible => "for good",
        }
    }

    /// The same action in a protected context, or on several targets at once: one level up, but for what is safe.
    #[must_use]
    pub const fn raised(self) -> Self {
        match self {
            Self::Safe => Self::Safe,
            Self::Disruptive => Self::Destructive,
            Self::Destructive | Self::Irreversible => Self::Irreversible,
        }
    }

    /// The way to confirm it.
    pub const fn question(self) -> Question {
        match self {
            Self::Safe => Question::None,
            Self::Disruptive => Question::Yes,
            Self::Destructive => Question::Letter,
            Self::Irreversible => Question::Name,
        }
    }
}

/// The keys or the text to enter before an action is sent. Enter, a paste and a repeated key never count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Question {
    /// Nothing.
    None,
    /// `y`.
    Yes,
    /// The action's own key, [`Action::key`].
    Letter,
    /// The name of the target, exactly.
    Name,
}

/// The availability of an action. A reason is one short clause in lower case: `it is already stopped`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Availability {
    /// It can.
    Yes,
    /// Not in this state, or not while something else is in progress.
    No(ArcStr),
    /// Not through this context: it is read-only, or its credentials lack the permission.
    Forbidden(ArcStr),
}

impl Availability {
    /// Returns true if it can be taken.
    pub const fn is_yes(&self) -> bool {
        matches!(self, Self::Yes)
    }

    /// Why it cannot.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Yes => None,
            Self::No(reason) | Self::Forbidden(reason) => Some(reason),
        }
    }

    /// [`Availability::Yes`] where `condition` holds, else [`Availability::No`] with the reason.
    pub fn when(condition: bool, otherwise: impl Into<ArcStr>) -> Self {
        if condition { Self::Yes } else { Self::No(otherwise.into()) }
    }
}

/// One thing that can be done to one resource as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// The action.
    pub id: ActionId,
    /// Its name in the user's words, a verb with a capital: `Stop`, `Roll back`.
    pub name: &'static str,
    /// The letter that chooses it in the action menu, and that confirms it at level 2. Unique among the actions of a
    /// resource.
    pub key: char,
    /// The effect, in one sentence.
    pub help: &'static str,
    /// The harm that it can do.
    pub danger: Danger,
    /// The word in the row while it is in progress: `stopping`.
    pub progress: &'static str,
    /// It asks for values first; see [`Form`](super::Form).
    pub has_form: bool,
    /// It can be done to several resources at once, with the same values for all.
    pub in_bulk: bool,
    /// The availability.
    pub availability: Availability,
}

impl Action {
    /// Its name inside a sentence: `roll back`. Words in capitals stay as they are: `make SSH credentials`.
    pub fn verb(&self) -> String {
        let mut letters = self.name.chars();
        letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
    }
}

/// The expected state of the target, read again, once an action has ended. Success is the platform's word **and** this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// In one of these states.
    State(&'static [Lifecycle]),
    /// It can be read.
    Exists,
    /// It cannot be found any more, or is [`Lifecycle::Gone`].
    Gone,
}

impl Expected {
    /// Returns true if the target agrees; `None` is a target that was not found.
    pub fn agrees(&self, found: Option<Lifecycle>) -> bool {
        match self {
            Self::State(states) => found.is_some_and(|state| states.contains(&state)),
            Self::Exists => found.is_some_and(|state| state != Lifecycle::Gone),
            Self::Gone => found.is_none_or(|state| state == Lifecycle::Gone),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn danger_orders_by_level_and_rises_but_for_what_is_safe() {
        let all = [Danger::Safe, Danger::Disruptive, Danger::Destructive, Danger::Irreversible];
        assert!(all.is_sorted() && all.map(Danger::level) == [0, 1, 2, 3]);
        assert_eq!(all.map(|danger| danger.raised().level()), [0, 2, 3, 3]);
        assert_eq!(Danger::Destructive.question(), Question::Letter);
    }

    #[test]
    fn a_target_that_is_gone_agrees_only_with_a_deletion() {
        let stopped = Expected::State(&[Lifecycle::Stopped]);
        for (expected, stopped, running, gone, missing) in [
            (stopped, true, false, false, false),
            (Expected::Exists, true, true, false, false),
            (Expected::Gone, false, false, true, true),
        ] {
            let found = |state| expected.agrees(Some(state));
            let is = (
                found(Lifecycle::Stopped),
                found(Lifecycle::Running),
                found(Lifecycle::Gone),
                expected.agrees(None),
            );
            assert_eq!(is, (stopped, running, gone, missing), "{expected:?}");
        }
    }
}
