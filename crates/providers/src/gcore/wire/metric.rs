//! Metrics of an instance as the API sends them: averages over one minute.

use serde::Deserialize;

use crate::mapping::lenient::{ListOrDefault, Number};

/// One point of `POST …/metrics`; everything but its time may be null.
#[derive(Debug, Deserialize)]
pub(crate) struct Metrics {
    pub(crate) time: String,
    /// Percent of all processors, sometimes a little more than 100.
    pub(crate) cpu_util: Number<f64>,
    /// Percent, page cache included.
    pub(crate) memory_util: Number<f64>,
    /// Bits per second in spite of the name, which the newest client documents as historical.
    #[serde(rename = "network_Bps_ingress")]
    pub(crate) ingress_bits: Number<f64>,
    /// Bits per second, too.
    #[serde(rename = "network_Bps_egress")]
    pub(crate) egress_bits: Number<f64>,
    pub(crate) disks: ListOrDefault<Disk>,
}

/// Throughput of one disk in bytes per second.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Disk {
    #[serde(rename = "disk_Bps_read")]
    pub(crate) read: Number<f64>,
    #[serde(rename = "disk_Bps_write")]
    pub(crate) write: Number<f64>,
}
