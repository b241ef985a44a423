//! Cycle's hub, environments, servers and locations, and its jobs.

use serde_json::{Value, json};

use super::{counts, creator};
use crate::engine::fleet::{Account, Fleet, Job, JobPhase, Phase};
use crate::faces::cycle::ids::{Thing, id};
use crate::faces::{NEVER, time};

pub(crate) const SERVER_STATES: &[&str] =
    &["new", "provisioning", "configuring", "quarantined", "live", "deleting", "deleted"];
pub(crate) const ENVIRONMENT_STATES: &[&str] = &["new", "live", "cloning", "deleting", "deleted"];
pub(crate) const JOB_STATES: &[&str] =
    &["new", "queued", "error", "scheduled", "expired", "running", "completed"];

pub(crate) fn hub(fleet: &Fleet, hub: &str) -> Value {
    json!({
        "id": hub,
        "identifier": "harbour",
        "name": "Harbour",
        "creator": creator(),
        "events": { "created": time(Some(fleet.founded())), "updated": NEVER, "deleted": NEVER },
        "state": { "current": "live", "changed": time(Some(fleet.founded())) },
        "security": { "force_2fa": false },
        "integrations": {},
        "webhooks": { "server_deployed": null, "server_deleted": null },
        "billing": null,
    })
}

/// `HubMembership`, with the names that its schema requires.
pub(crate) fn membership(fleet: &Fleet, hub: &str) -> Value {
    let founded = time(Some(fleet.founded()));
    json!({
        "id": id(Thing::Membership, 0),
        "account_id": id(Thing::Account, 0),
        "hub_id": hub,
        "role_id": id(Thing::Role, 0),
        "events": { "created": founded, "updated": NEVER, "deleted": NEVER, "joined": founded },
        "permissions": {},
        "prefereneces": {},
        "state": { "current": "accepted", "changed": founded },
        "invitation": {
            "sender": creator(),
            "recipient": "operator@example.com",
            "events": {
                "created": founded, "updated": NEVER, "deleted": NEVER, "accepted": founded, "declined": NEVER,
                "revoked": NEVER,
            },
        },
    })
}

/// The role of everyone in the demo.
pub(crate) fn role(fleet: &Fleet, hub: &str) -> Value {
    let founded = time(Some(fleet.founded()));
    json!({
        "id": id(Thing::Role, 0),
        "name": "Owner",
        "root": true,
        "default": "owner",
        "rank": 10,
        "identifier": "owner",
        "creator": creator(),
        "capabilities": { "all": true, "specific": [] },
        "extra": {},
        "hub_id": hub,
        "state": { "current": "live", "changed": founded },
        "events": { "created": founded, "updated": NEVER, "deleted": NEVER },
    })
}

pub(crate) fn environment(fleet: &Fleet, hub: &str, key: u32) -> Option<Value> {
    let environment = fleet.environments.get(key as usize)?;
    Some(json!({
        "id": id(Thing::Environment, key),
        "identifier": environment.identifier,
        "name": environment.name,
        "cluster": environment.cluster,
        "about": { "description": environment.description, "favorite": key == 0 },
        "creator": creator(),
        "hub_id": hub,
        "state": { "current": "live", "changed": time(Some(environment.created)) },
        "events": { "created": time(Some(environment.created)), "updated": NEVER, "deleted": NEVER },
        "features": { "legacy_networking": false, "monitoring": null },
        "services": { "discovery": null, "vpn": null, "loadbalancer": null, "scheduler": null, "gateway": null },
        "acl": null,
        "private_network": null,
        "deployments": null,
    }))
}

/// `meta.containers_count` and `meta.instances_count` of an environment.
pub(crate) fn environment_counts(fleet: &Fleet, key: u32) -> Value {
    let inside = || fleet.containers_of(Account::Cycle).filter(|(_, c)| c.environment == key);
    let total: usize = inside().map(|(_, c)| c.instances.len()).sum();
    json!({
        "containers_count": { "state": {}, "total": inside().count(), "available": inside().count() },
        "instances_count": { "state": {}, "total": total, "available": total },
    })
}

/// The counts of one container, for `/summary`.
pub(crate) fn summary(fleet: &Fleet, key: u32) -> Option<Value> {
    let container = fleet.container_of(Account::Cycle, key)?;
    Some(json!({
        "id": id(Thing::Container, key),
        "state": {
            "current": super::container_state(container.phase),
            "desired": super::container_state(container.desired),
            "changed": time(Some(container.changed)),
        },
        "stats": counts(fleet, container),
    }))
}

