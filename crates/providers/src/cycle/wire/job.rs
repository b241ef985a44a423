//! Jobs as the API sends them.

use serde::Deserialize;

use super::{Events, Fault, State};
use crate::mapping::lenient::{AnyValue, ListOrDefault, ObjectOrDefault, ObjectOrNone, RowId, Text};

/// A job of `GET /v1/jobs`.
#[derive(Debug, Deserialize)]
pub(crate) struct Job {
    pub(crate) id: RowId,
    pub(crate) queue: Text,
    pub(crate) caption: Text,
    pub(crate) events: ObjectOrDefault<Events>,
    pub(crate) tasks: ListOrDefault<Task>,
    pub(crate) creator: ObjectOrDefault<Creator>,
    pub(crate) state: ObjectOrDefault<State>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Creator {
    pub(crate) id: Text,
    #[serde(rename = "type")]
    pub(crate) kind: Text,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Task {
    pub(crate) caption: Text,
    pub(crate) header: Text,
    pub(crate) events: ObjectOrDefault<Events>,
    pub(crate) steps: ListOrDefault<TaskStep>,
    pub(crate) state: ObjectOrDefault<State>,
    pub(crate) error: ObjectOrNone<Fault>,
    pub(crate) input: AnyValue,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct TaskStep {
    pub(crate) caption: Text,
    pub(crate) started: Text,
    pub(crate) completed: Text,
}
