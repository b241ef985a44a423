//! Sends the requests of a write, and reads the jobs that were made of them.

use std::collections::HashMap;

use arcstr::ArcStr;
use futures_util::FutureExt as _;
use parking_lot::Mutex;
use serde::Deserialize;
use serde_json::Value;

use super::super::map::Mapper;
use super::super::{api::Api, wire};
use super::Deck;
use super::container::made_since;
use super::instance::{self, EXPIRE_SSH, GENERATE_SSH};
use crate::Answer;
use crate::kit::in_part;
use crate::mapping::lenient::{Lenient, ObjectOrDefault, Text};
use qdeck_model::{
    Kind, Lifecycle, Operation, Outcome, PreparedWrite, Problem, ProblemKind, ResourceId, State,
};

/// Between the ids of the jobs of one write.
const SEPARATOR: char = '+';
/// In place of the job of a request that was not taken on.
const MISSING: &str = "missing";
/// As many of the latest are remembered.
const MAX_BATCHES: usize = 100;

/// `JobDescriptor`. In 2022 it had the id of its job at the top.
#[derive(Default, Deserialize)]
struct Descriptor {
    job: ObjectOrDefault<DescribedJob>,
    job_id: Text,
}

#[derive(Default, Deserialize)]
struct DescribedJob {
    id: Text,
    accepted: Lenient<Option<bool>>,
}

/// The failures of writes of several requests of which others were taken on, by the id of their operation.
#[derive(Default)]
pub(crate) struct Batches(Mutex<HashMap<ArcStr, ArcStr>>);

/// Sends the requests of a write, each once. After one that failed no other is sent.
pub(crate) fn perform(deck: Deck, write: &PreparedWrite) -> Answer<Outcome> {
    let (action, context) = (write.action.id, write.target.context().clone());
    let requests = write.preview.requests.clone();
    async move {
        let mut jobs: Vec<String> = Vec::new();
        let mut failure = None;
        for (done, request) in requests.iter().enumerate() {
            let job = match deck.send(request).await {
                Ok(answer) if action == GENERATE_SSH => return instance::credentials(answer),
                Ok(answer) if action == EXPIRE_SSH => return Ok(instance::expired(answer)),
                sent => sent.and_then(job_of),
            };
            match job {
                Ok(job) => jobs.extend(job),
                Err(problem) if jobs.is_empty() => return Err(in_part(done, requests.len(), problem)),
                Err(problem) => {
                    let of = requests.len();
                    failure =
                        Some(format!("{} of {of} were taken on, the next failed: {problem}", jobs.len()));
                    jobs.push(MISSING.to_owned());
                    break;
                }
            }
        }
        if jobs.is_empty() {
            return Ok(Outcome::done());
        }
        let id: ArcStr = jobs.join(&SEPARATOR.to_string()).into();
        if let Some(failure) = failure {
            deck.batches.add(id.clone(), failure.into());
        }
        Ok(Outcome::accepted(ResourceId::new(&context, Kind::Operation, id)))
    }
    .boxed()
}

/// The id of the job that an answer describes; `None` where it describes none.
fn job_of(answer: Value) -> Result<Option<String>, Problem> {
    let one = serde_json::from_value::<wire::One<ObjectOrDefault<Descriptor>>>(answer);
    let Ok(wire::One { data, .. }) = one else { return Ok(None) };
    if *data.job.accepted == Some(false) {
        return Err(Problem::new(ProblemKind::Refused, "Cycle did not accept the job"));
    }
    Ok(data.job.id.as_deref().or(data.job_id.as_deref()).map(str::to_owned))
}

/// The instance that a write made: its job names none.
pub(crate) fn created(
    deck: Deck,
    write: &PreparedWrite,
    job: Option<&ResourceId>,
) -> Answer<Option<ResourceId>> {
    let context = write.target.context().clone();
    let container = write.preview.creates.as_ref().and_then(|new| new.scope.clone());
    let job = job.map(|job| job.id.clone());
    async move {
        // Without a job there is neither a name nor a time of the server's own to look for.
        let (Some(container), Some(job)) = (container, job) else { return Ok(None) };
        let found = made_since(&deck, &container, &job).await?;
        Ok(found.map(|id| ResourceId::scoped(&context, Kind::Instance, container, id)))
    }
    .boxed()
}

impl Batches {
    fn add(&self, id: ArcStr, failure: ArcStr) {
        let mut all = self.0.lock();
        if all.len() >= MAX_BATCHES {
            all.clear();
        }
        all.insert(id, failure);
    }

