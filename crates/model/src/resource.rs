//! The five kinds of resource, as a row and a detail pane need them.
//!
//! A list answer is mapped into these and dropped; the whole answer of one resource is a
//! [`Document`](super::Document), fetched when its details are opened.

use std::sync::Arc;

use arcstr::ArcStr;

use super::{Bytes, Cores, Kind, ResourceId, State, Timestamp};

/// A platform's own fact about a resource, named as in the API: a wide column and a line of the details.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Fact {
    /// The API's name of it, such as `ready_state`.
    pub name: &'static str,
    /// Its value as text.
    pub value: ArcStr,
}

/// The kind of a console.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ScreenKind {
    /// A byte stream for a terminal emulator.
    Terminal,
    /// Pixels (VNC).
    Framebuffer,
    /// A page for a browser.
    WebPage,
    /// A shell by SSH.
    Ssh,
}

/// The features of a resource beyond its row. The screen offers only these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Offers {
    /// A console can be attached.
    pub console: Option<ScreenKind>,
    /// Samples can be read.
    pub telemetry: bool,
    /// Log lines can be tailed.
    pub logs: bool,
    /// The platform has actions on it, in whatever state it is.
    pub actions: bool,
}

/// The container that an instance or a revision belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ContainerLink {
    /// Its id.
    pub id: ResourceId,
    /// Its name, where known; else the id is shown.
    pub name: Option<ArcStr>,
}

/// An address of an instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// IPv4 or IPv6, or a host name.
    pub value: ArcStr,
    /// It can be reached from the internet.
    pub public: bool,
}

/// A machine or container replica.
#[derive(Debug, Clone, PartialEq)]
pub struct Instance {
    /// Where it is.
    pub id: ResourceId,
    /// Its display name or host name.
    pub name: ArcStr,
    /// Its state.
    pub state: State,
    /// The container it came from; many instances share the same.
    pub container: Option<Arc<ContainerLink>>,
    /// Its size or service type: `standard.large`, `g1-standard-2-4`.
    pub size: Option<ArcStr>,
    /// Image or template.
    pub image: Option<ArcStr>,
    /// Location, region or zone.
    pub location: Option<ArcStr>,
    /// The machine it runs on.
    pub host: Option<ArcStr>,
    /// Its addresses, the most useful first.
    pub addresses: Box<[Address]>,
    /// Labels or tags.
    pub labels: Box<[(ArcStr, ArcStr)]>,
    /// Accelerators it has; many instances share the same.
    pub gpus: Option<Arc<GpuRequest>>,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// When its state last changed.
    pub changed: Option<Timestamp>,
    /// The features beyond its row.
    pub offers: Offers,
    /// The platform's own facts; many instances share the same.
    pub facts: Arc<[Fact]>,
}

impl Instance {
    /// An instance of which nothing else is reported: the base that mappers complete with
    /// `Instance { size, ..Instance::new(id, name, state) }`.
    pub fn new(id: ResourceId, name: impl Into<ArcStr>, state: State) -> Self {
        Self {
            id,
            name: name.into(),
            state,
            container: None,
            size: None,
            image: None,
            location: None,
            host: None,
            addresses: Box::default(),
            labels: Box::default(),
            gpus: None,
            created: None,
            changed: None,
            offers: Offers::default(),
            facts: Arc::default(),
        }
    }
}

/// Accelerators that a container asks for, or an instance has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GpuRequest {
    /// Their number.
    pub count: u32,
    /// Acceptable models by the platform's code or by the common name, as in [`GpuModel::matches_name`]; any one of
    /// them; empty means any.
    pub models: Vec<ArcStr>,
}

impl GpuRequest {
    /// Returns whether it accepts a model.
    pub fn accepts(&self, model: &GpuModel) -> bool {
        self.models.is_empty() || self.models.iter().any(|it| model.matches_name(it))
    }
}

