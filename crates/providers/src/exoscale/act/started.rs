//! The operations that this program began. The API has no list of operations, only reads of one: so they are remembered
//! here and listed beside the log of events, which shows that a change was asked for and not what became of it.

use arcstr::ArcStr;
use parking_lot::{Mutex, MutexGuard};

use super::super::map::events::LoggedEvent;
use qdeck_model::{Lifecycle, Operation, Resource, ResourceId, State, Target, Timestamp};

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

    /// Those to be listed: one that succeeded gives way to its event in the log, which names who asked for it.
    pub(crate) fn rows(&self, log: &[LoggedEvent]) -> Vec<Resource> {
        let all = self.lock();
        let listed = all.iter().filter(|started| {
            let is_done = started.row.state.lifecycle == Lifecycle::Done;
            !(is_done && log.iter().any(|event| started.is_logged_as(event)))
        });
        listed.map(|started| Resource::Operation(started.row.clone())).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Started>> {
        self.all.lock()
    }
}

impl Started {
    fn is_logged_as(&self, event: &LoggedEvent) -> bool {
        // Events have times to the second.
        let since = self.row.created.map(|at| at.before(std::time::Duration::from_secs(2)));
        event.wire.handler.as_deref() == Some(&*self.row.name)
            && event.is_about(&self.target)
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

    fn log(handler: &str, instance: &str) -> Vec<LoggedEvent> {
        let event = json!([{"timestamp": Timestamp::now().to_string(), "handler": handler, "status": 200,
            "path-params": {"id": instance}}]);
        logged_events(serde_json::from_value(event).unwrap()).good
    }

    #[test]
    fn an_operation_is_listed_until_the_log_tells_of_its_success() {
        let started = StartedOperations::default();
        let id = ResourceId::scoped(&ContextName::new("exo"), Kind::Operation, "ch-gva-2", "o1");
        started.add(&id, "stop-instance", &target());
        let mine = log("stop-instance", "i1");
        let row = |log: &[LoggedEvent]| started.rows(log).first().and_then(|row| row.state().cloned());
        assert_eq!(row(&mine).unwrap().lifecycle, Lifecycle::Running);
        let read = |lifecycle, raw: &str| {
            let Resource::Operation(row) = started.rows(&[]).remove(0) else { panic!("an operation") };
            started.complete(Operation { state: State::new(lifecycle, raw), name: "operation".into(), ..row })
        };
        let failed = read(Lifecycle::Failed, "failure");
        assert_eq!((&*failed.name, failed.target.as_deref()), ("stop-instance", Some("web-1")));
        assert!(failed.finished.is_some());
        assert_eq!(
            row(&mine).unwrap().lifecycle,
            Lifecycle::Failed,
            "the log shows only that it was asked for"
        );
        read(Lifecycle::Done, "success");
        for other in [log("start-instance", "i1"), log("stop-instance", "i2"), Vec::new()] {
            assert!(row(&other).is_some());
        }
        assert_eq!(row(&mine), None);
    }
}
