//! The live state of everything, without any screen.
//!
//! [`Fleet`] owns the tasks that talk to providers; they send [`FleetEvent`]s over bounded channels. [`Store`] is
//! plain data: whoever draws owns one, feeds it the events, and reads it without any lock.

mod events;
mod series;
mod store;

use std::sync::Arc;
use std::time::Duration;

use crate::model::{
    ContextName, Kind, LogEvent, LogStart, Platform, Problem, Resource, ResourceId, Sample, ScreenKind,
};
pub use events::Events;
pub use series::{Series, Summary};
pub use store::{ContextState, Listing, Population, Row, Rows, Store};

pub use crate::providers::{Console, ListEvent, Section, SharedProvider, Traffic};

/// A context to be watched.
#[derive(Clone)]
pub struct Member {
    /// Its name.
    pub name: ContextName,
    /// Its platform.
    pub platform: Platform,
    /// How to reach it, or why it cannot be reached (shown in its own place while the others go on).
    pub provider: Result<SharedProvider, Problem>,
}

/// How the fleet is watched.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Time between two listings of a kind where nothing is pushed; jittered by a tenth.
    pub refresh: Duration,
    /// Time between two polls of the samples of a visible row.
    pub sample_every: Duration,
}

/// How a context fares.
#[derive(Debug, Clone, PartialEq)]
pub enum Health {
    /// Nothing has been answered yet.
    Connecting,
    /// The latest answers were good.
    Live,
    /// The latest tries failed and more will follow by themselves.
    Retrying {
        /// The latest failure.
        problem: Problem,
        /// Tries that failed in a row.
        attempt: u32,
    },
    /// It will not work until a person does something (refused credentials, a broken configuration).
    Down(Problem),
}

/// What happened. Apply it to a [`Store`]; the log events are for whoever opened the tail.
#[derive(Debug, Clone)]
pub enum FleetEvent {
    /// A listing of this kind has begun.
    ListStarted(ContextName, Kind),
    /// Part of a listing.
    List(ContextName, Kind, ListEvent),
    /// One resource as it is now.
    Upsert(Box<Resource>),
    /// One resource is no more.
    Gone(ResourceId),
    /// A context's health or latency changed.
    Context(ContextName, Health, Traffic),
    /// New samples of an instance, oldest first.
    Samples(ResourceId, Vec<Sample>),
    /// The samples of an instance could not be read; a gap is drawn.
    SamplesFailed(ResourceId, Problem),
    /// Events of a log tail.
    Log(TailId, LogEvent),
    /// A log tail ended for good.
    LogEnded(TailId),
}

/// Names one open log tail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TailId(pub u64);

/// A handle on the running fleet. Cheap to clone; the tasks end when the last one is dropped.
#[derive(Clone)]
pub struct Fleet {
    _members: Arc<Vec<Member>>,
}

impl Fleet {
    /// Starts watching. Must be called inside a tokio runtime.
    pub fn start(members: Vec<Member>, _options: Options) -> (Self, Events) {
        let (_sender, receiver) = events::channel();
        (
            Self {
                _members: Arc::new(members),
            },
            receiver,
        )
    }

    /// Lists everything again now.
    pub fn refresh(&self) {}

    /// Stops or resumes listing and sampling by itself; logs and consoles go on.
    pub fn pause(&self, _paused: bool) {}

    /// Says which instances are on the screen and which one is selected: they are sampled, no others. The focused one
    /// by a live stream where the platform has one.
    pub fn watch(&self, _visible: Vec<ResourceId>, _focus: Option<ResourceId>) {}

    /// Signs in again and connects.
    pub fn reconnect(&self, _context: &ContextName) {}

    /// Samples of the past, as far back as `back`, to fill a chart. They come as [`FleetEvent::Samples`].
    pub fn backfill(&self, _id: &ResourceId, _back: Duration) {}

    /// Opens a log tail; its lines come as [`FleetEvent::Log`] until [`Fleet::close_tail`].
    pub fn open_tail(&self, _id: &ResourceId, _start: LogStart) -> TailId {
        TailId(0)
    }

    /// Ends a log tail.
    pub fn close_tail(&self, _tail: TailId) {}

    /// Reads the details of a resource, section by section as they come.
    pub fn describe(&self, _id: &ResourceId) -> futures_util::stream::BoxStream<'static, Section> {
        Box::pin(futures_util::stream::empty())
    }

    /// Opens a console.
    pub async fn open_console(&self, _id: &ResourceId, _kind: ScreenKind) -> Result<Console, Problem> {
        Err(Problem::new(
            crate::model::ProblemKind::Unsupported,
            "not written yet",
        ))
    }
}
