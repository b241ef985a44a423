//! The trait that a platform implements, and what its answers are made of.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;

use super::{Change, ListEvent, kit};
use qdeck_model::{
    Action, ActionId, Choice, Document, Form, FormValues, Instance, Kind, LogEvent, LogStart, Outcome,
    Platform, PreparedRequest, PreparedWrite, Preview, Problem, ProblemKind, Resource, ResourceId, Sample,
    ScreenKind, Secret, SshTarget, Target, Timestamp, Way,
};
use qdeck_net::{Client, ShellCredentials, Socket};

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
        /// True if keys are sent (as binary frames).
        input: bool,
        /// True if the size is reported as `CSI 8 ; rows ; columns t`.
        size_reports: bool,
    },
    /// Pixels by VNC over a websocket.
    Framebuffer {
        /// The websocket's URL, good for a short while; holds a token.
        endpoint: Secret,
        /// A page that shows the same in a browser, where there is one; holds a token.
        page: Option<Secret>,
        /// The lifetime of both, where the platform documents it.
        good_for: Option<Duration>,
        /// The client to open the websocket with, as every other request of the context.
        client: Client,
    },
    /// A page for a browser; its URL may hold a token.
    WebPage(Secret),
    /// The target of an SSH session.
    Ssh(SshTarget),
}

/// The origin of the credentials of SSH sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SshCredentials {
    /// The user has them.
    Own,
    /// The platform makes them for each session.
    Made {
        /// They are to be expired when the program is left.
        expire: bool,
    },
}

/// Counts of the requests of a context so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Requests sent, retries counted.
    pub requests: u64,
    /// Of them, retries.
    pub retries: u64,
    /// Time to the first byte of the latest answer.
    pub latency: Option<Duration>,
}

/// The result of a check of the credentials.
#[derive(Debug, Clone)]
pub struct Check {
    /// The user that is signed in, in the platform's words; `None` where the platform does not name one.
    pub identity: Option<String>,
    /// The reads that were tried: the name, and the time it took or the error.
    pub probes: Vec<(String, Result<Duration, Problem>)>,
}

