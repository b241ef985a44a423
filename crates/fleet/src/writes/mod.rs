//! The gate that every write goes through: what may be done, the preview, the journal, and the way to the end.
//!
//! ```text
//! actions ─▶ form ─▶ prepare ─▶ PreparedWrite ─▶ perform: read-only? stale? busy? ─▶ intent in the journal
//!                                                   ─▶ Provider::perform, once ─▶ follow ─▶ end in the journal
//! ```

mod bulk;
mod busy;
mod declared;
mod end;
mod follow;
mod history;
mod known;
mod pick_up;
mod search;
mod ssh;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use arcstr::ArcStr;
use tokio::sync::{OwnedSemaphorePermit, oneshot};
use tokio::time::Instant;

use super::events::Outbox;
use super::journal::{End, ExpectedRecord, Journal, Record};
use super::{Fleet, FleetEvent, SharedProvider};
use bulk::SendBounds;
pub use bulk::{BulkHandle, BulkItem, PreparedBulk};
pub(super) use busy::BUSY_LIFE;
use busy::BusyTargets;
pub use declared::{DeclaredAction, DeclaredEffect};
use end::Sent;
use known::KnownResults;
use qdeck_model::{
    Action, ActionId, Availability, Choice, ContextColor, ContextName, Form, FormValues, NewResource, Origin,
    Outcome, PREVIEW_LIFE, PreparedWrite, Problem, ProblemKind, READ_ONLY_HINT, Resource, ResourceId, Shown,
    Target, Timestamp, WriteId,
};

/// News of a write on its way. Applied to a [`Store`](super::Store) it marks the target as busy.
#[derive(Debug, Clone)]
pub struct WriteEvent {
    /// The write, as the journal names it.
    pub id: WriteId,
    /// Its action.
    pub action: Action,
    /// The target.
    pub target: Target,
    /// The resource that it makes, beside its target; `None` where it changes that.
    pub makes: Option<NewResource>,
    /// Time since it was confirmed.
    pub elapsed: Duration,
    /// Where it is.
    pub phase: WritePhase,
}

impl WriteEvent {
    /// The name of what it is about: of its target, or of what it makes.
    pub fn name(&self) -> &ArcStr {
        self.makes.as_ref().map_or(&self.target.name, |made| &made.name)
    }

    /// Returns true once the platform has taken it on: nothing has to be entered again.
    pub const fn is_taken_on(&self) -> bool {
        matches!(self.phase, WritePhase::Accepted(_) | WritePhase::Ended(WriteEnd::Done))
    }
}

/// Where a write is.
#[derive(Debug, Clone, PartialEq)]
pub enum WritePhase {
    /// It is in the journal, and its request leaves.
    Sent,
    /// An earlier run of the program has sent it, and this one follows it to its end.
    PickedUp,
    /// The platform has taken it on, as this operation where it named one. What its answer names or shows beside that
    /// has been sent before.
    Accepted(Option<ResourceId>),
    /// It has made this resource.
    Created(ResourceId),
    /// The answer to it is to be shown, secrets that will not be shown again among it.
    Shown(Shown),
    /// It is in progress.
    Step {
        /// The step in progress, where the platform names it.
        step: Option<ArcStr>,
        /// The progress, 0 to 100, where the platform reports it.
        progress: Option<u8>,
        /// Why the latest look at it failed. It goes on all the same.
        problem: Option<Problem>,
    },
    /// It is over.
    Ended(WriteEnd),
}

/// The end of a write.
#[derive(Debug, Clone, PartialEq)]
pub enum WriteEnd {
    /// The platform reports that it is done, and the target agrees.
    Done,
    /// It was refused: nothing has changed.
    Refused(Problem),
    /// It was taken on and failed.
    Failed(Problem),
    /// It cannot be found out whether it was done.
    Unknown(Problem),
    /// It was not sent: a bulk was stopped before its turn, or it was refused here.
    Unsent(Problem),
}

/// The state of the gate.
pub(super) struct Gate {
    journal: Journal,
    busy: Arc<BusyTargets>,
    sending: SendBounds,
    known: Arc<KnownResults>,
}

impl Gate {
    pub(super) fn new(journal: Journal) -> Self {
        Self { journal, busy: Arc::default(), sending: SendBounds::default(), known: Arc::default() }
    }
}

/// The means of following one write.
struct Course {
    write: PreparedWrite,
    /// The expected state of what shows whether it has had its effect.
    expected: ExpectedRecord,
    provider: SharedProvider,
    outbox: Outbox,
    journal: Journal,
    busy: Arc<BusyTargets>,
    known: Arc<KnownResults>,
    began: Instant,
    /// Of a write of an earlier run, its age when it was picked up.
    age_before: Option<Duration>,
}

