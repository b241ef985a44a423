//! The catalogues that contain accelerators.

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::instance::Hardware;
use crate::mapping::lenient::{Flag, ListOrDefault, Number, ObjectOrDefault, ObjectOrNone, RowId, Text};

/// A flavor of `GET /v3/gpu/virtual/…/flavors` or `GET /v3/gpu/baremetal/…/flavors`.
#[derive(Debug, Deserialize)]
pub(crate) struct GpuFlavor {
    pub(crate) name: RowId,
    /// The number available now.
    pub(crate) capacity: Number<u64>,
    pub(crate) disabled: Flag,
    pub(crate) hardware_description: ObjectOrDefault<Hardware>,
    pub(crate) hardware_properties: ObjectOrDefault<Properties>,
    pub(crate) price: ObjectOrNone<Price>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Properties {
    #[serde(rename = "gpu_model")]
    pub(crate) model: Text,
    #[serde(rename = "gpu_manufacturer")]
    pub(crate) manufacturer: Text,
    #[serde(rename = "gpu_count")]
    pub(crate) count: Number<u32>,
}

/// The price of a flavor; to be shown where `price_status` allows it.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Price {
    #[serde(rename = "price_per_hour")]
    pub(crate) hourly: Number<f64>,
    #[serde(rename = "currency_code")]
    pub(crate) currency: Text,
    #[serde(rename = "price_status")]
    pub(crate) status: Text,
}

/// A flavor of `GET /v1/flavors/…`, with the fields of its price among its own.
#[derive(Debug, Deserialize)]
#[serde(remote = "Self")]
pub(crate) struct VmFlavor {
    pub(crate) flavor_id: Text,
    pub(crate) flavor_name: Text,
    pub(crate) disabled: Flag,
    pub(crate) hardware_description: ObjectOrDefault<Hardware>,
    #[serde(flatten)]
    pub(crate) price: Price,
}

impl VmFlavor {
    /// The name, or the id where it has none.
    pub(crate) fn name(&self) -> Option<&str> {
        self.flavor_name.as_deref().or(self.flavor_id.as_deref())
    }
}

/// A flavor with neither a name nor an id cannot be asked for.
impl<'de> Deserialize<'de> for VmFlavor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The inherent function of this name, which serde derives for a remote type.
        let flavor = Self::deserialize(deserializer)?;
        if flavor.name().is_none() { Err(D::Error::custom("no name")) } else { Ok(flavor) }
    }
}

/// A flavor of `GET /v3/inference/flavors`.
#[derive(Debug, Deserialize)]
pub(crate) struct InferenceFlavor {
    pub(crate) name: RowId,
    pub(crate) gpu_model: Text,
    pub(crate) gpu: Number<u32>,
    /// In GiB.
    pub(crate) gpu_memory: Number<f64>,
    pub(crate) cpu: Number<f64>,
    /// In GiB.
    pub(crate) memory: Number<f64>,
}

/// A region of `GET /v3/inference/capacity`.
#[derive(Debug, Deserialize)]
pub(crate) struct Capacity {
    pub(crate) region_id: u64,
    pub(crate) capacity: ListOrDefault<FlavorCapacity>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct FlavorCapacity {
    pub(crate) flavor_name: Text,
    pub(crate) capacity: Number<u64>,
}

/// The answer of `GET /v2/client_quotas`: `<resource>_limit` and `<resource>_usage`, for the account and for each region.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Quotas {
    pub(crate) global_quotas: ObjectOrDefault<BTreeMap<String, Value>>,
    pub(crate) regional_quotas: ListOrDefault<BTreeMap<String, Value>>,
}
