//! Tokens for streams, and the messages of streams and reports.

use serde::Deserialize;

use crate::mapping::lenient::{Lenient, ListOrNone, Number, ObjectOrDefault, RequiredSecret, Rows, Text};

/// A one-time token for a console, a telemetry stream or the notifications (which have no address).
#[derive(Deserialize)]
pub(crate) struct Pass {
    pub(crate) token: RequiredSecret,
    pub(crate) address: Text,
}

/// The answer of `GET …/telemetry/resources/report`.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Report {
    pub(crate) snapshots: Rows<Snapshot>,
}

/// One snapshot: counters since the last restart, processor times in nanoseconds, memory in bytes.
#[derive(Debug, Deserialize)]
pub(crate) struct Snapshot {
    pub(crate) time: String,
    pub(crate) cpu: ObjectOrDefault<CpuUse>,
    pub(crate) memory: ObjectOrDefault<Memory>,
    pub(crate) processes: ObjectOrDefault<Processes>,
    pub(crate) network: ObjectOrDefault<NetworkUse>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct CpuUse {
    pub(crate) num_cores: Number<f64>,
    pub(crate) usage: ObjectOrDefault<CpuTimes>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct CpuTimes {
    pub(crate) total: Number<f64>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Memory {
    pub(crate) usage: ObjectOrDefault<MemoryUse>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct MemoryUse {
    pub(crate) usage: Number<f64>,
    pub(crate) limit: Number<f64>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Processes {
    pub(crate) current: Number<f64>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct NetworkUse {
    pub(crate) interfaces: ListOrNone<Interface>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Interface {
    pub(crate) rx_bytes: Lenient<f64>,
    pub(crate) tx_bytes: Lenient<f64>,
}

/// A line of `POST /v1/monitoring/logs/aggregate`.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct PastLine {
    pub(crate) time: Text,
    pub(crate) message: Text,
}

/// A message of the hub's notifications.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Notice {
    pub(crate) topic: Text,
    pub(crate) object: ObjectOrDefault<NoticeObject>,
    pub(crate) context: ObjectOrDefault<NoticeContext>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct NoticeObject {
    pub(crate) id: Text,
    pub(crate) state: Text,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct NoticeContext {
    pub(crate) containers: Lenient<Vec<String>>,
}