impl Fleet {
    /// The actions that fit a resource now. Those of a read-only context are [`Availability::Forbidden`], those of a
    /// resource that something is being done to are not available.
    pub fn actions(&self, resource: &Resource) -> Vec<Action> {
        let context = &resource.id().context;
        let Ok(provider) = self.provider(context) else {
            return Vec::new();
        };
        let mut actions = provider.actions(resource);
        let busy = self.inner.gate.busy.progress_of(resource.id());
        for action in &mut actions {
            if self.is_read_only(context) {
                action.availability = Availability::Forbidden("context is read-only".into());
            } else if let Some(progress) = busy {
                action.availability = Availability::No(format!("it is {progress}").into());
            }
        }
        actions
    }

    /// The actions on contexts and not on rows: what makes something new. Those of a read-only context are
    /// [`Availability::Forbidden`].
    pub fn context_actions(&self) -> Vec<(ContextName, Action)> {
        let mut all = Vec::new();
        for member in &self.inner.members {
            let Ok(provider) = &member.provider else { continue };
            for mut action in provider.context_actions() {
                if member.read_only {
                    action.availability = Availability::Forbidden("context is read-only".into());
                }
                all.push((member.name.clone(), action));
            }
        }
        all
    }

    /// The form of an action, given what has been entered so far. Empty where it asks for nothing.
    pub async fn form(
        &self,
        target: &Target,
        action: ActionId,
        values: &FormValues,
    ) -> Result<Form, Problem> {
        self.provider(target.context())?.form(target, action, values).await
    }

    /// The choices of a field of a form, given what has been entered so far.
    pub async fn choices(
        &self,
        target: &Target,
        action: ActionId,
        field: &str,
        values: &FormValues,
    ) -> Result<Vec<Choice>, Problem> {
        self.provider(target.context())?.choices(target, action, field, values).await
    }

    /// Prepares a write to be shown and confirmed. Sends nothing that changes anything.
    pub async fn prepare(
        &self,
        target: Target,
        action: Action,
        values: FormValues,
        origin: Origin,
    ) -> Result<PreparedWrite, Problem> {
        self.permit(target.context())?;
        let provider = self.provider(target.context())?;
        let preview = provider.preview(&target, action.id, &values).await?;
        let danger = preview.danger.map_or(action.danger, |danger| danger.max(action.danger));
        let danger = if self.is_protected(target.context()) { danger.raised() } else { danger };
        let prepared = Timestamp::now();
        Ok(PreparedWrite { id: new_id(), action, target, values, preview, danger, origin, prepared })
    }

    /// Sends a confirmed write. Returns once its intent is in the journal; what becomes of it comes as
    /// [`FleetEvent::Write`], and goes on when the returned future is dropped.
    ///
    /// # Errors
    /// When it was refused here: the context is read-only, the preview is too old, something is being done to the target
    /// already, or the journal cannot be written. Nothing was sent then.
    pub async fn perform(&self, write: PreparedWrite) -> Result<WriteId, Problem> {
        self.send(write, None).await
    }

    /// The same; the permit is given back once the answer to the request is there.
    async fn send(
        &self,
        write: PreparedWrite,
        permit: Option<OwnedSemaphorePermit>,
    ) -> Result<WriteId, Problem> {
        self.permit(write.target.context())?;
        if write.is_stale(Timestamp::now()) {
            let seconds = PREVIEW_LIFE.as_secs();
            let message = format!("the preview is older than {seconds} s: nothing was sent");
            return Err(
                Problem::new(ProblemKind::Refused, message).hint("Look at it again before you confirm it")
            );
        }
        let provider = self.provider(write.target.context())?;
        self.inner.gate.busy.claim(&write)?;
        let course = Course {
            expected: ExpectedRecord::of(&write),
            write,
            provider,
            outbox: self.inner.outbox.clone(),
            journal: self.inner.gate.journal.clone(),
            busy: self.inner.gate.busy.clone(),
            known: self.inner.gate.known.clone(),
            began: Instant::now(),
            age_before: None,
        };
        let (report, reported) = oneshot::channel();
        self.spawn(async move {
            course.run(report, permit).await;
            Ok(())
        });
        let ended = || Problem::new(ProblemKind::Local, "the program is ending: nothing was sent");
        reported.await.map_err(|_| ended())?
    }

    /// Returns true if nothing may be changed through a context.
    pub fn is_read_only(&self, context: &ContextName) -> bool {
        let member = self.inner.members.iter().find(|member| member.name == *context);
        member.is_some_and(|member| member.read_only)
    }

    /// Returns true if every change through a context is confirmed one level more strictly.
    pub fn is_protected(&self, context: &ContextName) -> bool {
        let member = self.inner.members.iter().find(|member| member.name == *context);
        member.is_some_and(|member| member.protected)
    }

