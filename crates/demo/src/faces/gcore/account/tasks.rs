//! Tasks: the engine's jobs, with what was asked for and what they made. Their times carry no zone.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::marks::{self, Kind, uuid};
use super::super::state::FaceState;
use super::super::view::{View, over};
use super::super::wire::{Answer, Body, Form, Named, Problem, Query, Scope};
use super::{CLIENT, USER, task_number};
use crate::engine::fleet::{Job, JobPhase};

const STATES: [&str; 4] = ["NEW", "RUNNING", "FINISHED", "ERROR"];

/// The API's word for the state of a job.
fn state(job: &Job) -> &'static str {
    match job.phase {
        JobPhase::Queued => STATES[0],
        JobPhase::Running => STATES[1],
        JobPhase::Completed => STATES[2],
        JobPhase::Error => STATES[3],
    }
}

/// The region a job works in.
pub(super) fn region(view: &View<'_>, job: &Job) -> Option<i64> {
    if let Some(note) = view.account.notes.get(&job.number) {
        return note.region;
    }
    let row = view.fleet.instances.get(job.instance?)?;
    Some(view.region_of(row)?.id)
}

/// One task.
pub(super) fn document(view: &View<'_>, job: &Job) -> Value {
    let note = view.account.notes.get(&job.number);
    let instance = job.instance.map(|key| uuid(Kind::Instance, key));
    let asked = note.map(|note| note.asked.clone());
    let moment = |at: Option<Timestamp>| at.map(marks::bare);
    let latest =
        job.steps.iter().flat_map(|step| [step.started, step.completed]).flatten().chain([job.queued]).max();
    let makes = note.map_or_else(|| json!({}), |note| note.makes.clone());
    let acknowledged = note.and_then(|note| note.acknowledged);
    json!({
        "id": uuid(Kind::Task, job.number),
        "task_type": view.task_type(job),
        "state": state(job),
        "detailed_state": Value::Null,
        "error": job.error,
        "created_on": marks::bare(job.queued),
        "updated_on": moment(latest),
        "finished_on": moment(job.completed),
        "acknowledged_at": moment(acknowledged),
        "acknowledged_by": acknowledged.map(|_| USER),
        "project_id": view.account.project,
        "region_id": region(view, job),
        "client_id": CLIENT,
        "user_id": USER,
        "user_client_id": CLIENT,
        "request_id": Value::Null,
        "job_id": Value::Null,
        "schedule_id": Value::Null,
        "lifecycle_policy_id": Value::Null,
        "data": asked.unwrap_or_else(|| json!({ "instance_id": instance })),
        // They are made by the end, not by the beginning.
        "created_resources": if over(job) { makes } else { json!({}) },
    })
}

/// `GET /v1/tasks`: ten of them, newest first, unless more are asked for.
pub(crate) async fn list(State(face): State<FaceState>, query: Query) -> Answer {
    let page = query.page(10)?;
    let order = query.choice("order_by", &["asc", "desc"])?;
    let order = order.or(query.choice("sorting", &["asc", "desc"])?).unwrap_or("desc");
    let states = query.choices("state", &STATES)?;
    let kind = query.text("task_type");
    let (projects, regions) = (query.numbers("project_id")?, query.numbers("region_id")?);
    let (from, to) = (query.moment("from_timestamp")?, query.moment("to_timestamp")?);
    let acknowledged = match query.text("is_acknowledged") {
        Some(_) => Some(query.switch("is_acknowledged", false)?),
        None => None,
    };
    let own = i64::try_from(face.credentials.project).unwrap_or(0);
    Ok(Json(face.look(|view| {
        let done = |job: &Job| view.account.notes.get(&job.number).is_some_and(|n| n.acknowledged.is_some());
        let mut rows: Vec<&Job> = view
            .jobs()
            .filter(|job| states.is_empty() || states.contains(&state(job)))
            .filter(|job| kind.is_none_or(|kind| view.task_type(job) == kind))
            .filter(|_| projects.is_empty() || projects.contains(&own))
            .filter(|job| regions.is_empty() || region(view, job).is_some_and(|id| regions.contains(&id)))
            .filter(|job| from.is_none_or(|from| job.queued >= from) && to.is_none_or(|to| job.queued <= to))
            .filter(|job| acknowledged.is_none_or(|wanted| done(job) == wanted))
            .collect();
        if order == "desc" {
            rows.reverse();
        }
        page.of(&rows, |job| document(view, job))
    })))
}

