//! State that only this API has of an instance: its operations' history, lease, variables, tags, and the record that
//! stays when the machine is gone. Where an instance is in its life, the engine alone says.

pub(super) mod acts;
pub(super) mod keeper;
pub(super) mod lease;
pub(super) mod row;
pub(super) mod run;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::engine::Engine;
use crate::engine::fleet::{Account, Fleet, Instance, JobPhase, Phase};
use crate::process::output::Output;
use acts::Verb;
use lease::Lease;
use run::Run;

/// The most operations of one instance that are remembered; beyond it the second oldest is dropped, the first deploy stays.
const KEEP: usize = 200;

/// The most records of forgotten instances that may gather before they are dropped.
const MAX_STALE_RECORDS: usize = 16;

/// The most terminated instances that keep the output of their machine.
const MAX_TERMINATED_LOGS: usize = 16;

/// The most marks in a machine's output that are remembered.
const MARKS: usize = 1000;

/// Everything of the face that the engine does not have.
#[derive(Debug, Default)]
pub(super) struct AccountState {
    records: BTreeMap<u32, Record>,
    /// The number of records when those of forgotten instances were last dropped.
    records_kept: usize,
    /// Instances with an operation that is not over.
    open: BTreeSet<u32>,
    /// Lasting tokens that were made through the API.
    pub tokens: Vec<Token>,
    /// Files that were uploaded for variables.
    pub blobs: Vec<Blob>,
    /// Makes the machines' tokens differ in every run.
    pub salt: String,
}

/// An uploaded file.
#[derive(Debug, Clone)]
pub(super) struct Blob {
    /// Its id, a part of its address.
    pub id: String,
    /// Its name, the end of its address.
    pub name: String,
    /// What it says it is.
    pub media: String,
    /// Its content.
    pub bytes: axum::body::Bytes,
}

/// A lasting token.
#[derive(Debug, Clone)]
pub(super) struct Token {
    /// Its UUID.
    pub id: String,
    /// The owner's description.
    pub description: String,
    /// The token itself.
    pub value: String,
    /// When it was made.
    pub created: Timestamp,
}

/// The face's record of one instance.
#[derive(Debug, Clone, Default)]
pub(super) struct Record {
    /// Its operations, oldest first.
    pub runs: Vec<Run>,
    /// The places of each script's lines in the process output.
    pub marks: Vec<Mark>,
    /// The output of its machine, once the machine is being destroyed.
    pub log: Option<Arc<Output>>,
    /// When it ends by itself.
    pub lease: Option<Lease>,
    /// The workspace it was deployed in, when that is not its box's.
    pub owner: Option<String>,
    /// The policy it was deployed on, when one was named.
    pub policy: Option<u32>,
    /// `off`, `patch`, `minor`, `major`.
    pub updates: Option<&'static str>,
    /// Its tags, once they were set.
    pub tags: Option<Vec<String>>,
    /// Its variables, once they were set.
    pub variables: Option<Arc<Vec<Value>>>,
    /// The members it is shared with, once they were set.
    pub members: Option<Vec<Value>>,
    /// Its boxes, once they were changed.
    pub boxes: Option<Arc<Vec<Value>>>,
    /// When its document was last changed.
    pub edited: Option<Timestamp>,
    /// The record was deleted after the instance was terminated.
    pub deleted: bool,
}

/// The beginning or the end of a script, at a place in what the machine printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    /// The number of bytes that were printed before it.
    pub offset: u64,
    /// The operation's event.
    pub operation: &'static str,
    /// The script's event.
    pub script: &'static str,
    /// True if the script began or is over.
    pub over: bool,
}

impl AccountState {
    /// A account about the fleet as it is: some leases, and records of what is terminated already.
    pub(super) fn open(fleet: &Fleet, salt: String) -> Self {
        let mut account = Self { salt, ..Self::default() };
        for (key, instance) in fleet.instances.iter() {
            let dead = instance.phase == Phase::Gone && ours(fleet, instance);
            if dead {
                account.records.insert(key, Record::of(instance));
            }
        }
        lease::give(&mut account, fleet);
        account
    }

