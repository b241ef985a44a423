//! Cycle's answers as its public API description writes them, reduced to what rows need.
//!
//! Every field is optional here: the description's `required` lists are partly malformed, `null` and absence are both
//! used, and enums grow. Times are RFC 3339; `0001-01-01T00:00:00Z` means "never".

mod container;
mod includes;
mod instance;
mod job;
mod live;

use serde::Deserialize;

use crate::soft::{Rows, lenient, maybe_object, object, rows, text};

pub(crate) use container::Container;
pub(crate) use includes::{Account, Image, Includes, Named};
pub(crate) use instance::Instance;
pub(crate) use job::{Creator, Job, Task, TaskStep};
pub(crate) use live::{Interface, Notice, Pass, PastLine, Report, Snapshot};

type Text = Option<String>;

/// The root document of a list.
#[derive(Debug, Deserialize)]
#[serde(bound = "T: serde::de::DeserializeOwned")]
pub(crate) struct List<T> {
    #[serde(default, deserialize_with = "rows")]
    pub(crate) data: Rows<T>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) includes: Includes,
}

/// The root document of one thing.
#[derive(Debug, Deserialize)]
pub(crate) struct One<T> {
    pub(crate) data: T,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) includes: Includes,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Link {
    #[serde(deserialize_with = "text")]
    pub(crate) id: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) service: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct State {
    #[serde(deserialize_with = "text")]
    pub(crate) current: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) desired: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) changed: Text,
    #[serde(deserialize_with = "maybe_object")]
    pub(crate) error: Option<Fault>,
    #[serde(deserialize_with = "object")]
    pub(crate) health: Health,
    #[serde(deserialize_with = "object")]
    pub(crate) readiness: Readiness,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Fault {
    #[serde(deserialize_with = "text")]
    pub(crate) message: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Health {
    #[serde(deserialize_with = "lenient")]
    pub(crate) healthy: Option<bool>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Readiness {
    #[serde(deserialize_with = "lenient")]
    pub(crate) ready: Option<bool>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Events {
    #[serde(deserialize_with = "text")]
    pub(crate) created: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) updated: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) started: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) queued: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) completed: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Deployment {
    #[serde(deserialize_with = "text")]
    pub(crate) version: Text,
}
