//! Metrics of an instance as the API sends them: averages over a minute.

use serde::Deserialize;

use crate::soft::lenient;

/// One point of `POST …/metrics`; everything but its time may be null.
#[derive(Debug, Deserialize)]
pub(crate) struct Metrics {
    pub(crate) time: String,
    /// Percent of all processors, now and then a little more than 100.
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) cpu_util: Option<f64>,
    /// Percent, page cache included.
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) memory_util: Option<f64>,
    /// Bits a second, whatever the name says: the newest client calls the name historical.
    #[serde(default, rename = "network_Bps_ingress", deserialize_with = "lenient")]
    pub(crate) ingress_bits: Option<f64>,
    /// Bits a second, too.
    #[serde(default, rename = "network_Bps_egress", deserialize_with = "lenient")]
    pub(crate) egress_bits: Option<f64>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) disks: Vec<Disk>,
}

/// Of one disk, in bytes a second.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Disk {
    #[serde(rename = "disk_Bps_read", deserialize_with = "lenient")]
    pub(crate) read: Option<f64>,
    #[serde(rename = "disk_Bps_write", deserialize_with = "lenient")]
    pub(crate) write: Option<f64>,
}
