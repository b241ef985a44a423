//! The live state of everything, without any screen.
//!
//! [`Fleet`] owns the tasks that talk to providers; they send [`FleetEvent`]s over bounded channels. [`Store`] is
//! plain data: the screen owns one, applies the events to it, and reads it without any lock.

mod auth;
mod changes;
mod curl;
mod events;
#[cfg(test)]
mod fake;
pub mod journal;
mod link;
pub mod logs;
mod pace;
mod scheduler;
mod series;
mod silence;
mod store;
mod tails;
mod telemetry;
#[cfg(test)]
mod tests;
mod writes;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use parking_lot::Mutex;
use tokio::sync::{Semaphore, watch};
use tokio_util::sync::CancellationToken;

use events::{Closed, Outbox};
use journal::Journal;
use link::{Link, Signals};
use pace::Beat;
use qdeck_model::{
    ContextColor, ContextName, Instance, Kind, ListingBounds, LogEvent, LogStart, Platform, Problem,
    ProblemKind, Resource, ResourceId, Sample, ScreenKind, Timestamp, Way,
};
use telemetry::Watched;
use writes::Gate;

pub use auth::{Auth, Feature, missing_permission};
pub use events::Events;
pub use pace::Attention;
pub use series::{Series, Summary};
pub use store::{
    Busy, Condition, ContextState, Listing, ListingCondition, Observed, Population, Store, Usage,
};
pub use writes::{
    BulkHandle, BulkItem, DeclaredAction, DeclaredEffect, PreparedBulk, WriteEnd, WriteEvent, WritePhase,
};

pub use qdeck_providers::{
    Console, ListEvent, PageRows, Section, SharedProvider, SshCredentials, Traffic, page_rows,
};

/// A context to be watched.
#[derive(Clone)]
pub struct Member {
    /// Its name.
    pub name: ContextName,
    /// Its platform.
    pub platform: Platform,
    /// Nothing may be changed through it.
    pub read_only: bool,
    /// Every change through it is confirmed one level more strictly.
    pub protected: bool,
    /// The colour that marks it.
    pub color: Option<ContextColor>,
    /// The provider, or why there is none (shown at its context while the others go on).
    pub provider: Result<SharedProvider, Problem>,
}

impl Member {
    /// A context through which everything may be changed, without a colour.
    pub const fn new(
        name: ContextName,
        platform: Platform,
        provider: Result<SharedProvider, Problem>,
    ) -> Self {
        Self { name, platform, read_only: false, protected: false, color: None, provider }
    }
}

/// Intervals and bounds of the fleet.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Time between two listings of the kind in view where nothing is pushed.
    pub refresh: Duration,
    /// Time between two polls of the samples of a visible row.
    pub sample_every: Duration,
    /// How many times slower kinds that are not in view are listed.
    pub slow_others: u32,
    /// How many times slower everything is listed and sampled while the user is away.
    pub slow_away: u32,
    /// The most that one listing brings.
    pub listing: ListingBounds,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            refresh: Duration::from_secs(5),
            sample_every: Duration::from_secs(5),
            slow_others: 4,
            slow_away: 6,
            listing: ListingBounds::default(),
        }
    }
}

/// The health of a context.
#[derive(Debug, Clone, PartialEq)]
pub enum Health {
    /// Nothing has been answered yet.
    Connecting,
    /// Requests are under way, and nothing good has been answered for three refreshes.
    Silent {
        /// The time of the last good answer, or of the start.
        since: Timestamp,
    },
    /// The latest answers were good.
    Live,
    /// The latest tries failed and more will follow by themselves.
    Retrying {
        /// The latest failure.
        problem: Problem,
        /// Tries that failed in a row.
        attempt: u32,
    },
    /// It will not work until the user does something (refused credentials, a broken configuration).
    Down(Problem),
}

/// An event of the fleet. Apply it to a [`Store`]; the log events are for the opener of the tail.
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
    /// A listing of this kind has had no good answer for three refreshes.
    ListSilent(ContextName, Kind),
    /// A context's health, the state of its credentials, or its latency changed.
    Context(ContextName, Health, Auth, Traffic),
    /// Something may be done through a context, or may not and why. Sent after it was tried.
    May(ContextName, Feature, Result<(), Problem>),
    /// New samples of an instance, oldest first.
    Samples(ResourceId, Vec<Sample>),
    /// The samples of an instance could not be read; a gap is drawn.
    SamplesFailed(ResourceId, Problem),
    /// Events of a log tail.
    Log(TailId, LogEvent),
    /// A log tail ended for good.
    LogEnded(TailId),
    /// News of a write.
    Write(Box<WriteEvent>),
    /// The journal cannot be read: the writes of earlier runs are not followed, and no new one is sent.
    JournalUnreadable(Problem),
}

/// Names one open log tail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TailId(pub u64);

/// A handle on the running fleet. Cheap to clone; the tasks end when the last one is dropped.
#[derive(Clone)]
pub struct Fleet {
    inner: Arc<Inner>,
}

