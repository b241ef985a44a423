//! Counters from before an instance was first attached to: its process starts only then, but the instance ran before.
//!
//! They follow the workload's habit, in waves of the instance's own that depend on the clock alone: a second request
//! returns the same past. The figures are averages over runs of the workloads themselves.

use std::f64::consts::TAU;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::telemetry::Sample;
use super::usage::Usage;
use crate::engine::sampler::CADENCE;
use crate::workload::Kind;

/// The time it reaches back.
pub const SPAN: Duration = Duration::from_secs(3600);

/// The average use of a workload.
struct Habit {
    /// Share of one processor.
    cpu: f64,
    /// The height of its waves, as a part of the average.
    swing: f64,
    /// Resident memory in bytes.
    resident: f64,
    /// The part of the memory that comes and goes with the waves.
    breath: f64,
    /// Bytes a second.
    read: f64,
    /// Bytes a second.
    written: f64,
}

impl Habit {
    /// `None` where nothing runs long enough to have a habit.
    fn of(kind: Kind) -> Option<Self> {
        let (cpu, swing, resident, breath, read, written) = match kind {
            Kind::Web => (0.006, 0.7, 24.5e6, 0.02, 10_500.0, 10_700.0),
            Kind::Train => (0.06, 0.6, 44.0e6, 0.2, 90_000.0, 2_300.0),
            Kind::Queue => (0.0001, 0.5, 20.0e6, 0.0, 35.0, 75.0),
            Kind::Db => (0.0001, 0.5, 20.3e6, 0.01, 159.0, 36.0),
            Kind::Quiet => (0.0, 0.0, 19.5e6, 0.0, 0.0, 0.02),
            Kind::Crash | Kind::Flood => return None,
        };
        Some(Self { cpu, swing, resident, breath, read, written })
    }

    /// The load at a second since 1970, about 1 on average.
    fn load(&self, seed: u32, second: i64) -> f64 {
        let mut dice = fastrand::Rng::with_seed(u64::from(seed) + 1);
        let mut wave = |shortest: f64, longest: f64| {
            let period = shortest + (longest - shortest) * dice.f64();
            // Within the period first: a sine of a large number is coarse.
            (TAU * (seconds(second) % period / period + dice.f64())).sin()
        };
        let waves = 0.6 * wave(240.0, 420.0) + 0.4 * wave(45.0, 90.0);
        let jitter = fastrand::Rng::with_seed(second.unsigned_abs() ^ (u64::from(seed) << 32)).f64() - 0.5;
        (1.0 + self.swing * (waves + 0.6 * jitter)).max(0.02)
    }
}

/// Samples of an instance that has run since `since`, up to `now`, oldest first and [`CADENCE`] apart.
pub fn samples(kind: Kind, seed: u32, since: Timestamp, now: Timestamp) -> Vec<Sample> {
    let step = i64::try_from(CADENCE.as_secs()).unwrap_or(5);
    let earliest = now.checked_sub(SignedDuration::try_from(SPAN).unwrap_or_default()).unwrap_or(since);
    let Some(habit) = Habit::of(kind) else {
        return Vec::new();
    };
    // Whole steps of the clock, so that the same moments have the same load.
    let first = earliest.max(since).as_second().div_euclid(step) + 1;
    let last = now.as_second().div_euclid(step);
    // What it used before has been at the average.
    let mut worked = seconds(first * step - since.as_second()).max(0.0);
    let mut found = Vec::new();
    for nth in first..=last {
        let second = nth * step;
        let load = habit.load(seed, second);
        worked += load * seconds(step);
        if let Ok(at) = Timestamp::from_second(second) {
            found.push(Sample { at, usage: habit.usage(worked, load) });
        }
    }
    found
}

impl Habit {
    /// The counters after so many seconds of average work, and the memory at a load.
    fn usage(&self, worked: f64, load: f64) -> Usage {
        let cpu_ns = whole(self.cpu * worked * 1e9);
        Usage {
            cpu_ns,
            user_ns: cpu_ns / 100 * 87,
            kernel_ns: cpu_ns / 100 * 13,
            resident: whole(self.resident * (1.0 + self.breath * (load - 1.0))),
            read: whole(self.read * worked),
            written: whole(self.written * worked),
            processes: 1,
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "seconds since 1970 stay far below 2^52")]
fn seconds(number: i64) -> f64 {
    number as f64
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counters are positive and below 2^63"
)]
fn whole(number: f64) -> u64 {
    number.max(0.0) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_700_000_003;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    #[test]
    fn an_hour_of_counters_rises_and_a_later_request_returns_the_same() {
        let past = samples(Kind::Web, 7, at(NOW - 90_000), at(NOW));
        assert_eq!(past.len(), 720);
        for pair in past.windows(2) {
            assert_eq!(pair[1].at.duration_since(pair[0].at), SignedDuration::from_secs(5));
            assert!(pair[1].usage.cpu_ns > pair[0].usage.cpu_ns, "the counter rests");
            assert!(pair[1].usage.written > pair[0].usage.written);
        }
        let share = |pair: &[Sample]| pair[1].usage.cpu_ns.abs_diff(pair[0].usage.cpu_ns) / 50_000_000;
        let shares: Vec<u64> = past.windows(2).map(share).collect();
        assert!(shares.iter().max() > shares.iter().min(), "a flat line: {shares:?}");
        let rates = |past: &[Sample]| -> Vec<u64> {
            let rises = past.windows(2).map(|p| (p[1].usage.cpu_ns - p[0].usage.cpu_ns) / 1_000_000);
            rises.take(600).collect()
        };
        let later = samples(Kind::Web, 7, at(NOW - 90_000), at(NOW + 60));
        assert_eq!(rates(&past[12..]), rates(&later));
        let other = samples(Kind::Web, 8, at(NOW - 90_000), at(NOW));
        assert_ne!(rates(&past), rates(&other), "every instance has waves of its own");
    }

    #[test]
    fn an_instance_that_just_started_has_no_past() {
        assert!(samples(Kind::Train, 1, at(NOW), at(NOW)).is_empty());
        assert_eq!(samples(Kind::Train, 1, at(NOW - 60), at(NOW)).len(), 12);
        assert!(samples(Kind::Crash, 1, at(NOW - 60), at(NOW)).is_empty());
    }
}