    /// The record of an instance, if there is one.
    pub(super) fn record(&self, key: u32) -> Option<&Record> {
        self.records.get(&key)
    }

    /// The record of an instance, made when there is none.
    pub(super) fn record_of(&mut self, key: u32, instance: &Instance) -> &mut Record {
        let open = &mut self.open;
        self.records.entry(key).or_insert_with(|| {
            let record = Record::of(instance);
            if record.runs.last().is_some_and(|run| run.ended.is_none()) {
                open.insert(key);
            }
            record
        })
    }

    /// Every record.
    pub(super) fn records(&self) -> impl Iterator<Item = (u32, &Record)> {
        self.records.iter().map(|(key, record)| (*key, record))
    }

    /// A record that is there, to be changed.
    pub(super) fn change(&mut self, key: u32) -> Option<&mut Record> {
        self.records.get_mut(&key)
    }

    /// Leaves nothing of a terminated instance but that it is deleted.
    pub(super) fn delete(&mut self, key: u32, instance: &Instance) {
        *self.record_of(key, instance) = Record { deleted: true, ..Record::default() };
    }

    /// Returns whether an event of an instance is handled at once, because an operation or a lease of it is not over.
    pub(super) fn watches(&self, key: u32) -> bool {
        let leased = self.records.get(&key).and_then(|record| record.lease);
        self.open.contains(&key) || leased.is_some_and(|lease| !lease.released)
    }

    /// Submits an operation to the engine and writes it down.
    pub(super) fn begin(&mut self, engine: &Engine, key: u32, verb: Verb) {
        let Some((instance, name)) = engine.read(|fleet| {
            let instance = fleet.instances.get(key)?;
            Some((instance.clone(), fleet.hostname(instance)))
        }) else {
            return;
        };
        let log = engine.log(key);
        let record = self.record_of(key, &instance);
        if matches!(verb, Verb::Terminate | Verb::ForceTerminate) {
            // The machine goes, what it printed stays until the record is deleted.
            record.log = log;
        }
        let job = engine.submit(run::work(verb, key, &instance, &name));
        if record.runs.len() == KEEP {
            record.runs.remove(1);
        }
        record.runs.push(Run::accepted(verb, job.number, job.queued));
        self.open.insert(key);
        engine.read(|fleet| self.prune(fleet));
    }

    /// Drops the records of instances that the engine has forgotten, and the outputs of all but the latest that were
    /// terminated.
    fn prune(&mut self, fleet: &Fleet) {
        if self.records.len() > self.records_kept + MAX_STALE_RECORDS {
            self.records.retain(|key, _| fleet.instances.get(*key).is_some());
            self.records_kept = self.records.len();
        }
        let mut logged: Vec<&mut Record> =
            self.records.values_mut().filter(|record| record.log.is_some()).collect();
        logged.sort_by_key(|record| record.runs.last().map(|run| run.asked));
        let excess = logged.len().saturating_sub(MAX_TERMINATED_LOGS);
        for record in logged.into_iter().take(excess) {
            record.log = None;
        }
    }

    /// Follows the progress of the engine's jobs. Called before every read of the account.
    pub(super) fn settle(&mut self, engine: &Engine) {
        let open: Vec<u32> = self.open.iter().copied().collect();
        for key in open {
            let Some(record) = self.records.get_mut(&key) else {
                self.open.remove(&key);
                continue;
            };
            let printed = engine.log(key).map_or(0, |log| log.end());
            engine.read(|fleet| record.settle(fleet, key, printed));
            if record.runs.last().is_none_or(|run| run.ended.is_some()) {
                self.open.remove(&key);
            }
        }
    }
}