struct Inner {
    members: Vec<Member>,
    links: Vec<Link>,
    outbox: Outbox,
    signals: Signals,
    watched: watch::Sender<Watched>,
    gate: Gate,
    tails: Mutex<HashMap<TailId, CancellationToken>>,
    /// The instances for which SSH credentials were made.
    ssh_made: Mutex<HashSet<ResourceId>>,
    next_tail: AtomicU64,
    /// Concurrent backfills, over all contexts.
    backfills: Arc<Semaphore>,
    ended: CancellationToken,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.ended.cancel();
    }
}

impl Fleet {
    /// Starts watching. Must be called inside a tokio runtime.
    pub fn start(members: Vec<Member>, options: Options) -> (Self, Events) {
        Self::start_with(members, options, Journal::none())
    }

    /// Starts watching; writes are written down in `journal`, without which there are none. Must be called inside a
    /// tokio runtime.
    pub fn start_with(members: Vec<Member>, options: Options, journal: Journal) -> (Self, Events) {
        let (fleet, events) = Self::unwatched(members, options, journal);
        for link in &fleet.inner.links {
            let turn = watch::Sender::new(0);
            for (place, kind) in link.provider.kinds().iter().enumerate() {
                fleet.spawn(scheduler::keep_listing(link.clone(), *kind, place, turn.clone()));
            }
            fleet.spawn(silence::watch(link.clone()));
            fleet.spawn(changes::follow_changes(link.clone()));
            fleet.spawn(telemetry::keep_sampling(link.clone(), fleet.inner.watched.subscribe()));
        }
        (fleet, events)
    }

    /// A fleet that requests nothing by itself, for the command line: what is asked of it, and writes. Must be used inside
    /// a tokio runtime.
    pub fn unwatched(members: Vec<Member>, options: Options, journal: Journal) -> (Self, Events) {
        let (outbox, events) = events::channel();
        let signals = Signals {
            refresh: watch::Sender::new(0),
            paused: watch::Sender::new(false),
            attention: watch::Sender::new(Attention::default()),
            beat: Beat::new(),
        };
        let links: Vec<Link> = members
            .iter()
            .filter_map(|member| {
                let provider = member.provider.as_ref().ok()?.clone();
                let (outbox, signals) = (outbox.clone(), signals.clone());
                Some(Link::new(member.name.clone(), provider, options, outbox, signals))
            })
            .collect();
        let fleet = Self {
            inner: Arc::new(Inner {
                members,
                links,
                outbox,
                signals,
                watched: watch::Sender::new(Watched::default()),
                gate: Gate::new(journal),
                tails: Mutex::default(),
                ssh_made: Mutex::default(),
                next_tail: AtomicU64::new(1),
                backfills: Arc::new(Semaphore::new(2)),
                ended: CancellationToken::new(),
            }),
        };
        (fleet, events)
    }

    /// Lists everything again now, also while paused. A context whose credentials were refused signs in again.
    pub fn refresh(&self) {
        link::bump(&self.inner.signals.refresh);
    }

    /// Stops or resumes listing and sampling by itself; logs and consoles go on, and so does what is pushed.
    pub fn pause(&self, paused: bool) {
        let pause = |was: &mut bool| std::mem::replace(was, paused) != paused;
        self.inner.signals.paused.send_if_modified(pause);
    }

    /// Sets what the user attends to, and with it how often each kind is listed. What is older than its new pace is listed at
    /// once. Cheap; may be called with every frame.
    pub fn attend(&self, attention: Attention) {
        let attend = |was: &mut Attention| std::mem::replace(was, attention) != attention;
        self.inner.signals.attention.send_if_modified(attend);
    }

    /// Sets which instances are on the screen and which one is selected: they are sampled, no others. The focused one
    /// by a live stream where the platform has one. Cheap; may be called with every frame.
    pub fn watch(&self, visible: Vec<ResourceId>, focus: Option<ResourceId>) {
        let now = Watched { visible, focus };
        self.inner.watched.send_if_modified(|watched| {
            let changed = *watched != now;
            *watched = now;
            changed
        });
    }

    /// Signs in again and connects.
    pub fn reconnect(&self, context: &ContextName) {
        if let Some(link) = self.link(context) {
            link.provider.sign_in_again();
            link.start_anew();
            let link = link.clone();
            self.spawn(async move { link.send_condition().await });
        }
    }

