//! Boxes, deployment policies and cloud accounts, made from the engine's containers and places.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::super::names::{Kind, time, uuid};
use super::workspaces::{self, Workspace};
use super::{ORGANIZATION, schema};
use crate::engine::fleet::{Account, Container, Fleet};
use crate::engine::plan::{LocationPlan, ServerPlan};
use crate::workload::Kind as Workload;

/// There are fewer places than that; a policy's index is its workspace's number times this, and its place.
const PLACES: u32 = 64;

/// The documents that instances carry inside, made once for an answer.
pub(in super::super) struct Catalogue {
    /// Every workspace.
    pub workspaces: Vec<Workspace>,
    boxes: HashMap<u32, Arc<Value>>,
    policies: HashMap<u32, Arc<Value>>,
}

impl Catalogue {
    /// Makes every document.
    pub(in super::super) fn of(fleet: &Fleet, email: &str) -> Self {
        let workspaces = workspaces::all(fleet, email);
        let owner = |container: &Container| {
            let number = workspaces::number_of(container);
            workspaces.iter().find(|w| w.number == number)
        };
        let boxes = fleet
            .containers_of(Account::ElasticBox)
            .filter_map(|(key, c)| Some((key, Arc::new(script_box(fleet, key, c, &owner(c)?.id)))))
            .collect();
        let policies = (workspaces.iter())
            .flat_map(|w| fleet.locations_of(Account::ElasticBox).map(move |(place, at)| (w, place, at)))
            .map(|(w, place, at)| (policy_index(w.number, place), Arc::new(policy(fleet, w, place, at))))
            .collect();
        Self { workspaces, boxes, policies }
    }

    /// The document of a script box.
    pub(in super::super) fn script_box(&self, container: u32) -> Option<&Arc<Value>> {
        self.boxes.get(&container)
    }

    /// The document of a policy.
    pub(in super::super) fn policy(&self, index: u32) -> Option<&Arc<Value>> {
        self.policies.get(&index)
    }

    /// A workspace by its id.
    pub(in super::super) fn workspace(&self, id: &str) -> Option<&Workspace> {
        self.workspaces.iter().find(|w| w.id == id)
    }

    /// The workspace that owns a box's instances.
    pub(in super::super) fn owner(&self, container: &Container) -> &str {
        let number = workspaces::number_of(container);
        let found = self.workspaces.iter().find(|w| w.number == number);
        found.map_or("", |w| w.id.as_str())
    }

    /// Script boxes, then policies, each oldest first; of one workspace, or all.
    pub(in super::super) fn documents(&self, owner: Option<&str>) -> Vec<Arc<Value>> {
        let in_order = |kept: &HashMap<u32, Arc<Value>>| {
            let mut rows: Vec<(u32, Arc<Value>)> = kept.iter().map(|(key, v)| (*key, v.clone())).collect();
            rows.sort_unstable_by_key(|(key, _)| *key);
            rows.into_iter().map(|(_, document)| document)
        };
        in_order(&self.boxes)
            .chain(in_order(&self.policies))
            .filter(|document| owner.is_none_or(|owner| document["owner"] == owner))
            .collect()
    }
}

/// The index of the policy of a workspace at a place.
pub(in super::super) fn policy_index(workspace: u32, place: u32) -> u32 {
    workspace * PLACES + place
}

/// The place a policy deploys at.
pub(in super::super) fn place_of(policy: u32) -> u32 {
    policy % PLACES
}

/// The claims that a box requires of a policy.
pub(in super::super) fn requirements(container: &Container) -> Vec<&'static str> {
    if container.gpu > 0 { vec!["linux", "gpu"] } else { vec!["linux"] }
}

/// The claims of a policy at a place.
pub(in super::super) fn claims(fleet: &Fleet, place: u32) -> Vec<&'static str> {
    let gpu = |server: &ServerPlan| server.location == place && server.tags.iter().any(|tag| tag == "gpu");
    if fleet.servers.iter().any(gpu) { vec!["linux", "gpu"] } else { vec!["linux"] }
}

/// The box that a box's instances are bound to: the database of the same workspace.
pub(in super::super) fn bound_to(fleet: &Fleet, container: &Container) -> Option<u32> {
    if !matches!(container.workload, Workload::Web | Workload::Queue) {
        return None;
    }
    let home = workspaces::number_of(container);
    fleet
        .containers_of(Account::ElasticBox)
        .find(|(_, c)| c.workload == Workload::Db && workspaces::number_of(c) == home)
        .map(|(key, _)| key)
}

