//! The source of a table's rows.

use qdeck_model::{ContextName, GpuModel, Kind, Platform, ResourceId};

use crate::Rows;

/// The fleet as a table reads it. Every method is cheap: nothing is copied or counted for the answer.
pub trait RowSource {
    /// A number that grows whenever the rows of a kind change.
    fn version(&self, kind: Kind) -> u64;

    /// A number that grows whenever [`RowSource::usage`] may answer differently.
    fn usage_version(&self) -> u64;

    /// The rows of a kind.
    fn rows(&self, kind: Kind) -> &Rows;

    /// The names of the platforms' own facts that rows of a kind have, in the order of their first appearance.
    fn facts(&self, kind: Kind) -> impl ExactSizeIterator<Item = &'static str>;

    /// Every context and its platform.
    fn platforms(&self) -> impl Iterator<Item = (&ContextName, Platform)>;

    /// The number of resources of its context that use a GPU model.
    fn usage(&self, model: &GpuModel) -> Usage;

    /// The number of instances that belong to a container.
    fn population(&self, container: &ResourceId) -> Population;
}

/// The number of instances or revisions that belong to a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Population {
    /// All of them.
    pub total: u32,
    /// Those that are up: running or degraded.
    pub running: u32,
    /// Those that need attention.
    pub attention: u32,
}

/// The number of resources of its context that ask for a GPU model or have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Instances.
    pub instances: u32,
    /// Containers.
    pub containers: u32,
}

impl Usage {
    /// All of them.
    pub const fn total(self) -> u32 {
        self.instances + self.containers
    }
}