pub(crate) fn server(fleet: &Fleet, hub: &str, key: u32) -> Option<Value> {
    let server = fleet.servers.get(key as usize)?;
    let founded = time(Some(fleet.founded()));
    Some(json!({
        "id": id(Thing::Server, key),
        "hub_id": hub,
        "location_id": id(Thing::Location, server.location),
        "model_id": id(Thing::Model, server.location),
        "node_id": id(Thing::Node, key),
        "shared_file_systems": { "mounts": null, "directories": null },
        "hostname": server.hostname,
        "nickname": server.nickname,
        "creator": creator(),
        "provider": {
            "vendor": "example-metal",
            "integration_id": id(Thing::Integration, 0),
            "model": server.model,
            "zone": null,
            "location": fleet.locations.get(server.location as usize).map(|l| l.code.clone()),
            "server": format!("metal-{}", key + 1),
            "init_ips": [],
        },
        "cluster": "default",
        "features": { "sftp": true, "base_volume_gb": 100, "gateway": null },
        "constraints": { "tags": server.tags, "allow": {
            "pool": true, "services": true, "overcommit": false, "overcommit_multiple": null,
        } },
        "autoscale": null,
        "ephemeral": false,
        "evacuate": null,
        "state": { "current": "live", "changed": founded },
        "events": {
            "created": founded, "updated": NEVER, "deleted": NEVER, "latest_instance": NEVER,
            "provisioning": { "started": founded, "failed": NEVER, "completed": founded },
        },
    }))
}

/// Instances on a server, by state.
pub(crate) fn server_counts(fleet: &Fleet, key: u32) -> Value {
    let mut states = std::collections::BTreeMap::<&str, usize>::new();
    for (_, instance) in fleet.instances.iter().filter(|(_, i)| i.server == key && i.phase != Phase::Gone) {
        if fleet.container_of(Account::Cycle, instance.container).is_some() {
            *states.entry(super::instance_state(instance.phase)).or_default() += 1;
        }
    }
    let total: usize = states.values().sum();
    json!({ "available": states.get("running").copied().unwrap_or(0), "state": states, "total": total })
}

pub(crate) fn location(fleet: &Fleet, key: u32) -> Option<Value> {
    let location = fleet.locations.get(key as usize)?;
    Some(json!({
        "id": id(Thing::Location, key),
        "name": location.name,
        "geographic": {
            "latitude": location.latitude, "longitude": location.longitude, "city": location.city,
            "state": location.state, "country": location.country, "region": location.region,
        },
        "provider": {
            "identifier": "example-metal", "integration_id": id(Thing::Integration, 0), "location": location.code,
            "code": location.code, "vendor": "example-metal", "availability_zones": [],
        },
        "compatible": true,
        "features": { "available": [], "supported": [] },
        "abbreviation": location.code,
        "annotations": {},
    }))
}

pub(crate) fn job_state(phase: JobPhase) -> &'static str {
    match phase {
        JobPhase::Queued => "queued",
        JobPhase::Running => "running",
        JobPhase::Completed => "completed",
        JobPhase::Error => "error",
    }
}

fn steps(job: &Job) -> Vec<Value> {
    job.steps
        .iter()
        .map(|step| {
            json!({
                "caption": step.caption, "description": step.caption,
                "started": time(step.started), "completed": time(step.completed),
            })
        })
        .collect()
}

fn input(job: &Job) -> Value {
    json!({
        "container_id": job.container.map(|c| id(Thing::Container, c)),
        "instance_id": job.instance.map(|i| id(Thing::Instance, i)),
    })
}

pub(crate) fn job(hub: &str, job: &Job) -> Value {
    let events = json!({ "queued": time(Some(job.queued)), "started": time(job.started), "completed": time(job.completed) });
    let error = job.error.as_ref().map(|message| json!({ "message": message }));
    let changed = time(job.completed.or(job.started).or(Some(job.queued)));
    json!({
        "id": id(Thing::Job, job.number),
        "hub_id": hub,
        "queue": format!("hub-{hub}-containers"),
        "caption": job.caption,
        "events": events,
        "schedule": NEVER,
        "tasks": [{
            "id": id(Thing::Task, job.number),
            "caption": job.caption,
            "header": job.action,
            "events": events,
            "steps": steps(job),
            "state": {
                "changed": changed,
                "current": match job.phase { JobPhase::Queued => "pending", other => job_state(other) },
            },
            "input": input(job),
            "output": null,
            "error": error,
        }],
        "expires": NEVER,
        "hash": format!("{:016x}", u64::from(job.number) + 1),
        "limit_duplicates": false,
        "creator": creator(),
        "state": { "current": job_state(job.phase), "changed": changed, "error": error },
    })
}

/// `JobDescriptor`: the answer to an accepted change.
pub(crate) fn descriptor(action: &str, hub: &str, job: &Job) -> Value {
    json!({
        "action": action,
        "job": {
            "id": id(Thing::Job, job.number),
            "accepted": true,
            "queue": format!("hub-{hub}-containers"),
            "schedule": NEVER,
            "parallel": { "sub_queue": null, "tasks": false },
            "tasks": [{ "caption": job.caption, "header": job.action, "steps": steps(job), "input": input(job) }],
        },
    })
}