fn script_box(fleet: &Fleet, key: u32, container: &Container, owner: &str) -> Value {
    let blob = |nth: u32, event: &str| {
        json!({
            "url": format!("/services/blobs/download/5631fa66{nth:08x}{key:08x}/{event}"),
            "length": 96 + (key * 7 + nth * 13) % 400,
            "destination_path": "scripts",
            "content_type": "text/x-shellscript",
        })
    };
    json!({
        "id": uuid(Kind::ScriptBox, key),
        "name": container.name,
        "description": container.image,
        "owner": owner,
        "organization": ORGANIZATION,
        "visibility": "workspace",
        "automatic_updates": "off",
        "requirements": requirements(container),
        "events": {
            "install": blob(1, "install"), "configure": blob(2, "configure"), "start": blob(3, "start"),
            "stop": blob(4, "stop"), "dispose": blob(5, "dispose"),
        },
        "variables": variables(fleet, container),
        "members": [],
        "created": time(container.created),
        "updated": time(container.updated.unwrap_or(container.created)),
        "deleted": null,
        "schema": schema("boxes/script"),
    })
}

/// A box's variables: its environment, its ports, settings of what serves the web, and what it is bound to.
fn variables(fleet: &Fleet, container: &Container) -> Vec<Value> {
    let variable = |kind: &str, name: &str, value: &str| json!({ "required": true, "type": kind, "name": name, "value": value, "visibility": "public" });
    let secret = |name: &str| {
        let name = name.to_lowercase();
        ["password", "secret", "token"].iter().any(|word| name.contains(word))
    };
    let mut rows: Vec<Value> = container
        .env
        .iter()
        .map(|(name, value)| variable(if secret(name) { "Password" } else { "Text" }, name, value))
        .collect();
    rows.extend((0..).zip(&container.ports).map(|(nth, port)| {
        let inside = port.split(':').next_back().unwrap_or(port);
        let name = if nth == 0 { "port".to_owned() } else { format!("port_{nth}") };
        variable("Port", &name, inside)
    }));
    if container.workload == Workload::Web {
        let mut level = variable("Options", "log_level", "info");
        level["options"] = json!("debug,info,warning,error");
        let optional = [level, variable("Number", "workers", "4"), variable("File", "extra_config", "")];
        rows.extend(optional.into_iter().map(|mut variable| {
            variable["required"] = json!(false);
            variable
        }));
    }
    if let Some(bound) = bound_to(fleet, container) {
        let mut binding = variable("Binding", "database", &uuid(Kind::ScriptBox, bound));
        binding["tags"] = json!([]);
        rows.push(binding);
    }
    rows
}

fn policy(fleet: &Fleet, workspace: &Workspace, place: u32, location: &LocationPlan) -> Value {
    let founded = time(fleet.founded());
    let claims = claims(fleet, place);
    let flavor = if claims.contains(&"gpu") { "test.gpu" } else { "test.micro" };
    json!({
        "profile": {
            "image": "test",
            "instances": 1,
            "keypair": "test_keypair",
            "location": location.city,
            "flavor": flavor,
            "schema": schema("test/compute/profile"),
        },
        "provider_id": uuid(Kind::Provider, place),
        "automatic_updates": "off",
        "name": format!("{} in {}", workspace.name, location.code),
        "created": founded,
        "deleted": null,
        "variables": [],
        "updated": founded,
        "lifespan": { "operation": "none" },
        "visibility": "workspace",
        "members": [],
        "owner": workspace.id,
        "organization": ORGANIZATION,
        "claims": claims,
        "id": uuid(Kind::PolicyBox, policy_index(workspace.number, place)),
        "schema": schema("boxes/policy"),
    })
}

/// The cloud account at a place.
pub(in super::super) fn provider(fleet: &Fleet, owner: &str, place: u32, location: &LocationPlan) -> Value {
    let founded = time(fleet.founded());
    let id = uuid(Kind::Provider, place);
    json!({
        "id": id,
        "name": location.name,
        "type": "Test Provider",
        "description": "Machines that are simulated by real processes",
        "state": "ready",
        "owner": owner,
        "services": [{ "name": "Linux Compute" }],
        "members": [],
        "icon": "images/platform/linux.png",
        "uri": format!("/services/providers/{id}"),
        "created": founded,
        "updated": founded,
        "schema": schema("test/provider"),
    })
}
