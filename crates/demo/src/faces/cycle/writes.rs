//! Changing: tasks of containers and instances. Every change is accepted with 202 and a job that does it.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use serde_json::{Value, json};

use super::ids::{Thing, index};
use super::problem::Problem;
use super::read::{find_container, find_instance};
use super::shapes::places::descriptor;
use super::{config, shapes};
use crate::engine::fleet::{Account, Fleet, Phase};
use crate::engine::jobs::{self, Effect, Work};
use crate::engine::reshape;
use crate::faces::AppState;

type Accepted = Result<(StatusCode, Json<Value>), Problem>;

/// The most instances one container may be given; a slip of a finger must not start thousands.
const MOST: u64 = 1000;

/// A JSON body, with the content type that says so.
fn body(headers: &HeaderMap, bytes: &[u8]) -> Result<Value, Problem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if !kind.starts_with("application/json") {
        return Err(Problem::invalid("the body's content type must be application/json"));
    }
    serde_json::from_slice(bytes).map_err(|e| Problem::invalid(format!("the body is not JSON: {e}")))
}

/// Plans with the fleet in hand, then hands the work in.
fn accept(app: &AppState, action: &str, plan: impl FnOnce(&Fleet) -> Result<Work, Problem>) -> Accepted {
    let work = app.engine.read(plan)?;
    let job = app.engine.submit(work);
    Ok((StatusCode::ACCEPTED, Json(json!({ "data": descriptor(action, &app.credentials.hub, &job) }))))
}

