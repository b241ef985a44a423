//! Documents that a list may include (`include=...`): images, integrations, models, clusters.

use serde_json::{Map, Value, json};

use super::creator;
use crate::engine::fleet::{Container, Fleet};
use crate::engine::reshape;
use crate::faces::cycle::ids::{Thing, id};
use crate::faces::{NEVER, time};

/// An `Image`: in the demo every container begins with one of its own, named as in a registry,
/// `shop/storefront:5.14.2`. Its id is made of that container's index.
pub(crate) fn image(fleet: &Fleet, hub: &str, key: u32) -> Option<Value> {
    let container = fleet.containers.get(key)?;
    let made = time(Some(container.created));
    Some(json!({
        "id": id(Thing::Image, key),
        "hub_id": hub,
        "name": reshape::own_image(fleet, key),
        "size": weight(container),
        "about": { "description": null },
        "backend": {
            "provider": "example-store", "size": weight(container), "file_name": format!("{}.tar.gz", container.identifier),
            "file_id": id(Thing::Image, key),
        },
        "requires": { "nvidia_gpu": false },
        "build": null,
        "builder": null,
        "config": {
            "user": "root", "ports": [], "env": {}, "labels": {}, "command": [], "entrypoint": [], "volumes": [],
            "workdir": "/", "signal_stop": "SIGTERM",
        },
        "source": { "type": "direct", "details": {
            "id": id(Thing::Image, key),
            "origin": { "type": "docker-hub", "details": { "existing": null, "target": reshape::own_image(fleet, key) } },
        } },
        "creator": creator(),
        "factory": null,
        "state": { "current": "live", "changed": made },
        "events": { "created": made, "updated": NEVER, "deleted": NEVER },
    }))
}

/// A size in bytes that fits the image's name: the same every time.
fn weight(container: &Container) -> u64 {
    let mixed =
        container.image.bytes().fold(7_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
    24_000_000 + mixed % 400_000_000
}

/// The integration that every server comes through.
pub(crate) fn integrations(fleet: &Fleet, hub: &str) -> Value {
    let founded = time(Some(fleet.founded()));
    keyed(json!({
        "id": id(Thing::Integration, 0),
        "identifier": "example-metal",
        "name": "Example Metal",
        "vendor": "example-metal",
        "auth": null,
        "extra": null,
        "creator": creator(),
        "hub_id": hub,
        "state": { "current": "live", "changed": founded },
        "events": { "created": founded, "updated": NEVER, "deleted": NEVER },
    }))
}

/// `Cluster`s, by identifier; the demo has one.
pub(crate) fn clusters(fleet: &Fleet, hub: &str) -> Value {
    let founded = time(Some(fleet.founded()));
    json!({ "default": {
        "id": id(Thing::Cluster, 0),
        "identifier": "default",
        "creator": creator(),
        "hub_id": hub,
        "acl": null,
        "non_essential": false,
        "state": { "current": "live", "changed": founded },
        "features": { "monitoring": null },
        "events": { "created": founded, "updated": NEVER, "deleted": NEVER },
    } })
}

/// The `ProviderServerModel` of a server; each location has one model.
pub(crate) fn model(fleet: &Fleet, server: u32) -> Option<Value> {
    let server = fleet.servers.get(server as usize)?;
    Some(json!({
        "id": id(Thing::Model, server.location),
        "name": server.model,
        "description": format!("{} threads, {} MB", server.threads, server.ram_mb),
        "specs": {
            "cpu": [{
                "count": 1, "cores": server.threads / 2, "threads": server.threads, "type": "x86-64", "description": null,
            }],
            "memory": { "mb": server.ram_mb },
            "storage": [], "features": {}, "arch": "amd64", "gpu": [], "nics": [],
        },
        "provider": { "category": "metal", "class": null, "identifier": server.model, "model": server.model,
            "vendor": "example-metal", "locations": [], "availability_zones": {}, "integration_id": id(Thing::Integration, 0) },
        "price": null,
        "compatible": true,
        "low_resource": false,
        "location_ids": [id(Thing::Location, server.location)],
    }))
}

/// One document under its own id.
fn keyed(document: Value) -> Value {
    let mut map = Map::new();
    if let Some(id) = document["id"].as_str().map(ToOwned::to_owned) {
        map.insert(id, document);
    }
    Value::Object(map)
}
