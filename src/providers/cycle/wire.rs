//! Cycle's answers as its public API description writes them, reduced to what rows need.
//!
//! Every field is optional here: the description's `required` lists are partly malformed, `null` and absence are both
//! used, and enums grow. Times are RFC 3339; `0001-01-01T00:00:00Z` means "never".

use std::collections::HashMap;

use serde::Deserialize;

use super::super::soft::{Rows, lenient, nullable, rows, secret, text};
use crate::model::Secret;

type Text = Option<String>;

/// The root document of a list.
#[derive(Debug, Deserialize)]
#[serde(bound = "T: Deserialize<'de>")]
pub(super) struct List<T> {
    #[serde(default, deserialize_with = "rows")]
    pub(super) data: Rows<T>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) includes: Includes,
}

/// The root document of one thing.
#[derive(Debug, Deserialize)]
pub(super) struct One<T> {
    pub(super) data: T,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) includes: Includes,
}

/// What is sent along with a list, by id. The prose calls it `include`, the schema and the answers `includes`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Includes {
    #[serde(deserialize_with = "lenient")]
    pub(super) servers: HashMap<String, Named>,
    #[serde(deserialize_with = "lenient")]
    pub(super) locations: HashMap<String, Named>,
    #[serde(deserialize_with = "lenient")]
    pub(super) environments: HashMap<String, Named>,
    #[serde(deserialize_with = "lenient")]
    pub(super) images: HashMap<String, Named>,
    #[serde(deserialize_with = "lenient")]
    pub(super) containers: HashMap<String, Named>,
}

