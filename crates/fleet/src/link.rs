//! The shared state of one context's tasks: the provider, the outbox for events, the signals, and the health of the context.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::watch;
use tokio::time::Instant;

use super::events::{Closed, Outbox};
use super::pace::{Attention, Beat};
use super::{Auth, FleetEvent, Health, Options, SharedProvider};
use qdeck_model::{ContextName, Kind, Problem, ProblemKind, Timestamp};
use qdeck_net::Backoff;

/// The pause after a first failure.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// The longest pause between two automatic tries, unless the remote asks for more.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// The pause before refused credentials are tried again, the first time and at most; it doubles. A lone refusal in error
/// passes by itself, and no account is locked by it.
const FIRST_SIGN_IN_PAUSE: Duration = Duration::from_secs(15);
const LONGEST_SIGN_IN_PAUSE: Duration = Duration::from_secs(600);

/// A context without a good answer for so many refreshes is silent.
const MISSED_REFRESHES: u32 = 3;

/// The refresh interval is this many times longer while changes are pushed, or where a listing is refused.
pub(super) const SLOW_FACTOR: u32 = 12;

/// The shown latency does not change sooner than this, so that it can be read.
const LATENCY_HOLD: Duration = Duration::from_secs(4);

/// The signals to the tasks of all contexts.
#[derive(Clone)]
pub(super) struct Signals {
    /// Grows when everything is to be listed now.
    pub(super) refresh: watch::Sender<u64>,
    /// Listing and sampling rest.
    pub(super) paused: watch::Sender<bool>,
    /// What the user attends to.
    pub(super) attention: watch::Sender<Attention>,
    /// When what is due by itself is due.
    pub(super) beat: Beat,
}

/// The outcome of the latest listing of each kind.
#[derive(Default)]
struct Outcomes {
    /// Nothing yet, or the failure and how many there were in a row.
    by_kind: [Option<Result<(), (Problem, u32)>>; 5],
    down: Option<Down>,
    /// Refusals of the credentials in a row, by the kind that was asked for.
    refusals: [u32; 5],
    shown: ShownLatency,
    answers: Answers,
}

/// Why nothing is requested any more, and which kind found out: it is the one that tries again.
struct Down {
    kind: Kind,
    problem: Problem,
}

/// The last good answer of each kind.
struct Answers {
    by_kind: [Option<(Instant, Timestamp)>; 5],
    is_silent: [bool; 5],
    /// Answers before it are not expected.
    from: (Instant, Timestamp),
    /// Kinds that are listed sooner than when they were asked for last.
    sooner: [Option<Sooner>; 5],
}

/// A kind has come to be listed more often, as when it comes into view: it is asked for anew, and its age is no silence.
#[derive(Clone, Copy)]
struct Sooner {
    from: Instant,
    /// When it would have been overdue all the same: one who looks in again and again does not hide a silence.
    until: Instant,
}

impl Default for Answers {
    fn default() -> Self {
        let from = (Instant::now(), Timestamp::now());
        Self { by_kind: [None; 5], is_silent: [false; 5], from, sooner: [None; 5] }
    }
}

impl Answers {
    /// The moment since which an answer of a kind is awaited.
    fn since(&self, kind: Kind) -> Instant {
        self.by_kind[kind as usize].map_or(self.from.0, |(at, _)| at.max(self.from.0))
    }

    /// When a kind is overdue that is to be answered within `limit`.
    fn overdue(&self, kind: Kind, limit: Duration) -> Instant {
        let since = self.since(kind);
        match self.sooner[kind as usize].filter(|sooner| since < sooner.from) {
            Some(sooner) => (sooner.from + limit).min(sooner.until),
            None => since + limit,
        }
    }

    /// The time of the last good answer of any of these kinds, or of the start.
    fn last(&self, kinds: &[Kind]) -> Timestamp {
        let known = kinds.iter().filter_map(|kind| self.by_kind[*kind as usize]);
        known.map(|(_, at)| at).max().unwrap_or(self.from.1)
    }
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

