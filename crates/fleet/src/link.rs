//! The shared state of one context's tasks: the provider, the outbox for events, the signals, and the health of the context.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::watch;
use tokio::time::Instant;

use super::events::{Closed, Outbox};
use super::{Auth, FleetEvent, Health, Options, SharedProvider};
use qdeck_model::{ContextName, Kind, Problem, ProblemKind, Timestamp};
use qdeck_net::Backoff;

/// The pause after a first failure.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// The longest pause between two automatic tries, unless the remote asks for more.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// The shown latency does not change sooner than this, so that it can be read.
const LATENCY_HOLD: Duration = Duration::from_secs(4);

/// The signals to the tasks of all contexts.
#[derive(Clone)]
pub(super) struct Signals {
    /// Grows when everything is to be listed now.
    pub(super) refresh: watch::Sender<u64>,
    /// Listing and sampling rest.
    pub(super) paused: watch::Sender<bool>,
}

/// The outcome of the latest listing of each kind.
#[derive(Default)]
struct Outcomes {
    /// Nothing yet, or the failure and how many there were in a row.
    by_kind: [Option<Result<(), (Problem, u32)>>; 5],
    down: Option<Problem>,
    shown: ShownLatency,
    /// The state of the credentials that was sent last.
    auth: Auth,
}

/// The latency that was sent last: it follows the answers slowly, so that it can be read.
#[derive(Default)]
struct ShownLatency {
    latency: Option<Duration>,
    at: Option<Instant>,
}

/// One context, as its tasks know it. Cheap to clone.
#[derive(Clone)]
pub(super) struct Link {
    pub(super) name: ContextName,
    pub(super) provider: SharedProvider,
    pub(super) options: Options,
    pub(super) outbox: Outbox,
    pub(super) signals: Signals,
    /// Grows when the user asks to sign in again.
    pub(super) reconnect: watch::Sender<u64>,
    /// Grows when a kind is to be listed because something in it changed, or because the remote answers again.
    pub(super) relist: [watch::Sender<u64>; 5],
    /// The push channel is open.
    pub(super) pushed: watch::Sender<bool>,
    outcomes: Arc<Mutex<Outcomes>>,
}

impl Link {
    pub(super) fn new(
        name: ContextName,
        provider: SharedProvider,
        options: Options,
        outbox: Outbox,
        signals: Signals,
    ) -> Self {
        Self {
            name,
            provider,
            options,
            outbox,
            signals,
            reconnect: watch::Sender::new(0),
            relist: std::array::from_fn(|_| watch::Sender::new(0)),
            pushed: watch::Sender::new(false),
            outcomes: Arc::default(),
        }
    }

    /// Records the outcome of a listing and sends the health of the context.
    pub(super) async fn listed(&self, kind: Kind, outcome: Result<(), Problem>) -> Result<(), Closed> {
        let recovered = self.outcomes.lock().note(kind, outcome);
        if recovered {
            // The other kinds need not wait for the end of their own pause.
            for (other, relist) in Kind::ALL.into_iter().zip(&self.relist) {
                if other != kind && self.is_failing(other) {
                    bump(relist);
                }
            }
        }
        self.send_condition().await
    }

    /// The credentials were refused, or the set-up is wrong: nothing is requested until the user signs in again.
    pub(super) async fn down(&self, problem: Problem) -> Result<(), Closed> {
        self.outcomes.lock().down = Some(problem);
        self.send_condition().await
    }

    /// Returns whether the user must do something first.
    pub(super) fn is_down(&self) -> bool {
        self.outcomes.lock().down.is_some()
    }

    /// Forgets all failures.
    pub(super) fn start_anew(&self) {
        {
            let mut outcomes = self.outcomes.lock();
            *outcomes = Outcomes { auth: std::mem::take(&mut outcomes.auth), ..Outcomes::default() };
        }
        bump(&self.reconnect);
    }

