//! Names: platforms, contexts, kinds of resource, and ids that carry where they are from.

use std::fmt;

use arcstr::ArcStr;
use serde::{Deserialize, Serialize};

/// The platform that a context belongs to: the name the configuration uses and the one the platform gives itself.
///
/// Two are equal when both names are. What a platform can do is in its registration, one folder a platform.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Platform {
    name: &'static str,
    title: &'static str,
}

impl Platform {
    /// A platform by its lower-case name (`elasticbox`) and its title (`ElasticBox`).
    pub const fn new(name: &'static str, title: &'static str) -> Self {
        Self { name, title }
    }

    /// The lower-case name used in the configuration file and on the screen.
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// The name in the platform's own spelling, for sentences and headings.
    pub const fn title(self) -> &'static str {
        self.title
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl fmt::Debug for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.title)
    }
}

/// The name a user gave to one account on one platform, such as `cycle-prod`. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ContextName(ArcStr);

impl ContextName {
    /// Wraps a name that the configuration has already validated.
    pub fn new(name: impl Into<ArcStr>) -> Self {
        Self(name.into())
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ContextName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The kinds of resource, one pane each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A running (or once running) machine or container replica.
    Instance,
    /// A description of what should run; it has instances or revisions.
    Container,
    /// One deployed version of a container.
    Revision,
    /// A model of accelerator that a platform offers.
    GpuModel,
    /// A long-running change: a job, task, operation or activity of a platform.
    Operation,
}

impl Kind {
    /// Every kind, in pane order.
    pub const ALL: [Self; 5] =
        [Self::Instance, Self::Container, Self::Revision, Self::GpuModel, Self::Operation];

    /// The singular word for messages: `instance`, `GPU model`.
    pub const fn singular(self) -> &'static str {
        match self {
            Self::Instance => "instance",
            Self::Container => "container",
            Self::Revision => "revision",
            Self::GpuModel => "GPU model",
            Self::Operation => "operation",
        }
    }

    /// The plural word for messages: `instances`, `GPU models`.
    pub const fn plural(self) -> &'static str {
        match self {
            Self::Instance => "instances",
            Self::Container => "containers",
            Self::Revision => "revisions",
            Self::GpuModel => "GPU models",
            Self::Operation => "operations",
        }
    }

    /// The title of the pane: `Instances`, `GPU models`.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Instance => "Instances",
            Self::Container => "Containers",
            Self::Revision => "Revisions",
            Self::GpuModel => "GPU models",
            Self::Operation => "Operations",
        }
    }
}

/// Where a resource is: its context, kind, and what the platform needs to address it. Cheap to clone.
///
/// `scope` is whatever the platform wants besides the id: the container of a Cycle instance or a Quasarch
/// revision, a region, a zone. Two resources are the same when all four parts are.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ResourceId {
    /// The account it was listed from.
    pub context: ContextName,
    /// Its kind.
    pub kind: Kind,
    /// The container, region or zone that addresses it together with `id`, where the platform has one.
    pub scope: Option<ArcStr>,
    /// The platform's own id.
    pub id: ArcStr,
}

impl ResourceId {
    /// An id without a scope.
    pub fn new(context: &ContextName, kind: Kind, id: impl Into<ArcStr>) -> Self {
        Self { context: context.clone(), kind, scope: None, id: id.into() }
    }

    /// An id inside a scope.
    pub fn scoped(
        context: &ContextName,
        kind: Kind,
        scope: impl Into<ArcStr>,
        id: impl Into<ArcStr>,
    ) -> Self {
        Self { context: context.clone(), kind, scope: Some(scope.into()), id: id.into() }
    }
}

impl fmt::Display for ResourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} in {}", self.kind.singular(), self.id, self.context)
    }
}
