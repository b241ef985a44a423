//! Cycle's documents (containers, instances, servers, ...) as its API description of March 2026 has them.

pub(super) mod included;
pub(super) mod places;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::engine::fleet::{Container, Fleet, Instance, Phase};
use crate::faces::cycle::ids::{Thing, id};
use crate::faces::{NEVER, time};

/// Words of a container's `state.current`.
pub(crate) const CONTAINER_STATES: &[&str] =
    &["new", "starting", "running", "function", "stopping", "stopped", "deleting", "deleted"];
/// Words of an instance's `state.current`.
pub(crate) const INSTANCE_STATES: &[&str] =
    &["new", "starting", "migrating", "running", "stopping", "stopped", "failed", "deleting", "deleted"];

/// A container's word for a phase: a container has no `failed` and no `migrating`.
pub(crate) fn container_state(phase: Phase) -> &'static str {
    match phase {
        Phase::Failed | Phase::Migrating => "running",
        other => instance_state(other),
    }
}

/// An instance's word for a phase.
pub(crate) fn instance_state(phase: Phase) -> &'static str {
    match phase {
        Phase::New => "new",
        Phase::Starting => "starting",
        Phase::Running => "running",
        Phase::Migrating => "migrating",
        Phase::Stopping => "stopping",
        Phase::Stopped => "stopped",
        Phase::Failed => "failed",
        Phase::Deleting => "deleting",
        Phase::Gone => "deleted",
    }
}

pub(crate) fn creator() -> Value {
    json!({ "id": id(Thing::Account, 0), "type": "account" })
}

/// `CreatorInclude`: the account that made everything here.
pub(crate) fn creators() -> Value {
    let account = id(Thing::Account, 0);
    json!({ "accounts": { &account: {
        "id": account,
        "name": { "first": "Demo", "last": "Operator" },
        "email": { "address": "operator@example.com" },
        "two_factor_auth": { "verified": true },
    } } })
}

/// A container of a list or by itself.
pub(crate) fn container(
    fleet: &Fleet,
    hub: &str,
    key: u32,
    container: &Container,
    with_counts: bool,
) -> Value {
    let mut shape = json!({
        "id": id(Thing::Container, key),
        "name": container.name,
        "identifier": container.identifier,
        "creator": creator(),
        "environment": {
            "id": id(Thing::Environment, container.environment),
            "cluster": cluster(fleet, container.environment),
            "container_subnet": format!("fdaa:{:x}::/64", key + 1),
            "ipv6": null,
            "legacy": null,
        },
        "hub_id": hub,
        "image": { "id": id(Thing::Image, container.image_of.unwrap_or(key)), "service": null, "extension": null },
        "stack": null,
        "config": config(container),
        "deployment": container.version.as_ref().map(|version| json!({ "version": version })),
        "instances": container.instances.len(),
        "volumes": container.volumes.iter().zip(0_u32..).map(|(path, nth)| json!({
            "id": id(Thing::Volume, key * 8 + nth),
            "hash": format!("{:08x}", key * 8 + nth),
            "config": volume_config(path),
            "external": null,
            "removed": null,
        })).collect::<Vec<_>>(),
        "annotations": { "image": container.image },
        "role": null,
        "stateful": container.stateful,
        "deprecate": false,
        "lock": container.lock,
        "state": {
            "current": container_state(container.phase),
            "desired": container_state(container.desired),
            "changed": time(Some(container.changed)),
        },
        "events": {
            "created": time(Some(container.created)),
            "updated": time(container.updated),
            "deleted": NEVER,
            "started": time(container.started),
        },
    });
    if with_counts {
        shape["meta"] = json!({ "instances_count": counts(fleet, container) });
    }
    shape
}

fn cluster(fleet: &Fleet, environment: u32) -> &str {
    fleet.environments.get(environment as usize).map_or("default", |e| e.cluster.as_str())
}

/// `StateCountSummary`.
pub(crate) fn counts(fleet: &Fleet, container: &Container) -> Value {
    let mut states: BTreeMap<&str, usize> = BTreeMap::new();
    for instance in container.instances.iter().filter_map(|i| fleet.instances.get(*i)) {
        *states.entry(instance_state(instance.phase)).or_default() += 1;
    }
    let total = container.instances.len();
    let available = states.get("running").copied().unwrap_or(0);
    json!({ "state": states, "total": total, "available": available })
}

fn config(container: &Container) -> Value {
    json!({
        "network": { "public": container.public, "hostname": container.identifier, "ports": container.ports },
        "deploy": {
            "instances": container.instances.len(),
            "strategy": container.strategy,
            "health_check": container.health_check.then(|| json!({
                "command": "/bin/healthy", "retries": 3, "delay": "10s", "interval": "30s", "timeout": "5s",
                "restart": false,
            })),
            "telemetry": { "retention": "1h0m0s", "interval": "1s", "disable": false },
        },
        "runtime": { "privileged": false, "environment_vars": container.env },
        "resources": {
            "cpu": { "shares": { "limit": container.cpu_shares, "reserve": container.cpu_shares / 2 } },
            "ram": { "limit": format!("{}M", container.ram_mb), "reserve": format!("{}M", container.ram_mb / 2) },
        },
    })
}

