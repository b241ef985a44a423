//! The attempts to open a link that broke: when the next one begins, and when there is none any more.

use std::time::Duration;

use qdeck_model::{Problem, ProblemKind, Reason, Timestamp};
use qdeck_net::Backoff;
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::{Retry, SessionState};

/// The shortest pause before an attempt.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// The longest one, but for what the remote asks for.
const MAX_PAUSE: Duration = Duration::from_secs(10);
/// Time after which no further attempt is made.
const GIVE_UP_AFTER: Duration = Duration::from_secs(600);
/// A link that held for this long was healthy: the next break starts anew.
const HEALTHY_AFTER: Duration = Duration::from_secs(10);
/// HTTP statuses of a resource that is busy now: a guest that boots has no console for a moment.
const BUSY_STATUSES: [u16; 3] = [409, 423, 425];

/// The attempts since a link broke.
pub(crate) struct Retries {
    backoff: Backoff,
    attempts: u32,
    /// When the link broke.
    since: Option<Instant>,
}

impl Retries {
    pub fn new() -> Self {
        Self { backoff: Backoff::new(FIRST_PAUSE, MAX_PAUSE), attempts: 0, since: None }
    }

    /// The number of the next attempt and the pause before it; `None` if the problem does not pass by itself, or has
    /// not for [`GIVE_UP_AFTER`].
    pub fn next(&mut self, problem: &Problem, now: Instant) -> Option<(u32, Duration)> {
        if !may_pass(problem) {
            return None;
        }
        let since = *self.since.get_or_insert(now);
        let pause = self.backoff.next_pause(problem.retry_after);
        if now + pause >= since + GIVE_UP_AFTER {
            return None;
        }
        self.attempts += 1;
        Some((self.attempts, pause))
    }

    /// Takes in that a link held for this long. One that breaks at once is as good as one that did not open.
    pub fn lasted(&mut self, duration: Duration) {
        self.backoff.lasted(duration);
        if duration > HEALTHY_AFTER {
            self.attempts = 0;
            self.since = None;
        }
    }
}

/// Waits until the transport is to be opened again: by itself where the link broke, else when the user asks for it. Without
/// `retries` it is never opened by itself.
pub(crate) async fn wait_for_next(
    end: Option<Problem>,
    retries: Option<&mut Retries>,
    reconnects: &mut mpsc::Receiver<()>,
    enter: impl Fn(SessionState),
) {
    let next = match (&end, retries) {
        (Some(problem), Some(retries)) => {
            let next = retries.next(problem, Instant::now());
            if next.is_none() {
                *retries = Retries::new();
            }
            next.map(|(attempt, pause)| (attempt, pause, problem.clone()))
        }
        (None, Some(retries)) => {
            *retries = Retries::new();
            None
        }
        (_, None) => None,
    };
    let Some((attempt, pause, problem)) = next else {
        enter(SessionState::Ended(end));
        if reconnects.recv().await.is_none() {
            // The handle is gone, and the task about to be cancelled.
            std::future::pending::<()>().await;
        }
        return enter(SessionState::Connecting);
    };
    let retry = Retry { attempt, at: after(pause), problem };
    enter(SessionState::Reconnecting(retry.clone()));
    tokio::select! {
        Some(()) = reconnects.recv() => {}
        () = tokio::time::sleep(pause) => {}
    }
    enter(SessionState::Reconnecting(Retry { at: None, ..retry }));
}

/// The clock's time after a pause from now.
fn after(pause: Duration) -> Option<Timestamp> {
    let pause = i64::try_from(pause.as_millis()).ok()?;
    Timestamp::from_millis(Timestamp::now().as_millis().checked_add(pause)?)
}

/// Returns whether the same attempt may work later without the user doing something.
pub(super) fn may_pass(problem: &Problem) -> bool {
    let is_busy = problem.kind == ProblemKind::Refused
        && problem.status.is_some_and(|status| BUSY_STATUSES.contains(&status));
    (problem.kind.may_pass() || is_busy) && problem.reason != Some(Reason::Certificate)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(kind: ProblemKind) -> Problem {
        Problem::new(kind, "no")
    }

    #[tokio::test(start_paused = true)]
    async fn pauses_grow_to_ten_seconds_and_end_after_ten_minutes() {
        let mut retries = Retries::new();
        let start = Instant::now();
        let mut last = 0;
        while let Some((attempt, pause)) = retries.next(&problem(ProblemKind::Unreachable), Instant::now()) {
            assert_eq!(attempt, last + 1);
            assert!(pause >= FIRST_PAUSE && pause <= MAX_PAUSE, "{pause:?}");
            assert!(attempt > 1 || pause <= 2 * FIRST_PAUSE, "{pause:?}");
            assert!(attempt < 8 || pause >= MAX_PAUSE / 2, "{pause:?}");
            last = attempt;
            tokio::time::advance(pause).await;
        }
        let waited = start.elapsed();
        assert!(waited <= GIVE_UP_AFTER && waited + MAX_PAUSE > GIVE_UP_AFTER, "{waited:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn only_a_link_that_held_starts_anew() {
        let mut retries = Retries::new();
        let unreachable = problem(ProblemKind::Unreachable);
        while retries.next(&unreachable, Instant::now()).is_some_and(|(attempt, _)| attempt < 20) {}
        retries.lasted(Duration::from_secs(1));
        assert_eq!(retries.next(&unreachable, Instant::now()).unwrap().0, 21);
        retries.lasted(Duration::from_secs(60));
        assert_eq!(retries.next(&unreachable, Instant::now()).unwrap().0, 1);
    }

    #[tokio::test(start_paused = true)]
    async fn what_does_not_pass_by_itself_is_not_tried_again() {
        let tried = |problem: Problem| Retries::new().next(&problem, Instant::now()).is_some();
        for kind in [ProblemKind::Unreachable, ProblemKind::Server, ProblemKind::RateLimited] {
            assert!(tried(problem(kind)), "{kind:?}");
        }
        for kind in [
            ProblemKind::Unauthorized,
            ProblemKind::Forbidden,
            ProblemKind::NotFound,
            ProblemKind::Refused,
            ProblemKind::Local,
            ProblemKind::Unsupported,
        ] {
            assert!(!tried(problem(kind)), "{kind:?}");
        }
        assert!(!tried(problem(ProblemKind::Unreachable).reason(Reason::Certificate)));
        let locked = Problem { status: Some(409), ..problem(ProblemKind::Refused) };
        assert!(tried(locked), "a guest that boots");
    }
}
