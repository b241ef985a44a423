//! The audit log: who did what to which machine, document from the tasks.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::super::marks::{self, Kind, uuid};
use super::super::state::FaceState;
use super::super::view::{INFERENCE, View, over};
use super::super::wire::{Answer, Query};
use super::{CLIENT, EMAIL, USER, tasks};
use crate::engine::fleet::Job;

/// The log's word for a job.
pub(super) fn action(view: &View<'_>, job: &Job) -> &'static str {
    if let Some(note) = view.account.notes.get(&job.number) {
        return note.action;
    }
    match view.task_type(job) {
        "create_vm" => "create",
        "start_vm" => "start",
        "stop_vm" => "stop",
        "soft_reboot_vm" => "reboot",
        "delete_vm" => "delete",
        "resize_vm" => "resize",
        _ => "update",
    }
}

fn group(view: &View<'_>, job: &Job) -> &'static str {
    let inference = job
        .container
        .and_then(|key| view.fleet.containers.get(key))
        .is_some_and(|container| container.strategy == INFERENCE);
    if inference { "inference_at_the_edge" } else { "instance" }
}

/// The id of what it was done to: a machine's, or a deployment's name.
fn resource(view: &View<'_>, job: &Job) -> String {
    match job.instance {
        Some(key) => uuid(Kind::Instance, key),
        None => job
            .container
            .and_then(|key| view.fleet.containers.get(key))
            .map(|container| container.name.clone())
            .unwrap_or_default(),
    }
}

fn document(view: &View<'_>, job: &Job) -> Value {
    let asked = view.account.notes.get(&job.number).map(|note| note.asked.clone());
    let group = group(view, job);
    let kind = if group == "instance" { "instance" } else { "inference_instance" };
    json!({
        "id": uuid(Kind::Action, job.number),
        "timestamp": marks::colon(job.queued),
        "action_type": action(view, job),
        "api_group": group,
        "action_data": asked.clone().filter(Value::is_object),
        "acknowledged": false,
        "is_complete": over(job),
        "client_id": CLIENT,
        "user_id": USER,
        "issued_by_user_id": USER,
        "email": EMAIL,
        "project_id": view.account.project,
        "region_id": tasks::region(view, job),
        "task_id": uuid(Kind::Task, job.number),
        "token_id": Value::Null,
        "source_user_ip": "127.0.0.1",
        "user_agent": Value::Null,
        "total_price": Value::Null,
        "resources": [{
            "resource_type": kind,
            "resource_id": resource(view, job),
            "resource_body": asked.filter(Value::is_object),
            "search_field": job.caption,
        }],
    })
}

/// `GET /v1/user_actions`: newest first.
pub(crate) async fn list(State(face): State<FaceState>, query: Query) -> Answer {
    let page = query.page(1000)?;
    let order = query.choice("order_by", &["asc", "desc"])?;
    let order = order.or(query.choice("sorting", &["asc", "desc"])?).unwrap_or("desc");
    let (groups, actions, resources) =
        (query.all("api_group"), query.all("action_type"), query.all("resource_id"));
    let (projects, regions) = (query.numbers("project_id")?, query.numbers("region_id")?);
    let (from, to) = (query.moment("from_timestamp")?, query.moment("to_timestamp")?);
    let own = i64::try_from(face.credentials.project).unwrap_or(0);
    let any = |wanted: &[&str], it: &str| wanted.is_empty() || wanted.contains(&it);
    Ok(Json(face.look(|view| {
        let mut rows: Vec<&Job> = view
            .jobs()
            .filter(|job| any(&groups, group(view, job)) && any(&actions, action(view, job)))
            .filter(|job| any(&resources, &resource(view, job)))
            .filter(|_| projects.is_empty() || projects.contains(&own))
            .filter(|job| {
                regions.is_empty() || tasks::region(view, job).is_some_and(|id| regions.contains(&id))
            })
            .filter(|job| from.is_none_or(|from| job.queued >= from) && to.is_none_or(|to| job.queued <= to))
            .filter(|job| query.text("search_field").is_none_or(|text| job.caption.contains(text)))
            .collect();
        if order == "desc" {
            rows.reverse();
        }
        page.of(&rows, |job| document(view, job))
    })))
}