    /// The credentials were refused, or the set-up is wrong: nothing is requested until the user signs in again, or this
    /// kind has tried again and was answered.
    pub(super) async fn down(&self, kind: Kind, problem: Problem) -> Result<(), Closed> {
        {
            let mut outcomes = self.outcomes.lock();
            // Of kinds that were refused at the same time the first tries again.
            let kind = outcomes.down.as_ref().map_or(kind, |down| down.kind);
            let refusals = &mut outcomes.refusals[kind as usize];
            *refusals = refusals.saturating_add(1);
            outcomes.down = Some(Down { kind, problem });
        }
        self.send_condition().await
    }

    /// The pause before this kind tries refused credentials again; `None` while it is not its turn.
    pub(super) fn sign_in_pause(&self, kind: Kind) -> Option<Duration> {
        let outcomes = self.outcomes.lock();
        let down = outcomes.down.as_ref().filter(|down| down.kind == kind)?;
        if down.problem.kind != ProblemKind::Unauthorized {
            // The configuration does not repair itself.
            return Some(Duration::MAX);
        }
        let doublings = outcomes.refusals[kind as usize].saturating_sub(1).min(16);
        Some(jittered((FIRST_SIGN_IN_PAUSE * 2_u32.pow(doublings)).min(LONGEST_SIGN_IN_PAUSE)))
    }

    /// The credentials are accepted after all, if it is this kind that was refused: every kind goes on. An answer that was
    /// under way for another kind proves nothing.
    pub(super) fn recover(&self, kind: Kind) {
        let was_down = self.outcomes.lock().down.take_if(|down| down.kind == kind).is_some();
        if was_down {
            self.watch_from_now();
            bump(&self.reconnect);
        }
    }

    /// Records a good answer of a kind. Returns whether none had come for long.
    pub(super) fn answered(&self, kind: Kind) -> bool {
        let answers = &mut self.outcomes.lock().answers;
        answers.by_kind[kind as usize] = Some((Instant::now(), Timestamp::now()));
        std::mem::take(&mut answers.is_silent[kind as usize])
    }

    /// Expects answers from now on, not since the last one.
    pub(super) fn watch_from_now(&self) {
        self.outcomes.lock().answers.from = (Instant::now(), Timestamp::now());
    }

    /// Expects answers of a kind by a new pace, if that is quicker than the one `before`.
    pub(super) fn expect_by_pace(&self, kind: Kind, before: Duration) {
        if self.pace(kind) >= before {
            return;
        }
        let answers = &mut self.outcomes.lock().answers;
        let until = answers.overdue(kind, silence_limit(before));
        answers.sooner[kind as usize] = Some(Sooner { from: Instant::now(), until });
    }

    /// The next moment at which a kind may be overdue.
    pub(super) fn next_overdue(&self, now: Instant) -> Instant {
        let outcomes = self.outcomes.lock();
        let awaited = self.provider.kinds().iter().filter(|kind| outcomes.awaits(**kind));
        let due = awaited.map(|kind| outcomes.answers.overdue(*kind, silence_limit(self.pace(*kind)))).min();
        // Rounded up, so that it is overdue when the sleep has ended.
        due.unwrap_or(now + silence_limit(self.options.refresh)).max(now + Duration::from_millis(10))
    }

    /// Notes the kinds that have become overdue.
    pub(super) fn note_overdue(&self, now: Instant) -> Vec<Kind> {
        let mut outcomes = self.outcomes.lock();
        let overdue = |kind: &Kind| {
            outcomes.awaits(*kind) && now >= outcomes.answers.overdue(*kind, silence_limit(self.pace(*kind)))
        };
        let overdue: Vec<Kind> = self.provider.kinds().iter().copied().filter(overdue).collect();
        for kind in &overdue {
            outcomes.answers.is_silent[*kind as usize] = true;
        }
        overdue
    }