    /// The colour that marks a context.
    pub fn color(&self, context: &ContextName) -> Option<ContextColor> {
        self.inner.members.iter().find(|member| member.name == *context)?.color
    }

    fn permit(&self, context: &ContextName) -> Result<(), Problem> {
        if self.is_read_only(context) {
            let message = format!("context {context} is read-only: nothing was sent");
            return Err(Problem::new(ProblemKind::ReadOnly, message).hint(READ_ONLY_HINT));
        }
        Ok(())
    }
}

impl Course {
    /// The whole course of a write, from its intent to its end.
    async fn run(
        self,
        report: oneshot::Sender<Result<WriteId, Problem>>,
        permit: Option<OwnedSemaphorePermit>,
    ) {
        // The mark goes with the course, however it ends.
        let _mark = busy::Mark::new(self.busy.clone(), &self.write);
        if let Err(problem) = self.write_down(Record::intent(&self.write)).await {
            // A result without a receiver is no failure.
            let _ = report.send(Err(problem));
            return;
        }
        let _ = report.send(Ok(self.write.id.clone()));
        self.emit(WritePhase::Sent).await;
        let answer = self.provider.perform(&self.write).await;
        drop(permit);
        let end = match answer {
            Ok(outcome) => {
                if !outcome.shown.is_empty() {
                    self.emit(WritePhase::Shown(outcome.shown.clone())).await;
                }
                self.note_accepted(&outcome).await;
                self.settle(outcome).await
            }
            Err(problem) => match Sent::of(&problem) {
                Sent::No => WriteEnd::Refused(problem),
                Sent::InPart { is_lost } => self.done_in_part(problem, is_lost).await,
                Sent::Perhaps => self.find_out(problem).await,
            },
        };
        self.end(end).await;
    }

    /// Takes in that the platform has taken it on.
    async fn note_accepted(&self, outcome: &Outcome) {
        self.note_known(outcome.operation.as_ref(), outcome.created.as_ref()).await;
        self.emit(WritePhase::Accepted(outcome.operation.clone())).await;
    }

    /// Writes down the operation as which it is in progress and the resource that it makes, as far as they are known.
    async fn note_known(&self, operation: Option<&ResourceId>, created: Option<&ResourceId>) {
        if operation.is_none() && created.is_none() {
            return;
        }
        // What cannot be written down now leaves an open intent, which is resolved by reading.
        if let Err(problem) = self.write_down(Record::accepted(&self.write.id, operation, created)).await {
            self.emit(WritePhase::Step { step: None, progress: None, problem: Some(problem) }).await;
        }
        for made in [operation, created].into_iter().flatten() {
            self.known.add(made.clone());
        }
        if let Some(created) = created {
            self.emit(WritePhase::Created(created.clone())).await;
        }
    }

    async fn end(&self, end: WriteEnd) {
        let ended = |outcome, problem| Record::ended(&self.write.id, outcome, problem, self.elapsed());
        let record = match &end {
            WriteEnd::Done => Some(ended(End::Done, None)),
            WriteEnd::Refused(problem) => Some(ended(End::Refused, Some(problem))),
            WriteEnd::Failed(problem) => Some(ended(End::Failed, Some(problem))),
            // The intent stays open: that is what an unknown outcome is.
            WriteEnd::Unknown(_) => Some(Record::given_up(&self.write.id)),
            WriteEnd::Unsent(_) => None,
        };
        if let Some(record) = record {
            // The outcome is shown all the same; the intent stays open and is resolved by reading.
            let _ = self.write_down(record).await;
        }
        self.busy.release(&self.write.target.id, &self.write.id);
        self.emit(WritePhase::Ended(end)).await;
    }

    async fn write_down(&self, record: Record) -> Result<(), Problem> {
        let journal = self.journal.clone();
        let written = tokio::task::spawn_blocking(move || journal.append(&record)).await;
        written.unwrap_or_else(|_| Err(Problem::new(ProblemKind::Local, "the journal could not be written")))
    }

    async fn emit(&self, phase: WritePhase) {
        let event = WriteEvent {
            id: self.write.id.clone(),
            action: self.write.action.clone(),
            target: self.write.target.clone(),
            makes: self.write.preview.creates.clone(),
            elapsed: self.elapsed(),
            phase,
        };
        // Without a receiver the write goes on all the same, to its end in the journal.
        let _ = self.outbox.send(FleetEvent::Write(Box::new(event))).await;
    }
}

/// An id that orders by time and is not made twice: milliseconds since 1970 and 64 random bits.
fn new_id() -> WriteId {
    WriteId::new(format!("{:011x}-{:016x}", Timestamp::now().as_millis(), fastrand::u64(..)))
}
