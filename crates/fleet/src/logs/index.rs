//! Numbers of the lines that pass a test, kept in order while lines come and go at both ends.

use std::collections::VecDeque;

/// The numbers of the lines that passed, and from where on lines have been tested. The newest are tested first, so
/// that the end of a long log is right at once.
#[derive(Debug, Default)]
pub(super) struct Index {
    numbers: VecDeque<u64>,
    /// Lines from this number on have been tested.
    tested_from: u64,
}

impl Index {
    /// Begins anew with nothing tested before `end`.
    pub(super) fn reset(&mut self, end: u64) {
        self.numbers = VecDeque::new();
        self.tested_from = end;
    }

    pub(super) fn len(&self) -> usize {
        self.numbers.len()
    }

    pub(super) fn get(&self, at: usize) -> Option<u64> {
        self.numbers.get(at).copied()
    }

    /// The count of its numbers before `number`.
    pub(super) fn before(&self, number: u64) -> usize {
        self.numbers.partition_point(|&it| it < number)
    }

    pub(super) fn tested_from(&self) -> u64 {
        self.tested_from
    }

    /// A line at the end was tested.
    pub(super) fn append(&mut self, number: u64, passed: bool) {
        if passed {
            self.numbers.push_back(number);
        }
    }

    /// A line that was tested before was tested anew, since it changed.
    pub(super) fn set(&mut self, number: u64, passed: bool) {
        if number < self.tested_from {
            return;
        }
        let at = self.before(number);
        match (self.numbers.get(at) == Some(&number), passed) {
            (false, true) => self.numbers.insert(at, number),
            (true, false) => _ = self.numbers.remove(at),
            _ => {}
        }
    }

    /// The line just before those tested so far was tested.
    pub(super) fn prepend(&mut self, number: u64, passed: bool) {
        self.tested_from = number;
        if passed {
            self.numbers.push_front(number);
        }
    }

    /// Lines before `first` are no more.
    pub(super) fn evict(&mut self, first: u64) {
        while self.numbers.front().is_some_and(|&number| number < first) {
            self.numbers.pop_front();
        }
        self.tested_from = self.tested_from.max(first);
    }

    /// Forgets the lines from `number` on.
    pub(super) fn cut(&mut self, number: u64) {
        self.numbers.truncate(self.before(number));
    }

    pub(super) fn bytes(&self) -> usize {
        self.numbers.capacity() * size_of::<u64>()
    }
}
