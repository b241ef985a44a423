//! A table whose indices are given once and never again, and which forgets the oldest of its removed rows.
//!
//! Clients may still ask for a removed row for a while, so [`REMOVED_ROWS`] of them stay. Rows of the plan are in one
//! piece, because a big fleet has 100,000 of them; those that come later are few, and are dropped one by one.

use std::collections::{BTreeMap, VecDeque};

/// The most removed rows that stay.
pub const REMOVED_ROWS: usize = 200;

/// Rows by index.
#[derive(Debug)]
pub struct Rows<T> {
    /// The rows of the plan, from index 0.
    planned: Vec<T>,
    /// Those that came later, without the forgotten ones.
    later: BTreeMap<u32, T>,
    /// The next index.
    next: u32,
    /// True if the plan is complete.
    sealed: bool,
    /// Removed rows that stay for a while, oldest first.
    removed: VecDeque<u32>,
}

impl<T> Default for Rows<T> {
    fn default() -> Self {
        Self { planned: Vec::new(), later: BTreeMap::new(), next: 0, sealed: false, removed: VecDeque::new() }
    }
}

impl<T> Rows<T> {
    /// Makes room for so many more rows of the plan.
    pub fn reserve(&mut self, more: usize) {
        self.planned.reserve(more);
    }

    /// Ends the plan: rows that come from now on are forgotten some time after they are removed.
    pub fn seal(&mut self) {
        self.sealed = true;
    }

    /// Adds a row and returns its index; `None` once every index was given.
    pub fn push(&mut self, row: T) -> Option<u32> {
        let key = self.next;
        self.next = key.checked_add(1)?;
        if self.sealed {
            self.later.insert(key, row);
        } else {
            self.planned.push(row);
        }
        Some(key)
    }

    /// The row of an index, also a removed one until it is forgotten.
    pub fn get(&self, key: u32) -> Option<&T> {
        self.planned.get(key as usize).or_else(|| self.later.get(&key))
    }

    /// The row of an index, to be changed.
    pub fn get_mut(&mut self, key: u32) -> Option<&mut T> {
        match self.planned.get_mut(key as usize) {
            Some(row) => Some(row),
            None => self.later.get_mut(&key),
        }
    }

    /// Every row with its index, in their order.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        (0..).zip(&self.planned).chain(self.later.iter().map(|(key, row)| (*key, row)))
    }

    /// Returns the number of rows that came after the plan and are not removed.
    pub fn made(&self) -> usize {
        self.later.len().saturating_sub(self.removed.len())
    }

    /// Counts a row as removed, and forgets the one removed longest ago when too many are. Returns the index that is
    /// forgotten. A row of the plan keeps its place.
    pub fn retire(&mut self, key: u32) -> Option<u32> {
        if !self.later.contains_key(&key) {
            return None;
        }
        self.removed.push_back(key);
        if self.removed.len() <= REMOVED_ROWS {
            return None;
        }
        let oldest = self.removed.pop_front()?;
        self.later.remove(&oldest);
        Some(oldest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn removed_rows_are_forgotten_in_their_order_and_indices_never_come_back() {
        let mut rows = Rows::default();
        assert_eq!(rows.push("planned"), Some(0));
        rows.seal();
        let many = u32::try_from(REMOVED_ROWS).expect("small");
        for round in 1..=3 * many {
            assert_eq!(rows.push("made"), Some(round));
            let forgotten = rows.retire(round);
            assert_eq!(forgotten, round.checked_sub(many).filter(|key| *key > 0));
            assert_eq!(rows.iter().count(), 1 + REMOVED_ROWS.min(round as usize));
        }
        assert_eq!(rows.made(), 0);
        assert_eq!(rows.get(2 * many), None);
        assert_eq!(rows.get(3 * many), Some(&"made"));
        assert_eq!(rows.retire(0), None, "a row of the plan stays");
        assert_eq!(rows.get(0), Some(&"planned"));
    }
}
