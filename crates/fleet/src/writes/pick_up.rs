//! Picking up the writes that an earlier run of the program has left without an end.
//!
//! ```text
//! journal ─▶ intents without an end that no other living program follows ─▶ accepted as an operation? follow it
//!                                                                        ─▶ else find out by reading ─▶ end
//! ```

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::{Course, WritePhase};
use crate::events::Closed;
use crate::journal::{ExpectedRecord, Follower, History, Intent, Record, Written};
use crate::{Fleet, FleetEvent, SharedProvider};
use qdeck_model::{
    Action, ActionId, Availability, ContextName, Danger, Expected, FormValues, NewResource, Origin, Outcome,
    PreparedWrite, Preview, Problem, ProblemKind, Target, Timestamp,
};

/// The action of a write that its platform does not have any more.
const UNKNOWN_ACTION: Action = Action {
    id: ActionId::new("change"),
    name: "Change",
    key: ' ',
    help: "A change that this version of the program does not have.",
    danger: Danger::Disruptive,
    progress: "changing",
    has_form: false,
    in_bulk: false,
    availability: Availability::Yes,
};

impl Fleet {
    /// Reads the journal and follows every write to its end that has none and that no other living program follows. It
    /// is resolved by reading, never by sending. What becomes of each comes as
    /// [`FleetEvent::Write`], [`WritePhase::PickedUp`] first. Returns at once.
    pub fn pick_up(&self) {
        let (fleet, journal) = (Arc::downgrade(&self.inner), self.inner.gate.journal.clone());
        self.spawn(async move {
            let read = tokio::task::spawn_blocking(move || journal.read()).await;
            let fleet = Self { inner: fleet.upgrade().ok_or(Closed)? };
            match read {
                Ok(Ok(history)) => fleet.resume(&history),
                Ok(Err(problem)) => {
                    let outbox = fleet.inner.outbox.clone();
                    return outbox.send(FleetEvent::JournalUnreadable(problem)).await;
                }
                // The program is ending.
                Err(_) => {}
            }
            Ok(())
        });
    }

    fn resume(&self, history: &History) {
        let known = &self.inner.gate.known;
        for write in &history.writes {
            for made in [&write.accepted, &write.created].into_iter().flatten() {
                known.add(made.in_context(&write.intent.context));
            }
        }
        let this = Follower::this();
        for write in history.open() {
            // Those of this run are followed already.
            let is_followed = write.follower.as_ref();
            if is_followed.is_some_and(|follower| *follower == this || follower.is_another_alive()) {
                continue;
            }
            let Ok(provider) = self.provider(&ContextName::new(write.intent.context.as_str())) else {
                continue;
            };
            let course = self.course_of(write, provider);
            let (operation, created) = (&write.accepted, &write.created);
            let in_context = |made: &crate::journal::Reference| made.in_context(&write.intent.context);
            let outcome = (operation.is_some() || created.is_some()).then(|| Outcome {
                operation: operation.as_ref().map(in_context),
                created: created.as_ref().map(in_context),
                ..Outcome::default()
            });
            self.spawn(async move {
                course.pick_up(outcome).await;
                Ok(())
            });
        }
    }

    /// The course of a write as the journal has it.
    fn course_of(&self, written: &Written, provider: SharedProvider) -> Course {
        let declared = provider.declared_actions();
        let action = declared.into_iter().find(|action| action.id.as_str() == written.intent.action);
        let now = Timestamp::now();
        let at = written.at.unwrap_or(now);
        // A record of before expectations were written down: its target proves nothing.
        let any = || ExpectedRecord { states: Vec::new(), gone: false, met_before: true };
        Course {
            write: rebuilt(written, action.unwrap_or(UNKNOWN_ACTION), at),
            expected: written.intent.expected.clone().unwrap_or_else(any),
            provider,
            outbox: self.inner.outbox.clone(),
            journal: self.inner.gate.journal.clone(),
            busy: self.inner.gate.busy.clone(),
            known: self.inner.gate.known.clone(),
            began: Instant::now(),
            age_before: Some(now.since(at)),
        }
    }
}

impl Course {
    async fn pick_up(self, accepted: Option<Outcome>) {
        // Where something is done to the target already, that mark counts.
        let _ = self.busy.claim(&self.write);
        let _mark = super::busy::Mark::new(self.busy.clone(), &self.write);
        self.emit(WritePhase::PickedUp).await;
        // Without this record two programs may follow it; both only read.
        let _ = self.write_down(Record::picked_up(&self.write.id)).await;
        let end = if let Some(outcome) = accepted {
            self.emit(WritePhase::Accepted(outcome.operation.clone())).await;
            self.settle(outcome).await
        } else {
            let lost = "the program ended before the answer to it was there";
            self.find_out(Problem::new(ProblemKind::Local, lost)).await
        };
        self.end(end).await;
    }

    /// Time since it was sent, by an earlier run or by this one.
    pub(super) fn elapsed(&self) -> Duration {
        self.began.elapsed() + self.age_before.unwrap_or_default()
    }
}

/// The prepared write as far as the journal has it: its requests are masked, and nothing sends them.
fn rebuilt(written: &Written, action: Action, prepared: Timestamp) -> PreparedWrite {
    let Intent { context, target, summary, creates, by, .. } = &written.intent;
    let creates = creates.as_ref().map(|made| NewResource {
        kind: made.kind,
        scope: made.scope.as_deref().map(Into::into),
        name: made.name.as_str().into(),
    });
    let requests = written.intent.prepared_requests();
    PreparedWrite {
        id: written.id.clone(),
        danger: action.danger,
        action,
        target: Target {
            id: target.reference.in_context(context),
            name: target.name.as_str().into(),
            state: None,
        },
        values: FormValues::new(),
        // The expectation of the journal counts.
        preview: Preview { creates, ..Preview::new(summary.as_str(), requests, Expected::Exists) },
        origin: if by == Origin::Command.as_str() { Origin::Command } else { Origin::Screen },
        prepared,
    }
}