    fn failure(&self, id: &str) -> Option<ArcStr> {
        self.0.lock().get(id).cloned()
    }
}

/// The jobs of one write as one operation; `None` where the id is that of a single job.
pub(crate) async fn batch(
    api: &Api,
    map: &Mapper,
    batches: &Batches,
    id: &ResourceId,
) -> Option<Result<Operation, Problem>> {
    if !id.id.contains(SEPARATOR) {
        return None;
    }
    let mut jobs = Vec::new();
    for job in id.id.split(SEPARATOR).filter(|job| *job != MISSING) {
        match api.get::<wire::One<wire::Job>>(&["v1", "jobs", job], &[]).await {
            Ok(one) => jobs.push(map.job(&one.data)),
            Err(problem) => return Some(Err(problem)),
        }
    }
    let missing = id.id.split(SEPARATOR).any(|job| job == MISSING);
    let missing = missing
        .then(|| batches.failure(&id.id).unwrap_or_else(|| "not every request of it was taken on".into()));
    Some(Ok(joined(id, jobs, missing)))
}

/// Over when all are over, and failed when one has or a request was not taken on.
fn joined(id: &ResourceId, jobs: Vec<Operation>, missing: Option<ArcStr>) -> Operation {
    let open = jobs.iter().find(|job| !matches!(job.state.lifecycle, Lifecycle::Done | Lifecycle::Failed));
    let failed = jobs.iter().find(|job| job.state.lifecycle == Lifecycle::Failed);
    let state = match (open, failed, missing) {
        (Some(open), ..) => open.state.clone(),
        (None, _, Some(missing)) => {
            let mut state = State::new(Lifecycle::Failed, "error");
            state.reason = Some(missing);
            state
        }
        (None, Some(failed), None) => failed.state.clone(),
        (None, None, None) => State::new(Lifecycle::Done, "completed"),
    };
    let sum: usize = jobs.iter().map(|job| usize::from(job.progress.unwrap_or(0))).sum();
    let name = jobs.first().map_or_else(|| "job".into(), |job| job.name.clone());
    Operation {
        progress: sum.checked_div(jobs.len()).and_then(|progress| u8::try_from(progress).ok()),
        target: jobs.first().and_then(|job| job.target.clone()),
        by: jobs.first().and_then(|job| job.by.clone()),
        created: jobs.iter().filter_map(|job| job.created).min(),
        started: jobs.iter().filter_map(|job| job.started).min(),
        finished: if open.is_none() { jobs.iter().filter_map(|job| job.finished).max() } else { None },
        steps: jobs.into_iter().flat_map(|job| job.steps).collect(),
        ..Operation::new(id.clone(), name, state)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use qdeck_model::ContextName;

    #[test]
    fn an_answer_names_its_job_in_both_forms() {
        let now = json!({"data": {"action": "start", "job": {"id": "j1", "accepted": true}}});
        assert_eq!(job_of(now), Ok(Some("j1".to_owned())));
        assert_eq!(job_of(json!({"data": {"action": "start", "job_id": "j2"}})), Ok(Some("j2".to_owned())));
        assert_eq!((job_of(json!({"data": {"action": "start"}})), job_of(Value::Null)), (Ok(None), Ok(None)));
        assert!(job_of(json!({"data": {"job": {"id": "j1", "accepted": false}}})).is_err());
    }

    #[test]
    fn several_jobs_are_over_when_all_are_and_failed_when_one_is() {
        let context = ContextName::new("x");
        let id = |id| ResourceId::new(&context, Kind::Operation, id);
        let job = |lifecycle| Operation::new(id("j"), "delete", State::new(lifecycle, "word"));
        let state = |states: &[Lifecycle], missing: Option<&str>| {
            let jobs = states.iter().map(|state| job(*state)).collect();
            joined(&id("j+j"), jobs, missing.map(Into::into)).state
        };
        let (done, failed, running) = (Lifecycle::Done, Lifecycle::Failed, Lifecycle::Running);
        assert_eq!(state(&[done, done], None).lifecycle, done);
        assert_eq!(state(&[failed, running], None).lifecycle, running);
        assert_eq!(state(&[failed, done], None).lifecycle, failed);
        let partly = state(&[done], Some("1 of 2 were taken on"));
        assert_eq!((partly.lifecycle, partly.reason.as_deref()), (failed, Some("1 of 2 were taken on")));
        assert_eq!(
            state(&[running], Some("1 of 2")).lifecycle,
            running,
            "what was taken on is followed first"
        );
    }
}
