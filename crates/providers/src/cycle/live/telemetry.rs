//! Cycle's snapshots, which hold counters since the last restart, as samples, which hold rates.

use super::super::wire::Snapshot;
use qdeck_model::{Bytes, BytesPerSecond, Cores, Sample, Timestamp};

/// A memory limit beyond this is the kernel's word for "none", not a limit.
const UNLIMITED: f64 = 72_057_594_037_927_936.0; // 64 PiB

/// Counters at one moment.
#[derive(Debug, Clone, Copy)]
struct Counters {
    at: Timestamp,
    cpu_nanos: Option<f64>,
    network: Option<(f64, f64)>,
}

/// Turns snapshots, oldest first, into samples.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    last: Option<Counters>,
}

impl Meter {
    /// The sample that a snapshot completes. The first one has gauges only, since a rate needs two. `None` for a
    /// snapshot without a time, one that is not newer than the last, and an interval in which a counter went back (the
    /// instance was restarted).
    pub(crate) fn sample(&mut self, snapshot: &Snapshot) -> Option<Sample> {
        let at = Timestamp::parse(&snapshot.time)?;
        let now = Counters {
            at,
            cpu_nanos: *snapshot.cpu.usage.total,
            network: snapshot.network.interfaces.as_ref().map(|all| {
                let sum = |of: fn(&super::super::wire::Interface) -> f64| all.iter().map(of).sum();
                (sum(|it| *it.rx_bytes), sum(|it| *it.tx_bytes))
            }),
        };
        if self.last.is_some_and(|last| last.at >= at) {
            return None;
        }
        let last = self.last.replace(now);
        let mut sample = Sample::empty(at);
        sample.cpu_limit = snapshot.cpu.num_cores.filter(|cores| *cores > 0.0).map(Cores);
        sample.memory = snapshot.memory.usage.usage.and_then(bytes);
        sample.memory_limit = snapshot.memory.usage.limit.filter(|limit| *limit < UNLIMITED).and_then(bytes);
        sample.memory_limit = sample.memory_limit.filter(|limit| limit.0 > 0);
        sample.processes = snapshot.processes.current.and_then(count);
        let Some(last) = last else {
            return Some(sample);
        };
        let seconds = at.since(last.at).as_secs_f64();
        if let (Some(before), Some(after)) = (last.cpu_nanos, now.cpu_nanos) {
            sample.cpu = Some(Cores(rate(before, after, seconds)? / 1e9));
        }
        if let (Some(before), Some(after)) = (last.network, now.network) {
            sample.net_rx = Some(BytesPerSecond(rate(before.0, after.0, seconds)?));
            sample.net_tx = Some(BytesPerSecond(rate(before.1, after.1, seconds)?));
        }
        Some(sample)
    }
}

fn rate(before: f64, after: f64, seconds: f64) -> Option<f64> {
    let grown = after - before;
    (grown >= 0.0 && seconds > 0.0).then(|| grown / seconds).filter(|rate| rate.is_finite())
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked to be a number from 0 up; a cast saturates"
)]
fn bytes(value: f64) -> Option<Bytes> {
    (value >= 0.0).then_some(Bytes(value as u64))
}

fn count(value: f64) -> Option<u32> {
    u32::try_from(bytes(value)?.0).ok()
}