/// An instance of a list or by itself.
pub(crate) fn instance(fleet: &Fleet, hub: &str, key: u32, instance: &Instance, with_node: bool) -> Value {
    let owner = fleet.containers.get(instance.container);
    let server = fleet.servers.get(instance.server as usize);
    let location = server.map_or(0, |s| s.location);
    let environment = owner.map_or(0, |c| c.environment);
    let mut state = Map::new();
    state.insert("current".into(), instance_state(instance.phase).into());
    state.insert("changed".into(), time(Some(instance.changed)).into());
    if let Some(error) = &instance.error {
        state.insert("error".into(), json!({ "message": error, "time": time(Some(instance.changed)) }));
    }
    let health = instance.healthy.map(|h| json!({ "healthy": h, "updated": time(Some(instance.changed)) }));
    state.insert("health".into(), health.unwrap_or(Value::Null));
    let mut shape = json!({
        "id": id(Thing::Instance, key),
        "creator": creator(),
        "hub_id": hub,
        "container_id": id(Thing::Container, instance.container),
        "location_id": id(Thing::Location, location),
        "environment": network(environment, key),
        "stateful": owner.filter(|c| c.stateful).map(|c| json!({
            "id": id(Thing::Instance, key), "base_hostname": format!("{}-{}", c.identifier, instance.ordinal),
        })),
        "provider": {
            "vendor": "example-metal",
            "integration_id": id(Thing::Integration, 0),
            "location": fleet.locations.get(location as usize).map(|l| l.code.clone()),
        },
        "server_id": id(Thing::Server, instance.server),
        "ready_state": if instance.phase == Phase::Deleting { "purge" } else { "active" },
        "purge_time": null,
        "hostname": fleet.hostname(instance),
        "extension": null,
        "state": state,
        "autoscale": null,
        "traffic_drain": instance.draining.then(|| json!({ "started": time(Some(instance.changed)) })),
        "migration": fleet.moved.get(&key).map(|moved| json!({
            // In the demo an instance keeps its id when it moves.
            "to": null,
            "from": { "instance_id": id(Thing::Instance, key), "server_id": id(Thing::Server, moved.from) },
            "started": time(Some(moved.started)),
            "completed": time(Some(moved.completed)),
            "key": format!("{key:016x}"),
            "copy_volumes": owner.is_some_and(|c| c.stateful),
        })),
        "deployment": owner.and_then(|c| c.version.as_ref()).map(|version| json!({ "version": version })),
        "events": { "created": time(Some(instance.created)), "updated": time(Some(instance.changed)), "deleted": NEVER },
    });
    if with_node {
        shape["meta"] = json!({ "node": {
            "healthy": true, "online": true, "last_checkin": time(Some(jiff::Timestamp::now())),
            "state": { "current": "online", "changed": time(Some(fleet.founded())) },
        }, "sdn_pool_ips": [] });
    }
    shape
}

fn network(environment: u32, key: u32) -> Value {
    let address = format!("fdaa:{:x}::{:x}:{:x}", environment + 1, key >> 16, key & 0xffff);
    json!({
        "id": id(Thing::Environment, environment),
        "network_subnet": format!("fdaa:{:x}::/32", environment + 1),
        "subnet": format!("fdaa:{:x}:1::/64", environment + 1),
        "ipv6": { "ip": address, "cidr": format!("{address}/128") },
        "legacy": null,
        "mac_addr": format!("02:00:{:02x}:{:02x}:{:02x}:{:02x}", environment & 0xff, (key >> 16) & 0xff, (key >> 8) & 0xff, key & 0xff),
        "vxlan_tag": environment + 1000,
    })
}

pub(crate) fn volume_config(path: &str) -> Value {
    json!({
        "identifier": null, "read_only": false, "block_device": false,
        "local": { "max_size": "10G", "stateless": false, "storage_pool": null },
        "external": null, "destination": path,
    })
}

/// The id of a volume of an instance.
pub(crate) fn volume_id(instance: u32, nth: u32) -> String {
    id(Thing::Volume, instance * 8 + nth + 0x80_0000)
}

/// `InstanceVolume`; `storage` is in megabytes.
pub(crate) fn volume(
    instance: &Instance,
    (key, nth): (u32, u32),
    path: &str,
    (used_mb, total_mb): (u64, u64),
) -> Value {
    let volume = volume_id(key, nth);
    json!({
        "id": volume,
        "config": volume_config(path),
        "deployed": {
            "id": volume,
            "server_id": id(Thing::Server, instance.server),
            "container_id": id(Thing::Container, instance.container),
            "container_volume_id": id(Thing::Volume, instance.container * 8 + nth),
            "instance_id": id(Thing::Instance, key),
            "hash": format!("{:08x}", instance.container * 8 + nth),
            "path": format!("/var/lib/volumes/{volume}"),
            "storage": { "used": used_mb, "total": total_mb },
            "last_updated": time(Some(instance.changed)),
        },
        "sftp": null,
    })
}
