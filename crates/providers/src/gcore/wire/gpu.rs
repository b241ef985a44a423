//! The catalogues that accelerators are found in.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::Text;
use super::instance::Hardware;
use crate::soft::{lenient, text};

/// A flavor of `GET /v3/gpu/virtual/…/flavors` or `GET /v3/gpu/baremetal/…/flavors`.
#[derive(Debug, Deserialize)]
pub(crate) struct GpuFlavor {
    pub(crate) name: String,
    /// How many can be had now.
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) capacity: Option<u64>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) disabled: bool,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) hardware_description: Hardware,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) hardware_properties: Properties,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) price: Option<Price>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Properties {
    #[serde(rename = "gpu_model", deserialize_with = "text")]
    pub(crate) model: Text,
    #[serde(rename = "gpu_manufacturer", deserialize_with = "text")]
    pub(crate) manufacturer: Text,
    #[serde(rename = "gpu_count", deserialize_with = "lenient")]
    pub(crate) count: Option<u32>,
}

/// What a flavor costs, where `price_status` lets it be shown.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Price {
    #[serde(rename = "price_per_hour", deserialize_with = "lenient")]
    pub(crate) hourly: Option<f64>,
    #[serde(rename = "currency_code", deserialize_with = "text")]
    pub(crate) currency: Text,
    #[serde(rename = "price_status", deserialize_with = "text")]
    pub(crate) status: Text,
}

/// A flavor of `GET /v1/flavors/…`, its price beside its other fields.
#[derive(Debug, Deserialize)]
pub(crate) struct VmFlavor {
    #[serde(default, deserialize_with = "text")]
    pub(crate) flavor_id: Text,
    #[serde(default, deserialize_with = "text")]
    pub(crate) flavor_name: Text,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) disabled: bool,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) hardware_description: Hardware,
    #[serde(flatten)]
    pub(crate) price: Price,
}

/// A flavor of `GET /v3/inference/flavors`.
#[derive(Debug, Deserialize)]
pub(crate) struct InferenceFlavor {
    pub(crate) name: String,
    #[serde(default, deserialize_with = "text")]
    pub(crate) gpu_model: Text,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) gpu: Option<u32>,
    /// In GiB.
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) gpu_memory: Option<f64>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) cpu: Option<f64>,
    /// In GiB.
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) memory: Option<f64>,
}

/// A region of `GET /v3/inference/capacity`.
#[derive(Debug, Deserialize)]
pub(crate) struct Capacity {
    pub(crate) region_id: u64,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) capacity: Vec<FlavorCapacity>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct FlavorCapacity {
    #[serde(deserialize_with = "text")]
    pub(crate) flavor_name: Text,
    #[serde(deserialize_with = "lenient")]
    pub(crate) capacity: Option<u64>,
}

/// `GET /v2/client_quotas`: `<thing>_limit` and `<thing>_usage`, of the whole account and of each region.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Quotas {
    #[serde(deserialize_with = "lenient")]
    pub(crate) global_quotas: BTreeMap<String, Value>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) regional_quotas: Vec<BTreeMap<String, Value>>,
}
