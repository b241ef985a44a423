//! An instance's resource counters over time: cumulative since its start, never going backwards.

use std::collections::VecDeque;

use jiff::Timestamp;

use super::usage::Usage;

/// How many samples are kept: an hour of one a second.
const KEEP: usize = 3600;

/// The counters at one moment.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    /// When.
    pub at: Timestamp,
    /// The counters; CPU and transfer since the instance started.
    pub usage: Usage,
}

/// Counters and their history.
#[derive(Debug, Default)]
pub struct Meter {
    last: Usage,
    /// What ended processes took with them.
    carried: Usage,
    history: VecDeque<Sample>,
}

impl Meter {
    /// Takes a reading in. A counter that fell has lost a process that nobody waited for: what it had is carried on.
    pub fn take(&mut self, at: Timestamp, now: Usage) -> Sample {
        self.carried.cpu_ns += self.last.cpu_ns.saturating_sub(now.cpu_ns);
        self.carried.user_ns += self.last.user_ns.saturating_sub(now.user_ns);
        self.carried.kernel_ns += self.last.kernel_ns.saturating_sub(now.kernel_ns);
        self.carried.read += self.last.read.saturating_sub(now.read);
        self.carried.written += self.last.written.saturating_sub(now.written);
        self.last = now;
        let mut usage = now;
        usage.add(&self.carried);
        let sample = Sample { at, usage };
        if self.history.len() == KEEP {
            self.history.pop_front();
        }
        self.history.push_back(sample);
        sample
    }

    /// The instance starts anew: counters begin at zero, the history stays.
    pub fn restart(&mut self) {
        self.last = Usage::default();
        self.carried = Usage::default();
    }

    /// The latest sample.
    pub fn latest(&self) -> Option<Sample> {
        self.history.back().copied()
    }

    /// Samples within a time range, oldest first.
    pub fn between(&self, from: Option<Timestamp>, to: Option<Timestamp>) -> Vec<Sample> {
        let inside = |s: &&Sample| from.is_none_or(|f| s.at >= f) && to.is_none_or(|t| s.at <= t);
        self.history.iter().filter(inside).copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_vanishes_takes_nothing_back() {
        let mut meter = Meter::default();
        let cpu = |ns| Usage { user_ns: ns, ..Usage::default() };
        let totals: Vec<u64> = [100, 250, 40, 60]
            .into_iter()
            .map(|ns| meter.take(Timestamp::now(), cpu(ns)).usage.user_ns)
            .collect();
        assert_eq!(totals, [100, 250, 250, 270]);
        meter.restart();
        assert_eq!(meter.take(Timestamp::now(), cpu(5)).usage.user_ns, 5);
        assert_eq!(meter.between(None, None).len(), 5);
    }
}
