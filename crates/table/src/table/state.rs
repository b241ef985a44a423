//! The choices of a table that outlive the run.

use serde::{Deserialize, Serialize};

/// The user's choices for a table: filter, order, columns. Only what differs from the defaults is written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TableState {
    /// The filter as typed.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub filter: String,
    /// The column it is sorted by; empty for the default one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub sort: String,
    /// Descending.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub reverse: bool,
    /// All columns are shown.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub wide: bool,
    /// The columns in their order, `-` before one that is not shown; empty for the default ones.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
}
