//! The rows that are being changed.

use std::collections::HashMap;

use super::super::writes::{BUSY_LIFE, WriteEvent, WritePhase};
use qdeck_model::{ResourceId, Timestamp, WriteId};

/// The change in progress of a resource.
#[derive(Debug, Clone, PartialEq)]
pub struct Busy {
    /// The write.
    pub write: WriteId,
    /// The word in the row: `stopping`.
    pub progress: &'static str,
    /// When it was confirmed.
    pub since: Timestamp,
    /// When there was news of it at last: without any for a quarter of an hour the mark is void.
    renewed: Timestamp,
}

/// The rows that something is being done to.
#[derive(Debug, Default)]
pub(super) struct BusyMarks {
    marks: HashMap<ResourceId, Busy>,
}

impl BusyMarks {
    /// Takes in news of a write. Returns whether what is shown changed.
    pub(super) fn apply(&mut self, event: &WriteEvent, now: Timestamp) -> bool {
        if event.makes.is_some() || event.target.is_context() {
            // Nothing is done to the target of what makes something new.
            return false;
        }
        let id = &event.target.id;
        if matches!(event.phase, WritePhase::Ended(_)) {
            let is_its = self.marks.get(id).is_some_and(|busy| busy.write == event.id);
            return is_its && self.marks.remove(id).is_some();
        }
        let mark = Busy {
            write: event.id.clone(),
            progress: event.action.progress,
            since: now.before(event.elapsed),
            renewed: now,
        };
        let before = self.marks.insert(id.clone(), mark);
        before.is_none_or(|before| before.write != event.id)
    }

    pub(super) fn get(&self, id: &ResourceId, now: Timestamp) -> Option<&Busy> {
        self.marks.get(id).filter(|busy| now.since(busy.renewed) < BUSY_LIFE)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::writes::{WriteEnd, WriteEvent};
    use qdeck_model::{Action, ActionId, Availability, ContextName, Danger, Kind, Target};

    fn event(write: &str, phase: WritePhase) -> WriteEvent {
        let id = ResourceId::new(&ContextName::new("exo"), Kind::Instance, "i1");
        WriteEvent {
            id: WriteId::new(write),
            action: Action {
                id: ActionId::INSTANCE_STOP,
                name: "Stop",
                key: 't',
                help: "",
                danger: Danger::Disruptive,
                progress: "stopping",
                has_form: false,
                in_bulk: true,
                availability: Availability::Yes,
            },
            target: Target { id, name: "web-1".into(), state: None },
            makes: None,
            elapsed: Duration::from_secs(3),
            phase,
        }
    }

    #[test]
    fn a_row_is_marked_until_its_write_ends_or_nothing_is_heard_of_it() {
        let (mut marks, now) = (BusyMarks::default(), Timestamp::now());
        let id = event("w1", WritePhase::Sent).target.id;
        assert!(marks.apply(&event("w1", WritePhase::Sent), now));
        assert!(!marks.apply(&event("w1", WritePhase::Accepted(None)), now));
        let busy = marks.get(&id, now).unwrap();
        assert_eq!((busy.progress, now.since(busy.since)), ("stopping", Duration::from_secs(3)));
        assert!(!marks.apply(&event("other", WritePhase::Ended(WriteEnd::Done)), now), "not its end");
        assert!(marks.get(&id, now).is_some());
        assert!(marks.get(&id, Timestamp::from_millis(now.as_millis() + 16 * 60 * 1000).unwrap()).is_none());
        assert!(marks.apply(&event("w1", WritePhase::Ended(WriteEnd::Done)), now));
        assert!(marks.get(&id, now).is_none());
    }
}
