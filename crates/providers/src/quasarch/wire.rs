//! Quasarch's answers as its reference pages show them, and as leniently as pages of 2023 ask for.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::super::soft::{Rows, lenient, rows, secret, text};
use qdeck_model::Secret;

type Text = Option<String>;

/// A list: the parameter is called `rows`, the field of the answer `rowsPerPage`.
#[derive(Debug, Deserialize)]
#[serde(bound = "T: serde::de::DeserializeOwned")]
pub(super) struct List<T> {
    #[serde(default, deserialize_with = "rows")]
    pub(super) items: Rows<T>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) total: Option<usize>,
    #[serde(default, rename = "rowsPerPage", deserialize_with = "lenient")]
    pub(super) rows_per_page: Option<usize>,
}

/// `GET /v1/users/token`.
#[derive(Deserialize)]
pub(super) struct Login {
    #[serde(deserialize_with = "secret")]
    pub(super) token: Secret,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Container {
    pub(super) id: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) name: Text,
    #[serde(default, deserialize_with = "text")]
    pub(super) created_by: Text,
    #[serde(default, deserialize_with = "text")]
    pub(super) image: Text,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) cpu: Option<f64>,
    #[serde(default, deserialize_with = "text")]
    pub(super) ram: Text,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) gpu: u32,
    #[serde(default, deserialize_with = "text")]
    pub(super) ephemeral_storage: Text,
    /// Names are counted; values are secrets and not kept in rows.
    #[serde(default, deserialize_with = "lenient")]
    pub(super) env: BTreeMap<String, Value>,
    #[serde(default, deserialize_with = "text")]
    pub(super) port: Text,
    #[serde(default, deserialize_with = "text")]
    pub(super) date_created: Text,
    #[serde(default, deserialize_with = "text")]
    pub(super) date_updated: Text,
    #[serde(default, deserialize_with = "text")]
    pub(super) status: Text,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) urls: Vec<String>,
    #[serde(default, rename = "desiredGPUs", deserialize_with = "lenient")]
    pub(super) desired_gpus: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Revision {
    #[serde(rename = "revisionNumber")]
    pub(super) number: i64,
    #[serde(default, deserialize_with = "text")]
    pub(super) image: Text,
    #[serde(default, deserialize_with = "text")]
    pub(super) date_created: Text,
}

#[derive(Debug, Deserialize)]
pub(super) struct GpuModel {
    pub(super) code: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) name: Text,
}

/// A log line with the name of the pod, as providers of the Akash network deliver it. Exactly these two fields: a
/// program's own JSON line has others.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PodLine {
    #[serde(rename = "name")]
    pub(super) _name: String,
    pub(super) message: String,
}
