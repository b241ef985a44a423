//! Tasks as the API sends them.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::mapping::lenient::{AnyValue, Number, ObjectOrDefault, RowId, Text};

/// A task of `GET /v1/tasks`. Its times have no zone.
#[derive(Debug, Deserialize)]
pub(crate) struct Task {
    pub(crate) id: RowId,
    #[serde(rename = "task_type")]
    pub(crate) kind: Text,
    pub(crate) state: Text,
    pub(crate) detailed_state: Text,
    pub(crate) error: Text,
    pub(crate) created_on: Text,
    pub(crate) updated_on: Text,
    pub(crate) finished_on: Text,
    pub(crate) acknowledged_at: Text,
    pub(crate) region_id: Number<u64>,
    pub(crate) user_id: Text,
    pub(crate) request_id: Text,
    /// The ids of what was created, by the plural of its type.
    pub(crate) created_resources: ObjectOrDefault<BTreeMap<String, Value>>,
    /// The parameters, in any shape.
    pub(crate) data: AnyValue,
}