    /// Reads samples of the past, as far back as `back`, to fill a chart. They come as [`FleetEvent::Samples`]; nothing is
    /// read any more once the future is dropped.
    pub fn backfill(&self, id: &ResourceId, back: Duration) -> impl Future<Output = ()> + Send + 'static {
        let link = self.link(&id.context).cloned();
        let (id, since) = (id.clone(), Timestamp::now().before(back));
        let backfills = self.inner.backfills.clone();
        async move {
            let Some(link) = link else { return };
            let _permit = backfills.acquire().await;
            let event = match link.provider.samples(&id, since).await {
                Ok(samples) => FleetEvent::Samples(id, samples),
                Err(problem) => FleetEvent::SamplesFailed(id, problem),
            };
            // Without a receiver there is no chart either.
            let _ = link.outbox.send(event).await;
        }
    }

    /// Lists a kind of a context once, apart from what is kept up to date by itself.
    pub fn list(&self, context: &ContextName, kind: Kind) -> BoxStream<'static, ListEvent> {
        match self.provider(context) {
            Ok(provider) if provider.kinds().contains(&kind) => provider.list(kind),
            Ok(_) => stream::iter([ListEvent::End]).boxed(),
            Err(problem) => stream::iter([ListEvent::Failed(problem)]).boxed(),
        }
    }

    /// Reads one resource as it is now, apart from what is kept up to date by itself.
    pub async fn read(&self, id: &ResourceId) -> Result<Resource, Problem> {
        self.provider(&id.context)?.get(id).await
    }

    /// The contexts, in the order of the configuration.
    pub fn members(&self) -> &[Member] {
        &self.inner.members
    }

    /// Opens a log tail; its lines come as [`FleetEvent::Log`] until [`Fleet::close_tail`]. Lines that arrive within a
    /// few milliseconds come together.
    pub fn open_tail(&self, id: &ResourceId, start: LogStart) -> TailId {
        let tail = TailId(self.inner.next_tail.fetch_add(1, Ordering::Relaxed));
        let stream = match self.provider(&id.context) {
            Ok(provider) => provider.logs(id, start),
            Err(problem) => stream::iter([LogEvent::Interrupted(problem)]).boxed(),
        };
        let closed = self.inner.ended.child_token();
        let mut tails = self.inner.tails.lock();
        tails.insert(tail, closed.clone());
        let outbox = self.inner.outbox.clone();
        let of = (id.context.clone(), tail);
        tokio::spawn(closed.run_until_cancelled_owned(tails::forward(of, stream, outbox)));
        tail
    }

    /// Ends a log tail. Lines that are already on their way may still come; no [`FleetEvent::LogEnded`] follows.
    pub fn close_tail(&self, tail: TailId) {
        let mut tails = self.inner.tails.lock();
        if let Some(closed) = tails.remove(&tail) {
            closed.cancel();
        }
    }

    /// Reads the details of a resource, section by section as they come.
    pub fn describe(&self, id: &ResourceId) -> BoxStream<'static, Section> {
        match self.provider(&id.context) {
            Ok(provider) => provider.describe(id),
            Err(problem) => {
                let body = Err(problem);
                let title = id.kind.singular();
                stream::iter([Section { title, body }]).boxed()
            }
        }
    }

    /// Opens a console. Where credentials are made for an SSH session, that is written down in the journal.
    pub async fn open_console(&self, id: &ResourceId, kind: ScreenKind) -> Result<Console, Problem> {
        let provider = self.provider(&id.context)?;
        let makes_credentials = kind == ScreenKind::Ssh
            && !self.is_read_only(&id.context)
            && matches!(provider.ssh_credentials(), SshCredentials::Made { .. });
        let opened = if makes_credentials {
            self.make_ssh(id, || provider.console(id, kind)).await
        } else {
            provider.console(id, kind).await
        };
        let may = match &opened {
            // SSH has a permission of its own.
            _ if kind == ScreenKind::Ssh => None,
            Ok(_) => Some(Ok(())),
            Err(problem) if problem.kind == ProblemKind::Forbidden => Some(Err(problem.clone())),
            Err(_) => None,
        };
        if let Some(may) = may {
            let event = FleetEvent::May(id.context.clone(), Feature::Console, may);
            // Without a receiver the permission concerns no one; the console does.
            let _ = self.inner.outbox.send(event).await;
        }
        opened
    }

    /// The origin of the credentials of a context's SSH sessions.
    ///
    /// # Errors
    /// The context has no provider.
    pub fn ssh_credentials(&self, context: &ContextName) -> Result<SshCredentials, Problem> {
        Ok(self.provider(context)?.ssh_credentials())
    }

    /// The ways into an instance, the best first. Sends no request.
    pub fn ways(&self, row: &Instance) -> Vec<Way> {
        self.provider(&row.id.context).map(|provider| provider.ways(row)).unwrap_or_default()
    }

    fn link(&self, context: &ContextName) -> Option<&Link> {
        self.inner.links.iter().find(|link| link.name == *context)
    }

    fn provider(&self, context: &ContextName) -> Result<SharedProvider, Problem> {
        let member = self.inner.members.iter().find(|member| member.name == *context);
        match member {
            Some(member) => member.provider.clone(),
            None => Err(Problem::new(ProblemKind::Local, format!("there is no context {context}"))),
        }
    }

    /// Runs a task until the last handle is dropped, or the receiver of the events is.
    fn spawn(&self, task: impl Future<Output = Result<(), Closed>> + Send + 'static) {
        let ended = self.inner.ended.clone();
        tokio::spawn(async move {
            ended.run_until_cancelled(task).await;
        });
    }
}
