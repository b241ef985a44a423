//! The declared configuration of instances and containers as it was seen to change: a history for platforms that keep
//! none. It begins with this run and is in memory alone.

use std::collections::VecDeque;

use arcstr::ArcStr;
use indexmap::IndexMap;
use serde_json::{Map, Value};

use qdeck_model::{Container, GpuRequest, Instance, Resource, ResourceId, Timestamp};

/// The most configurations of one resource that are kept, the latest ones.
const MAX_OF_A_RESOURCE: usize = 20;
/// The most resources of a kind whose changes are kept, those that changed last.
const MAX_RESOURCES: usize = 2_000;

/// A configuration that a resource was seen to have.
#[derive(Debug, Clone, PartialEq)]
pub struct Observed {
    /// When it was first seen so; `None` is the configuration that it had before its first change.
    pub at: Option<Timestamp>,
    /// Its name, size, image, labels and what else is declared of it. No state and no telemetry.
    pub document: Value,
}

/// The changes of the resources of one kind.
#[derive(Debug, Default)]
pub(super) struct ObservedChanges {
    by_resource: IndexMap<ResourceId, VecDeque<Observed>>,
}

impl ObservedChanges {
    /// Takes in that a row has changed.
    pub(super) fn note(&mut self, before: &Resource, after: &Resource, now: Timestamp) {
        if !has_changed(before, after) {
            return;
        }
        let (Some(before), Some(document)) = (declared(before), declared(after)) else { return };
        let id = after.id();
        // Those that changed last are at the end.
        let mut seen = self.by_resource.shift_remove(id).unwrap_or_default();
        if seen.is_empty() {
            seen.push_back(Observed { at: None, document: before });
        }
        seen.push_back(Observed { at: Some(now), document });
        if seen.len() > MAX_OF_A_RESOURCE {
            seen.pop_front();
        }
        self.by_resource.insert(id.clone(), seen);
        if self.by_resource.len() > MAX_RESOURCES {
            self.by_resource.shift_remove_index(0);
        }
    }

    /// Returns true if a resource was seen to change.
    pub(super) fn has(&self, id: &ResourceId) -> bool {
        self.by_resource.contains_key(id)
    }

    /// The configurations of a resource, the oldest first; none where it was not seen to change.
    pub(super) fn of(&self, id: &ResourceId) -> Vec<Observed> {
        self.by_resource.get(id).into_iter().flatten().cloned().collect()
    }
}

/// Compares without building anything: most changes of a row are of its state.
fn has_changed(before: &Resource, after: &Resource) -> bool {
    match (before, after) {
        (Resource::Instance(before), Resource::Instance(after)) => {
            before.name != after.name
                || before.size != after.size
                || before.image != after.image
                || before.location != after.location
                || before.labels != after.labels
                || before.gpus != after.gpus
        }
        (Resource::Container(before), Resource::Container(after)) => {
            before.name != after.name
                || before.image != after.image
                || before.instances != after.instances
                || before.cpu != after.cpu
                || before.memory != after.memory
                || before.gpus != after.gpus
                || before.location != after.location
                || before.endpoints != after.endpoints
                || before.labels != after.labels
        }
        _ => false,
    }
}

/// What is declared of a resource.
fn declared(resource: &Resource) -> Option<Value> {
    let document = match resource {
        Resource::Instance(it) => instance(it),
        Resource::Container(it) => container(it),
        _ => return None,
    };
    Some(Value::Object(document))
}

fn instance(it: &Instance) -> Map<String, Value> {
    let mut document = Map::new();
    document.insert("name".to_owned(), (*it.name).into());
    for (name, value) in [("size", &it.size), ("image", &it.image), ("location", &it.location)] {
        if let Some(value) = value {
            document.insert(name.to_owned(), (**value).into());
        }
    }
    add_labels(&mut document, &it.labels);
    add_gpus(&mut document, it.gpus.as_deref());
    document
}

