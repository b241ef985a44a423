//! Containers as the API sends them.

use std::collections::HashMap;

use serde::Deserialize;

use super::{Deployment, Events, Link, State, Text};
use crate::soft::{lenient, nullable, object, text};

/// A container of `GET /v1/containers`.
#[derive(Debug, Deserialize)]
pub(crate) struct Container {
    pub(crate) id: String,
    #[serde(default, deserialize_with = "text")]
    pub(crate) name: Text,
    #[serde(default, deserialize_with = "text")]
    pub(crate) identifier: Text,
    #[serde(default, deserialize_with = "object")]
    pub(crate) environment: Link,
    #[serde(default, deserialize_with = "object")]
    pub(crate) image: Link,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) config: Config,
    #[serde(default, deserialize_with = "object")]
    pub(crate) deployment: Deployment,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) instances: Option<u32>,
    #[serde(default, deserialize_with = "nullable")]
    pub(crate) stateful: bool,
    #[serde(default, deserialize_with = "nullable")]
    pub(crate) deprecate: bool,
    #[serde(default, deserialize_with = "nullable")]
    pub(crate) lock: bool,
    #[serde(default, deserialize_with = "object")]
    pub(crate) state: State,
    #[serde(default, deserialize_with = "object")]
    pub(crate) events: Events,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) meta: ContainerMeta,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Config {
    #[serde(deserialize_with = "lenient")]
    pub(crate) network: Network,
    #[serde(deserialize_with = "lenient")]
    pub(crate) resources: Resources,
    #[serde(deserialize_with = "lenient")]
    pub(crate) deploy: Deploy,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Network {
    #[serde(deserialize_with = "text")]
    pub(crate) public: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) hostname: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Resources {
    #[serde(deserialize_with = "lenient")]
    pub(crate) cpu: Cpu,
    #[serde(deserialize_with = "lenient")]
    pub(crate) ram: Ram,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Cpu {
    #[serde(deserialize_with = "lenient")]
    pub(crate) shares: Shares,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Shares {
    #[serde(deserialize_with = "lenient")]
    pub(crate) limit: Option<f64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Ram {
    #[serde(deserialize_with = "text")]
    pub(crate) limit: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Deploy {
    #[serde(deserialize_with = "lenient")]
    pub(crate) instances: Option<u32>,
    #[serde(deserialize_with = "text")]
    pub(crate) strategy: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ContainerMeta {
    #[serde(deserialize_with = "lenient")]
    pub(crate) instances_count: Option<Counts>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) domains: Vec<Domain>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Domain {
    #[serde(deserialize_with = "text")]
    pub(crate) fqdn: Text,
}

/// `StateCountSummary`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Counts {
    #[serde(deserialize_with = "lenient")]
    pub(crate) state: HashMap<String, u32>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) total: Option<u32>,
}