/// `POST /v1/containers/{id}/tasks`: start, stop, restart, scale, reimage, reconfigure.
pub(super) async fn container_task(
    State(app): State<AppState>,
    Path(text): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Accepted {
    let task = body(&headers, &bytes)?;
    let action = task["action"].as_str().ok_or_else(|| Problem::invalid("`action` is required"))?;
    accept(&app, action, |fleet| {
        let (key, container) = find_container(fleet, &text)?;
        if container.phase == Phase::Deleting {
            return Err(Problem::state("the container is being deleted".to_owned()));
        }
        match action {
            "start" => Ok(jobs::start(fleet, key)),
            "stop" => Ok(jobs::stop(fleet, key)),
            "restart" => Ok(jobs::restart(fleet, key)),
            "scale" => {
                let wanted = task["contents"]["instances"].as_u64().filter(|n| *n <= MOST);
                let wanted = wanted.and_then(|n| usize::try_from(n).ok()).ok_or_else(|| {
                    Problem::invalid(format!("`contents.instances` must be a whole number up to {MOST}"))
                })?;
                Ok(jobs::scale(fleet, key, wanted))
            }
            "reimage" => {
                let image = task["contents"]["image_id"].as_str().and_then(|text| index(Thing::Image, text));
                let image = image.filter(|key| fleet.container_of(Account::Cycle, *key).is_some());
                let image = image
                    .ok_or_else(|| Problem::invalid("`contents.image_id` must be the id of an image"))?;
                Ok(reshape::reimage(fleet, key, image))
            }
            "reconfigure" => {
                Ok(reshape::configure(fleet, key, config::settings(&task["contents"], container)?))
            }
            other => Err(Problem::invalid(format!(
                "`{other}` is not an action here; known are start, stop, restart, scale, reimage, reconfigure"
            ))),
        }
    })
}

/// `DELETE /v1/containers/{id}`; a locked one stays.
pub(super) async fn delete_container(State(app): State<AppState>, Path(text): Path<String>) -> Accepted {
    accept(&app, "delete", |fleet| {
        let (key, container) = find_container(fleet, &text)?;
        if container.lock {
            return Err(Problem::state("the container is locked".to_owned()));
        }
        Ok(jobs::remove_container(fleet, key))
    })
}

/// `POST .../instances`: `[{"server_id": .., "new_instances": n}, ..]`.
pub(super) async fn create_instances(
    State(app): State<AppState>,
    Path(text): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Accepted {
    let list = body(&headers, &bytes)?;
    let wanted = list.as_array().filter(|l| !l.is_empty());
    let wanted = wanted.ok_or_else(|| Problem::invalid("the body must be a list of servers and numbers"))?;
    accept(&app, "create", |fleet| {
        let (key, container) = find_container(fleet, &text)?;
        let mut servers = Vec::new();
        for part in wanted {
            let server = server(fleet, &part["server_id"], "server_id")?;
            let count = part["new_instances"].as_u64().filter(|n| (1..=MOST).contains(n));
            let count = count.and_then(|n| usize::try_from(n).ok()).ok_or_else(|| {
                Problem::invalid(format!("`new_instances` must be a whole number from 1 to {MOST}"))
            })?;
            servers.extend(std::iter::repeat_n(server, count));
        }
        Ok(Work {
            caption: format!("Create {} instances of {}", servers.len(), container.name),
            action: "container.instance.create",
            container: Some(key),
            instance: None,
            steps: vec![
                ("Creating instances", vec![Effect::Add(key, servers)]),
                ("Starting them", vec![Effect::Up(key)]),
            ],
        })
    })
}

fn server(fleet: &Fleet, value: &Value, name: &str) -> Result<u32, Problem> {
    value
        .as_str()
        .and_then(|text| index(Thing::Server, text))
        .filter(|key| fleet.servers.get(*key as usize).is_some())
        .ok_or_else(|| Problem::invalid(format!("`{name}` must be the id of a server of this hub")))
}

/// `DELETE .../instances/{id}`.
pub(super) async fn delete_instance(
    State(app): State<AppState>,
    Path((container, instance)): Path<(String, String)>,
) -> Accepted {
    accept(&app, "delete", |fleet| {
        let (owner, _) = find_container(fleet, &container)?;
        let (key, row) = find_instance(fleet, &container, &instance)?;
        if row.phase == Phase::Deleting {
            return Err(Problem::state("the instance is being deleted already".to_owned()));
        }
        Ok(jobs::remove(fleet, owner, key))
    })
}

/// `POST .../instances/{id}/tasks`: `migration.start`, `migration.revert`, `volume.extend`, `traffic-drain.reconfigure`.
pub(super) async fn instance_task(
    State(app): State<AppState>,
    Path((container, instance)): Path<(String, String)>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Accepted {
    let task = body(&headers, &bytes)?;
    let action = task["action"].as_str().ok_or_else(|| Problem::invalid("`action` is required"))?;
    accept(&app, action, |fleet| {
        let (key, row) = find_instance(fleet, &container, &instance)?;
        let host = fleet.hostname(row);
        let contents = &task["contents"];
        let (caption, name, steps) = match action {
            "migration.start" => {
                let to = server(fleet, &contents["destination_server_id"], "contents.destination_server_id")?;
                if row.phase != Phase::Running {
                    return Err(Problem::state("only a running instance can migrate".to_owned()));
                }
                (format!("Migrate {host}"), "container.instance.migrate", moved(key, Effect::Move(key, to)))
            }
            "migration.revert" => {
                if !fleet.moved.contains_key(&key) {
                    return Err(Problem::state("there is no migration to revert".to_owned()));
                }
                let steps = moved(key, Effect::Return(key));
                (format!("Revert the migration of {host}"), "container.instance.migrate.revert", steps)
            }
            "volume.extend" => {
                let (nth, by) = extension(fleet, &container, key, contents)?;
                let steps = vec![("Extending the volume", vec![Effect::Extend(key, nth, by)])];
                (format!("Extend a volume of {host} by {by} GB"), "container.instance.volume.extend", steps)
            }
            "traffic-drain.reconfigure" => {
                let drain = contents["enable"].as_bool();
                let drain =
                    drain.ok_or_else(|| Problem::invalid("`contents.enable` must be true or false"))?;
                let steps = vec![("Telling the load balancer", vec![Effect::Drain(key, drain)])];
                (format!("Drain {host}: {drain}"), "container.instance.traffic-drain", steps)
            }
            other => {
                return Err(Problem::invalid(format!(
                    "`{other}` is not an action here; known are migration.start, migration.revert, \
                     volume.extend, traffic-drain.reconfigure"
                )));
            }
        };
        Ok(Work { caption, action: name, container: Some(row.container), instance: Some(key), steps })
    })
}

/// The steps of a move.
fn moved(key: u32, end: Effect) -> Vec<(&'static str, Vec<Effect>)> {
    vec![
        ("Preparing the destination", vec![]),
        ("Moving", vec![Effect::Instances(vec![key], Phase::Migrating)]),
        ("Starting there", vec![end]),
    ]
}

/// Which volume gets how many gibibytes more: `extend_size` is a `DataSize`, and the demo's are whole gigabytes.
fn extension(fleet: &Fleet, container: &str, key: u32, contents: &Value) -> Result<(u32, u64), Problem> {
    let (_, owner) = find_container(fleet, container)?;
    let wanted = contents["volume_id"].as_str().unwrap_or_default();
    let nth =
        (0..).zip(&owner.volumes).map(|(nth, _)| nth).find(|nth| shapes::volume_id(key, *nth) == wanted);
    let nth = nth.ok_or_else(|| Problem::invalid("`contents.volume_id` must be a volume of the instance"))?;
    let size = contents["extend_size"].as_str().unwrap_or_default().to_ascii_uppercase();
    let by = size.trim_end_matches('B').strip_suffix('G').and_then(|number| number.parse::<u64>().ok());
    let by = by.filter(|by| (1..=65_536).contains(by));
    Ok((nth, by.ok_or_else(|| Problem::invalid("`contents.extend_size` must be such as 10G"))?))
}
