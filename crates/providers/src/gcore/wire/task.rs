//! Tasks as the API sends them.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::Text;
use crate::soft::{lenient, text};

/// A task of `GET /v1/tasks`. Its times have no zone.
#[derive(Debug, Deserialize)]
pub(crate) struct Task {
    pub(crate) id: String,
    #[serde(default, rename = "task_type", deserialize_with = "text")]
    pub(crate) sort: Text,
    #[serde(default, deserialize_with = "text")]
    pub(crate) state: Text,
    #[serde(default, deserialize_with = "text")]
    pub(crate) detailed_state: Text,
    #[serde(default, deserialize_with = "text")]
    pub(crate) error: Text,
    #[serde(default, deserialize_with = "text")]
    pub(crate) created_on: Text,
    #[serde(default, deserialize_with = "text")]
    pub(crate) updated_on: Text,
    #[serde(default, deserialize_with = "text")]
    pub(crate) finished_on: Text,
    #[serde(default, deserialize_with = "text")]
    pub(crate) acknowledged_at: Text,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) region_id: Option<u64>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) user_id: Text,
    #[serde(default, deserialize_with = "text")]
    pub(crate) request_id: Text,
    /// What was made, by the plural of its sort.
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) created_resources: BTreeMap<String, Value>,
    /// What was asked for; of any shape.
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) data: Value,
}
