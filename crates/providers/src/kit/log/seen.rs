//! Rows of polls: each answer brings rows of the one before again, and those are left out.

use std::collections::{HashSet, VecDeque};

use qdeck_model::Timestamp;

/// Rows remembered, by their keys.
const MAX_REMEMBERED_ROWS: usize = 10_000;

/// The rows that were reported so far, by a key each. The oldest are forgotten, and whatever is as old as they are counts
/// as seen.
#[derive(Debug, Default)]
pub(crate) struct SeenRows {
    keys: HashSet<u64>,
    order: VecDeque<(u64, Option<Timestamp>)>,
    floor: Option<Timestamp>,
}

impl SeenRows {
    /// Takes everything up to this moment for seen.
    pub(crate) fn since(floor: Option<Timestamp>) -> Self {
        Self { floor, ..Self::default() }
    }

    /// The moment up to which everything counts as seen.
    pub(crate) fn floor(&self) -> Option<Timestamp> {
        self.floor
    }

    /// Takes everything up to this moment for seen from here on.
    pub(crate) fn raise_floor(&mut self, floor: Option<Timestamp>) {
        self.floor = self.floor.max(floor);
    }

    /// Returns true if the row was reported, or is too old to be.
    pub(crate) fn has(&self, key: u64, at: Option<Timestamp>) -> bool {
        self.keys.contains(&key) || at.zip(self.floor).is_some_and(|(at, floor)| at <= floor)
    }

    /// Remembers a row. Returns whether it is new.
    pub(crate) fn insert(&mut self, key: u64, at: Option<Timestamp>) -> bool {
        if self.has(key, at) {
            return false;
        }
        self.keys.insert(key);
        self.order.push_back((key, at));
        true
    }

    /// Forgets the oldest rows, in the order in which they were remembered.
    pub(crate) fn forget_oldest(&mut self) {
        while self.order.len() > MAX_REMEMBERED_ROWS {
            if let Some((key, at)) = self.order.pop_front() {
                self.keys.remove(&key);
                self.raise_floor(at);
            }
        }
    }
}
