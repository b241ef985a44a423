//! The instance: a big document that holds its boxes and its policy whole.

use std::sync::Arc;

use serde::Serialize;
use serde_json::{Value, json};

use super::super::account::row::Row;
use super::super::names::{Kind, instance_id, machine_name, service_id, time, uuid};
use super::boxes::{Catalogue, bound_to, policy_index};
use crate::engine::fleet::{Fleet, Phase};

/// An instance as it is sent. The boxes are shared between the rows of a list, which is big enough as it is.
#[derive(Debug, Serialize)]
pub(in super::super) struct Document {
    #[serde(rename = "box")]
    deployed: String,
    updated: String,
    automatic_updates: &'static str,
    name: String,
    service: Value,
    tags: Vec<String>,
    policy_box: Option<Arc<Value>>,
    created: String,
    uri: String,
    id: String,
    state: &'static str,
    boxes: Boxes,
    members: Vec<Value>,
    owner: String,
    icon: Option<&'static str>,
    operation: Value,
    variables: Arc<Vec<Value>>,
    schema: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    lease: Option<Value>,
    /// The two samples of the list lack `bindings` and `deleted`; the sample of one instance has them.
    #[serde(flatten)]
    alone: Option<Alone>,
}

/// Fields that only the document of one instance has.
#[derive(Debug, Serialize)]
struct Alone {
    bindings: Vec<Value>,
    deleted: Option<String>,
}

/// The boxes of an instance: the catalogue's, or those that replaced them.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Boxes {
    Deployed([Arc<Value>; 1]),
    Changed(Arc<Vec<Value>>),
    None([Value; 0]),
}

/// A row of a list.
pub(in super::super) fn listed(row: &Row<'_>, catalogue: &Catalogue) -> Document {
    let record = row.record;
    let pair = row.pair();
    let owner = owner(row, catalogue);
    let id = row.id();
    let boxes = match record.and_then(|r| r.boxes.clone()) {
        Some(changed) => Boxes::Changed(changed),
        None => catalogue
            .script_box(row.instance.container)
            .map_or(Boxes::None([]), |document| Boxes::Deployed([document.clone()])),
    };
    Document {
        deployed: uuid(Kind::ScriptBox, row.instance.container),
        updated: time(row.updated()),
        automatic_updates: record.and_then(|r| r.updates).unwrap_or("off"),
        name: row.name(),
        service: json!({ "type": "Linux Compute", "id": service_id(row.key), "machines": machines(row) }),
        tags: tags(row),
        policy_box: catalogue.policy(policy_of(row, catalogue)).cloned(),
        created: time(row.instance.created),
        uri: format!("/services/instances/{id}"),
        id,
        state: pair.state,
        boxes,
        members: members(row, catalogue),
        operation: json!({ "event": pair.event, "workspace": owner, "created": time(pair.since) }),
        owner: owner.to_owned(),
        icon: None,
        variables: variables(row, catalogue),
        schema: "http://elasticbox.net/schemas/instance",
        lease: record.and_then(|r| r.lease).map(|lease| lease.document()),
        alone: None,
    }
}

/// One instance alone.
pub(in super::super) fn whole(row: &Row<'_>, fleet: &Fleet, catalogue: &Catalogue) -> Document {
    Document {
        alone: Some(Alone {
            bindings: bound(row, fleet)
                .map(|key| json!({ "name": "database", "instance": instance_id(key) }))
                .collect(),
            deleted: None,
        }),
        ..listed(row, catalogue)
    }
}

/// The workspace an instance belongs to.
pub(in super::super) fn owner<'a>(row: &Row<'a>, catalogue: &'a Catalogue) -> &'a str {
    match row.record.and_then(|r| r.owner.as_deref()) {
        Some(owner) => owner,
        None => catalogue.owner(row.container),
    }
}

/// The members an instance is shared with: of each team's box the first one with the caller, until that is changed.
pub(in super::super) fn members(row: &Row<'_>, catalogue: &Catalogue) -> Vec<Value> {
    if let Some(members) = row.record.and_then(|r| r.members.clone()) {
        return members;
    }
    let personal = catalogue.workspaces.first().map_or("", |w| w.id.as_str());
    if row.instance.ordinal == 1 && owner(row, catalogue) != personal {
        vec![json!({ "role": "collaborator", "workspace": personal })]
    } else {
        Vec::new()
    }
}

/// The policy an instance was deployed on.
pub(super) fn policy_of(row: &Row<'_>, catalogue: &Catalogue) -> u32 {
    row.record.and_then(|r| r.policy).unwrap_or_else(|| {
        let workspace = catalogue.workspace(owner(row, catalogue));
        policy_index(workspace.map_or(0, |w| w.number), row.location())
    })
}

fn tags(row: &Row<'_>) -> Vec<String> {
    let set = row.record.and_then(|r| r.tags.clone());
    set.unwrap_or_else(|| vec![row.container.identifier.clone()])
}

fn variables(row: &Row<'_>, catalogue: &Catalogue) -> Arc<Vec<Value>> {
    if let Some(set) = row.record.and_then(|r| r.variables.clone()) {
        return set;
    }
    let document = catalogue.script_box(row.instance.container);
    let own = document.and_then(|d| d["variables"].as_array().cloned());
    Arc::new(own.unwrap_or_default())
}

/// The state of the machine under an instance.
pub(in super::super) fn machine_state(phase: Phase) -> &'static str {
    match phase {
        Phase::Running | Phase::Stopped | Phase::Gone => "done",
        Phase::Failed => "unavailable",
        _ => "processing",
    }
}

/// True when the machine is listed: not while it is created. Some terminated instances still list theirs.
pub(in super::super) fn has_machine(row: &Row<'_>) -> bool {
    match row.instance.phase {
        Phase::New => false,
        Phase::Gone => row.key.is_multiple_of(2),
        Phase::Starting => (row.runs().last()).is_none_or(|run| run.current().is_none_or(|(nth, _)| nth > 0)),
        _ => true,
    }
}

fn machines(row: &Row<'_>) -> Vec<Value> {
    if !has_machine(row) {
        return Vec::new();
    }
    let state = machine_state(row.instance.phase);
    vec![json!({ "state": state, "name": machine_name(row.key), "workflow": [] })]
}

/// The instances that an instance is bound to.
pub(in super::super) fn bound<'f>(row: &Row<'_>, fleet: &'f Fleet) -> impl Iterator<Item = u32> + use<'f> {
    let target = bound_to(fleet, row.container).and_then(|key| fleet.containers.get(key));
    target.into_iter().flat_map(|c| c.instances.iter().copied()).take(8)
}
