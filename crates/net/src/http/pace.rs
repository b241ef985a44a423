//! A ceiling on the requests that one context sends in the long run.

use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::{Instant, sleep_until};

/// The ceiling holds on average over this time: a burst may bring that many seconds' worth at once.
const AVERAGED_OVER: Duration = Duration::from_secs(10);

/// A token bucket that holds ten seconds' worth of requests and is full at the start.
///
/// After a burst that empties it, any ten seconds see at most ten times the requests of a second. With 50 a second:
///
/// ```text
/// 500 requests at once ── then one each 20 ms ── a rest of 4 s ── 200 at once ── then one each 20 ms
/// ```
pub(super) struct RequestPace {
    interval: Duration,
    /// When the bucket will be full again, if nothing more is sent.
    full_at: Mutex<Option<Instant>>,
}

impl RequestPace {
    /// A ceiling of so many requests a second, at least one.
    pub(super) fn new(per_second: u32) -> Self {
        Self { interval: Duration::from_secs(1) / per_second.max(1), full_at: Mutex::new(None) }
    }

    /// Waits until one more request may be sent. Those that wait are sent in their order. One that is given up meanwhile
    /// has used its turn.
    pub(super) async fn turn(&self) {
        let at = self.reserve(Instant::now());
        sleep_until(at).await;
    }

    /// Takes one request out of the bucket, and returns when it may be sent.
    fn reserve(&self, now: Instant) -> Instant {
        let mut full_at = self.full_at.lock();
        let full = full_at.map_or(now, |at| at.max(now)) + self.interval;
        *full_at = Some(full);
        // The bucket holds what the time until it is full is worth.
        full.checked_sub(AVERAGED_OVER).map_or(now, |at| at.max(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends as fast as it may for so long, and returns how many requests were sent in each second.
    fn greedy(pace: &RequestPace, began: Instant, seconds: usize) -> Vec<usize> {
        let mut sent = vec![0; seconds];
        let mut now = began;
        loop {
            now = pace.reserve(now);
            let second = usize::try_from((now - began).as_secs()).unwrap();
            match sent.get_mut(second) {
                Some(count) => *count += 1,
                None => return sent,
            }
        }
    }

    #[test]
    fn ten_seconds_of_requests_may_come_at_once_and_then_one_after_another() {
        let sent = greedy(&RequestPace::new(50), Instant::now(), 30);
        assert!((500..=551).contains(&sent[0]), "{sent:?}");
        assert!(sent[1..].iter().all(|second| (49..=51).contains(second)), "{sent:?}");
    }

    #[test]
    fn a_rest_fills_the_bucket_again_and_no_further() {
        let pace = RequestPace::new(50);
        let began = Instant::now();
        greedy(&pace, began, 20);
        let after = greedy(&pace, began + Duration::from_secs(24), 2);
        assert!((240..=260).contains(&after[0]), "four seconds' worth: {after:?}");
        let after = greedy(&pace, began + Duration::from_secs(3_600), 2);
        assert!((500..=551).contains(&after[0]), "{after:?}");
    }
}
