//! An instance as the API returns it: short in lists, whole by itself.

use serde_json::{Value, json};

use crate::engine::fleet::{Container, Fleet, Instance, Phase};
use crate::faces::exoscale::account::AccountState;
use crate::faces::exoscale::account::guest::{Guest, mac};
use crate::faces::exoscale::account::journal::time;
use crate::faces::exoscale::ids::{Thing, id};

/// From how many alike machines on they are a pool's.
const POOL: usize = 3;

/// There is no word for restarting, and none for what was made but not begun.
pub(in crate::faces::exoscale) fn state(phase: Phase) -> &'static str {
    match phase {
        Phase::New | Phase::Starting => "starting",
        Phase::Running => "running",
        Phase::Migrating => "migrating",
        Phase::Stopping => "stopping",
        Phase::Stopped => "stopped",
        Phase::Failed => "error",
        Phase::Deleting => "destroying",
        Phase::Gone => "destroyed",
    }
}

/// The pool that an instance is of.
pub(super) fn pool(key: u32, group: &Container) -> Option<String> {
    (group.instances.len() >= POOL).then(|| id(Thing::Pool, key))
}

fn refs<'a>(ids: impl IntoIterator<Item = &'a String>) -> Value {
    ids.into_iter().map(|id| json!({ "id": id })).collect()
}

/// An item of the list: type and template by id alone, and no disk.
pub(super) fn item(fleet: &Fleet, guest: &Guest, key: u32, instance: &Instance, group: &Container) -> Value {
    let labels = fleet.extras.get(&key).map(|extras| &extras.labels);
    let mut document = json!({
        "id": id(Thing::Instance, key),
        "name": fleet.name(key, instance),
        "state": state(instance.phase),
        "created-at": time(instance.created),
        "labels": labels.map_or_else(|| json!({}), |labels| json!(labels)),
        "public-ip-assignment": guest.assignment,
        "mac-address": mac(key, 0),
        "instance-type": { "id": id(Thing::InstanceType, guest.kind) },
        "template": { "id": guest.template },
        "security-groups": refs(&guest.groups),
    });
    let mut put = |name: &str, value: Value| document[name] = value;
    if let Some(ip) = guest.public_ip(key) {
        put("public-ip", ip.to_string().into());
    }
    if let Some(ip) = guest.ipv6(key) {
        put("ipv6-address", ip.to_string().into());
    }
    if let Some(first) = guest.keys.first() {
        put("ssh-key", json!({ "name": first }));
        put("ssh-keys", guest.keys.iter().map(|name| json!({ "name": name })).collect());
    }
    if !guest.networks.is_empty() {
        let networks = (1..).zip(&guest.networks);
        let shape =
            networks.map(|(nth, (network, _))| json!({ "id": network, "mac-address": mac(key, nth) }));
        put("private-networks", shape.collect());
    }
    if let Some(pool) = pool(instance.container, group) {
        put("manager", json!({ "id": pool, "type": "instance-pool" }));
    }
    document
}

/// The whole of it, with what real answers carry beside the description: `ip` and names where that has ids alone.
pub(super) fn whole(
    fleet: &Fleet,
    account: &AccountState,
    zone: u32,
    key: u32,
    instance: &Instance,
    group: &Container,
) -> Value {
    let guest = account.guest(fleet, key);
    let own = id(Thing::Instance, key);
    let mut document = item(fleet, &guest, key, instance, group);
    let references = |thing, ids: &[String], fields: &[&str]| -> Value {
        let held = ids.iter().filter_map(|id| account.find(thing, zone, id));
        held.map(|held| picked(&held.document, fields)).collect()
    };
    document["disk-size"] = guest.disk_gib.into();
    document["disk-encrypted"] = true.into();
    document["secureboot-enabled"] = guest.secureboot.into();
    document["tpm-enabled"] = guest.tpm.into();
    document["application-consistent-snapshot-enabled"] = guest.consistent.into();
    let apart = references(Thing::AntiAffinityGroup, &guest.apart, &["id", "name", "description"]);
    document["anti-affinity-groups"] = apart;
    document["elastic-ips"] = references(Thing::ElasticIp, &guest.addresses, &["id", "ip"]);
    let mine = |thing| account.all(thing, zone).filter(|(_, held)| held.document["instance"]["id"] == *own);
    document["snapshots"] = mine(Thing::Snapshot).map(|(id, _)| json!({ "id": id })).collect();
    document["block-storage-volumes"] = mine(Thing::Volume).map(|(id, _)| json!({ "id": id })).collect();
    if let Some(data) = &guest.user_data {
        document["user-data"] = data.as_str().into();
    }
    if let Some(target) = &guest.target {
        document["deploy-target"] = json!({ "id": target });
    }
    document
}

/// Some fields of a document, those that it has.
fn picked(document: &Value, fields: &[&str]) -> Value {
    let found = fields.iter().filter_map(|name| Some(((*name).to_owned(), document.get(*name)?.clone())));
    Value::Object(found.collect())
}