/// A description of instances that should run.
#[derive(Debug, Clone, PartialEq)]
pub struct Container {
    /// Where it is.
    pub id: ResourceId,
    /// Its name.
    pub name: ArcStr,
    /// Its state.
    pub state: State,
    /// The image with its tag.
    pub image: Option<ArcStr>,
    /// Instances that are up, where known.
    pub instances_running: Option<u32>,
    /// Instances that should be.
    pub instances: Option<u32>,
    /// Processors each instance may use.
    pub cpu: Option<Cores>,
    /// Memory each instance may use.
    pub memory: Option<Bytes>,
    /// Accelerators.
    pub gpus: Option<GpuRequest>,
    /// Environment, location or region.
    pub location: Option<ArcStr>,
    /// Where it can be reached: host names or URLs.
    pub endpoints: Box<[ArcStr]>,
    /// Labels or tags.
    pub labels: Box<[(ArcStr, ArcStr)]>,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// When it was last changed.
    pub changed: Option<Timestamp>,
    /// The features beyond its row.
    pub offers: Offers,
    /// The platform's own facts.
    pub facts: Vec<Fact>,
}

impl Container {
    /// A container of which nothing else is reported.
    pub fn new(id: ResourceId, name: impl Into<ArcStr>, state: State) -> Self {
        Self {
            id,
            name: name.into(),
            state,
            image: None,
            instances_running: None,
            instances: None,
            cpu: None,
            memory: None,
            gpus: None,
            location: None,
            endpoints: Box::default(),
            labels: Box::default(),
            created: None,
            changed: None,
            offers: Offers::default(),
            facts: Vec::new(),
        }
    }
}

/// One version of a container.
#[derive(Debug, Clone, PartialEq)]
pub struct Revision {
    /// Where it is.
    pub id: ResourceId,
    /// The container it is a version of.
    pub container: ContainerLink,
    /// Its number or version: `3`, `v1.4.2`.
    pub number: ArcStr,
    /// `Running` for the one in force, `Done` for older ones; raw word `current` or `superseded` where the platform
    /// has none of its own.
    pub state: State,
    /// The image with its tag.
    pub image: Option<ArcStr>,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// The features beyond its row.
    pub offers: Offers,
    /// The platform's own facts.
    pub facts: Vec<Fact>,
}

/// A model of accelerator.
#[derive(Debug, Clone, PartialEq)]
pub struct GpuModel {
    /// Where it is offered.
    pub id: ResourceId,
    /// Its common name, spelled alike over all platforms: `NVIDIA A100`.
    pub name: ArcStr,
    /// The platform's code: `a100`.
    pub code: ArcStr,
    /// Memory of one.
    pub memory: Option<Bytes>,
    /// Sizes in which it is sold: `1x`, `8x`, flavour names.
    pub sizes: Vec<ArcStr>,
    /// Where it is available.
    pub locations: Vec<ArcStr>,
    /// Price, as the platform words it, with its currency.
    pub price: Option<ArcStr>,
    /// The rest of the user's quota.
    pub quota: Option<ArcStr>,
    /// The platform's own facts.
    pub facts: Vec<Fact>,
}

impl GpuModel {
    /// A model of which nothing else is reported.
    pub fn new(id: ResourceId, name: impl Into<ArcStr>, code: impl Into<ArcStr>) -> Self {
        Self {
            id,
            name: name.into(),
            code: code.into(),
            memory: None,
            sizes: Vec::new(),
            locations: Vec::new(),
            price: None,
            quota: None,
            facts: Vec::new(),
        }
    }

    /// True for its code and for its name, in any case.
    pub fn matches_name(&self, word: &str) -> bool {
        let is = |text: &str| {
            text.chars().flat_map(char::to_lowercase).eq(word.chars().flat_map(char::to_lowercase))
        };
        is(&self.code) || is(&self.name)
    }
}

/// One step of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Its name.
    pub name: ArcStr,
    /// Its state: `Pending`, `Running`, `Done` or `Failed`.
    pub state: State,
    /// When it began.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub finished: Option<Timestamp>,
}

