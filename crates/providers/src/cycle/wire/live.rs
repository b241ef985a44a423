//! What opens a stream, and what streams and reports tell.

use serde::Deserialize;

use super::Text;
use crate::soft::{Rows, lenient, nullable, rows, secret, text};
use qdeck_model::Secret;

/// What opens a console, a telemetry stream or the notifications (which have no address).
#[derive(Deserialize)]
pub(crate) struct Pass {
    #[serde(deserialize_with = "secret")]
    pub(crate) token: Secret,
    #[serde(default, deserialize_with = "text")]
    pub(crate) address: Text,
}

/// The telemetry report.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Report {
    #[serde(deserialize_with = "rows")]
    pub(crate) snapshots: Rows<Snapshot>,
}

/// One snapshot: counters are since the last restart, processor times in nanoseconds, memory in bytes.
#[derive(Debug, Deserialize)]
pub(crate) struct Snapshot {
    pub(crate) time: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) cpu: CpuUse,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) memory: Memory,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) processes: Processes,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) network: NetworkUse,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct CpuUse {
    #[serde(deserialize_with = "lenient")]
    pub(crate) num_cores: Option<f64>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) usage: CpuTimes,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct CpuTimes {
    #[serde(deserialize_with = "lenient")]
    pub(crate) total: Option<f64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Memory {
    #[serde(deserialize_with = "lenient")]
    pub(crate) usage: MemoryUse,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct MemoryUse {
    #[serde(deserialize_with = "lenient")]
    pub(crate) usage: Option<f64>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) limit: Option<f64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Processes {
    #[serde(deserialize_with = "lenient")]
    pub(crate) current: Option<f64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct NetworkUse {
    #[serde(deserialize_with = "lenient")]
    pub(crate) interfaces: Option<Vec<Interface>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Interface {
    #[serde(deserialize_with = "lenient")]
    pub(crate) rx_bytes: f64,
    #[serde(deserialize_with = "lenient")]
    pub(crate) tx_bytes: f64,
}

/// A line of `POST /v1/monitoring/logs/aggregate`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct PastLine {
    #[serde(deserialize_with = "text")]
    pub(crate) time: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) message: Text,
}

/// A message of the hub's notifications.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Notice {
    #[serde(deserialize_with = "text")]
    pub(crate) topic: Text,
    #[serde(deserialize_with = "lenient")]
    pub(crate) object: NoticeObject,
    #[serde(deserialize_with = "lenient")]
    pub(crate) context: NoticeContext,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct NoticeObject {
    #[serde(deserialize_with = "text")]
    pub(crate) id: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) state: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct NoticeContext {
    #[serde(deserialize_with = "nullable")]
    pub(crate) containers: Vec<String>,
}
