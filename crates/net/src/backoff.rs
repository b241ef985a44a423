//! The pauses between the tries of something that fails in passing: growing, jittered, bounded.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};

/// A connection that lasted this long was healthy: the pause after it starts small again.
const HEALTHY_AFTER: Duration = Duration::from_secs(10);

/// The most that is added at random to a pause that the remote asked for.
const MAX_ADDED_TO_ASKED: Duration = Duration::from_secs(1);

/// The pauses after failures in a row. One value follows one thing that is tried again and again.
///
/// The pause doubles from failure to failure. Each is drawn at random between its step and twice its step, so that many
/// clients that lost the same server do not come back at the same moment, and none is longer than the longest. With a
/// first pause of 1 s and a longest of 60 s: 1 to 2 s, 2 to 4 s, 4 to 8 s, .., 30 to 60 s.
///
/// ```
/// # use std::time::Duration;
/// # use qdeck_net::Backoff;
/// let mut backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(60));
/// // After each failure, with what the remote asked for:
/// let pause = backoff.next_pause(None);
/// assert!(pause >= Duration::from_secs(1) && pause <= Duration::from_secs(2));
/// // The connection held for a while, then broke: not the old trouble.
/// backoff.lasted(Duration::from_secs(300));
/// ```
#[derive(Debug)]
pub struct Backoff {
    steps: ExponentialBuilder,
    left: ExponentialBackoff,
    longest: Duration,
}

impl Backoff {
    /// Starts with a pause of `first` to twice `first`; no pause is longer than `longest`.
    pub fn new(first: Duration, longest: Duration) -> Self {
        let steps = ExponentialBuilder::new()
            .with_min_delay(first.min(longest))
            .with_max_delay(longest / 2)
            .without_max_times()
            .with_jitter();
        Self { left: steps.build(), steps, longest }
    }

    /// The pause after another failure. Never shorter than `retry_after`, which is the remote's own wish; up to a second
    /// is added to that at random.
    pub fn next_pause(&mut self, retry_after: Option<Duration>) -> Duration {
        // Without a limit on their number the steps never end.
        let ours = self.left.next().unwrap_or(self.longest).min(self.longest);
        Self::at_least(ours, retry_after)
    }

    /// A pause at the upper end, for what hardly works any sooner: between half the longest and the longest, and never
    /// shorter than `retry_after`.
    pub fn longest_pause(&self, retry_after: Option<Duration>) -> Duration {
        let half = self.longest / 2;
        Self::at_least(half + half.mul_f32(fastrand::f32()), retry_after)
    }

    /// Starts again with the first pause: what was tried has worked.
    pub fn reset(&mut self) {
        self.left = self.steps.build();
    }

    /// Starts again with the first pause if a connection lasted long enough (10 s) to count as healthy. One that was
    /// accepted and broke at once is as good as a failed one.
    pub fn lasted(&mut self, duration: Duration) {
        if duration > HEALTHY_AFTER {
            self.reset();
        }
    }

    /// `ours`, or the pause that the remote asked for where that is longer.
    fn at_least(ours: Duration, retry_after: Option<Duration>) -> Duration {
        match retry_after {
            Some(asked) if asked > ours => {
                asked.saturating_add(MAX_ADDED_TO_ASKED.min(asked / 4).mul_f32(fastrand::f32()))
            }
            _ => ours,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SECOND: Duration = Duration::from_secs(1);

    proptest! {
        #[test]
        fn each_pause_lies_between_its_step_and_twice_its_step(
            first in 1_u64..5_000,
            longest in 1_u64..120_000,
            failures in 1_u32..40,
        ) {
            let (first, longest) = (Duration::from_millis(first), Duration::from_millis(longest));
            let mut backoff = Backoff::new(first, longest);
            let close = Duration::from_millis(1);
            for failure in 0..failures {
                let step = first.saturating_mul(2_u32.saturating_pow(failure));
                let pause = backoff.next_pause(None);
                prop_assert!(pause + close >= step.min(longest / 2), "{failure}: {pause:?}");
                prop_assert!(pause <= longest.min(step * 2 + close), "{failure}: {pause:?}");
            }
            let pause = backoff.longest_pause(None);
            prop_assert!(pause + close >= longest / 2 && pause <= longest + close, "{pause:?}");
        }

        #[test]
        fn no_pause_is_shorter_than_the_remote_asks(asked in 0_u64..86_400, failures in 0_usize..8) {
            let asked = Duration::from_secs(asked);
            let mut backoff = Backoff::new(SECOND, 60 * SECOND);
            for _ in 0..failures {
                backoff.next_pause(None);
            }
            let pause = backoff.next_pause(Some(asked));
            prop_assert!(pause >= asked && pause <= asked.max(60 * SECOND) + SECOND, "{pause:?} for {asked:?}");
            prop_assert!(backoff.longest_pause(Some(asked)) >= asked);
        }
    }

    #[test]
    fn pauses_differ_from_client_to_client() {
        let pauses: std::collections::BTreeSet<Duration> =
            (0..20).map(|_| Backoff::new(SECOND, 60 * SECOND).next_pause(None)).collect();
        assert!(pauses.len() > 10, "{pauses:?}");
    }

    #[test]
    fn only_health_starts_again_with_the_first_pause() {
        let mut backoff = Backoff::new(SECOND, 60 * SECOND);
        let tired =
            |backoff: &mut Backoff| (0..5).map(|_| backoff.next_pause(None)).max().unwrap() > 5 * SECOND;
        assert!(tired(&mut backoff));
        backoff.lasted(SECOND);
        assert!(backoff.next_pause(None) > 5 * SECOND, "it broke at once");
        backoff.lasted(11 * SECOND);
        assert!(backoff.next_pause(None) <= 2 * SECOND);
        assert!(tired(&mut backoff));
        backoff.reset();
        assert!(backoff.next_pause(None) <= 2 * SECOND);
    }
}
