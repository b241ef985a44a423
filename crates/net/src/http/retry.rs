//! When a read is tried again, and how long is waited before.

use std::time::{Duration, SystemTime};

use backon::{BackoffBuilder, ExponentialBuilder};

/// Longer than this is not waited inside a request: it fails, tells when to come back, and whoever asked decides.
const PATIENCE: Duration = Duration::from_secs(20);

/// The waits between the tries of a read: 200 ms doubling to 5 s, each up to twice as long by chance so that many
/// clients do not come back in step.
pub(crate) fn waits(retries: usize, first: Duration) -> impl Iterator<Item = Duration> + Send {
    ExponentialBuilder::default()
        .with_min_delay(first)
        .with_max_delay(Duration::from_secs(5))
        .with_max_times(retries)
        .with_jitter()
        .build()
}

/// How long to wait before the next try: at least as long as the remote asked. `None` when it asked for more patience
/// than one request has.
pub(crate) fn wait(ours: Duration, asked: Option<Duration>) -> Option<Duration> {
    match asked {
        Some(asked) if asked > PATIENCE => None,
        Some(asked) => Some(ours.max(asked)),
        None => Some(ours),
    }
}

/// Reads a `Retry-After` header: seconds, or an HTTP date ([RFC 9110, 10.2.3](https://www.rfc-editor.org/rfc/rfc9110)).
/// A date in the past is no wait. More than a day is taken for a day, and nonsense for nothing.
pub(crate) fn retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    const DAY: Duration = Duration::from_secs(86_400);
    let value = value.trim();
    let asked = if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) {
        value.parse().map_or(DAY, Duration::from_secs)
    } else {
        let date = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(value).ok()?;
        SystemTime::from(date).duration_since(now).unwrap_or_default()
    };
    Some(asked.min(DAY))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_read_in_both_forms() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777); // Sun, 06 Nov 1994 08:49:37 GMT
        let seconds = Duration::from_secs;
        for (text, wait) in [
            ("120", Some(seconds(120))),
            (" 0 ", Some(seconds(0))),
            ("Sun, 06 Nov 1994 08:50:37 GMT", Some(seconds(60))),
            ("Sun, 06 Nov 1994 08:00:00 GMT", Some(seconds(0))),
            ("99999999999999999999999", Some(seconds(86_400))),
            ("Mon, 07 Nov 2095 08:00:00 GMT", Some(seconds(86_400))),
            ("-1", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(retry_after(text, now), wait, "{text}");
        }
    }

    #[test]
    fn waits_grow_and_stay_within_twice_their_step() {
        let first = Duration::from_millis(200);
        let all: Vec<_> = waits(3, first).collect();
        assert_eq!(all.len(), 3);
        for (wait, step) in all.iter().zip([200, 400, 800]) {
            let step = Duration::from_millis(step);
            assert!((step..=step * 2).contains(wait), "{wait:?} for {step:?}");
        }
        assert_eq!(waits(0, first).count(), 0);
    }

    #[test]
    fn the_remote_may_ask_for_more_but_not_for_too_much() {
        let second = Duration::from_secs(1);
        assert_eq!(wait(second, None), Some(second));
        assert_eq!(wait(second, Some(second * 3)), Some(second * 3));
        assert_eq!(wait(second, Some(Duration::ZERO)), Some(second));
        assert_eq!(wait(second, Some(second * 300)), None);
    }
}
