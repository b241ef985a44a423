//! Gcore's answers, after its public description, reduced to what rows need.
//!
//! Every field is optional and every enum open. Fields were renamed in May 2025 (`instance_id` to `id` and so on), and a
//! server may send the old names, the new ones, or both at once. Each name has a field of its own here, since serde
//! rejects a field that is sent under two aliases at once.

mod gpu;
mod inference;
mod instance;
mod metric;
mod place;
mod task;
#[cfg(test)]
mod tests;

use serde::Deserialize;

use crate::mapping::lenient::{Number, Rows, RowsCutOut};

pub(crate) use gpu::{Capacity, GpuFlavor, InferenceFlavor, Price, Quotas, VmFlavor};
pub(crate) use inference::{CaasContainer, Deployment, LogRow, Placed, Scale};
pub(crate) use instance::{Flavor, Instance};
pub(crate) use metric::{Disk, Metrics};
pub(crate) use place::{Project, Region};
pub(crate) use task::Task;

/// A page of a list; `count` is the number of rows on all pages.
#[derive(Debug, Deserialize)]
#[serde(bound = "T: serde::de::DeserializeOwned")]
pub(crate) struct List<T> {
    pub(crate) count: Number<usize>,
    pub(crate) results: Rows<T>,
}

/// A page of a list without its rows.
#[derive(Debug, Deserialize)]
pub(crate) struct Envelope {
    pub(crate) count: Number<usize>,
    #[serde(rename = "results")]
    pub(crate) _results: RowsCutOut,
}
