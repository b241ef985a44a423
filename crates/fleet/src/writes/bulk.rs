//! One action on many targets: each target has its own prepared write, and each write its own outcome.
//!
//! ```text
//! prepare_all ─▶ PreparedBulk: a PreparedWrite or a reason for each target, frozen
//!   confirmed: moved into perform_all ─▶ a queue a context ─▶ four at a time in progress of sending ─▶ followed
//! ```

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use super::{Fleet, FleetEvent, WriteEnd, WriteEvent, WritePhase};
use crate::events::Closed;
use qdeck_model::{
    Action, ContextName, Danger, FormValues, Origin, PreparedWrite, Problem, ProblemKind, Target, Timestamp,
    WriteId,
};

/// The most targets of a context that are prepared, or whose requests are on their way, at once.
const BULK_AT_ONCE: usize = 4;

/// The writes of one action on several targets. Like a single one they only wait for the confirmation, which moves them.
#[derive(Debug, PartialEq)]
pub struct PreparedBulk {
    /// The action, as it was offered.
    pub action: Action,
    /// The targets in the order in which they were given, each once.
    pub items: Vec<BulkItem>,
}

/// One target of a bulk.
#[derive(Debug, PartialEq)]
pub struct BulkItem {
    /// The target.
    pub target: Target,
    /// Its write, or why it is skipped.
    pub prepared: Result<PreparedWrite, Problem>,
}

impl PreparedBulk {
    /// The writes that will be sent.
    pub fn writes(&self) -> impl Iterator<Item = &PreparedWrite> {
        self.items.iter().filter_map(|item| item.prepared.as_ref().ok())
    }

    /// The targets that are skipped, each with the reason.
    pub fn skipped(&self) -> impl Iterator<Item = (&Target, &Problem)> {
        self.items.iter().filter_map(|item| Some((&item.target, item.prepared.as_ref().err()?)))
    }

    /// The reason why a target is skipped, without its name in front: it is written where the name is already.
    pub fn reason<'a>(target: &Target, problem: &'a Problem) -> &'a str {
        let rest = problem.message.strip_prefix(&*target.name).and_then(|rest| rest.strip_prefix(": "));
        rest.unwrap_or(&problem.message)
    }

    /// The contexts in which something will be changed, each once.
    pub fn contexts(&self) -> Vec<&ContextName> {
        let mut contexts: Vec<&ContextName> = Vec::new();
        for write in self.writes() {
            let context = write.target.context();
            if !contexts.contains(&context) {
                contexts.push(context);
            }
        }
        contexts
    }

    /// The harm that it can do: that of its most harmful write, one level up where there are several.
    pub fn danger(&self) -> Danger {
        let danger = self.writes().map(|write| write.danger).max().unwrap_or(Danger::Safe);
        if self.writes().nth(1).is_some() { danger.raised() } else { danger }
    }

    /// The text to be typed where a bulk is confirmed by name: the count and the contexts, `20 exo-prod`; of a single
    /// write the name of its target, or of what it makes.
    pub fn confirmation(&self) -> String {
        let mut writes = self.writes();
        if let (Some(only), None) = (writes.next(), writes.next()) {
            return only.name().to_string();
        }
        let contexts: Vec<&str> = self.contexts().iter().map(|context| context.as_str()).collect();
        format!("{} {}", self.writes().count(), contexts.join(" "))
    }
}

/// A bulk that is being sent. It goes on when this is dropped.
#[derive(Debug, Clone)]
pub struct BulkHandle {
    /// Its writes, by which events name them.
    pub writes: Vec<WriteId>,
    stopped: CancellationToken,
}

impl BulkHandle {
    /// Sends nothing more: what is unsent stays so and ends as [`WriteEnd::Unsent`], what was sent is followed.
    pub fn stop(&self) {
        self.stopped.cancel();
    }

    /// Returns true once it was stopped.
    pub fn is_stopped(&self) -> bool {
        self.stopped.is_cancelled()
    }
}

/// The bounds of what is on its way, a context.
#[derive(Default)]
pub(super) struct SendBounds {
    by_context: Mutex<HashMap<ContextName, Arc<Semaphore>>>,
}

impl SendBounds {
    fn of(&self, context: &ContextName) -> Arc<Semaphore> {
        let mut all = self.by_context.lock();
        all.entry(context.clone()).or_insert_with(|| Arc::new(Semaphore::new(BULK_AT_ONCE))).clone()
    }
}

impl Fleet {
    /// Prepares an action on several targets, four at a time a context. A target that it does not fit is skipped with
    /// the reason. Sends nothing that changes anything.
    pub async fn prepare_all(
        &self,
        targets: Vec<Target>,
        action: &Action,
        values: &FormValues,
        origin: Origin,
    ) -> PreparedBulk {
        let mut frozen: Vec<Target> = Vec::with_capacity(targets.len());
        for target in targets {
            if !frozen.iter().any(|known| known.id == target.id) {
                frozen.push(target);
            }
        }
        let bounds = SendBounds::default();
        let alone = frozen.len() == 1;
        let prepared = frozen.into_iter().map(|target| {
            let bound = bounds.of(target.context());
            async move {
                let _permit = bound.acquire().await;
                let prepared = self.prepare_one(target.clone(), action, values, origin, alone).await;
                BulkItem { target, prepared }
            }
        });
        PreparedBulk { items: join_all(prepared).await, action: action.clone() }
    }

