//! Maps tasks to operations.

use arcstr::ArcStr;
use serde_json::Value;

use super::super::places::Regions;
use super::super::wire;
use super::{Mapper, date, state};
use crate::mapping::facts::Facts;
use qdeck_model::{Kind, Lifecycle, Operation, ResourceId};

impl Mapper {
    /// Maps a task.
    pub(crate) fn task(&self, wire: &wire::Task, regions: Option<&Regions>) -> Operation {
        let state = state::of_task(&self.strings, wire);
        let over = matches!(state.lifecycle, Lifecycle::Done | Lifecycle::Failed);
        // No start is sent. The last change is the end where no end is sent.
        let last = over.then_some(wire.updated_on.as_deref()).flatten();
        let region = wire.region_id.map(|id| match regions {
            Some(regions) => regions.name(id),
            None => id.to_string().into(),
        });
        let mut facts = Facts::new(&self.strings);
        facts.add("region_id", region.as_deref());
        facts.add("detailed_state", wire.detailed_state.as_deref());
        facts.add("request_id", wire.request_id.as_deref());
        facts.add("acknowledged_at", wire.acknowledged_at.as_deref());
        let name = wire.kind.as_deref().unwrap_or(&wire.id);
        Operation {
            target: target(wire),
            by: wire.user_id.as_deref().map(|user| self.strings.intern(&format!("user {user}"))),
            created: wire.created_on.timestamp(),
            finished: wire.finished_on.timestamp().or_else(|| date(last)),
            facts: facts.into_vec(),
            ..Operation::new(
                ResourceId::new(&self.context, Kind::Operation, &*wire.id),
                self.strings.intern(name),
                state,
            )
        }
    }
}

/// The target of a task: the name or id in its parameters, else the first resource it created.
fn target(wire: &wire::Task) -> Option<ArcStr> {
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
    let data = match &*wire.data {
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
