//! Maps the log of changes, and single operations, to operations.

use std::collections::HashSet;

use arcstr::ArcStr;
use serde_json::Value;

use super::Mapper;
use crate::exoscale::wire;
use crate::mapping::facts::Facts;
use crate::mapping::lenient::{Rows, Text};
use qdeck_model::{Kind, Lifecycle, Operation, ResourceId, State, Timestamp};

/// An event of the log, with an id made from its fields.
pub(crate) struct LoggedEvent {
    pub(crate) id: String,
    pub(crate) at: Option<Timestamp>,
    pub(crate) wire: wire::Event,
    pub(crate) raw: Value,
}

/// The events of a list, the newest first, each once: the log is of the organisation, so zones may repeat events.
pub(crate) fn logged_events(list: wire::EventList) -> Rows<LoggedEvent> {
    let mut seen = HashSet::new();
    let Rows { good, unreadable } = list.0;
    let mut all = Rows { good: Vec::with_capacity(good.len()), unreadable };
    for raw in good {
        let Ok(wire) = serde_json::from_value::<wire::Event>(raw.clone()) else {
            all.unreadable.rows += 1;
            all.unreadable.why.get_or_insert_with(|| "not an object".into());
            continue;
        };
        let (id, at) = (id_of(&wire), wire.timestamp.timestamp());
        if seen.insert(id.clone()) {
            all.good.push(LoggedEvent { id, at, wire, raw });
        }
    }
    all.good.sort_by_key(|event| std::cmp::Reverse(event.at));
    all
}

/// The id of an event: its request's id, since a request makes one event. Sign-ins have no request id, and are
/// distinguished by time and source.
fn id_of(wire: &wire::Event) -> String {
    let text = |text: &Text| text.0.clone().unwrap_or_default();
    match wire.request_id.as_deref() {
        Some(id) => format!("{id} {}", text(&wire.handler)),
        None => format!("{} {} {}", text(&wire.timestamp), text(&wire.handler), text(&wire.source_ip)),
    }
}

impl LoggedEvent {
    /// True where its parameters contain this id.
    pub(crate) fn is_about(&self, id: &str) -> bool {
        let contains = |params: &Value| {
            let Some(params) = params.as_object() else {
                return false;
            };
            let is = |value: &Value| value.as_str() == Some(id);
            params.values().any(|value| is(value) || value.get("id").is_some_and(is))
        };
        contains(&self.wire.path_params) || contains(&self.wire.body_params)
    }

    /// True where it makes something of this name: what there is already is named in its path.
    pub(crate) fn makes(&self, name: &str) -> bool {
        let is_of_something = self.wire.path_params.as_object().is_some_and(|params| !params.is_empty());
        !is_of_something && self.wire.body_params.get("name").and_then(Value::as_str) == Some(name)
    }

    /// True where its request was refused.
    pub(crate) fn is_refused(&self) -> bool {
        self.wire.status.as_deref().and_then(|status| status.parse::<u16>().ok()).is_some_and(|it| it >= 400)
    }
}

impl Mapper {
    /// Maps an event of the log.
    pub(crate) fn event(&self, event: &LoggedEvent) -> Operation {
        let wire = &event.wire;
        let intern = |text: &str| self.strings.intern(text);
        let by = wire.iam_user.email.as_ref();
        let by = by.or(wire.iam_api_key.name.as_ref()).or(wire.iam_api_key.key.as_ref());
        let mut facts = Facts::new(&self.strings);
        facts.add("zone", wire.zone.as_deref());
        facts.add("uri", wire.uri.as_deref());
        facts.add("source-ip", wire.source_ip.as_deref());
        facts.add("iam-role", wire.iam_role.name.as_deref());
        let ended = |at: Timestamp| {
            let after = at.as_millis().checked_add(wire.elapsed_ms.filter(|ms| *ms >= 0)?)?;
            Timestamp::from_millis(after)
        };
        Operation {
            target: self.target(wire),
            by: by.map(|by| intern(by)),
            created: event.at,
            started: event.at,
            finished: event.at.and_then(ended).or(event.at),
            facts: facts.into_vec(),
            ..Operation::new(
                ResourceId::new(&self.context, Kind::Operation, &*event.id),
                intern(wire.handler.as_deref().unwrap_or("event")),
                self.event_state(wire),
            )
        }
    }

    /// The status of the request: accepted or refused. The log does not contain its outcome.
    fn event_state(&self, wire: &wire::Event) -> State {
        let raw = wire.status.as_deref().unwrap_or("unknown");
        let lifecycle = match raw.parse::<u16>() {
            Ok(200..400) => Lifecycle::Done,
            Ok(400..600) => Lifecycle::Failed,
            _ => Lifecycle::Unknown,
        };
        let mut state = State::new(lifecycle, self.strings.intern(raw));
        state.reason = self.strings.intern_some(wire.message.as_deref());
        state
    }

    /// The target: the name of the instance where that is known, else the name in the request, else the id.
    fn target(&self, wire: &wire::Event) -> Option<ArcStr> {
        let ids = wire.path_params.as_object();
        let ids = ids.into_iter().flat_map(serde_json::Map::values).filter_map(Value::as_str);
        if let Some(name) = ids.clone().find_map(|id| self.name_of(id)) {
            return Some(name);
        }
        let sent = wire.body_params.get("name").and_then(Value::as_str);
        let id = sent.or_else(|| ids.clone().next())?;
        Some(self.strings.intern(id))
    }

    /// Maps a single operation, which belongs to a zone.
    pub(crate) fn operation(&self, id: &ResourceId, wire: &wire::Operation) -> Operation {
        let intern = |text: &str| self.strings.intern(text);
        let raw = wire.state.as_deref().unwrap_or("unknown");
        let lifecycle = match raw {
            "pending" => Lifecycle::Running,
            "success" => Lifecycle::Done,
            "failure" | "timeout" => Lifecycle::Failed,
            _ => Lifecycle::Unknown,
        };
        let mut state = State::new(lifecycle, intern(raw));
        let reasons = [&wire.reason, &wire.message].into_iter().filter_map(|it| it.as_deref());
        let reasons: Vec<&str> = reasons.collect();
        state.reason = (!reasons.is_empty()).then(|| intern(&reasons.join(": ")));
        let target = wire.reference.id.as_deref();
        Operation {
            target: target.map(|id| self.name_of(id).unwrap_or_else(|| intern(id))),
            ..Operation::new(
                id.clone(),
                intern(wire.reference.command.as_deref().unwrap_or("operation")),
                state,
            )
        }
    }
}
