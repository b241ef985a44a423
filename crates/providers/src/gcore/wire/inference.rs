//! Inference deployments and containers as the API sends them.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::Text;
use crate::soft::{lenient, text};

/// A deployment of `GET /v3/inference/{project_id}/deployments`, addressed by its name.
#[derive(Debug, Deserialize)]
pub(crate) struct Deployment {
    pub(crate) name: String,
    #[serde(default, deserialize_with = "text")]
    pub(crate) status: Text,
    #[serde(default, deserialize_with = "text")]
    pub(crate) image: Text,
    #[serde(default, deserialize_with = "text")]
    pub(crate) flavor_name: Text,
    #[serde(default, deserialize_with = "text")]
    pub(crate) listening_port: Text,
    #[serde(default, deserialize_with = "text")]
    pub(crate) address: Text,
    #[serde(default, deserialize_with = "text")]
    pub(crate) created_at: Text,
    #[serde(default, deserialize_with = "text")]
    pub(crate) description: Text,
    #[serde(default, deserialize_with = "text")]
    pub(crate) credentials_name: Text,
    #[serde(default, deserialize_with = "text")]
    pub(crate) timeout: Text,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) auth_enabled: bool,
    /// Names are counted; values are secrets and not kept in rows.
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) envs: BTreeMap<String, Value>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) containers: Vec<Placed>,
}

/// A deployment in one region.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Placed {
    #[serde(deserialize_with = "lenient")]
    pub(crate) region_id: Option<u64>,
    #[serde(deserialize_with = "text")]
    pub(crate) address: Text,
    #[serde(deserialize_with = "lenient")]
    pub(crate) deploy_status: DeployStatus,
    #[serde(deserialize_with = "text")]
    pub(crate) error_message: Text,
    #[serde(deserialize_with = "lenient")]
    pub(crate) scale: Scale,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct DeployStatus {
    #[serde(deserialize_with = "lenient")]
    pub(crate) ready: Option<u32>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) total: Option<u32>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Scale {
    #[serde(deserialize_with = "lenient")]
    pub(crate) min: Option<u32>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) max: Option<u32>,
}

/// A container of `GET /v1/caas/{project_id}/{region_id}/containers`, addressed by its name.
#[derive(Debug, Deserialize)]
pub(crate) struct CaasContainer {
    pub(crate) name: String,
    #[serde(default, deserialize_with = "text")]
    pub(crate) status: Text,
    #[serde(default, deserialize_with = "text")]
    pub(crate) status_message: Text,
    #[serde(default, deserialize_with = "text")]
    pub(crate) image: Text,
    /// Such as `250mCPU-512MiB`.
    #[serde(default, deserialize_with = "text")]
    pub(crate) flavor: Text,
    #[serde(default, deserialize_with = "text")]
    pub(crate) address: Text,
    #[serde(default, deserialize_with = "text")]
    pub(crate) listening_port: Text,
    #[serde(default, deserialize_with = "text")]
    pub(crate) created_at: Text,
    #[serde(default, deserialize_with = "text")]
    pub(crate) description: Text,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) is_disabled: bool,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) envs: BTreeMap<String, Value>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) deploy_status: DeployStatus,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) scale: Scale,
}

/// A line of a deployment's log; its time has eight or nine digits of a second.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct LogRow {
    #[serde(deserialize_with = "text")]
    pub(crate) time: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) pod: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) message: Text,
}
