//! The store as the tables read it.

use qdeck_model::{ContextName, GpuModel, Kind, Platform, ResourceId};
use qdeck_table::{Population, RowSource, Rows, Usage};

use super::Store;

impl RowSource for Store {
    fn version(&self, kind: Kind) -> u64 {
        self.version(kind)
    }

    fn usage_version(&self) -> u64 {
        self.usage_version()
    }

    fn rows(&self, kind: Kind) -> &Rows {
        self.tables[super::slot(kind)].rows()
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