impl Record {
    /// A record that begins with what must have happened before it.
    fn of(instance: &Instance) -> Self {
        let mut record = Self { runs: beginnings(instance), ..Self::default() };
        for nth in 0..record.runs.len() {
            record.mark(nth, None, 0);
        }
        record
    }

    /// Takes in how far the last operation's job has come.
    fn settle(&mut self, fleet: &Fleet, key: u32, printed: u64) {
        let Some(nth) = self.runs.len().checked_sub(1) else {
            return;
        };
        let Some(run) = self.runs.get_mut(nth).filter(|run| run.ended.is_none()) else {
            return;
        };
        let before = run.spans.clone();
        let phase = fleet.instances.get(key).map(|i| i.phase);
        let job = run.job.and_then(|number| fleet.jobs.iter().rev().find(|j| j.number == number));
        match job {
            Some(job) => {
                for (span, step) in run.spans.iter_mut().zip(&job.steps) {
                    span.began = step.started;
                    span.done = step.completed;
                }
                if matches!(job.phase, JobPhase::Completed | JobPhase::Error) {
                    run.ended = job.completed;
                }
            }
            // It was on its way up when the cloud began, and the engine has no job of it.
            None if run.job.is_none() && matches!(phase, Some(Phase::New | Phase::Starting)) => return,
            // Three hundred jobs later the engine remembers it no more: it is over.
            None => {
                let now = Timestamp::now();
                for span in &mut run.spans {
                    span.began.get_or_insert(now);
                    span.done.get_or_insert(now);
                }
                run.ended = Some(now);
            }
        }
        self.mark(nth, Some(&before), printed);
    }

    /// Writes a script's words in at a place of what was printed.
    fn write(&mut self, mark: Mark) {
        if self.marks.len() == MARKS {
            self.marks.remove(0);
        }
        self.marks.push(mark);
    }

    /// Marks the scripts of an operation that began or ended since `before`.
    fn mark(&mut self, nth: usize, before: Option<&[run::Span]>, offset: u64) {
        let Some(run) = self.runs.get(nth).cloned() else {
            return;
        };
        for (at, (act, span)) in run.verb.acts().iter().zip(&run.spans).enumerate() {
            let was = before.and_then(|b| b.get(at)).copied().unwrap_or_default();
            for script in act.opening.iter().filter_map(|line| line.script) {
                let mark = |over| Mark { offset, operation: act.event, script, over };
                if was.began.is_none() && span.began.is_some() {
                    self.write(mark(false));
                }
                if was.done.is_none() && span.done.is_some() {
                    self.write(mark(true));
                }
            }
        }
    }
}

/// Returns whether an instance belongs to this face's account.
pub(super) fn ours(fleet: &Fleet, instance: &Instance) -> bool {
    fleet.containers.get(instance.container).is_some_and(|c| c.account == Account::ElasticBox)
}

/// The operations that an instance must have had before its first one through this face.
pub(super) fn beginnings(instance: &Instance) -> Vec<Run> {
    let mut runs = vec![Run::past(Verb::Deploy, instance.created, 47)];
    // An act of the plan took nine seconds, and the phase has been the last one's since `changed`.
    let ended = |acts: i64| {
        let began = instance.changed.checked_sub(SignedDuration::from_secs(acts * 9));
        began.unwrap_or(instance.changed).max(instance.created)
    };
    match instance.phase {
        Phase::New | Phase::Starting => {
            if let Some(run) = runs.first_mut() {
                run.ended = None;
                for span in run.spans.iter_mut().skip(1) {
                    *span = run::Span::default();
                }
                if let Some(first) = run.spans.first_mut() {
                    first.done = None;
                }
            }
        }
        Phase::Stopped => runs.push(Run::past(Verb::Shutdown, ended(2), 9)),
        Phase::Gone => runs.push(Run::past(Verb::Terminate, ended(3), 9)),
        _ => {}
    }
    runs
}
