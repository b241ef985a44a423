//! The service under an instance: its machine with addresses, tokens, and the history of ups and downs.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::net::IpAddr;

use serde_json::{Value, json};

use super::super::account::row::Row;
use super::super::names::{instance_id, machine_name, service_id, time};
use super::boxes::Catalogue;
use super::instance::{has_machine, machine_state};
use super::{ORGANIZATION, schema};
use crate::engine::fleet::{Account, Fleet, Phase};
use crate::faces::Reached;

/// The whole service. `salt` makes its tokens those of this run.
pub(in super::super) fn document(row: &Row<'_>, policy: Option<&Value>, salt: &str) -> Value {
    let pair = row.pair();
    let machines = if has_machine(row) { vec![machine(row, salt)] } else { Vec::new() };
    json!({
        "profile": policy.map_or(Value::Null, |p| p["profile"].clone()),
        "schema": schema("service"),
        "provider_id": policy.map_or(Value::Null, |p| p["provider_id"].clone()),
        "tags": [],
        "deleted": null,
        "variables": [],
        "created": time(row.instance.created),
        "state_history": history(row),
        "updated": time(row.updated()),
        "token": token(row, "service", salt),
        "state": pair.state,
        "organization": ORGANIZATION,
        // On a service it is a string, on an instance an object.
        "operation": pair.event,
        "type": "Linux Compute",
        "id": service_id(row.key),
        "machines": machines,
        "icon": "images/platform/linux.png",
    })
}

/// The policy whose format the service's profile uses.
pub(in super::super) fn profile<'c>(row: &Row<'_>, catalogue: &'c Catalogue) -> Option<&'c Value> {
    catalogue.policy(super::instance::policy_of(row, catalogue)).map(std::convert::AsRef::as_ref)
}

fn machine(row: &Row<'_>, salt: &str) -> Value {
    let name = machine_name(row.key);
    let mut machine = json!({
        "name": name,
        "token": token(row, "machine", salt),
        "state": machine_state(row.instance.phase),
        "tmp_folder": format!("/tmp/{name}"),
        "hostname": row.hostname(),
        "support_id": instance_id(row.key),
        "address": address(row),
        "schema": schema("test/service-machine"),
        "external_id": format!("{name}-{:07x}", row.key),
        "agent_version": "6.2",
    });
    let now = jiff::Timestamp::now();
    if row.instance.phase == Phase::Running {
        // The agent sends a heartbeat about twice a minute.
        let ago = now.as_second().rem_euclid(30);
        let ping = now.checked_sub(jiff::SignedDuration::from_secs(ago)).unwrap_or(now);
        machine["last_agent_ping"] = json!(time(ping.max(row.instance.changed)));
    } else {
        machine["last_agent_close"] = json!(time(row.instance.changed));
    }
    machine
}

/// Every machine has a private address; a public one only where its box has a port to be reached at.
fn address(row: &Row<'_>) -> Value {
    let [_, high, middle, low] = row.key.to_be_bytes();
    let private = format!("10.{high}.{middle}.{low}");
    let public = (!row.container.ports.is_empty()).then(|| format!("127.{high}.{middle}.{low}"));
    json!({ "public": public, "private": private })
}

/// The machine behind one of its addresses. The platform says of no machine which user it lets in.
pub(in super::super) fn at_address(fleet: &Fleet, address: IpAddr) -> Option<Reached> {
    let IpAddr::V4(address) = address else { return None };
    let [10 | 127, high, middle, low] = address.octets() else { return None };
    let instance = u32::from_be_bytes([0, high, middle, low]);
    fleet.machine_of(Account::ElasticBox, instance)?;
    Some(Reached { instance, user: None })
}

/// When it was up, and when down, oldest first.
fn history(row: &Row<'_>) -> Vec<Value> {
    let mut rows: Vec<Value> = Vec::new();
    for run in row.runs() {
        let Some((_, act)) = run.current() else { continue };
        let (state, since) = match (act.phase, run.ended) {
            (Phase::Running, Some(ended)) => ("up", ended),
            (Phase::Stopped | Phase::Gone, Some(ended)) => ("down", ended),
            _ => continue,
        };
        if rows.last().is_some_and(|last| last["state"] == state) {
            continue;
        }
        if let Some(last) = rows.last_mut() {
            last["completed"] = json!(time(since));
        }
        rows.push(json!({ "started": time(since), "state": state }));
    }
    rows
}

/// A secret that is the same for one thing in one run.
fn token(row: &Row<'_>, of: &str, salt: &str) -> String {
    let mut hash = DefaultHasher::new();
    (salt, of, row.key).hash(&mut hash);
    let first = hash.finish();
    first.hash(&mut hash);
    let second = hash.finish();
    format!(
        "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
        first >> 32,
        first >> 16 & 0xffff,
        first & 0xfff,
        second >> 48 & 0xfff,
        second & 0xffff_ffff_ffff
    )
}