    /// Sends the health and the request counts of the context, and the state of its credentials if that changed.
    pub(super) async fn send_condition(&self) -> Result<(), Closed> {
        let mut traffic = self.provider.traffic();
        let ends = self.provider.session_ends();
        let (health, auth) = {
            let mut outcomes = self.outcomes.lock();
            outcomes.shown.follow(traffic.latency);
            traffic.latency = outcomes.shown.latency;
            let health = outcomes.health(self.provider.kinds());
            let auth = Auth::of(&health, ends, Timestamp::now());
            let changed = (outcomes.auth != auth).then(|| auth.clone());
            outcomes.auth = auth;
            (health, changed)
        };
        let event = FleetEvent::Context(self.name.clone(), health, traffic);
        self.outbox.send(event).await?;
        match auth {
            Some(auth) => self.outbox.send(FleetEvent::Auth(self.name.clone(), auth)).await,
            None => Ok(()),
        }
    }

    /// After any answer: sends the latency if it has changed.
    pub(super) async fn send_latency_change(&self) -> Result<(), Closed> {
        let latest = self.provider.traffic().latency;
        let changed = self.outcomes.lock().shown.follow(latest);
        if changed { self.send_condition().await } else { Ok(()) }
    }

    fn is_failing(&self, kind: Kind) -> bool {
        let outcomes = self.outcomes.lock();
        matches!(&outcomes.by_kind[kind as usize], Some(Err((problem, _))) if problem.kind.may_pass())
    }
}

impl ShownLatency {
    /// Takes the latest latency, unless the shown one is very recent or about the same. Returns whether it did.
    fn follow(&mut self, latest: Option<Duration>) -> bool {
        let Some(latest) = latest else {
            return false;
        };
        let now = Instant::now();
        let differs = self.latency.is_none_or(|shown| {
            let least = (shown / 5).max(Duration::from_millis(1));
            latest.abs_diff(shown) > least
        });
        let rested = self.at.is_none_or(|at| now - at >= LATENCY_HOLD);
        if differs && rested {
            self.latency = Some(latest);
            self.at = Some(now);
        }
        differs && rested
    }
}

impl Outcomes {
    /// Returns whether the remote answers again after it did not.
    fn note(&mut self, kind: Kind, outcome: Result<(), Problem>) -> bool {
        let slot = &mut self.by_kind[kind as usize];
        let before = slot.take();
        let recovered = outcome.is_ok() && matches!(before, Some(Err(_)));
        *slot = Some(outcome.map_err(|problem| {
            let attempt = match before {
                Some(Err((_, attempts))) => attempts.saturating_add(1),
                _ => 1,
            };
            (problem, attempt)
        }));
        recovered
    }

    /// The health of the context. It is live as long as anything of it is answered: one kind that fails or is forbidden is
    /// shown at its listing. A host that cannot be reached, or asks for fewer requests, concerns the whole context.
    fn health(&self, kinds: &[Kind]) -> Health {
        if let Some(problem) = &self.down {
            return Health::Down(problem.clone());
        }
        let known = || kinds.iter().filter_map(|kind| self.by_kind[*kind as usize].as_ref());
        let answered = known().any(|outcome| match outcome {
            Ok(()) => true,
            Err((problem, _)) => !problem.kind.may_pass(),
        });
        let failures = || known().filter_map(|outcome| outcome.as_ref().err());
        let general = |(problem, _): &&(Problem, u32)| {
            matches!(problem.kind, ProblemKind::Unreachable | ProblemKind::RateLimited)
        };
        let worst = failures().filter(general).max_by_key(|(_, attempt)| *attempt);
        let worst = match worst {
            None if answered => return Health::Live,
            None => failures().max_by_key(|(_, attempt)| *attempt),
            worst => worst,
        };
        worst.map_or(Health::Connecting, |(problem, attempt)| Health::Retrying {
            problem: problem.clone(),
            attempt: *attempt,
        })
    }
}

/// The pauses between the tries of a task of the fleet.
pub(super) fn backoff() -> Backoff {
    Backoff::new(FIRST_PAUSE, LONGEST_PAUSE)
}

/// `interval`, a tenth shorter or longer.
pub(super) fn jittered(interval: Duration) -> Duration {
    interval.mul_f64(0.9 + fastrand::f64() * 0.2)
}

/// Raises a signal.
pub(super) fn bump(signal: &watch::Sender<u64>) {
    signal.send_modify(|count| *count = count.wrapping_add(1));
}
