//! The columns of the tables: what each shows, how wide it may be, and which go first when room is short.

use std::borrow::Cow;

use qdeck_model::{Kind, Lifecycle, Resource, State};

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Column {
    /// What a person calls it.
    Name,
    /// The context it was listed from.
    Context,
    /// Its state, in the platform's own word.
    State,
    /// An instance's size or service type.
    Size,
    /// Location, region or zone.
    Location,
    /// The most useful address.
    Address,
    /// A sparkline and the latest figure of its processors.
    Cpu,
    /// A sparkline and the latest figure of its memory.
    Memory,
    /// Time since it was made.
    Age,
    /// The machine it runs on.
    Host,
    /// Image or template.
    Image,
    /// The container it belongs to.
    Container,
    /// Labels or tags.
    Labels,
    /// A fact of the platform's own, by its name in the API.
    Fact(&'static str),
    /// Instances up, of those that should be.
    Instances,
    /// Accelerators asked for.
    Gpus,
    /// Processors and memory each instance may use.
    Limits,
    /// Where it can be reached.
    Endpoints,
    /// The platform's code of an accelerator.
    Code,
    /// Memory of an accelerator.
    Vram,
    /// Sizes in which it is sold.
    Sizes,
    /// Price.
    Price,
    /// What is left of the quota.
    Quota,
    /// How many of the user's resources ask for it or have it. Only the store can say.
    Used,
    /// How far an operation is.
    Progress,
    /// What an operation changes.
    Target,
    /// Who asked for it.
    By,
    /// How long it took.
    Took,
    /// The platform's own id.
    Id,
}

/// How a column is laid out.
pub struct Shape {
    /// Its title.
    pub title: &'static str,
    /// Narrower than this it is dropped.
    pub min: u16,
    /// Wider than this it never gets.
    pub max: u16,
    /// The higher, the longer it stays when room is short.
    pub priority: u8,
    /// Figures stand to the right.
    pub right: bool,
}

const fn shape(title: &'static str, min: u16, max: u16, priority: u8) -> Shape {
    Shape { title, min, max, priority, right: false }
}

const fn figure(title: &'static str, min: u16, max: u16, priority: u8) -> Shape {
    Shape { title, min, max, priority, right: true }
}

impl Column {
    /// The columns that a table shows until someone says otherwise, in order.
    pub const fn usual(kind: Kind) -> &'static [Self] {
        match kind {
            Kind::Instance => &[
                Self::Name,
                Self::Context,
                Self::State,
                Self::Size,
                Self::Location,
                Self::Address,
                Self::Cpu,
                Self::Memory,
                Self::Age,
            ],
            Kind::Container => &[
                Self::Name,
                Self::Context,
                Self::State,
                Self::Instances,
                Self::Image,
                Self::Limits,
                Self::Gpus,
                Self::Location,
                Self::Age,
            ],
            Kind::Revision => {
                &[Self::Container, Self::Name, Self::Context, Self::State, Self::Image, Self::Age]
            }
            Kind::GpuModel => &[
                Self::Name,
                Self::Context,
                Self::Code,
                Self::Vram,
                Self::Sizes,
                Self::Location,
                Self::Price,
                Self::Quota,
                Self::Used,
            ],
            Kind::Operation => &[
                Self::Name,
                Self::Context,
                Self::State,
                Self::Progress,
                Self::Target,
                Self::By,
                Self::Took,
                Self::Age,
            ],
        }
    }

    /// Those that are looked at now and then.
    const fn more(kind: Kind) -> &'static [Self] {
        match kind {
            Kind::Instance => &[Self::Container, Self::Gpus, Self::Host, Self::Image, Self::Labels],
            Kind::Container => &[Self::Endpoints, Self::Labels],
            Kind::Revision | Kind::GpuModel | Kind::Operation => &[],
        }
    }

    /// Every column of a kind, in order: the usual ones, those looked at now and then, the platforms' own facts.
    pub fn all(kind: Kind, facts: impl Iterator<Item = &'static str>) -> Vec<Self> {
        let mut columns = Self::usual(kind).to_vec();
        // Ages stand at the right edge.
        let last = columns.pop_if(|last| *last == Self::Age);
        columns.extend(Self::more(kind));
        columns.extend(facts.map(Self::Fact));
        columns.push(Self::Id);
        columns.extend(last);
        columns
    }

    /// The name by which a person or a file can ask for it.
    pub fn word(self, kind: Kind) -> Cow<'static, str> {
        match self {
            Self::Fact(name) => name.into(),
            _ => self.shape(kind).title.to_lowercase().replace(' ', "-").into(),
        }
    }

    /// The name by which a file knows it: a fact may be called as a shared column is.
    pub fn code(self, kind: Kind) -> String {
        match self {
            Self::Fact(name) => format!("own:{name}"),
            _ => self.word(kind).into_owned(),
        }
    }

    /// How it is laid out in the table of a kind.
    pub const fn shape(self, kind: Kind) -> Shape {
        match self {
            Self::Name if matches!(kind, Kind::Revision) => shape("REVISION", 6, 16, 98),
            Self::Name => shape("NAME", 8, 44, 100),
            // What was done to what, how it went and when says more than where.
            Self::Context if matches!(kind, Kind::Operation) => shape("CONTEXT", 6, 20, 62),
            Self::Context => shape("CONTEXT", 6, 20, 80),
            Self::State => shape("STATE", 7, 18, 95),
            Self::Size => shape("TYPE", 6, 22, 25),
            Self::Location if matches!(kind, Kind::Container) => shape("WHERE", 6, 28, 22),
            Self::Location => shape("WHERE", 6, 28, 35),
            Self::Address => shape("ADDRESS", 7, 26, 40),
            Self::Cpu => shape("CPU", 5, 26, 70),
            Self::Memory => shape("MEM", 5, 26, 60),
            Self::Age => figure("AGE", 4, 5, 65),
            Self::Host => shape("HOST", 6, 22, 20),
            Self::Image => shape("IMAGE", 10, 48, 45),
            Self::Container if matches!(kind, Kind::Revision) => shape("CONTAINER", 8, 40, 99),
            Self::Container => shape("CONTAINER", 8, 28, 30),
            Self::Labels => shape("LABELS", 8, 36, 15),
            Self::Fact(name) => shape(name, 4, 32, 10),
            Self::Instances => figure("UP", 3, 9, 75),
            Self::Gpus if matches!(kind, Kind::Instance) => shape("GPU", 4, 20, 28),
            Self::Gpus => shape("GPU", 4, 20, 50),
            Self::Limits => shape("LIMITS", 6, 20, 30),
            Self::Endpoints => shape("ENDPOINTS", 10, 40, 18),
            Self::Code => shape("CODE", 4, 18, 60),
            Self::Vram => figure("MEMORY", 6, 9, 70),
            Self::Sizes => shape("SIZES", 5, 36, 55),
            Self::Price => shape("PRICE", 5, 24, 50),
            Self::Quota => shape("QUOTA", 5, 24, 45),
            Self::Used => shape("USED BY", 7, 20, 65),
            Self::Progress => shape("PROGRESS", 8, 16, 55),
            Self::Target => shape("TARGET", 6, 32, 85),
            Self::By => shape("BY", 4, 24, 20),
            Self::Took => figure("TOOK", 4, 6, 40),
            Self::Id => shape("ID", 6, 36, 3),
        }
    }

    /// Whether rows can be sorted by it. Samples are read only of the rows on the screen, so not by those.
    pub const fn sorts(self) -> bool {
        !matches!(self, Self::Cpu | Self::Memory)
    }

    /// What it says of a resource; empty where nothing is known.
    pub fn text(self, resource: &Resource) -> Cow<'_, str> {
        match self {
            Self::Name => resource.name().into(),
            Self::Context => resource.id().context.as_str().into(),
            Self::State => resource.state().map_or(Cow::Borrowed(""), word),
            Self::Id => (&*resource.id().id).into(),
            Self::Fact(name) => resource
                .facts()
                .iter()
                .find(|fact| fact.name == name)
                .map_or(Cow::Borrowed(""), |fact| (&*fact.value).into()),
            Self::Gpus => super::words::gpus(resource.gpus()),
            Self::Container => resource
                .container()
                .map_or(Cow::Borrowed(""), |link| link.name.as_deref().unwrap_or(&link.id.id).into()),
            _ => match resource {
                Resource::Instance(it) => super::words::instance(self, it),
                Resource::Container(it) => super::words::container(self, it),
                Resource::Revision(it) if self == Self::Image => super::words::optional(it.image.as_ref()),
                Resource::Revision(_) => Cow::Borrowed(""),
                Resource::GpuModel(it) => super::words::gpu_model(self, it),
                Resource::Operation(it) => super::words::operation(self, it),
            },
        }
    }
}

