//! Instance pools: groups of alike instances, as far as they are in the zone that is asked.

use serde_json::{Value, json};

use super::{Answer, shapes};
use crate::engine::fleet::{Account, Container, Fleet, Phase};
use crate::faces::exoscale::context::{RequestContext, zone_of};
use crate::faces::exoscale::ids::{Thing, id};
use crate::faces::exoscale::problem::Problem;

/// `GET /instance-pool`.
pub(super) fn list(ctx: &mut RequestContext<'_>) -> Value {
    json!({ "instance-pools": all(ctx) })
}

/// `GET /instance-pool/{id}`.
pub(super) fn get(ctx: &mut RequestContext<'_>) -> Answer {
    let wanted = ctx.param("id");
    let found = all(ctx).into_iter().find(|pool| pool["id"] == wanted);
    found.ok_or_else(|| Problem::missing("The instance pool"))
}

fn all(ctx: &RequestContext<'_>) -> Vec<Value> {
    ctx.app.engine.read(|fleet| {
        let groups = fleet.containers_of(Account::Exoscale);
        groups.filter_map(|(key, group)| document(ctx, fleet, key, group)).collect()
    })
}

/// A pool as the API returns it; `None` for a group that is none, or that has no instance in the zone. Its settings are
/// those of its first instance, from which the others were made.
fn document(ctx: &RequestContext<'_>, fleet: &Fleet, key: u32, group: &Container) -> Option<Value> {
    let pool = shapes::pool(key, group)?;
    let here = |key: &u32| fleet.instances.get(*key).and_then(|i| zone_of(fleet, i)) == Some(ctx.zone);
    let members: Vec<u32> = group.instances.iter().copied().filter(here).collect();
    let first = *members.first()?;
    let guest = ctx.account.guest(fleet, first);
    let refs = |ids: &[String]| -> Value { ids.iter().map(|id| json!({ "id": id })).collect() };
    let instances = members.iter().map(|key| json!({ "id": id(Thing::Instance, *key) }));
    let mut document = json!({
        "id": pool,
        "name": group.name,
        "state": state(group.phase),
        "size": members.len(),
        "min-available": 0,
        "instance-prefix": group.identifier.chars().take(30).collect::<String>(),
        "instance-type": { "id": id(Thing::InstanceType, guest.kind) },
        "template": { "id": guest.template },
        "disk-size": guest.disk_gib,
        "public-ip-assignment": guest.assignment,
        "ipv6-enabled": guest.assignment == "dual",
        "application-consistent-snapshot-enabled": guest.consistent,
        "labels": fleet.extras.get(&first).map_or_else(|| json!({}), |extras| json!(extras.labels)),
        "security-groups": refs(&guest.groups),
        "anti-affinity-groups": refs(&guest.apart),
        "elastic-ips": refs(&guest.addresses),
        "private-networks": guest.networks.iter().map(|(id, _)| json!({ "id": id })).collect::<Value>(),
        "instances": instances.collect::<Value>(),
    });
    if let Some(key) = guest.keys.first() {
        document["ssh-key"] = json!({ "name": key });
        document["ssh-keys"] = guest.keys.iter().map(|name| json!({ "name": name })).collect();
    }
    if let Some(target) = &guest.target {
        document["deploy-target"] = json!({ "id": target });
    }
    Some(document)
}

/// The description's words for a pool. There is none for one whose instances have failed.
fn state(phase: Phase) -> &'static str {
    match phase {
        Phase::New | Phase::Starting => "creating",
        Phase::Running | Phase::Failed => "running",
        Phase::Migrating => "updating",
        Phase::Stopping | Phase::Stopped => "suspended",
        Phase::Deleting | Phase::Gone => "destroying",
    }
}
