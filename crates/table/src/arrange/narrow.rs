//! The scope of a table that was reached from a resource.

use std::sync::Arc;

use arcstr::ArcStr;
use qdeck_model::{GpuModel, Resource, ResourceId};

/// The scope of a table that was reached from a resource.
#[derive(Debug, Clone, PartialEq)]
pub enum Narrow {
    /// The resources of this container.
    Container(ResourceId, ArcStr),
    /// The resources that ask for this accelerator or have it, in its context.
    Gpu(Arc<GpuModel>),
    /// This very resource.
    Only(ResourceId, ArcStr),
}

impl Narrow {
    /// Returns true if a resource belongs to it.
    pub fn holds(&self, resource: &Resource) -> bool {
        match self {
            Self::Container(id, _) => resource.container().is_some_and(|link| link.id == *id),
            Self::Gpu(model) => {
                resource.id().context == model.id.context
                    && resource.gpus().is_some_and(|request| request.accepts(model))
            }
            Self::Only(id, _) => resource.id() == id,
        }
    }

    /// The name of what was followed.
    pub fn name(&self) -> &str {
        match self {
            Self::Container(_, name) | Self::Only(_, name) => name,
            Self::Gpu(model) => &model.name,
        }
    }
}
