//! The rate at which lines arrive.

use std::collections::VecDeque;

use crate::model::Timestamp;

/// Lines a second over the last few seconds.
#[derive(Debug, Default)]
pub(super) struct Rate {
    /// Second and lines in it, the latest last.
    seconds: VecDeque<(i64, u64)>,
}

impl Rate {
    /// Whole seconds that the rate is averaged over.
    const SPAN_SECONDS: i64 = 3;

    pub(super) fn count(&mut self, lines: usize, now: Timestamp) {
        let second = now.as_millis().div_euclid(1000);
        match self.seconds.back_mut() {
            Some((last, count)) if *last >= second => *count += lines as u64,
            _ => self.seconds.push_back((second, lines as u64)),
        }
        while self.seconds.len() > 8 {
            self.seconds.pop_front();
        }
    }

    /// Lines a second, the running second left out.
    pub(super) fn per_second(&self, now: Timestamp) -> u64 {
        let second = now.as_millis().div_euclid(1000);
        let lines: u64 = self
            .seconds
            .iter()
            .filter(|(at, _)| (second - Self::SPAN_SECONDS..second).contains(at))
            .map(|(_, count)| count)
            .sum();
        lines.div_ceil(Self::SPAN_SECONDS.unsigned_abs())
    }

    /// Returns true if lines arrived so lately that the rate will change by itself.
    pub(super) fn is_moving(&self, now: Timestamp) -> bool {
        let second = now.as_millis().div_euclid(1000);
        self.seconds.back().is_some_and(|(at, _)| *at >= second - Self::SPAN_SECONDS)
    }
}