fn container(it: &Container) -> Map<String, Value> {
    let mut document = Map::new();
    document.insert("name".to_owned(), (*it.name).into());
    for (name, value) in [("image", &it.image), ("location", &it.location)] {
        if let Some(value) = value {
            document.insert(name.to_owned(), (**value).into());
        }
    }
    if let Some(instances) = it.instances {
        document.insert("instances".to_owned(), instances.into());
    }
    if let Some(cpu) = it.cpu {
        document.insert("cpu".to_owned(), cpu.0.into());
    }
    if let Some(memory) = it.memory {
        document.insert("memory".to_owned(), memory.0.into());
    }
    if !it.endpoints.is_empty() {
        let endpoints: Vec<&str> = it.endpoints.iter().map(|endpoint| &**endpoint).collect();
        document.insert("endpoints".to_owned(), endpoints.into());
    }
    add_labels(&mut document, &it.labels);
    add_gpus(&mut document, it.gpus.as_ref());
    document
}

fn add_labels(document: &mut Map<String, Value>, labels: &[(ArcStr, ArcStr)]) {
    if !labels.is_empty() {
        let labels = labels.iter().map(|(name, value)| (name.to_string(), (**value).into()));
        document.insert("labels".to_owned(), Value::Object(labels.collect()));
    }
}

fn add_gpus(document: &mut Map<String, Value>, gpus: Option<&GpuRequest>) {
    if let Some(gpus) = gpus {
        let models: Vec<&str> = gpus.models.iter().map(|model| &**model).collect();
        document.insert("gpus".to_owned(), serde_json::json!({"count": gpus.count, "models": models}));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use qdeck_model::{ContextName, Kind, Lifecycle, State};

    fn instance_of(id: &str, size: &str, lifecycle: Lifecycle) -> Resource {
        let id = ResourceId::new(&ContextName::new("exo"), Kind::Instance, id);
        let state = State::new(lifecycle, lifecycle.word());
        Resource::Instance(Instance { size: Some(size.into()), ..Instance::new(id, "web-1", state) })
    }

    #[test]
    fn what_is_declared_is_kept_when_it_changes_and_states_are_not() {
        let (mut changes, now) = (ObservedChanges::default(), Timestamp::now());
        let small = instance_of("i1", "small", Lifecycle::Running);
        changes.note(&small, &instance_of("i1", "small", Lifecycle::Stopped), now);
        assert_eq!(changes.of(small.id()), []);
        let large = instance_of("i1", "large", Lifecycle::Stopped);
        changes.note(&small, &large, now);
        let seen = changes.of(small.id());
        let sizes: Vec<(Option<Timestamp>, &str)> =
            seen.iter().map(|it| (it.at, it.document["size"].as_str().unwrap())).collect();
        assert_eq!(sizes, [(None, "small"), (Some(now), "large")]);
        assert!(seen[0].document.get("state").is_none());
    }

    #[test]
    fn the_history_is_bounded_and_keeps_what_changed_last() {
        let (mut changes, now) = (ObservedChanges::default(), Timestamp::now());
        for turn in 0..50 {
            let of = |size: i32| instance_of("i1", &format!("size-{size}"), Lifecycle::Running);
            changes.note(&of(turn), &of(turn + 1), now);
        }
        let seen = changes.of(instance_of("i1", "", Lifecycle::Running).id());
        assert_eq!(
            (seen.len(), &seen[MAX_OF_A_RESOURCE - 1].document["size"]),
            (MAX_OF_A_RESOURCE, &"size-50".into())
        );
        for number in 0..MAX_RESOURCES {
            let of = |size| instance_of(&format!("other-{number}"), size, Lifecycle::Running);
            changes.note(&of("small"), &of("large"), now);
        }
        assert_eq!(changes.by_resource.len(), MAX_RESOURCES);
        assert_eq!(changes.of(seen_id()), [], "it changed longest ago");
    }

    fn seen_id() -> &'static ResourceId {
        static ID: std::sync::OnceLock<ResourceId> = std::sync::OnceLock::new();
        ID.get_or_init(|| ResourceId::new(&ContextName::new("exo"), Kind::Instance, "i1"))
    }
}
