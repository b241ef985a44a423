//! `POST /v1/monitoring/logs/aggregate`: what instances printed, as lines. Following is the console's business.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use serde_json::{Value, json};

use crate::engine::fleet::{Account, Fleet};
use crate::engine::jobs;
use crate::faces::AppState;
use crate::faces::cycle::ids::{Thing, id, index};
use crate::faces::cycle::problem::Problem;
use crate::faces::time;
use crate::process::output::Piece;

/// Lines answered when no limit is given.
const LIMIT: usize = 1000;
/// The most instances of one request, because it starts a process for each.
const REACH: usize = 16;

/// Which instances the scope means.
fn scope(fleet: &Fleet, body: &Value) -> Result<Vec<u32>, Problem> {
    let kind = body["scope"]["type"].as_str().ok_or_else(|| Problem::invalid("`scope.type` is required"))?;
    let ids: Vec<&str> =
        body["scope"]["ids"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let ours = |container: u32| fleet.container_of(Account::Cycle, container).is_some();
    let all = |keep: &dyn Fn(u32, u32) -> bool| -> Vec<u32> {
        let containers = fleet.containers_of(Account::Cycle).filter(|(key, c)| keep(*key, c.environment));
        containers.flat_map(|(key, _)| jobs::members(fleet, key)).collect()
    };
    let named = |thing: Thing| ids.iter().filter_map(|text| index(thing, text)).collect::<Vec<u32>>();
    Ok(match kind {
        "instance" => named(Thing::Instance)
            .into_iter()
            .filter(|key| fleet.instances.get(*key).is_some_and(|i| ours(i.container)))
            .collect(),
        "container" => {
            let wanted = named(Thing::Container);
            all(&|key, _| wanted.contains(&key))
        }
        "environment" => {
            let wanted = named(Thing::Environment);
            all(&|_, environment| wanted.contains(&environment))
        }
        other => {
            return Err(Problem::invalid(format!(
                "`{other}` is not a scope: container, instance, environment"
            )));
        }
    })
}

/// Lines that match every search, the latest `limit` of them, oldest first.
pub(crate) async fn aggregate(
    State(app): State<AppState>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Json<Value>, Problem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if !kind.starts_with("application/json") {
        return Err(Problem::invalid("the body's content type must be application/json"));
    }
    let body: Value =
        serde_json::from_slice(&bytes).map_err(|e| Problem::invalid(format!("the body is not JSON: {e}")))?;
    let instances = app.engine.read(|fleet| scope(fleet, &body))?;
    let limit = body["limit"].as_u64().and_then(|n| usize::try_from(n).ok()).unwrap_or(LIMIT).min(LIMIT * 10);
    let searches = searches(&body)?;
    let mut lines: Vec<(String, Value)> = Vec::new();
    for instance in instances.into_iter().take(REACH) {
        let Some(machine) = app.engine.look(instance).await.map_err(Problem::internal)? else {
            continue;
        };
        let mut follower = machine.log.follow(u64::MAX);
        let Some(Piece::Bytes(bytes, _)) = follower.take(usize::MAX) else {
            continue;
        };
        for line in String::from_utf8_lossy(&bytes).split_inclusive('\n').filter(|l| l.ends_with('\n')) {
            if searches.iter().all(|search| search.is_match(line)) {
                let at = stamp(line);
                lines.push((at.clone(), json!({
                    "time": at, "source": "stdout", "message": line, "instance_id": id(Thing::Instance, instance),
                })));
            }
        }
    }
    lines.sort_by(|a, b| a.0.cmp(&b.0));
    let latest = lines.len().saturating_sub(limit);
    Ok(Json(json!({ "data": lines.split_off(latest).into_iter().map(|(_, line)| line).collect::<Vec<_>>() })))
}

fn searches(body: &Value) -> Result<Vec<regex::Regex>, Problem> {
    let read = |search: &Value| {
        let text =
            search["match"].as_str().ok_or_else(|| Problem::invalid("`search[].match` is required"))?;
        let pattern = match search["type"].as_str() {
            Some("raw") => regex::escape(text),
            Some("regexp") => text.to_owned(),
            _ => return Err(Problem::invalid("`search[].type` must be raw or regexp")),
        };
        regex::Regex::new(&pattern).map_err(|e| Problem::invalid(format!("`search[].match`: {e}")))
    };
    body["search"].as_array().into_iter().flatten().map(read).collect()
}

/// The time a line begins with, past its colour; now, for a line without one.
fn stamp(line: &str) -> String {
    let bare = line.trim_start_matches(|c: char| !c.is_ascii_alphabetic()).trim_start_matches('m');
    let at = line.strip_prefix("\x1b[2m").unwrap_or(bare).split(['\x1b', ' ']).next().unwrap_or_default();
    time(Some(at.parse().unwrap_or_else(|_| jiff::Timestamp::now())))
}