/// `GET /v1/tasks/{project}/{region}/active`.
pub(crate) async fn active(State(face): State<FaceState>, scope: Scope, query: Query) -> Answer {
    let page = query.page(10)?;
    let kinds = query.all("task_type");
    Ok(Json(face.look(|view| {
        let rows: Vec<&Job> = view
            .jobs()
            .filter(|job| !over(job) && region(view, job).is_none_or(|id| id == scope.region.id))
            .filter(|job| kinds.is_empty() || kinds.contains(&view.task_type(job)))
            .collect();
        page.of(&rows, |job| document(view, job))
    })))
}

fn find(face: &FaceState, id: &str) -> Answer {
    let number = task_number(id)?;
    face.look(|view| {
        let mut jobs = view.jobs().rev();
        jobs.find(|job| job.number == number).map(|job| document(view, job))
    })
    .map(Json)
    .ok_or_else(|| Problem::no("Task", id))
}

/// `GET /v1/tasks/{task}`: no project and no region in the path.
pub(crate) async fn one(State(face): State<FaceState>, Named(id): Named) -> Answer {
    find(&face, &id)
}

/// Acknowledges the jobs that fit; those that this dialect has no note of get one.
fn acknowledge(face: &FaceState, fits: impl Fn(&View<'_>, &Job) -> bool) {
    let numbers: Vec<(u32, &'static str, &'static str, Option<i64>)> = face.look(|view| {
        view.jobs()
            .filter(|job| over(job) && fits(view, job))
            .map(|job| (job.number, view.task_type(job), super::log::action(view, job), region(view, job)))
            .collect()
    });
    let now = Timestamp::now();
    face.note(|_, account| {
        for (number, kind, action, region) in numbers {
            let note = account.note_of(number, kind, action, region);
            note.acknowledged.get_or_insert(now);
        }
    });
}

/// `POST /v1/tasks/{task}/acknowledge`.
pub(crate) async fn acknowledge_one(State(face): State<FaceState>, Named(id): Named) -> Answer {
    drop(find(&face, &id)?);
    let number = task_number(&id)?;
    acknowledge(&face, |_, job| job.number == number);
    find(&face, &id)
}

/// `POST /v1/tasks/acknowledge_all`.
pub(crate) async fn acknowledge_all(
    State(face): State<FaceState>,
    query: Query,
) -> Result<StatusCode, Problem> {
    let regions = query.numbers("region_id")?;
    let own = i64::try_from(face.credentials.project).unwrap_or(0);
    let projects = query.numbers("project_id")?;
    acknowledge(&face, |view, job| {
        (projects.is_empty() || projects.contains(&own))
            && (regions.is_empty() || region(view, job).is_some_and(|id| regions.contains(&id)))
    });
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /v1/tasks/acknowledge`: those in the body, or all.
pub(crate) async fn acknowledge_some(
    State(face): State<FaceState>,
    body: Body,
) -> Result<StatusCode, Problem> {
    let mut form = Form::new(&body.0);
    let list = form.list("task_ids");
    let given = form.given("task_ids").is_some();
    form.done()?;
    let mut numbers = Vec::new();
    for id in list {
        let id = id.as_str().unwrap_or_default();
        numbers.push(task_number(id)?);
    }
    acknowledge(&face, |_, job| !given || numbers.contains(&job.number));
    Ok(StatusCode::NO_CONTENT)
}
