//! The rate at which a screen of pixels changes.

use std::collections::VecDeque;
use std::time::Duration;

use crate::model::Timestamp;
use crate::vnc::Generation;

/// The time over which updates are counted.
const PERIOD: Duration = Duration::from_secs(1);

/// The most that are counted.
const MAX_UPDATES: usize = 120;

/// Times of the latest updates that were drawn.
#[derive(Debug, Default)]
pub(super) struct Rate {
    seen: Generation,
    times: VecDeque<Timestamp>,
}

impl Rate {
    /// Takes note of what is drawn now.
    pub fn note(&mut self, generation: Generation, now: Timestamp) {
        self.times.retain(|time| now.since(*time) < PERIOD);
        if generation != self.seen {
            self.seen = generation;
            self.times.push_back(now);
            if self.times.len() > MAX_UPDATES {
                self.times.pop_front();
            }
        }
    }

    /// Updates in the second before.
    pub fn per_second(&self, now: Timestamp) -> usize {
        self.times.iter().filter(|time| now.since(**time) < PERIOD).count()
    }

    /// The time after which the rate is another one by itself; `None` while there are no updates.
    pub fn changes_in(&self) -> Option<Duration> {
        (!self.times.is_empty()).then_some(PERIOD)
    }
}
