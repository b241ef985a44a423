//! The trait that a platform implements, and what its answers are made of.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;

use super::{Change, ListEvent};
use qdeck_model::{
    Document, Kind, LogEvent, LogStart, Platform, Problem, Resource, ResourceId, Sample, ScreenKind, Secret,
    Timestamp,
};
use qdeck_net::Socket;

/// A shared handle on one context's provider.
pub type SharedProvider = Arc<dyn Provider>;

/// The answer of one resource, or the reason why there is none.
pub type Answer<T> = BoxFuture<'static, Result<T, Problem>>;

/// A named part of a resource's details.
#[derive(Debug, Clone)]
pub struct Section {
    /// The API's word for it: `instance`, `volumes`, `server`.
    pub title: &'static str,
    /// The answer, or why there is none (one missing permission hides one section).
    pub body: Result<Document, Problem>,
}

/// A console that has been opened.
pub enum Console {
    /// A byte stream for a terminal emulator.
    Terminal {
        /// The open websocket.
        socket: Socket,
        /// Whether keys are sent (as binary frames).
        input: bool,
        /// Whether the size is reported as `CSI 8 ; rows ; columns t`.
        size_reports: bool,
    },
    /// Pixels by VNC over a websocket.
    Framebuffer {
        /// The websocket's URL, good for a short while; holds a token.
        endpoint: Secret,
        /// A page that shows the same in a browser, where there is one; holds a token.
        page: Option<Secret>,
        /// How long both are good for, where the platform says so.
        good_for: Option<Duration>,
    },
    /// A page for a browser; its URL may hold a token.
    WebPage(Secret),
}

/// How the requests of a context have gone so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Requests sent, retries counted.
    pub requests: u64,
    /// Of them, retries.
    pub retries: u64,
    /// Time to the first byte of the latest answer.
    pub latency: Option<Duration>,
}

/// What a check of the credentials found.
#[derive(Debug, Clone)]
pub struct Check {
    /// Who is signed in, in the platform's words.
    pub identity: String,
    /// What was tried: its name, and how it went and how long it took.
    pub probes: Vec<(String, Result<Duration, Problem>)>,
}

/// One context on one platform.
///
/// Streams and futures own what they need, end when dropped, and never panic on a remote's answer. Reads are retried
/// inside with jittered backoff; what comes out as a [`Problem`] has been tried.
pub trait Provider: Send + Sync + 'static {
    /// The platform.
    fn platform(&self) -> Platform;

    /// The kinds of resource it lists, in the order in which a person misses them.
    fn kinds(&self) -> &'static [Kind];

    /// Lists a kind. Ends after [`ListEvent::End`] or [`ListEvent::Failed`].
    fn list(&self, kind: Kind) -> BoxStream<'static, ListEvent>;

    /// Reads one resource as a row.
    fn get(&self, id: &ResourceId) -> Answer<Resource>;

    /// Reads everything the API says of one resource, section by section; the resource itself first.
    fn describe(&self, id: &ResourceId) -> BoxStream<'static, Section>;

    /// Pushed changes, or `None` where the platform has no such channel. Ends with an error when the link breaks;
    /// whoever listens connects again.
    fn changes(&self) -> Option<BoxStream<'static, Result<Change, Problem>>> {
        None
    }

    /// Samples of an instance after `since`, oldest first.
    fn samples(&self, id: &ResourceId, since: Timestamp) -> Answer<Vec<Sample>>;

    /// Live samples of an instance, or `None` where the platform has no such stream.
    fn live_samples(&self, _id: &ResourceId) -> Option<BoxStream<'static, Result<Sample, Problem>>> {
        None
    }

    /// Log lines, live. Reconnects by itself and says so; ends only when the resource is gone or may not be read
    /// (after [`LogEvent::Interrupted`] with the cause).
    fn logs(&self, id: &ResourceId, start: LogStart) -> BoxStream<'static, LogEvent>;

    /// Opens the console of the kind that the resource offers.
    fn console(&self, id: &ResourceId, kind: ScreenKind) -> Answer<Console>;

    /// Forgets a cached sign-in, so that the next request signs in anew.
    fn sign_in_again(&self);

    /// When the sign-in at hand ends by its own words, if it cannot be renewed without a person. `None` where that is
    /// not known, or where it renews itself.
    fn session_ends(&self) -> Option<Timestamp> {
        None
    }

    /// Tries the credentials and every kind of read.
    fn check(&self) -> Answer<Check>;

    /// How its requests have gone.
    fn traffic(&self) -> Traffic;
}

impl From<qdeck_net::Counters> for Traffic {
    fn from(counters: qdeck_net::Counters) -> Self {
        Self { requests: counters.requests, retries: counters.retries, latency: counters.latency }
    }
}
