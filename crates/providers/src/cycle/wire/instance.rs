//! Instances as the API sends them.

use serde::Deserialize;

use super::{Deployment, Events, State, Text};
use crate::soft::{maybe_object, object, text};

/// An instance of `GET /v1/containers/{id}/instances`.
#[derive(Debug, Deserialize)]
pub(crate) struct Instance {
    pub(crate) id: String,
    #[serde(default, deserialize_with = "text")]
    pub(crate) location_id: Text,
    #[serde(default, deserialize_with = "text")]
    pub(crate) server_id: Text,
    #[serde(default, deserialize_with = "text")]
    pub(crate) hostname: Text,
    #[serde(default, deserialize_with = "text")]
    pub(crate) ready_state: Text,
    #[serde(default, deserialize_with = "text")]
    pub(crate) service: Text,
    #[serde(default, deserialize_with = "object")]
    pub(crate) environment: InstanceEnvironment,
    #[serde(default, deserialize_with = "object")]
    pub(crate) provider: ProviderPlace,
    #[serde(default, deserialize_with = "object")]
    pub(crate) state: State,
    #[serde(default, deserialize_with = "maybe_object")]
    pub(crate) traffic_drain: Option<Drain>,
    #[serde(default, deserialize_with = "maybe_object")]
    pub(crate) migration: Option<Migration>,
    #[serde(default, deserialize_with = "object")]
    pub(crate) deployment: Deployment,
    #[serde(default, deserialize_with = "object")]
    pub(crate) events: Events,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct InstanceEnvironment {
    #[serde(deserialize_with = "maybe_object")]
    pub(crate) ipv6: Option<IpNet>,
    #[serde(deserialize_with = "maybe_object")]
    pub(crate) legacy: Option<Legacy>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct IpNet {
    #[serde(deserialize_with = "text")]
    pub(crate) ip: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Legacy {
    #[serde(deserialize_with = "maybe_object")]
    pub(crate) ipv4: Option<IpNet>,
}

/// `vendor` in today's description, `identifier` in the client of 2022.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ProviderPlace {
    #[serde(deserialize_with = "text")]
    pub(crate) vendor: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) identifier: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) location: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Drain {
    #[serde(deserialize_with = "text")]
    pub(crate) started: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Migration {
    #[serde(deserialize_with = "text")]
    pub(crate) started: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) completed: Text,
}
