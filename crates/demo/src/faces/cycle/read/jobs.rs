//! Jobs: the list, the latest, one.

use super::{Answer, answer};
use crate::engine::fleet::{Account, Fleet, Job};
use crate::faces::AppState;
use crate::faces::cycle::ids::{Thing, index};
use crate::faces::cycle::problem::Problem;
use crate::faces::cycle::query::{Known, Query};
use crate::faces::cycle::shapes::{self, places};
use axum::extract::{Path, RawQuery, State};
use serde_json::{Value, json};

const JOBS: Known = Known {
    filters: &["range-start", "range-end", "search", "state"],
    sorts: &["id", "events.queued"],
    includes: &["creators"],
    metas: &[],
};

pub(crate) async fn jobs(State(app): State<AppState>, RawQuery(raw): RawQuery) -> Answer {
    let query = Query::read(raw.as_deref(), &JOBS)?;
    let states = query.states(places::JOB_STATES)?;
    Ok(app.engine.read(|fleet| {
        let rows = fleet.jobs.iter().filter(|job| ours(fleet, job)).filter(|job| {
            states.as_ref().is_none_or(|s| s.contains(&places::job_state(job.phase)))
                && query.found_in(&[&job.caption, job.action])
                && query.in_range(job.queued)
        });
        // Newest first unless asked otherwise: the order is not documented, and this is what a list of jobs is read for.
        let rows = match query.sort {
            Some((_, false)) => query.page(rows),
            _ => query.page(rows.rev()),
        };
        answer(rows.into_iter().map(|job| places::job(&app.credentials.hub, job)).collect(), included(&query))
    }))
}

/// The creators of the jobs, if they were asked for.
fn included(query: &Query) -> Option<Value> {
    query.includes("creators").then(|| json!({ "creators": shapes::creators() }))
}

/// The number of jobs that `/latest` returns, which is not documented.
const LATEST: usize = 20;

pub(crate) async fn latest_job(State(app): State<AppState>) -> Answer {
    Ok(app.engine.read(|fleet| {
        let rows = fleet.jobs.iter().rev().filter(|job| ours(fleet, job)).take(LATEST);
        answer(rows.map(|job| places::job(&app.credentials.hub, job)).collect(), None)
    }))
}

pub(crate) async fn job(
    State(app): State<AppState>,
    Path(text): Path<String>,
    RawQuery(raw): RawQuery,
) -> Answer {
    let query = Query::read(raw.as_deref(), &JOBS.of_one())?;
    app.engine
        .read(|fleet| {
            let number = index(Thing::Job, &text)?;
            let job = fleet.jobs.iter().rev().find(|job| job.number == number && ours(fleet, job))?;
            Some(answer(places::job(&app.credentials.hub, job), included(&query)))
        })
        .ok_or_else(|| Problem::missing("404.job"))
}

/// Returns whether a job is this hub's: it works on one of its containers.
fn ours(fleet: &Fleet, job: &Job) -> bool {
    let owner = job.container.and_then(|key| fleet.containers.get(key));
    owner.is_none_or(|c| c.account == Account::Cycle)
}
