//! Jobs as the API sends them.

use serde::Deserialize;

use super::{Events, Fault, State, Text};
use crate::soft::{lenient, nullable, text};

/// A job of `GET /v1/jobs`.
#[derive(Debug, Deserialize)]
pub(crate) struct Job {
    pub(crate) id: String,
    #[serde(default, deserialize_with = "text")]
    pub(crate) queue: Text,
    #[serde(default, deserialize_with = "text")]
    pub(crate) caption: Text,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) events: Events,
    #[serde(default, deserialize_with = "nullable")]
    pub(crate) tasks: Vec<Task>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) creator: Creator,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) state: State,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Creator {
    #[serde(deserialize_with = "text")]
    pub(crate) id: Text,
    #[serde(rename = "type", deserialize_with = "text")]
    pub(crate) sort: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Task {
    #[serde(deserialize_with = "text")]
    pub(crate) caption: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) header: Text,
    #[serde(deserialize_with = "lenient")]
    pub(crate) events: Events,
    #[serde(deserialize_with = "nullable")]
    pub(crate) steps: Vec<TaskStep>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) state: State,
    #[serde(deserialize_with = "lenient")]
    pub(crate) error: Option<Fault>,
    #[serde(deserialize_with = "nullable")]
    pub(crate) input: serde_json::Value,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct TaskStep {
    #[serde(deserialize_with = "text")]
    pub(crate) caption: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) started: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) completed: Text,
}
