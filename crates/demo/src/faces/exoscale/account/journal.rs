//! The audit trail: every change that was asked for, kept thirty days.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// The time that events are kept, after the documentation of the audit trail.
pub(in crate::faces::exoscale) const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);
/// The most events that are kept.
const MOST: usize = 500;

/// Events, oldest first.
#[derive(Debug, Default)]
pub(in crate::faces::exoscale) struct Journal {
    events: VecDeque<(Timestamp, Value)>,
}

impl Journal {
    /// Writes down what happened; the time is put in front.
    pub(in crate::faces::exoscale) fn note(&mut self, at: Timestamp, mut event: Value) {
        let mut whole = json!({ "timestamp": time(at) });
        if let (Some(whole), Some(event)) = (whole.as_object_mut(), event.as_object_mut()) {
            whole.append(event);
        }
        if self.events.len() == MOST {
            self.events.pop_front();
        }
        // What is seeded comes in any order.
        let after = self.events.partition_point(|(then, _)| *then <= at);
        self.events.insert(after, (at, whole));
    }

    /// The events of a span, oldest first.
    pub(in crate::faces::exoscale) fn between(&self, from: Timestamp, to: Timestamp) -> Vec<Value> {
        self.events
            .iter()
            .filter(|(at, _)| (from..=to).contains(at))
            .map(|(_, event)| event.clone())
            .collect()
    }
}

/// A time to the second.
pub(in crate::faces::exoscale) fn time(at: Timestamp) -> String {
    format!("{at:.0}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_come_in_the_order_of_their_times() {
        let mut journal = Journal::default();
        let at = |second| Timestamp::from_second(1_700_000_000_i64 + second).expect("a time");
        for second in [3, 1, 2] {
            journal.note(at(second), json!({ "handler": second.to_string() }));
        }
        let found = journal.between(at(1), at(2));
        assert_eq!(found.len(), 2);
        assert_eq!(found[0], json!({ "timestamp": "2023-11-14T22:13:21Z", "handler": "1" }));
    }
}
