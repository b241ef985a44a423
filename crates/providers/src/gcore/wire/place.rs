//! Projects and regions as the API sends them.

use serde::Deserialize;

use super::Text;
use crate::soft::{lenient, text};

/// A project of `GET /v1/projects`.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Project {
    pub(crate) id: u64,
    #[serde(default, deserialize_with = "text")]
    pub(crate) state: Text,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) is_default: bool,
}

/// A region of `GET /v1/regions`.
#[derive(Debug, Deserialize)]
pub(crate) struct Region {
    pub(crate) id: u64,
    #[serde(default, deserialize_with = "text")]
    pub(crate) display_name: Text,
    #[serde(default, deserialize_with = "text")]
    pub(crate) keystone_name: Text,
    #[serde(default, deserialize_with = "text")]
    pub(crate) state: Text,
    /// Absent is unknown, and unknown is asked.
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) has_ai_gpu: Option<bool>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) has_ai: Option<bool>,
}
