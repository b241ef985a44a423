//! The history of an instance: activity entries, and operations with their entries.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::account::acts::{Act, Line};
use super::super::account::row::Row;
use super::super::account::run::Run;
use super::super::names::{Kind, long_uuid, machine_name, time};
use super::schema;
use crate::engine::fleet::Phase;

/// One entry, and the operation's event that it belongs to.
struct Entry {
    event: &'static str,
    value: Value,
}

/// Every entry of an instance's life, oldest first; of one operation's event where it is named.
pub(in super::super) fn entries(row: &Row<'_>, operation: Option<&str>) -> Vec<Value> {
    let runs = row.runs();
    let entries = (0..).zip(&runs).flat_map(|(nth, run)| entries_of_run(row, nth, run));
    entries
        .chain(failure(row))
        .filter(|entry| operation.is_none_or(|event| event == entry.event))
        .map(|entry| entry.value)
        .collect()
}

/// The entries of one operation.
fn entries_of_run(row: &Row<'_>, nth: u16, run: &Run) -> Vec<Entry> {
    let request = long_uuid(Kind::Operation, row.key, nth);
    let mut entries = Vec::new();
    for (act, span) in run.verb.acts().iter().zip(&run.spans) {
        let Some(began) = span.began else { break };
        for (place, line) in (0..).zip(act.opening) {
            let at = began.checked_add(jiff::SignedDuration::from_millis(11 * place)).unwrap_or(began);
            entries.push(entry(row, act, *line, at, &request, span.done));
        }
        let Some(done) = span.done else { break };
        for line in act.closing {
            entries.push(entry(row, act, *line, done, &request, None));
        }
    }
    entries
}

fn entry(
    row: &Row<'_>,
    act: &Act,
    line: Line,
    at: Timestamp,
    request: &str,
    finished: Option<Timestamp>,
) -> Entry {
    let machine = machine_name(row.key);
    let text = line.text.replace("{machine}", &machine).replace("{box}", &row.container.name);
    let mut value = json!({ "text": text, "created": time(at), "level": line.level, "request_id": request });
    if let Some(script) = line.script {
        value["box"] = json!("");
        value["machine"] = json!(machine);
        value["event"] = json!(script);
        // An entry is written again when its script is over.
        if let Some(finished) = finished {
            value["exit_code"] = json!(0);
            value["finished"] = json!(time(finished));
        }
    }
    Entry { event: act.event, value }
}

/// The entry that a failed instance adds. The samples show no level of errors; this one is ours.
fn failure(row: &Row<'_>) -> Option<Entry> {
    if row.instance.phase != Phase::Failed {
        return None;
    }
    let why = row.instance.error.as_deref().unwrap_or("the machine does not answer");
    let machine = machine_name(row.key);
    Some(Entry {
        event: row.pair().event,
        value: json!({
            "text": format!("Machine {machine} is unavailable: {why}"),
            "created": time(row.instance.changed),
            "level": "error",
            "machine": machine,
        }),
    })
}

/// Every operation that was run, oldest first. An end in two steps is two operations.
pub(in super::super) fn operations(row: &Row<'_>, owner: &str, username: &str) -> Vec<Value> {
    let mut rows = Vec::new();
    for (nth, run) in (0_u16..).zip(&row.runs()) {
        let entries = entries_of_run(row, nth, run);
        let mut events: Vec<&'static str> = run.verb.acts().iter().map(|act| act.event).collect();
        events.dedup();
        for (step, event) in (0_u16..).zip(events) {
            let acts = || run.verb.acts().iter().zip(&run.spans).filter(|(act, _)| act.event == event);
            let Some(began) = acts().find_map(|(_, span)| span.began) else {
                break;
            };
            let ended = acts().next_back().and_then(|(_, span)| span.done);
            let latest = acts().rev().find_map(|(_, span)| span.done.or(span.began));
            let state = if ended.is_some() { "done" } else { "processing" };
            let activity: Vec<Value> = entries
                .iter()
                .filter(|entry| entry.event == event)
                .map(|entry| {
                    let mut value = entry.value.clone();
                    value["username"] = json!(username);
                    value
                })
                .collect();
            rows.push(json!({
                "id": long_uuid(Kind::Operation, row.key, nth * 2 + step),
                "instance": row.id(),
                "operation": event,
                "state": state,
                "instance_state": state,
                "username": username,
                "workspace": owner,
                "created": time(began),
                "updated": time(latest.unwrap_or(began)),
                "deleted": null,
                "request_id": long_uuid(Kind::Operation, row.key, nth),
                "activity": activity,
                "schema": schema("instance-operation"),
            }));
        }
    }
    mark_failed(row, &mut rows);
    rows
}

/// The last operation of an instance that failed is unavailable like it.
fn mark_failed(row: &Row<'_>, rows: &mut [Value]) {
    let (Some(failure), Some(last)) = (failure(row), rows.last_mut()) else {
        return;
    };
    last["state"] = json!("unavailable");
    last["instance_state"] = json!("unavailable");
    last["updated"] = failure.value["created"].clone();
    if let Some(activity) = last["activity"].as_array_mut() {
        activity.push(failure.value);
    }
}
