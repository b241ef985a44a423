//! A row as columns, filters and orders read it: a resource and what is counted beside it.

use qdeck_model::{Kind, Resource, Timestamp};

use super::{Population, RowSource, Usage};

/// A resource at a moment.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    /// The resource.
    pub resource: &'a Resource,
    /// The platform's name; empty where the context is not known.
    pub platform: &'a str,
    /// The moment, for ages.
    pub now: Timestamp,
    /// The count of other resources; `None` where no column asks for it.
    pub count: Option<Count>,
}

/// The figures of a resource that need the whole fleet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// Of a GPU model: who uses it.
    Usage(Usage),
    /// Of a container: its instances.
    Population(Population),
}

impl Count {
    /// Counts for a resource; `None` for the kinds of which nothing is counted.
    pub fn of(resource: &Resource, source: &impl RowSource) -> Option<Self> {
        match resource {
            Resource::GpuModel(it) => Some(Self::Usage(source.usage(it))),
            Resource::Container(it) => Some(Self::Population(source.population(&it.id))),
            _ => None,
        }
    }

    /// A number that grows whenever the counts of a kind may have changed.
    pub(crate) fn version(kind: Kind, source: &impl RowSource) -> u64 {
        match kind {
            Kind::GpuModel => source.usage_version(),
            Kind::Container => source.version(Kind::Instance),
            _ => 0,
        }
    }
}

impl<'a> Row<'a> {
    /// A resource of a source at a moment, counts included.
    pub fn new(resource: &'a Resource, source: &'a impl RowSource, now: Timestamp) -> Self {
        let context = &resource.id().context;
        let platform = source.platforms().find(|(name, _)| *name == context);
        Self {
            resource,
            platform: platform.map_or("", |(_, platform)| platform.name()),
            now,
            count: Count::of(resource, source),
        }
    }

    pub(crate) fn usage(&self) -> Option<Usage> {
        match self.count {
            Some(Count::Usage(usage)) => Some(usage),
            _ => None,
        }
    }

    pub(crate) fn population(&self) -> Option<Population> {
        match self.count {
            Some(Count::Population(population)) => Some(population),
            _ => None,
        }
    }

    /// A label's value.
    pub(crate) fn label(&self, name: &str) -> Option<&'a str> {
        let labels = match self.resource {
            Resource::Instance(it) => &it.labels,
            Resource::Container(it) => &it.labels,
            _ => return None,
        };
        labels.iter().find(|(key, _)| **key == *name).map(|(_, value)| &**value)
    }
}
