//! The store as the tables read it.

use std::sync::Arc;

use qdeck_model::{ContextName, GpuModel, Kind, Platform, Resource, ResourceId};
use qdeck_table::{Population, RowSource, Usage};

use super::Store;

impl RowSource for Store {
    fn version(&self, kind: Kind) -> u64 {
        self.version(kind)
    }

    fn usage_version(&self) -> u64 {
        self.usage_version()
    }

    fn rows(&self, kind: Kind) -> impl ExactSizeIterator<Item = &Arc<Resource>> {
        self.rows(kind).map(|row| &row.resource)
    }

    fn facts(&self, kind: Kind) -> impl ExactSizeIterator<Item = &'static str> {
        self.facts(kind)
    }

    fn platforms(&self) -> impl Iterator<Item = (&ContextName, Platform)> {
        self.contexts().iter().map(|context| (&context.name, context.platform))
    }

    fn usage(&self, model: &GpuModel) -> Usage {
        self.usage(model)
    }

    fn population(&self, container: &ResourceId) -> Population {
        self.population(Kind::Instance, container)
    }
}