/// A long-running change.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// Where it is.
    pub id: ResourceId,
    /// Its name on the platform: `container.start`, `image.import`.
    pub name: ArcStr,
    /// `Pending`, `Running`, `Done` or `Failed`.
    pub state: State,
    /// Its progress from 0 to 100, where the platform sends steps.
    pub progress: Option<u8>,
    /// The resource that it changes, where the platform sends that.
    pub target: Option<ArcStr>,
    /// The user who asked for it, where the platform sends that.
    pub by: Option<ArcStr>,
    /// Its steps, in order.
    pub steps: Vec<Step>,
    /// When it was asked for.
    pub created: Option<Timestamp>,
    /// When it began.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub finished: Option<Timestamp>,
    /// The platform's own facts.
    pub facts: Vec<Fact>,
}

impl Operation {
    /// An operation of which nothing else is reported.
    pub fn new(id: ResourceId, name: impl Into<ArcStr>, state: State) -> Self {
        Self {
            id,
            name: name.into(),
            state,
            progress: None,
            target: None,
            by: None,
            steps: Vec::new(),
            created: None,
            started: None,
            finished: None,
            facts: Vec::new(),
        }
    }
}

/// Any of the five. What is larger than an instance, of which there are most, is boxed.
#[derive(Debug, Clone, PartialEq)]
pub enum Resource {
    /// An instance.
    Instance(Instance),
    /// A container.
    Container(Box<Container>),
    /// A revision.
    Revision(Revision),
    /// A GPU model.
    GpuModel(GpuModel),
    /// An operation.
    Operation(Operation),
}

impl Resource {
    /// Its id.
    pub fn id(&self) -> &ResourceId {
        match self {
            Self::Instance(it) => &it.id,
            Self::Container(it) => &it.id,
            Self::Revision(it) => &it.id,
            Self::GpuModel(it) => &it.id,
            Self::Operation(it) => &it.id,
        }
    }

    /// Its kind.
    pub fn kind(&self) -> Kind {
        self.id().kind
    }

    /// Its name for the screen.
    pub fn name(&self) -> &str {
        match self {
            Self::Instance(it) => &it.name,
            Self::Container(it) => &it.name,
            Self::Revision(it) => &it.number,
            Self::GpuModel(it) => &it.name,
            Self::Operation(it) => &it.name,
        }
    }

    /// Its state; a GPU model has none.
    pub fn state(&self) -> Option<&State> {
        match self {
            Self::Instance(it) => Some(&it.state),
            Self::Container(it) => Some(&it.state),
            Self::Revision(it) => Some(&it.state),
            Self::GpuModel(_) => None,
            Self::Operation(it) => Some(&it.state),
        }
    }

    /// The features beyond its row.
    pub fn offers(&self) -> Offers {
        match self {
            Self::Instance(it) => it.offers,
            Self::Container(it) => it.offers,
            Self::Revision(it) => it.offers,
            Self::GpuModel(_) | Self::Operation(_) => Offers::default(),
        }
    }

    /// When it was made.
    pub fn created(&self) -> Option<Timestamp> {
        match self {
            Self::Instance(it) => it.created,
            Self::Container(it) => it.created,
            Self::Revision(it) => it.created,
            Self::GpuModel(_) => None,
            Self::Operation(it) => it.created,
        }
    }

    /// The container it belongs to.
    pub fn container(&self) -> Option<&ContainerLink> {
        match self {
            Self::Instance(it) => it.container.as_deref(),
            Self::Revision(it) => Some(&it.container),
            Self::Container(_) | Self::GpuModel(_) | Self::Operation(_) => None,
        }
    }

    /// The accelerators that it asks for or has.
    pub fn gpus(&self) -> Option<&GpuRequest> {
        match self {
            Self::Instance(it) => it.gpus.as_deref(),
            Self::Container(it) => it.gpus.as_ref(),
            Self::Revision(_) | Self::GpuModel(_) | Self::Operation(_) => None,
        }
    }

    /// The platform's own facts.
    pub fn facts(&self) -> &[Fact] {
        match self {
            Self::Instance(it) => &it.facts,
            Self::Container(it) => &it.facts,
            Self::Revision(it) => &it.facts,
            Self::GpuModel(it) => &it.facts,
            Self::Operation(it) => &it.facts,
        }
    }
}