/// `name=value` joined by blanks.
pub(super) fn pairs<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Cow<'static, str> {
    let mut text = String::new();
    for (name, value) in pairs {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(name);
        text.push('=');
        text.push_str(value);
    }
    text.into()
}

/// The platform's own word for a state, in lower case; ours where it has none, or where its word would say another
/// state than the mark beside it: a platform may call `running` what fails its health checks.
pub fn word(state: &State) -> Cow<'_, str> {
    let ours = state.lifecycle.word();
    if state.raw.is_empty() {
        return ours.into();
    }
    let raw: Cow<'_, str> = if state.raw.chars().any(char::is_uppercase) {
        state.raw.to_lowercase().into()
    } else {
        (&*state.raw).into()
    };
    let misleads = raw != ours && Lifecycle::ALL.iter().any(|other| other.word() == raw);
    if misleads { ours.into() } else { raw }
}

/// A mark that tells the state by its shape.
pub const fn mark(lifecycle: Lifecycle, ascii: bool) -> &'static str {
    match (lifecycle, ascii) {
        (Lifecycle::Running, false) => "●",
        (Lifecycle::Running, true) => "*",
        (Lifecycle::Pending, false) => "◐",
        (Lifecycle::Stopping, false) => "◑",
        (Lifecycle::Pending | Lifecycle::Stopping, true) => "~",
        (Lifecycle::Degraded, false) => "▲",
        (Lifecycle::Degraded, true) => "!",
        (Lifecycle::Failed, false) => "✗",
        (Lifecycle::Failed, true) => "x",
        (Lifecycle::Stopped, false) => "○",
        (Lifecycle::Stopped, true) => "o",
        (Lifecycle::Done, false) => "✔",
        (Lifecycle::Done, true) => "+",
        (Lifecycle::Deleting, false) => "◌",
        (Lifecycle::Deleting, true) => "-",
        (Lifecycle::Gone, false) => "·",
        (Lifecycle::Gone, true) => ".",
        (Lifecycle::Unknown, _) => "?",
    }
}
