//! Following a write to its end: its operation by the platform's rule, then the target itself.
//!
//! Success is both: the operation has ended well **and** the target, read again, looks as it should. A failure of the
//! network ends nothing; it is shown and the next look follows.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::search::SEARCH_LIMIT;
use super::{Course, WriteEnd, WritePhase};
use crate::FleetEvent;
use crate::link::jittered;
use qdeck_model::{Lifecycle, Operation, Outcome, Problem, ProblemKind, Resource, ResourceId};

/// After this time without an end the outcome is given up as unknown. The longest operations of our platforms (images,
/// bare metal) take less.
const FOLLOW_LIMIT: Duration = Duration::from_secs(2 * 3600);
/// The time for which the target may take to agree once its operation has ended well, or where no operation can be read.
const SETTLE_LIMIT: Duration = Duration::from_secs(120);
/// A target that does not agree so long after a write may have been changed again.
const CHANGED_SINCE: Duration = Duration::from_secs(15 * 60);
/// An operation may not be found for so long after it was accepted: some platforms write it down a moment later.
const NOT_FOUND_GRACE: Duration = Duration::from_secs(20);

/// The result of following an operation.
enum Followed {
    /// It ended well.
    Done,
    /// It ended badly.
    Failed(Problem),
    /// It cannot be read: the target has to say.
    Unreadable,
    /// It took too long.
    GivenUp(Problem),
}

impl Course {
    /// Follows a write that was taken on to its end.
    pub(super) async fn settle(&self, outcome: Outcome) -> WriteEnd {
        let operation = outcome.operation.as_ref();
        let mut has_ended_well = false;
        let limit = match operation {
            None => SETTLE_LIMIT,
            Some(operation) => match self.operation(operation).await {
                Followed::Done => {
                    has_ended_well = true;
                    SETTLE_LIMIT
                }
                Followed::Unreadable => FOLLOW_LIMIT.saturating_sub(self.elapsed()).max(SEARCH_LIMIT),
                Followed::Failed(problem) => {
                    // The row shows what the failure has left behind, if that can be read.
                    if let Some(id) = self.subject(&outcome).await {
                        let _ = self.read(&id).await;
                    }
                    return WriteEnd::Failed(problem);
                }
                Followed::GivenUp(problem) => return WriteEnd::Unknown(problem),
            },
        };
        let Some(subject) = self.subject(&outcome).await else {
            // What was made shows with the next listing; the platform reports that it has been.
            return WriteEnd::Done;
        };
        match self.agrees(&subject, limit).await {
            Ok(()) => WriteEnd::Done,
            // The operation ended well long ago, and what has come of its target since is another matter.
            Err(_) if has_ended_well && self.age_before.is_some_and(|age| age > CHANGED_SINCE) => {
                WriteEnd::Done
            }
            Err(problem) => WriteEnd::Failed(problem),
        }
    }

    /// Ends a write of which a part was done, and the rest perhaps. The row shows what that has changed, if it can be read.
    pub(super) async fn done_in_part(&self, problem: Problem, is_lost: bool) -> WriteEnd {
        if let Some(id) = self.subject(&Outcome::default()).await {
            let _ = self.read(&id).await;
        }
        if is_lost { WriteEnd::Unknown(problem) } else { WriteEnd::Failed(problem) }
    }

    /// The resource that shows whether a write has had its effect: its target, or what it has made.
    async fn subject(&self, outcome: &Outcome) -> Option<ResourceId> {
        if self.write.preview.creates.is_none() {
            return (!self.write.target.is_context()).then(|| self.write.target.id.clone());
        }
        if outcome.created.is_some() {
            return outcome.created.clone();
        }
        let made = self.provider.created(&self.write, outcome.operation.as_ref()).await.ok().flatten();
        let made = match made {
            None => self.resource_made().await,
            made => made,
        }?;
        self.note_known(None, Some(&made)).await;
        Some(made)
    }

