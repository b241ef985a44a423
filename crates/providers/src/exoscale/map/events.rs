//! The log of changes as operations, and single operations.

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::Value;

use super::{Facts, Mapper};
use crate::exoscale::wire;
use qdeck_model::{Kind, Lifecycle, Operation, ResourceId, State, Timestamp};

/// An event that has been read, with the id it is known by.
pub(crate) struct Known {
    pub(crate) id: String,
    pub(crate) at: Option<Timestamp>,
    pub(crate) wire: wire::Event,
    pub(crate) raw: Value,
}

/// Events by id, the newest first, each once: the log belongs to the organisation, so zones may tell the same.
pub(crate) fn known(list: wire::EventList) -> Vec<Known> {
    let mut seen = HashSet::new();
    let mut all: Vec<Known> = list
        .events
        .good
        .into_iter()
        .filter_map(|raw| {
            let wire: wire::Event = serde_json::from_value(raw.clone()).ok()?;
            let id = id_of(&wire);
            let at = wire.timestamp.as_deref().and_then(Timestamp::parse);
            seen.insert(id.clone()).then_some(Known { id, at, wire, raw })
        })
        .collect();
    all.sort_by_key(|event| std::cmp::Reverse(event.at));
    all
}

/// One request makes one event. Sign-ins come without a request's id, and are told apart by when and from where.
fn id_of(wire: &wire::Event) -> String {
    let word = |word: &Option<String>| word.clone().unwrap_or_default();
    match &wire.request_id {
        Some(id) => format!("{id} {}", word(&wire.handler)),
        None => format!("{} {} {}", word(&wire.timestamp), word(&wire.handler), word(&wire.source_ip)),
    }
}

impl Known {
    /// Whether it is about the thing of this id.
    pub(crate) fn is_about(&self, id: &str) -> bool {
        let named = |params: &Value| {
            let Some(params) = params.as_object() else {
                return false;
            };
            let is = |value: &Value| value.as_str() == Some(id);
            params.values().any(|value| is(value) || value.get("id").is_some_and(is))
        };
        named(&self.wire.path_params) || named(&self.wire.body_params)
    }
}

impl Mapper {
    pub(crate) fn event(&self, event: &Known) -> Operation {
        let wire = &event.wire;
        let share = |word: &str| self.words.share(word);
        let by = wire.iam_user.email.as_ref();
        let by = by.or(wire.iam_api_key.name.as_ref()).or(wire.iam_api_key.key.as_ref());
        let mut facts = Facts::new(&self.words);
        facts.add("zone", wire.zone.as_deref());
        facts.add("uri", wire.uri.as_deref());
        facts.add("source-ip", wire.source_ip.as_deref());
        facts.add("iam-role", wire.iam_role.name.as_deref());
        let ended = |at: Timestamp| {
            let after = at.as_millis().checked_add(wire.elapsed_ms.filter(|ms| *ms >= 0)?)?;
            Timestamp::from_millis(after)
        };
        Operation {
            id: ResourceId::new(&self.context, Kind::Operation, &*event.id),
            name: share(wire.handler.as_deref().unwrap_or("event")),
            state: self.event_state(wire),
            progress: None,
            target: self.target(wire),
            by: by.map(|by| share(by)),
            steps: Vec::new(),
            created: event.at,
            started: event.at,
            finished: event.at.and_then(ended).or(event.at),
            facts: facts.all,
        }
    }

    /// The status of the request, which was accepted or was not; what became of it is not told.
    fn event_state(&self, wire: &wire::Event) -> State {
        let word = wire.status.as_deref().unwrap_or("unknown");
        let lifecycle = match word.parse::<u16>() {
            Ok(200..400) => Lifecycle::Done,
            Ok(400..600) => Lifecycle::Failed,
            _ => Lifecycle::Unknown,
        };
        let mut state = State::new(lifecycle, self.words.share(word));
        state.reason = wire.message.as_deref().map(|message| self.words.share(message));
        state
    }

    /// What it was about: the instance by its name where that is known, else the name that was sent, else the id.
    fn target(&self, wire: &wire::Event) -> Option<Arc<str>> {
        let ids = wire.path_params.as_object();
        let ids = ids.into_iter().flat_map(serde_json::Map::values).filter_map(Value::as_str);
        if let Some(name) = ids.clone().find_map(|id| self.name_of(id)) {
            return Some(name);
        }
        let sent = wire.body_params.get("name").and_then(Value::as_str);
        let id = sent.or_else(|| ids.clone().next())?;
        Some(self.words.share(id))
    }

    /// A change that takes time, in its zone.
    pub(crate) fn operation(&self, id: &ResourceId, wire: &wire::Operation) -> Operation {
        let share = |word: &str| self.words.share(word);
        let word = wire.state.as_deref().unwrap_or("unknown");
        let lifecycle = match word {
            "pending" => Lifecycle::Running,
            "success" => Lifecycle::Done,
            "failure" | "timeout" => Lifecycle::Failed,
            _ => Lifecycle::Unknown,
        };
        let mut state = State::new(lifecycle, share(word));
        let why = [&wire.reason, &wire.message].into_iter().flatten();
        let why: Vec<&str> = why.map(String::as_str).collect();
        state.reason = (!why.is_empty()).then(|| share(&why.join(": ")));
        let target = wire.reference.id.as_deref();
        Operation {
            id: id.clone(),
            name: share(wire.reference.command.as_deref().unwrap_or("operation")),
            state,
            progress: None,
            target: target.map(|id| self.name_of(id).unwrap_or_else(|| share(id))),
            by: None,
            steps: Vec::new(),
            created: None,
            started: None,
            finished: None,
            facts: Vec::new(),
        }
    }
}
