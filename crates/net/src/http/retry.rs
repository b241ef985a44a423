//! Retries of a failed read: their number, and the pauses before them.

use std::time::{Duration, SystemTime};

use crate::Backoff;

/// A request does not wait longer than this for its next try: it fails with the remote's wish, and its caller decides.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(20);

/// The longest pause between two tries of one request.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// The retries that one request has left.
pub(crate) struct Retries {
    left: usize,
    backoff: Backoff,
}

impl Retries {
    /// `count` retries, with a pause of `first` to twice `first` before the first of them, then growing.
    pub(crate) fn new(count: usize, first: Duration) -> Self {
        Self { left: count, backoff: Backoff::new(first, LONGEST_PAUSE) }
    }

    /// The pause before the next try, at least as long as the remote asks. `None` when no retry is left, or when the
    /// remote asks for a longer pause than one request waits.
    pub(crate) fn next_pause(&mut self, retry_after: Option<Duration>) -> Option<Duration> {
        self.left = self.left.checked_sub(1)?;
        if retry_after.is_some_and(|asked| asked > MAX_RETRY_AFTER) {
            return None;
        }
        Some(self.backoff.next_pause(retry_after))
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
    fn pauses_grow_and_stay_within_twice_their_step() {
        let first = Duration::from_millis(200);
        let mut retries = Retries::new(3, first);
        let all: Vec<_> = std::iter::from_fn(|| retries.next_pause(None)).collect();
        assert_eq!(all.len(), 3);
        for (pause, step) in all.iter().zip([200, 400, 800]) {
            let step = Duration::from_millis(step);
            assert!((step..=step * 2).contains(pause), "{pause:?} for {step:?}");
        }
        assert_eq!(Retries::new(0, first).next_pause(None), None);
    }

    #[test]
    fn the_remote_may_ask_for_more_but_not_for_too_much() {
        let second = Duration::from_secs(1);
        let pause = |asked| Retries::new(1, second).next_pause(asked);
        let ours = second..=second * 2;
        assert!(ours.contains(&pause(None).unwrap()));
        assert!(ours.contains(&pause(Some(Duration::ZERO)).unwrap()));
        assert!((second * 3..=second * 4).contains(&pause(Some(second * 3)).unwrap()));
        assert_eq!(pause(Some(second * 300)), None);
    }
}
