//! The operations that this program began. The API has no list of operations, only reads of one: so they are remembered
//! here and listed with the log of events, which shows that a change was asked for and not what became of it.

use std::collections::HashSet;

use arcstr::ArcStr;
use parking_lot::{Mutex, MutexGuard};

use super::super::map::events::LoggedEvent;
use qdeck_model::{Lifecycle, Operation, ResourceId, State, Target, Timestamp};

/// The latest are remembered.
const MAX_STARTED: usize = 200;

/// The operations started in this run, the latest last.
#[derive(Default)]
pub(crate) struct StartedOperations {
    all: Mutex<Vec<Started>>,
}

struct Started {
    /// The row as it was last read.
    row: Operation,
    target: ArcStr,
}

impl StartedOperations {
    /// Remembers an operation that was begun a moment ago.
    pub(super) fn add(&self, id: &ResourceId, call: &'static str, target: &Target) {
        let now = Timestamp::now();
        let row = Operation {
            id: id.clone(),
            name: call.into(),
            state: State::new(Lifecycle::Running, "pending"),
            progress: None,
            target: Some(target.name.clone()),
            by: None,
            steps: Vec::new(),
            created: Some(now),
            started: Some(now),
            finished: None,
            facts: Vec::new(),
        };
        let mut all = self.lock();
        if all.len() == MAX_STARTED {
            all.remove(0);
        }
        all.push(Started { row, target: target.id.id.clone() });
    }

    /// Adds to an operation that was read the fields that only its start returned, and caches its state.
    pub(crate) fn complete(&self, read: Operation) -> Operation {
        let mut all = self.lock();
        let Some(started) = all.iter_mut().find(|started| started.row.id == read.id) else {
            return read;
        };
        let is_over = matches!(read.state.lifecycle, Lifecycle::Done | Lifecycle::Failed);
        let finished = started.row.finished.or_else(|| is_over.then(Timestamp::now));
        started.row = Operation { state: read.state, finished, ..started.row.clone() };
        started.row.clone()
    }

    /// Those to be listed, the latest last, each with its event where the log has it: the two are one row, since the event
    /// shows who asked for it, and only the operation what became of it.
    pub(crate) fn rows<'a>(&self, log: &'a [LoggedEvent]) -> Vec<(Operation, Option<&'a LoggedEvent>)> {
        let mut taken: HashSet<&str> = HashSet::new();
        let all = self.lock();
        let with_event = |started: &Started| {
            // The log has the newest first: the same may have been done again since.
            let mut oldest_first = log.iter().rev();
            let event = oldest_first.find(|event| !taken.contains(&*event.id) && started.is_logged_as(event));
            taken.extend(event.map(|event| &*event.id));
            (started.row.clone(), event)
        };
        all.iter().map(with_event).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Started>> {
        self.all.lock()
    }
}

impl Started {
    fn is_logged_as(&self, event: &LoggedEvent) -> bool {
        // Events have times to the second.
        let since = self.row.created.map(|at| at.before(std::time::Duration::from_secs(2)));
        let is_its =
            event.is_about(&self.target) || self.row.target.as_deref().is_some_and(|name| event.makes(name));
        event.wire.handler.as_deref() == Some(&*self.row.name)
            && is_its
            && !event.is_refused()
            && event.at >= since
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::exoscale::map::events::logged_events;
    use qdeck_model::{ContextName, Kind};

    fn target() -> Target {
        let context = ContextName::new("exo");
        Target {
            id: ResourceId::scoped(&context, Kind::Instance, "ch-gva-2", "i1"),
            name: "web-1".into(),
            state: None,
        }
    }

    fn log(events: &serde_json::Value) -> Vec<LoggedEvent> {
        logged_events(serde_json::from_value(events.clone()).unwrap()).good
    }

    fn event(id: &str, handler: &str, instance: &str, status: u16) -> serde_json::Value {
        json!({"timestamp": Timestamp::now().to_string(), "handler": handler, "status": status,
            "request-id": id, "path-params": {"id": instance}})
    }

    fn events_of(started: &StartedOperations, log: &[LoggedEvent]) -> Vec<Option<String>> {
        started.rows(log).into_iter().map(|(_, event)| event.map(|event| event.id.clone())).collect()
    }

    #[test]
    fn an_operation_and_its_event_are_one_row_whatever_became_of_it() {
        let started = StartedOperations::default();
        let id = ResourceId::scoped(&ContextName::new("exo"), Kind::Operation, "ch-gva-2", "o1");
        started.add(&id, "stop-instance", &target());
        let mine = log(&json!([event("r1", "stop-instance", "i1", 200)]));
        let logged = [Some("r1 stop-instance".to_owned())];
        assert_eq!(events_of(&started, &mine), logged);
        let read = |lifecycle, raw: &str| {
            let (row, _) = started.rows(&[]).remove(0);
            started.complete(Operation { state: State::new(lifecycle, raw), name: "operation".into(), ..row })
        };
        let failed = read(Lifecycle::Failed, "failure");
        assert_eq!((&*failed.name, failed.target.as_deref()), ("stop-instance", Some("web-1")));
        assert!(failed.finished.is_some());
        assert_eq!(events_of(&started, &mine), logged);
        read(Lifecycle::Done, "success");
        assert_eq!(events_of(&started, &mine), logged);
        let others = [
            event("r2", "start-instance", "i1", 200),
            event("r3", "stop-instance", "i2", 200),
            event("r4", "stop-instance", "i1", 409),
        ];
        for other in others {
            assert_eq!(events_of(&started, &log(&json!([other]))), [None], "{other}");
        }
    }

    #[test]
    fn the_event_of_a_creation_names_what_is_made_and_not_its_id() {
        let started = StartedOperations::default();
        let id = ResourceId::scoped(&ContextName::new("exo"), Kind::Operation, "ch-gva-2", "o1");
        started.add(&id, "create-instance", &target());
        let made = |name: &str| {
            log(
                &json!([{"timestamp": Timestamp::now().to_string(), "handler": "create-instance", "status": 200,
                "request-id": "r1", "path-params": {}, "body-params": {"name": name}}]),
            )
        };
        assert_eq!(events_of(&started, &made("web-1")), [Some("r1 create-instance".to_owned())]);
        assert_eq!(events_of(&started, &made("web-2")), [None]);
    }

    #[test]
    fn the_same_done_twice_has_an_event_each() {
        let started = StartedOperations::default();
        for id in ["o1", "o2"] {
            let id = ResourceId::scoped(&ContextName::new("exo"), Kind::Operation, "ch-gva-2", id);
            started.add(&id, "reboot-instance", &target());
        }
        let mut later = event("r2", "reboot-instance", "i1", 200);
        let in_a_second = Timestamp::now().after(std::time::Duration::from_secs(1)).unwrap();
        later["timestamp"] = in_a_second.to_string().into();
        let both = log(&json!([event("r1", "reboot-instance", "i1", 200), later]));
        let first_then_second =
            [Some("r1 reboot-instance".to_owned()), Some("r2 reboot-instance".to_owned())];
        assert_eq!(events_of(&started, &both), first_then_second);
        assert_eq!(events_of(&started, &both[1..]), [Some("r1 reboot-instance".to_owned()), None]);
    }
}
