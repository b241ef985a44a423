//! Inference deployments and containers as the API sends them.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::mapping::lenient::{Flag, ListOrDefault, Number, ObjectOrDefault, RowId, Text};

/// A deployment of `GET /v3/inference/{project_id}/deployments`, addressed by its name.
#[derive(Debug, Deserialize)]
pub(crate) struct Deployment {
    pub(crate) name: RowId,
    pub(crate) status: Text,
    pub(crate) image: Text,
    pub(crate) flavor_name: Text,
    pub(crate) listening_port: Text,
    pub(crate) address: Text,
    pub(crate) created_at: Text,
    pub(crate) description: Text,
    pub(crate) credentials_name: Text,
    pub(crate) timeout: Text,
    pub(crate) auth_enabled: Flag,
    /// Environment variables. Rows have their number only, since the values are secrets.
    pub(crate) envs: ObjectOrDefault<BTreeMap<String, Value>>,
    pub(crate) containers: ListOrDefault<Placed>,
}

/// A deployment in one region.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Placed {
    pub(crate) region_id: Number<u64>,
    pub(crate) address: Text,
    pub(crate) deploy_status: ObjectOrDefault<DeployStatus>,
    pub(crate) error_message: Text,
    pub(crate) scale: ObjectOrDefault<Scale>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct DeployStatus {
    pub(crate) ready: Number<u32>,
    pub(crate) total: Number<u32>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Scale {
    pub(crate) min: Number<u32>,
    pub(crate) max: Number<u32>,
}

/// A container of `GET /v1/caas/{project_id}/{region_id}/containers`, addressed by its name.
#[derive(Debug, Deserialize)]
pub(crate) struct CaasContainer {
    pub(crate) name: RowId,
    pub(crate) status: Text,
    pub(crate) status_message: Text,
    pub(crate) image: Text,
    /// Such as `250mCPU-512MiB`.
    pub(crate) flavor: Text,
    pub(crate) address: Text,
    pub(crate) listening_port: Text,
    pub(crate) created_at: Text,
    pub(crate) description: Text,
    pub(crate) is_disabled: Flag,
    pub(crate) envs: ObjectOrDefault<BTreeMap<String, Value>>,
    pub(crate) deploy_status: ObjectOrDefault<DeployStatus>,
    pub(crate) scale: ObjectOrDefault<Scale>,
}

/// A line of a deployment's log. Its time has eight or nine decimals of a second.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct LogRow {
    pub(crate) time: Text,
    pub(crate) pod: Text,
    pub(crate) message: Text,
}
