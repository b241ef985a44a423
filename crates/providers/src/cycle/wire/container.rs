//! Containers as the API sends them.

use std::collections::HashMap;

use serde::Deserialize;

use super::{Deployment, Events, Link, State};
use crate::mapping::lenient::{Flag, Lenient, ListOrDefault, Number, ObjectOrDefault, ObjectOrNone, Text};

/// A container of `GET /v1/containers`.
#[derive(Debug, Deserialize)]
pub(crate) struct Container {
    pub(crate) id: String,
    pub(crate) name: Text,
    pub(crate) identifier: Text,
    pub(crate) environment: ObjectOrDefault<Link>,
    pub(crate) image: ObjectOrDefault<Link>,
    pub(crate) config: ObjectOrDefault<Config>,
    pub(crate) deployment: ObjectOrDefault<Deployment>,
    pub(crate) instances: Number<u32>,
    pub(crate) stateful: Flag,
    pub(crate) deprecate: Flag,
    pub(crate) lock: Flag,
    pub(crate) state: ObjectOrDefault<State>,
    pub(crate) events: ObjectOrDefault<Events>,
    pub(crate) meta: ObjectOrDefault<ContainerMeta>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Config {
    pub(crate) network: ObjectOrDefault<Network>,
    pub(crate) resources: ObjectOrDefault<Resources>,
    pub(crate) deploy: ObjectOrDefault<Deploy>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Network {
    pub(crate) public: Text,
    pub(crate) hostname: Text,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Resources {
    pub(crate) cpu: ObjectOrDefault<Cpu>,
    pub(crate) ram: ObjectOrDefault<Ram>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Cpu {
    pub(crate) shares: ObjectOrDefault<Shares>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Shares {
    pub(crate) limit: Number<f64>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Ram {
    pub(crate) limit: Text,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Deploy {
    pub(crate) instances: Number<u32>,
    pub(crate) strategy: Text,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct ContainerMeta {
    pub(crate) instances_count: ObjectOrNone<Counts>,
    pub(crate) domains: ListOrDefault<Domain>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Domain {
    pub(crate) fqdn: Text,
}

/// `StateCountSummary`: numbers of instances by state.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Counts {
    pub(crate) state: ObjectOrDefault<HashMap<String, Lenient<u32>>>,
    pub(crate) total: Number<u32>,
}
