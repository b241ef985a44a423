//! Projects and regions as the API sends them.

use serde::Deserialize;

use crate::mapping::lenient::{Flag, Lenient, Text};

/// A project of `GET /v1/projects`.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Project {
    pub(crate) id: u64,
    pub(crate) state: Text,
    pub(crate) is_default: Flag,
}

/// A region of `GET /v1/regions`.
#[derive(Debug, Deserialize)]
pub(crate) struct Region {
    pub(crate) id: u64,
    pub(crate) display_name: Text,
    pub(crate) keystone_name: Text,
    pub(crate) state: Text,
    /// If it is absent, the region's catalogues are read to find out.
    pub(crate) has_ai_gpu: Lenient<Option<bool>>,
    pub(crate) has_ai: Lenient<Option<bool>>,
}
