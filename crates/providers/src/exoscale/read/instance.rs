//! An instance section by section: itself, what it refers to, and what is kept about it elsewhere.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::mpsc::Sender;

use super::super::api::{Ask, Zone};
use super::super::{Deck, wire};
use super::sections::{Part, script, send_parts};
use super::{log, zone_of};
use crate::Section;
use qdeck_model::{Problem, ProblemKind, ResourceId};

/// Reports the instance, then everything that it refers to.
pub(super) async fn sections(
    deck: &Arc<Deck>,
    id: &ResourceId,
    out: &Sender<Section>,
) -> Result<(), Problem> {
    let zone = zone_of(deck, id).await?;
    let ask = Ask::new("get-instance", &["instance", &id.id]);
    let value: Value = deck.api.get(&zone, &ask).await?;
    let parts = parts(deck, &zone, id, &value);
    if send_parts(vec![Part::known("instance", value)], out).await.is_some() {
        send_parts(parts, out).await;
    }
    Ok(())
}

/// Everything that an instance refers to, and what is kept about it elsewhere.
fn parts(deck: &Arc<Deck>, zone: &Arc<Zone>, id: &ResourceId, value: &Value) -> Vec<Part> {
    let mut parts = Vec::new();
    let instance = id.id.to_string();
    if let Some(script) = value.get("user-data").and_then(Value::as_str).and_then(script) {
        parts.push(Part::known("user-data", json!({"user-data": script})));
    }
    for (noun, operation) in [
        ("instance-type", "get-instance-type"),
        ("template", "get-template"),
        ("deploy-target", "get-deploy-target"),
    ] {
        if let Some(it) = word(value.get(noun), "id") {
            parts.push(Part::read(noun, deck, zone, Ask::new(operation, &[noun, &it])));
        }
    }
    for (field, operation, noun) in [
        ("security-groups", "get-security-group", "security-group"),
        ("elastic-ips", "get-elastic-ip", "elastic-ip"),
        ("private-networks", "get-private-network", "private-network"),
        ("anti-affinity-groups", "get-anti-affinity-group", "anti-affinity-group"),
        ("snapshots", "get-snapshot", "snapshot"),
    ] {
        parts.push(Part::each(field, deck, zone, operation, noun, words(value, field, "id")));
    }
    let mut keys = words(value, "ssh-keys", "name");
    if keys.is_empty() {
        keys.extend(word(value.get("ssh-key"), "name"));
    }
    parts.push(Part::each("ssh-keys", deck, zone, "get-ssh-key", "ssh-key", keys));
    if value.pointer("/manager/type").and_then(Value::as_str) == Some("instance-pool")
        && let Some(pool) = word(value.get("manager"), "id")
    {
        let ask = Ask::new("get-instance-pool", &["instance-pool", &pool]);
        parts.push(Part::read("instance-pool", deck, zone, ask));
    }
    parts.push(volumes(deck, zone, instance.clone()));
    parts.push(volume_snapshots(deck, zone, words(value, "block-storage-volumes", "id")));
    let path = ["reverse-dns", "instance", &*instance];
    let ask = Ask::new("get-reverse-dns-instance", &path);
    parts.push(Part::read("reverse-dns", deck, zone, ask));
    if let Some(template) = word(value.get("template"), "id") {
        parts.push(password(deck, zone, instance.clone(), template));
    }
    parts.push(events(deck, instance));
    parts
}

/// The operations on it today.
fn events(deck: &Arc<Deck>, instance: String) -> Part {
    let deck = deck.clone();
    Part::new("events", async move {
        let events = log::events(&deck, log::MAX_AGE_ASIDE).await;
        let events = match &*events {
            Ok(events) => events,
            Err(problem) => return Some(Err(problem.clone())),
        };
        let mine = events.good.iter().filter(|event| event.is_about(&instance));
        Some(Ok(Value::Array(mine.map(|event| event.raw.clone()).collect())))
    })
}

fn volumes(deck: &Arc<Deck>, zone: &Arc<Zone>, instance: String) -> Part {
    let (deck, zone) = (deck.clone(), zone.clone());
    Part::new("block-storage-volumes", async move {
        let ask = Ask::new("list-block-storage-volumes", &["block-storage"]).query("instance-id", &instance);
        let list: Result<Value, Problem> = deck.api.get(&zone, &ask).await;
        Some(list.map(|list| list.get("block-storage-volumes").cloned().unwrap_or(list)))
    })
}

/// The snapshots of these volumes. Their list has no filter; without volumes it is not asked for.
fn volume_snapshots(deck: &Arc<Deck>, zone: &Arc<Zone>, volumes: Vec<String>) -> Part {
    let (deck, zone) = (deck.clone(), zone.clone());
    Part::new("block-storage-snapshots", async move {
        if volumes.is_empty() {
            return None;
        }
        let ask = Ask::new("list-block-storage-snapshots", &["block-storage-snapshot"]);
        let list: Result<Value, Problem> = deck.api.get(&zone, &ask).await;
        let is_mine = |snapshot: &Value| {
            let volume = word(snapshot.get("block-storage-volume"), "id");
            volume.is_some_and(|volume| volumes.contains(&volume))
        };
        Some(list.map(|list| {
            let all = list.get("block-storage-snapshots").and_then(Value::as_array);
            Value::Array(all.into_iter().flatten().filter(|it| is_mine(it)).cloned().collect())
        }))
    })
}

/// The password of the first day, where the template has such a thing; it is masked like every secret.
fn password(deck: &Arc<Deck>, zone: &Arc<Zone>, instance: String, template: String) -> Part {
    let (deck, zone) = (deck.clone(), zone.clone());
    Part::new("password", async move {
        let known = deck.catalogues.of(&zone.name).template(&template);
        let enabled = if let Some(known) = known {
            known.password_enabled
        } else {
            let ask = Ask::new("get-template", &["template", &template]);
            let wire: wire::Template = deck.api.get(&zone, &ask).await.ok()?;
            *wire.password_enabled
        };
        if !enabled {
            return None;
        }
        let path = format!("{instance}:password");
        let ask = Ask::new("reveal-instance-password", &["instance", &path]);
        match deck.api.get(&zone, &ask).await {
            // It is kept for a day at most.
            Err(problem) if problem.kind == ProblemKind::NotFound => None,
            answer => Some(answer),
        }
    })
}

fn word(value: Option<&Value>, name: &str) -> Option<String> {
    value?.get(name)?.as_str().map(str::to_owned)
}

/// One word of each thing in a list.
fn words(value: &Value, list: &str, name: &str) -> Vec<String> {
    let all = value.get(list).and_then(Value::as_array);
    all.into_iter().flatten().filter_map(|it| word(Some(it), name)).collect()
}
