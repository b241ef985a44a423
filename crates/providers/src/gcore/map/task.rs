//! Tasks as operations.

use std::sync::Arc;

use serde_json::Value;

use super::super::places::Regions;
use super::super::wire;
use super::{Facts, Mapper, date, state};
use qdeck_model::{Kind, Lifecycle, Operation, ResourceId};

impl Mapper {
    pub(crate) fn task(&self, wire: &wire::Task, regions: Option<&Regions>) -> Operation {
        let state = state::of_task(&self.words, wire);
        let over = matches!(state.lifecycle, Lifecycle::Done | Lifecycle::Failed);
        // The last change is the end where no end is told.
        let last = over.then_some(wire.updated_on.as_deref()).flatten();
        let region = wire.region_id.map(|id| match regions {
            Some(regions) => regions.name(id),
            None => id.to_string().into(),
        });
        let mut facts = Facts::new(&self.words);
        facts.add("region_id", region.as_deref());
        facts.add("detailed_state", wire.detailed_state.as_deref());
        facts.add("request_id", wire.request_id.as_deref());
        facts.add("acknowledged_at", wire.acknowledged_at.as_deref());
        let name = wire.sort.as_deref().unwrap_or(&wire.id);
        Operation {
            id: ResourceId::new(&self.context, Kind::Operation, &*wire.id),
            name: self.words.share(name),
            state,
            progress: None,
            target: target(wire),
            by: wire.user_id.as_deref().map(|user| self.words.share(&format!("user {user}"))),
            steps: Vec::new(),
            created: date(wire.created_on.as_deref()),
            // A task does not say when it began: its first change is the nearest that is told, and no better.
            started: None,
            finished: date(wire.finished_on.as_deref()).or_else(|| date(last)),
            facts: facts.all,
        }
    }
}

/// What a task works on: what it was asked for by name or id, or else what it made.
fn target(wire: &wire::Task) -> Option<Arc<str>> {
    const NAMES: [&str; 8] = [
        "name",
        "instance_name",
        "deployment_name",
        "instance_id",
        "volume_id",
        "cluster_id",
        "resource_id",
        "id",
    ];
    // The parameters come as an object, or as a list with one.
    let data = match &wire.data {
        Value::Array(items) => items.first()?,
        other => other,
    };
    let scalar = |value: &Value| match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Array(items) => items.first().and_then(Value::as_str).map(str::to_owned),
        _ => None,
    };
    let asked = NAMES.iter().find_map(|name| scalar(data.get(name)?));
    let names = || scalar(data.get("names")?);
    let made = || wire.created_resources.values().find_map(scalar);
    asked.or_else(names).or_else(made).map(Into::into)
}