    async fn operation(&self, id: &ResourceId) -> Followed {
        let mut latest = None;
        loop {
            self.pause().await;
            let waited = self.elapsed();
            let problem = match self.provider.get(id).await {
                Ok(Resource::Operation(operation)) => {
                    self.busy.renew(&self.write);
                    let step = step_of(&operation);
                    let ended = ended(&operation);
                    let row = Box::new(Resource::Operation(operation));
                    let _ = self.outbox.send(FleetEvent::Upsert(row)).await;
                    if let Some(ended) = ended {
                        return ended;
                    }
                    if latest.as_ref() != Some(&step) {
                        self.emit(step.clone()).await;
                        latest = Some(step);
                    }
                    None
                }
                Ok(_) => return Followed::Unreadable,
                Err(problem) => match problem.kind {
                    ProblemKind::Forbidden | ProblemKind::Unsupported => return Followed::Unreadable,
                    ProblemKind::NotFound if waited > NOT_FOUND_GRACE => return Followed::Unreadable,
                    _ => Some(problem),
                },
            };
            if let Some(problem) = &problem {
                let step = WritePhase::Step { step: None, progress: None, problem: Some(problem.clone()) };
                if latest.as_ref() != Some(&step) {
                    self.emit(step.clone()).await;
                    latest = Some(step);
                }
            }
            if waited > FOLLOW_LIMIT {
                return Followed::GivenUp(problem.unwrap_or_else(|| {
                    let hours = FOLLOW_LIMIT.as_secs() / 3600;
                    Problem::new(ProblemKind::Unreachable, format!("it has not ended within {hours} h"))
                }));
            }
        }
    }

    /// Reads a resource until it looks as it should. `limit` is the time for which it may look otherwise without being on
    /// its way: where no operation reports the progress, its state does.
    pub(super) async fn agrees(&self, subject: &ResourceId, limit: Duration) -> Result<(), Problem> {
        let began = Instant::now();
        let mut resting_since = began;
        loop {
            let read = self.read(subject).await;
            let disagreement = match read {
                Ok(found) if self.expected.agrees(found) => return Ok(()),
                Ok(found) => {
                    if found.is_some_and(Lifecycle::is_moving) {
                        resting_since = Instant::now();
                        self.busy.renew(&self.write);
                    }
                    self.disagreement(found)
                }
                Err(problem) => problem,
            };
            if resting_since.elapsed() >= limit || began.elapsed() >= FOLLOW_LIMIT {
                return Err(disagreement);
            }
            self.pause().await;
        }
    }

    /// Reads a resource and shows it. `None` is one that is not there.
    async fn read(&self, id: &ResourceId) -> Result<Option<Lifecycle>, Problem> {
        match self.provider.get(id).await {
            Ok(resource) => {
                let state = resource.state().map_or(Lifecycle::Unknown, |state| state.lifecycle);
                let _ = self.outbox.send(FleetEvent::Upsert(Box::new(resource))).await;
                Ok(Some(state))
            }
            Err(problem) if problem.kind == ProblemKind::NotFound => {
                let _ = self.outbox.send(FleetEvent::Gone(id.clone())).await;
                Ok(None)
            }
            Err(problem) => Err(problem),
        }
    }

    fn disagreement(&self, found: Option<Lifecycle>) -> Problem {
        let name = self.write.name();
        let message = match found {
            Some(state) => format!("the operation has ended, and {name} is still {state}"),
            None => format!("the operation has ended, and {name} is not there"),
        };
        Problem::new(ProblemKind::Refused, message)
    }

    async fn pause(&self) {
        sleep(jittered(self.provider.poll_interval(self.elapsed()))).await;
    }
}

/// The step that an operation is at.
fn step_of(operation: &Operation) -> WritePhase {
    let running = operation.steps.iter().find(|step| step.state.lifecycle == Lifecycle::Running);
    WritePhase::Step {
        step: running.map(|step| step.name.clone()),
        progress: operation.progress,
        problem: None,
    }
}

/// The end of an operation, if it has ended. An unknown word is no end.
fn ended(operation: &Operation) -> Option<Followed> {
    match operation.state.lifecycle {
        Lifecycle::Done => Some(Followed::Done),
        Lifecycle::Failed | Lifecycle::Gone => {
            let state = &operation.state;
            let message =
                state.reason.clone().unwrap_or_else(|| format!("it ended as {}", state.word()).into());
            Some(Followed::Failed(Problem::new(ProblemKind::Refused, message)))
        }
        _ => None,
    }
}
