//! Cycle's answers, after its public API description, reduced to what rows need.
//!
//! Every field but ids is optional: the description's `required` lists are partly malformed, `null` and absence are both
//! used, and enums grow. Times are RFC 3339; `0001-01-01T00:00:00Z` means "never".

mod container;
mod includes;
mod instance;
mod job;
mod live;
#[cfg(test)]
mod tests;

use serde::Deserialize;

use crate::mapping::lenient::{Lenient, ObjectOrDefault, ObjectOrNone, Rows, RowsCutOut, Text};

pub(crate) use container::Container;
pub(crate) use includes::{Account, Image, Includes, NameFields};
pub(crate) use instance::{Instance, MigrationEnd};
pub(crate) use job::{Creator, Job, Task, TaskStep};
pub(crate) use live::{Interface, Notice, Pass, PastLine, Report, Snapshot};

/// The root document of a list.
pub(crate) type List<T> = ListOf<Rows<T>>;

/// The same without its rows.
pub(crate) type Envelope = ListOf<RowsCutOut>;

/// The root document of a list, with its rows or without.
#[derive(Debug, Deserialize)]
pub(crate) struct ListOf<R> {
    pub(crate) data: R,
    pub(crate) includes: ObjectOrDefault<Includes>,
}

/// The root document of a single resource.
#[derive(Debug, Deserialize)]
pub(crate) struct One<T> {
    pub(crate) data: T,
    pub(crate) includes: ObjectOrDefault<Includes>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Link {
    pub(crate) id: Text,
    pub(crate) service: Text,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct State {
    pub(crate) current: Text,
    pub(crate) desired: Text,
    pub(crate) changed: Text,
    pub(crate) error: ObjectOrNone<Fault>,
    pub(crate) health: ObjectOrDefault<Health>,
    pub(crate) readiness: ObjectOrDefault<Readiness>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Fault {
    pub(crate) message: Text,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Health {
    pub(crate) healthy: Lenient<Option<bool>>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Readiness {
    pub(crate) ready: Lenient<Option<bool>>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Events {
    pub(crate) created: Text,
    pub(crate) updated: Text,
    pub(crate) started: Text,
    pub(crate) queued: Text,
    pub(crate) completed: Text,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Deployment {
    pub(crate) version: Text,
}
