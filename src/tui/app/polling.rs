//! How the contexts are asked: more slowly while the user is away, and with how many requests a second.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use crate::model::{ContextName, Timestamp};

/// The time over which requests are counted.
const WINDOW: Duration = Duration::from_secs(60);
/// Counts closer to each other than this are one.
const MIN_DISTANCE: Duration = Duration::from_secs(1);
/// Nothing is said of a shorter time: the first listings come all at once.
const MIN_SPAN: Duration = Duration::from_secs(10);

/// How the contexts are asked, for the header and the list of contexts.
#[derive(Debug, Default)]
pub(in crate::tui) struct Polling {
    /// The user is away, and everything is listed more slowly.
    pub is_away: bool,
    /// The requests to each context.
    pub rates: RequestRates,
}

/// The counts of requests over the last minute.
#[derive(Debug, Default)]
pub(in crate::tui) struct RequestRates {
    counts: HashMap<ContextName, VecDeque<(Timestamp, u64)>>,
}

impl RequestRates {
    /// Takes the number of requests of a context so far.
    pub fn take(&mut self, context: &ContextName, requests: u64, now: Timestamp) {
        let counts = match self.counts.get_mut(context) {
            Some(counts) => counts,
            None => self.counts.entry(context.clone()).or_default(),
        };
        // One from before the window is where it begins.
        while counts.get(1).is_some_and(|(at, _)| now.since(*at) >= WINDOW) {
            counts.pop_front();
        }
        match counts.back_mut() {
            Some((at, last)) if now.since(*at) < MIN_DISTANCE => *last = requests,
            _ => counts.push_back((now, requests)),
        }
    }

    /// Requests a second; `None` until enough is known.
    pub fn of(&self, context: &ContextName, now: Timestamp) -> Option<f64> {
        let counts = self.counts.get(context)?;
        let (since, before) =
            *counts.iter().rev().find(|(at, _)| now.since(*at) >= WINDOW).or(counts.front())?;
        let (_, last) = *counts.back()?;
        let span = now.since(since);
        #[expect(clippy::cast_precision_loss, reason = "requests of a minute")]
        let requests = last.saturating_sub(before) as f64;
        (span >= MIN_SPAN).then(|| requests / span.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_counted_over_the_last_minute() {
        let at = |seconds: i64| Timestamp::from_millis(1_000_000 + seconds * 1000).unwrap();
        let name = ContextName::new("a");
        let mut rates = RequestRates::default();
        assert_eq!(rates.of(&name, at(0)), None);
        rates.take(&name, 100, at(0));
        rates.take(&name, 110, at(5));
        assert_eq!(rates.of(&name, at(5)), None, "too soon");
        assert_eq!(rates.of(&name, at(10)), Some(1.0));
        for second in 6..=300_u32 {
            rates.take(&name, 110 + u64::from(second) * 2, at(second.into()));
        }
        let rate = rates.of(&name, at(300)).unwrap();
        assert!((1.9..=2.1).contains(&rate), "{rate}");
        assert!(rates.counts[&name].len() <= 62, "what is older is forgotten");
        // Nothing more is asked for: the rate falls.
        assert!(rates.of(&name, at(330)).unwrap() < 1.1);
        assert_eq!(rates.of(&name, at(400)), Some(0.0));
    }
}
