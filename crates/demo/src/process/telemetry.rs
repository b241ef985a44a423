//! An instance's resource counters over time: cumulative since its start, never going backwards.

use std::collections::VecDeque;

use jiff::Timestamp;

use super::usage::Usage;
use crate::engine::sampler::CADENCE;

/// The most samples that are kept one by one: a minute of one a second.
const RECENT_SAMPLES: usize = 60;
/// The most samples that are kept behind them, [`CADENCE`] apart: an hour.
const OLDER_SAMPLES: usize = 720;

/// The counters at one moment.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    /// When.
    pub at: Timestamp,
    /// The counters; CPU and transfer since the instance started.
    pub usage: Usage,
}

/// Counters and their history: exact for the last minute, coarser for the hour before.
#[derive(Debug, Default)]
pub struct Meter {
    last: Usage,
    /// The counters of processes that have ended.
    carried: Usage,
    recent: VecDeque<Sample>,
    older: VecDeque<Sample>,
}

impl Meter {
    /// Takes a reading in. A counter that fell has lost a process that was never waited for: its part is carried on.
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
        self.keep(sample);
        sample
    }

    /// Appends a sample; what is older than a minute is thinned out.
    fn keep(&mut self, sample: Sample) {
        self.recent.push_back(sample);
        if self.recent.len() <= RECENT_SAMPLES {
            return;
        }
        let Some(aged) = self.recent.pop_front() else {
            return;
        };
        // One that came a little early is not left out: the gap would be twice as long.
        let near = |before: &Sample| aged.at.duration_since(before.at).unsigned_abs() < CADENCE * 4 / 5;
        if self.older.back().is_none_or(|before| !near(before)) {
            if self.older.len() == OLDER_SAMPLES {
                self.older.pop_front();
            }
            self.older.push_back(aged);
        }
    }

    /// The instance starts anew: counters begin at zero, the history stays.
    pub fn restart(&mut self) {
        self.last = Usage::default();
        self.carried = Usage::default();
    }

    /// Puts in what was before the first reading, oldest first; the counters go on from there.
    pub fn begin(&mut self, past: impl IntoIterator<Item = Sample>) {
        for sample in past {
            self.carried = Usage { resident: 0, processes: 0, ..sample.usage };
            self.keep(sample);
        }
    }

    /// The latest sample.
    pub fn latest(&self) -> Option<Sample> {
        self.recent.back().copied()
    }

    /// Samples within a time range, oldest first.
    pub fn between(&self, from: Option<Timestamp>, to: Option<Timestamp>) -> Vec<Sample> {
        let inside = |s: &&Sample| from.is_none_or(|f| s.at >= f) && to.is_none_or(|t| s.at <= t);
        self.older.iter().chain(&self.recent).filter(inside).copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cpu(ns: u64) -> Usage {
        Usage { user_ns: ns, ..Usage::default() }
    }

    fn second(number: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + number).expect("a time")
    }

    #[test]
    fn a_process_that_vanishes_takes_nothing_back() {
        let mut meter = Meter::default();
        let totals: Vec<u64> = [100, 250, 40, 60]
            .into_iter()
            .map(|ns| meter.take(Timestamp::now(), cpu(ns)).usage.user_ns)
            .collect();
        assert_eq!(totals, [100, 250, 250, 270]);
        meter.restart();
        assert_eq!(meter.take(Timestamp::now(), cpu(5)).usage.user_ns, 5);
        assert_eq!(meter.between(None, None).len(), 5);
    }

    #[test]
    fn a_day_of_samples_takes_no_more_than_two_hours_of_them() {
        let mut meter = Meter::default();
        let mut sizes = Vec::new();
        for number in 0..86_400 {
            meter.take(second(number), cpu(number.unsigned_abs()));
            if number == 7_200 || number == 86_399 {
                sizes.push((
                    meter.recent.len(),
                    meter.older.len(),
                    meter.recent.capacity() + meter.older.capacity(),
                ));
            }
        }
        assert_eq!(sizes[0], sizes[1]);
        assert_eq!((sizes[0].0, sizes[0].1), (RECENT_SAMPLES, OLDER_SAMPLES));
        let kept = meter.between(None, None);
        let gap = |pair: &[Sample]| pair[1].at.duration_since(pair[0].at).as_secs();
        assert!(kept.windows(2).all(|pair| (1..=5).contains(&gap(pair))), "a gap or a disorder");
        assert!(second(86_399).duration_since(kept[0].at).as_secs() >= 2_800, "less than most of an hour");
    }

    #[test]
    fn counters_go_on_from_the_past() {
        let mut meter = Meter::default();
        let past = [5, 10].map(|n| Sample {
            at: second(n),
            usage: Usage { resident: 9, processes: 1, ..cpu(n.unsigned_abs() * 100) },
        });
        meter.restart();
        meter.begin(past);
        let now = meter.take(second(12), Usage { resident: 7, processes: 1, ..cpu(3) });
        assert_eq!((now.usage.user_ns, now.usage.resident, now.usage.processes), (1003, 7, 1));
        assert_eq!(meter.between(None, None).len(), 3);
        meter.restart();
        assert_eq!(meter.take(second(13), cpu(1)).usage.user_ns, 1, "a new start begins at zero");
    }
}