    /// The time between two listings of a kind: longer while changes are pushed, and where the user does not look.
    pub(super) fn pace(&self, kind: Kind) -> Duration {
        let slowness = self.options.slowness(kind, *self.signals.attention.borrow());
        let pushed = if *self.pushed.borrow() { SLOW_FACTOR } else { 1 };
        self.options.refresh.saturating_mul(slowness.max(pushed))
    }

    /// When a kind is to be listed that was listed at `since`: on the beat, or now where that is long ago.
    pub(super) fn next_listing(&self, kind: Kind, since: Instant) -> Instant {
        let (pace, now) = (self.pace(kind), Instant::now());
        if since + pace <= now {
            now
        } else {
            self.signals.beat.after(since, pace, self.options.refresh).max(now)
        }
    }

    /// When an instance is to be sampled that was sampled at `since`: on the beat.
    pub(super) fn next_sampling(&self, since: Instant) -> Instant {
        self.signals.beat.after(since, self.sample_every(), self.options.sample_every)
    }

    /// The time between two polls of the samples of a row in view.
    pub(super) fn sample_every(&self) -> Duration {
        let slowness = self.options.slowness_away(*self.signals.attention.borrow());
        self.options.sample_every.saturating_mul(slowness)
    }

    /// Returns whether the user must do something first.
    pub(super) fn is_down(&self) -> bool {
        self.outcomes.lock().down.is_some()
    }

    /// Forgets all failures.
    pub(super) fn start_anew(&self) {
        {
            let mut outcomes = self.outcomes.lock();
            *outcomes = Outcomes { answers: std::mem::take(&mut outcomes.answers), ..Outcomes::default() };
            outcomes.answers.from = (Instant::now(), Timestamp::now());
        }
        bump(&self.reconnect);
    }

    /// Sends the health and the request counts of the context, and the state of its credentials.
    pub(super) async fn send_condition(&self) -> Result<(), Closed> {
        let mut traffic = self.provider.traffic();
        let ends = self.provider.session_ends();
        let (health, auth) = {
            let mut outcomes = self.outcomes.lock();
            outcomes.shown.follow(traffic.latency);
            traffic.latency = outcomes.shown.latency;
            let health = outcomes.health(self.provider.kinds());
            let auth = Auth::of(&health, ends, Timestamp::now());
            (health, auth)
        };
        self.outbox.send(FleetEvent::Context(self.name.clone(), health, auth, traffic)).await
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
        if outcome.is_ok() {
            self.refusals[kind as usize] = 0;
        }
        *slot = Some(outcome.map_err(|problem| {
            let attempt = match before {
                Some(Err((_, attempts))) => attempts.saturating_add(1),
                _ => 1,
            };
            (problem, attempt)
        }));
        recovered
    }

    /// Returns whether an answer of a kind is awaited: it is neither failing nor known to be overdue.
    fn awaits(&self, kind: Kind) -> bool {
        let is_failing = matches!(self.by_kind[kind as usize], Some(Err(_)));
        self.down.is_none() && !is_failing && !self.answers.is_silent[kind as usize]
    }

    /// Returns whether every kind that is not failing is overdue.
    fn is_silent(&self, kinds: &[Kind]) -> bool {
        let is_failing = |kind: &&Kind| matches!(self.by_kind[**kind as usize], Some(Err(_)));
        let mut others = kinds.iter().filter(|kind| !is_failing(kind)).peekable();
        others.peek().is_some() && others.all(|kind| self.answers.is_silent[*kind as usize])
    }

    /// The health of the context. It is live as long as anything of it is answered: one kind that fails or is forbidden is
    /// shown at its listing. A host that cannot be reached, or asks for fewer requests, concerns the whole context.
    fn health(&self, kinds: &[Kind]) -> Health {
        if let Some(down) = &self.down {
            return Health::Down(down.problem.clone());
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
            None if self.is_silent(kinds) => return Health::Silent { since: self.answers.last(kinds) },
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

/// A kind that is listed at this pace is silent when no good answer has come for so long.
fn silence_limit(pace: Duration) -> Duration {
    pace.saturating_mul(MISSED_REFRESHES)
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