    async fn prepare_one(
        &self,
        target: Target,
        action: &Action,
        values: &FormValues,
        origin: Origin,
        alone: bool,
    ) -> Result<PreparedWrite, Problem> {
        // The same verb may do more harm on another platform.
        let declared = self.provider(target.context())?.declared_actions();
        let own = declared.into_iter().find(|own| own.id == action.id).ok_or_else(|| {
            let message = format!("{} has no action {}", target.context(), action.id);
            Problem::new(ProblemKind::Unsupported, message)
        })?;
        if !(alone || own.in_bulk) {
            let message = format!("{} is done to one resource at a time", own.name);
            return Err(Problem::new(ProblemKind::Refused, message));
        }
        if let Some(progress) = self.inner.gate.busy.progress_of(&target.id) {
            return Err(Problem::new(ProblemKind::Refused, format!("it is {progress}")));
        }
        self.prepare(target, own, values.clone(), origin).await
    }

    /// Sends a confirmed bulk, in the order of its targets and at most four at a time a context in progress of sending.
    /// What becomes of each comes as [`FleetEvent::Write`], to an end for every one. A write that is older than its
    /// preview may be is prepared again when its turn comes, and is sent only if its requests are still the same.
    pub fn perform_all(&self, bulk: PreparedBulk) -> BulkHandle {
        let stopped = CancellationToken::new();
        let mut handle = BulkHandle { writes: Vec::new(), stopped: stopped.clone() };
        let mut queues: Vec<(ContextName, Vec<PreparedWrite>)> = Vec::new();
        for write in bulk.items.into_iter().filter_map(|item| item.prepared.ok()) {
            handle.writes.push(write.id.clone());
            let context = write.target.context();
            match queues.iter_mut().find(|(of, _)| of == context) {
                Some((_, queue)) => queue.push(write),
                None => queues.push((context.clone(), vec![write])),
            }
        }
        for (context, queue) in queues {
            let bound = self.inner.gate.sending.of(&context);
            // Not `self`: a task that held the fleet would keep it alive.
            let (fleet, stopped) = (Arc::downgrade(&self.inner), stopped.clone());
            self.spawn(async move {
                for write in queue {
                    let permit = stopped.run_until_cancelled(bound.clone().acquire_owned()).await;
                    let inner = fleet.upgrade().ok_or(Closed)?;
                    let fleet = Self { inner };
                    match permit {
                        Some(Ok(permit)) => fleet.start_turn(write, permit, stopped.clone()),
                        Some(Err(_)) | None => fleet.leave_unsent(&write, stopped_before()).await?,
                    }
                }
                Ok(())
            });
        }
        handle
    }

    /// Sends one write of a bulk, beside the others.
    fn start_turn(&self, write: PreparedWrite, permit: OwnedSemaphorePermit, stopped: CancellationToken) {
        let fleet = Arc::downgrade(&self.inner);
        self.spawn(async move {
            let fleet = Self { inner: fleet.upgrade().ok_or(Closed)? };
            let left = unsent(&write);
            let write = match fleet.renewed(write).await {
                Ok(write) => write,
                Err(problem) => return fleet.inner.outbox.send(left(problem)).await,
            };
            if stopped.is_cancelled() {
                return fleet.inner.outbox.send(left(stopped_before())).await;
            }
            match fleet.send(write, Some(permit)).await {
                Ok(_) => Ok(()),
                Err(problem) => fleet.inner.outbox.send(left(problem)).await,
            }
        });
    }

    /// The write, prepared again if its preview is too old.
    ///
    /// # Errors
    /// When it cannot be prepared any more, or would not be the same.
    async fn renewed(&self, write: PreparedWrite) -> Result<PreparedWrite, Problem> {
        if !write.is_stale(Timestamp::now()) {
            return Ok(write);
        }
        let PreparedWrite { id, action, target, values, preview, danger, origin, .. } = write;
        let again = self.prepare(target, action, values, origin).await?;
        let same = again.preview.requests == preview.requests
            && again.preview.expected == preview.expected
            && again.danger <= danger;
        if !same {
            let message = "it has changed since it was confirmed: nothing was sent";
            return Err(Problem::new(ProblemKind::Refused, message).hint("Prepare it again and look at it"));
        }
        Ok(PreparedWrite { id, ..again })
    }

    async fn leave_unsent(&self, write: &PreparedWrite, problem: Problem) -> Result<(), Closed> {
        self.inner.outbox.send(unsent(write)(problem)).await
    }
}

fn stopped_before() -> Problem {
    Problem::new(ProblemKind::Local, "stopped before it was sent")
}

/// The event of a write that was not sent, once it is known why.
fn unsent(write: &PreparedWrite) -> impl FnOnce(Problem) -> FleetEvent + use<> {
    let (id, action, target) = (write.id.clone(), write.action.clone(), write.target.clone());
    let makes = write.preview.creates.clone();
    move |problem| {
        let phase = WritePhase::Ended(WriteEnd::Unsent(problem));
        FleetEvent::Write(Box::new(WriteEvent { id, action, target, makes, elapsed: Duration::ZERO, phase }))
    }
}