/// One context on one platform.
///
/// Streams and futures own what they need, end when dropped, and never panic on a remote's answer. Reads are retried
/// inside with jittered backoff; what comes out as a [`Problem`] has been tried.
pub trait Provider: Send + Sync + 'static {
    /// The platform.
    fn platform(&self) -> Platform;

    /// The kinds of resource it lists, the most wanted first.
    fn kinds(&self) -> &'static [Kind];

    /// Lists a kind. Ends after [`ListEvent::End`] or [`ListEvent::Failed`].
    fn list(&self, kind: Kind) -> BoxStream<'static, ListEvent>;

    /// Reads one resource as a row.
    fn get(&self, id: &ResourceId) -> Answer<Resource>;

    /// Reads everything that the API has about one resource, section by section; the resource itself first.
    fn describe(&self, id: &ResourceId) -> BoxStream<'static, Section>;

    /// Pushed changes, or `None` where the platform has no such channel. Ends with an error when the link breaks;
    /// the receiver connects again.
    fn changes(&self) -> Option<BoxStream<'static, Result<Change, Problem>>> {
        None
    }

    /// Samples of an instance after `since`, oldest first.
    fn samples(&self, id: &ResourceId, since: Timestamp) -> Answer<Vec<Sample>>;

    /// Live samples of an instance, or `None` where the platform has no such stream.
    fn live_samples(&self, _id: &ResourceId) -> Option<BoxStream<'static, Result<Sample, Problem>>> {
        None
    }

    /// Log lines, live. Reconnects by itself and reports it; ends only when the resource is gone or may not be read
    /// (after [`LogEvent::Interrupted`] with the cause).
    fn logs(&self, id: &ResourceId, start: LogStart) -> BoxStream<'static, LogEvent>;

    /// Opens the console of the kind that the resource offers. For [`ScreenKind::Ssh`] it finds the target; where the
    /// platform makes credentials for a session, it makes them, which a read-only context refuses.
    fn console(&self, id: &ResourceId, kind: ScreenKind) -> Answer<Console>;

    /// The ways into an instance as its row is now, the best first, each with what prevents it. Sends no request.
    fn ways(&self, _row: &Instance) -> Vec<Way> {
        Vec::new()
    }

    /// The origin of the credentials of SSH sessions.
    fn ssh_credentials(&self) -> SshCredentials {
        SshCredentials::Own
    }

    /// Expires the SSH credentials that the platform made for an instance, so that they open nothing any more. Sessions
    /// that are open stay so.
    fn expire_ssh(&self, _id: &ResourceId) -> Answer<()> {
        async { Err(Problem::new(ProblemKind::Unsupported, "this platform makes no SSH credentials")) }
            .boxed()
    }

    /// Forgets a cached sign-in, so that the next request signs in anew.
    fn sign_in_again(&self);

    /// The end of the sign-in, if it states one and cannot be renewed without the user. `None` where that is
    /// not known, or where it renews itself.
    fn session_ends(&self) -> Option<Timestamp> {
        None
    }

    /// Tries the credentials and every kind of read.
    fn check(&self) -> Answer<Check>;

    /// Counts of its requests so far.
    fn traffic(&self) -> Traffic;

    /// Every action that the platform has, whatever the resource. None needs more than this and [`Provider::actions`] to
    /// be in the menu, the palette and the help.
    fn declared_actions(&self) -> Vec<Action> {
        Vec::new()
    }

    /// The actions that fit a resource as it is now, with the reason where one cannot be done. Sends no request.
    fn actions(&self, _resource: &Resource) -> Vec<Action> {
        Vec::new()
    }

    /// The actions on the context itself: what makes something new in it, or sets what holds for all of it. Their target
    /// is [`Target::new_in`].
    fn context_actions(&self) -> Vec<Action> {
        Vec::new()
    }

    /// The form of an action; empty where it asks for nothing. Fields may follow from what has been entered into one that
    /// [`reshapes`](qdeck_model::Field::reshapes) the form; at first nothing has been.
    fn form(&self, _target: &Target, _action: ActionId, _values: &FormValues) -> Answer<Form> {
        async { Ok(Form::default()) }.boxed()
    }

    /// The choices of a field that are [`Choices::Loaded`](qdeck_model::Choices::Loaded), given what has been entered
    /// into the fields that it depends on.
    fn choices(
        &self,
        _target: &Target,
        _action: ActionId,
        _field: &str,
        _values: &FormValues,
    ) -> Answer<Vec<Choice>> {
        async { Ok(Vec::new()) }.boxed()
    }

    /// Prepares the requests of an action. Reads what it needs, first of all the target as it is now, and changes
    /// nothing. An action that does not fit any more is refused.
    fn preview(&self, _target: &Target, action: ActionId, _values: &FormValues) -> Answer<Preview> {
        async move { Err(no_such_action(action)) }.boxed()
    }

    /// Sends the requests of a write, exactly as they were shown, each once. A failure shows by its kind and status
    /// whether the write may have arrived.
    ///
    /// Only the fleet's gate calls this, after the intent is in the journal.
    fn perform(&self, write: &PreparedWrite) -> Answer<Outcome> {
        let action = write.action.id;
        async move { Err(no_such_action(action)) }.boxed()
    }

    /// The resource that a write made, once its operation has ended well: for platforms whose answer to the write does not
    /// name it. `None` where that cannot be found out either.
    fn created(&self, _write: &PreparedWrite, _operation: Option<&ResourceId>) -> Answer<Option<ResourceId>> {
        async { Ok(None) }.boxed()
    }

    /// The request by which a resource is read, to be copied; without the credentials.
    fn read_request(&self, id: &ResourceId) -> Answer<PreparedRequest> {
        let problem = kit::no_single_request(id.kind);
        async { Err(problem) }.boxed()
    }

    /// The way this context's credentials get into a shell's command that sends this request. Resolves no secret that is
    /// not needed for it, and holds none.
    fn shell_credentials(&self, _request: &PreparedRequest) -> Answer<ShellCredentials> {
        async { Ok(ShellCredentials::default()) }.boxed()
    }

    /// The time to wait before an operation of this age is read again. [`Provider::get`] reads it.
    fn poll_interval(&self, age: Duration) -> Duration {
        // Twice as slow with every doubling of its age, between 2 and 30 s.
        (age / 10).clamp(Duration::from_secs(2), Duration::from_secs(30))
    }
}

fn no_such_action(action: ActionId) -> Problem {
    Problem::new(ProblemKind::Unsupported, format!("this platform has no action {action}"))
}

impl From<qdeck_net::Counters> for Traffic {
    fn from(counters: qdeck_net::Counters) -> Self {
        Self { requests: counters.requests, retries: counters.retries, latency: counters.latency }
    }
}