/// Whatever of a thing is a name.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Named {
    #[serde(deserialize_with = "text")]
    pub(super) nickname: Text,
    #[serde(deserialize_with = "text")]
    pub(super) name: Text,
    #[serde(deserialize_with = "text")]
    pub(super) hostname: Text,
    #[serde(deserialize_with = "text")]
    pub(super) identifier: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Link {
    #[serde(deserialize_with = "text")]
    pub(super) id: Text,
    #[serde(deserialize_with = "text")]
    pub(super) service: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct State {
    #[serde(deserialize_with = "text")]
    pub(super) current: Text,
    #[serde(deserialize_with = "text")]
    pub(super) desired: Text,
    #[serde(deserialize_with = "text")]
    pub(super) changed: Text,
    #[serde(deserialize_with = "lenient")]
    pub(super) error: Option<Fault>,
    #[serde(deserialize_with = "lenient")]
    pub(super) health: Health,
    #[serde(deserialize_with = "lenient")]
    pub(super) readiness: Readiness,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Fault {
    #[serde(deserialize_with = "text")]
    pub(super) message: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Health {
    pub(super) healthy: Option<bool>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Readiness {
    pub(super) ready: Option<bool>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Events {
    #[serde(deserialize_with = "text")]
    pub(super) created: Text,
    #[serde(deserialize_with = "text")]
    pub(super) updated: Text,
    #[serde(deserialize_with = "text")]
    pub(super) started: Text,
    #[serde(deserialize_with = "text")]
    pub(super) queued: Text,
    #[serde(deserialize_with = "text")]
    pub(super) completed: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Deployment {
    #[serde(deserialize_with = "text")]
    pub(super) version: Text,
}

/// A container of `GET /v1/containers`.
#[derive(Debug, Deserialize)]
pub(super) struct Container {
    pub(super) id: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) name: Text,
    #[serde(default, deserialize_with = "text")]
    pub(super) identifier: Text,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) environment: Link,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) image: Link,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) config: Config,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) deployment: Deployment,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) instances: Option<u32>,
    #[serde(default, deserialize_with = "nullable")]
    pub(super) stateful: bool,
    #[serde(default, deserialize_with = "nullable")]
    pub(super) deprecate: bool,
    #[serde(default, deserialize_with = "nullable")]
    pub(super) lock: bool,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) state: State,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) events: Events,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) meta: ContainerMeta,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Config {
    #[serde(deserialize_with = "lenient")]
    pub(super) network: Network,
    #[serde(deserialize_with = "lenient")]
    pub(super) resources: Resources,
    #[serde(deserialize_with = "lenient")]
    pub(super) deploy: Deploy,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Network {
    #[serde(deserialize_with = "text")]
    pub(super) public: Text,
    #[serde(deserialize_with = "text")]
    pub(super) hostname: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Resources {
    #[serde(deserialize_with = "lenient")]
    pub(super) cpu: Cpu,
    #[serde(deserialize_with = "lenient")]
    pub(super) ram: Ram,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Cpu {
    #[serde(deserialize_with = "lenient")]
    pub(super) shares: Shares,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Shares {
    #[serde(deserialize_with = "lenient")]
    pub(super) limit: Option<f64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Ram {
    #[serde(deserialize_with = "text")]
    pub(super) limit: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Deploy {
    #[serde(deserialize_with = "lenient")]
    pub(super) instances: Option<u32>,
    #[serde(deserialize_with = "text")]
    pub(super) strategy: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ContainerMeta {
    #[serde(deserialize_with = "lenient")]
    pub(super) instances_count: Option<Counts>,
    #[serde(deserialize_with = "lenient")]
    pub(super) domains: Vec<Domain>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Domain {
    #[serde(deserialize_with = "text")]
    pub(super) fqdn: Text,
}

/// `StateCountSummary`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Counts {
    #[serde(deserialize_with = "lenient")]
    pub(super) state: HashMap<String, u32>,
    #[serde(deserialize_with = "lenient")]
    pub(super) total: Option<u32>,
}

/// An instance of `GET /v1/containers/{id}/instances`.
#[derive(Debug, Deserialize)]
pub(super) struct Instance {
    pub(super) id: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) container_id: Text,
    #[serde(default, deserialize_with = "text")]
    pub(super) location_id: Text,
    #[serde(default, deserialize_with = "text")]
    pub(super) server_id: Text,
    #[serde(default, deserialize_with = "text")]
    pub(super) hostname: Text,
    #[serde(default, deserialize_with = "text")]
    pub(super) ready_state: Text,
    #[serde(default, deserialize_with = "text")]
    pub(super) service: Text,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) environment: InstanceEnvironment,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) provider: ProviderPlace,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) state: State,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) traffic_drain: Option<Drain>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) migration: Option<Migration>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) deployment: Deployment,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) events: Events,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct InstanceEnvironment {
    #[serde(deserialize_with = "lenient")]
    pub(super) ipv6: Option<IpNet>,
    #[serde(deserialize_with = "lenient")]
    pub(super) legacy: Option<Legacy>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct IpNet {
    #[serde(deserialize_with = "text")]
    pub(super) ip: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Legacy {
    #[serde(deserialize_with = "lenient")]
    pub(super) ipv4: Option<IpNet>,
}

/// `vendor` in today's description, `identifier` in the client of 2022.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ProviderPlace {
    #[serde(deserialize_with = "text")]
    pub(super) vendor: Text,
    #[serde(deserialize_with = "text")]
    pub(super) identifier: Text,
    #[serde(deserialize_with = "text")]
    pub(super) location: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Drain {
    #[serde(deserialize_with = "text")]
    pub(super) started: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Migration {
    #[serde(deserialize_with = "text")]
    pub(super) started: Text,
    #[serde(deserialize_with = "text")]
    pub(super) completed: Text,
}

/// A job of `GET /v1/jobs`.
#[derive(Debug, Deserialize)]
pub(super) struct Job {
    pub(super) id: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) queue: Text,
    #[serde(default, deserialize_with = "text")]
    pub(super) caption: Text,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) events: Events,
    #[serde(default, deserialize_with = "nullable")]
    pub(super) tasks: Vec<Task>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) creator: Creator,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) state: State,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Creator {
    #[serde(deserialize_with = "text")]
    pub(super) id: Text,
    #[serde(rename = "type", deserialize_with = "text")]
    pub(super) sort: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Task {
    #[serde(deserialize_with = "text")]
    pub(super) caption: Text,
    #[serde(deserialize_with = "text")]
    pub(super) header: Text,
    #[serde(deserialize_with = "lenient")]
    pub(super) events: Events,
    #[serde(deserialize_with = "nullable")]
    pub(super) steps: Vec<TaskStep>,
    #[serde(deserialize_with = "lenient")]
    pub(super) state: State,
    #[serde(deserialize_with = "lenient")]
    pub(super) error: Option<Fault>,
    #[serde(deserialize_with = "nullable")]
    pub(super) input: serde_json::Value,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct TaskStep {
    #[serde(deserialize_with = "text")]
    pub(super) caption: Text,
    #[serde(deserialize_with = "text")]
    pub(super) started: Text,
    #[serde(deserialize_with = "text")]
    pub(super) completed: Text,
}

/// What opens a console, a telemetry stream or the notifications (which have no address).
#[derive(Deserialize)]
pub(super) struct Pass {
    #[serde(deserialize_with = "secret")]
    pub(super) token: Secret,
    #[serde(default, deserialize_with = "text")]
    pub(super) address: Text,
}

/// The telemetry report.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Report {
    #[serde(deserialize_with = "rows")]
    pub(super) snapshots: Rows<Snapshot>,
}

/// One snapshot: counters are since the last restart, processor times in nanoseconds, memory in bytes.
#[derive(Debug, Deserialize)]
pub(super) struct Snapshot {
    pub(super) time: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) cpu: CpuUse,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) memory: Memory,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) processes: Processes,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) network: NetworkUse,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct CpuUse {
    #[serde(deserialize_with = "lenient")]
    pub(super) num_cores: Option<f64>,
    #[serde(deserialize_with = "lenient")]
    pub(super) usage: CpuTimes,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct CpuTimes {
    #[serde(deserialize_with = "lenient")]
    pub(super) total: Option<f64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Memory {
    #[serde(deserialize_with = "lenient")]
    pub(super) usage: MemoryUse,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct MemoryUse {
    #[serde(deserialize_with = "lenient")]
    pub(super) usage: Option<f64>,
    #[serde(deserialize_with = "lenient")]
    pub(super) limit: Option<f64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Processes {
    #[serde(deserialize_with = "lenient")]
    pub(super) current: Option<f64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct NetworkUse {
    #[serde(deserialize_with = "lenient")]
    pub(super) interfaces: Option<Vec<Interface>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Interface {
    #[serde(deserialize_with = "lenient")]
    pub(super) rx_bytes: f64,
    #[serde(deserialize_with = "lenient")]
    pub(super) tx_bytes: f64,
}

/// A line of `POST /v1/monitoring/logs/aggregate`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct PastLine {
    #[serde(deserialize_with = "text")]
    pub(super) time: Text,
    #[serde(deserialize_with = "text")]
    pub(super) message: Text,
}

/// A message of the hub's notifications.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Notice {
    #[serde(deserialize_with = "text")]
    pub(super) topic: Text,
    #[serde(deserialize_with = "lenient")]
    pub(super) object: NoticeObject,
    #[serde(deserialize_with = "lenient")]
    pub(super) context: NoticeContext,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct NoticeObject {
    #[serde(deserialize_with = "text")]
    pub(super) id: Text,
    #[serde(deserialize_with = "text")]
    pub(super) state: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct NoticeContext {
    #[serde(deserialize_with = "nullable")]
    pub(super) containers: Vec<String>,
}
