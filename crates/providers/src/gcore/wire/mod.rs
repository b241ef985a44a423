//! Gcore's answers as its public description writes them, reduced to what rows need.
//!
//! Every field is optional and every enum open. Fields were renamed in May 2025 (`instance_id` to `id` and so on), and
//! a server may send the old names, the new ones, or both at once: so each has a field of its own here, since one field
//! with two names refuses to be told twice.

mod gpu;
mod inference;
mod instance;
mod metric;
mod place;
mod task;

use serde::Deserialize;

use crate::soft::{Rows, lenient, rows};

pub(crate) use gpu::{Capacity, GpuFlavor, InferenceFlavor, Price, Quotas, VmFlavor};
pub(crate) use inference::{CaasContainer, Deployment, LogRow, Placed, Scale};
pub(crate) use instance::{Flavor, Instance};
pub(crate) use metric::{Disk, Metrics};
pub(crate) use place::{Project, Region};
pub(crate) use task::Task;

pub(crate) type Text = Option<String>;

/// A list: `count` is of all pages.
#[derive(Debug, Deserialize)]
#[serde(bound = "T: serde::de::DeserializeOwned")]
pub(crate) struct List<T> {
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) count: Option<usize>,
    #[serde(default, deserialize_with = "rows")]
    pub(crate) results: Rows<T>,
}
