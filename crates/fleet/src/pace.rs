//! How often a context is asked: the kind in view at the pace of the settings, the others more slowly, and all of them more
//! slowly still while the user is away. What is due by itself is due on a beat that all contexts have in common, so that the
//! process wakes once for all of it.

use std::time::Duration;

use tokio::time::Instant;

use super::Options;
use qdeck_model::Kind;

/// What the user attends to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Attention {
    /// The kind in view. `None`: every kind is listed as if it were.
    pub kind: Option<Kind>,
    /// The user is away from the terminal.
    pub is_away: bool,
}

impl Options {
    /// How many times slower than its settings say a kind is listed.
    pub(super) fn slowness(&self, kind: Kind, attention: Attention) -> u32 {
        let is_other = attention.kind.is_some_and(|in_view| in_view != kind);
        let others = if is_other { self.slow_others.max(1) } else { 1 };
        others.saturating_mul(self.slowness_away(attention))
    }

    /// How many times slower everything is for a user who is away.
    pub(super) fn slowness_away(&self, attention: Attention) -> u32 {
        if attention.is_away { self.slow_away.max(1) } else { 1 }
    }
}

/// The beat of a fleet, from its start on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Beat {
    origin: Instant,
}

impl Beat {
    pub(super) fn new() -> Self {
        Self { origin: Instant::now() }
    }

    /// The moment next to `pause` after `since` that is a whole number of periods after the start.
    pub(super) fn after(self, since: Instant, pause: Duration, period: Duration) -> Instant {
        let (at, period) = ((since + pause).saturating_duration_since(self.origin), period.as_nanos().max(1));
        let beats = (at.as_nanos() + period / 2) / period;
        let nanos = u64::try_from(beats.saturating_mul(period)).unwrap_or(u64::MAX);
        self.origin.checked_add(Duration::from_nanos(nanos)).unwrap_or(since + pause)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::fake::{Fake, id, receive, start};
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const TWO: &[Kind] = &[Kind::Instance, Kind::Container];

    #[tokio::test(start_paused = true)]
    async fn what_is_due_is_due_on_the_beat_next_to_it() {
        let beat = Beat::new();
        let start = beat.origin;
        for (since, pause, due) in
            [(0, 5, 5), (1, 5, 5), (2, 5, 5), (3, 5, 10), (7, 5, 10), (5, 20, 25), (9, 1, 10)]
        {
            let found = beat.after(start + SECOND * since, SECOND * pause, SECOND * 5);
            assert_eq!(found - start, SECOND * due, "{since} and {pause}");
        }
    }

    /// The seconds at which a kind was listed.
    fn times(fake: &Fake, kind: Kind, since: Instant) -> Vec<f64> {
        let times = fake.times(&format!("list {}", kind.singular()), since);
        times.into_iter().map(f64::round).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn a_kind_out_of_view_is_listed_more_rarely_and_at_once_when_it_comes_into_view() {
        let fake = Arc::new(Fake::new(TWO));
        let began = Instant::now();
        let (fleet, mut events) = start(&fake);
        let in_view = |kind| Attention { kind: Some(kind), is_away: false };
        fleet.attend(in_view(Kind::Instance));
        receive(&mut events, 32.0).await;
        assert_eq!(times(&fake, Kind::Instance, began), [0.0, 5.0, 10.0, 15.0, 20.0, 25.0, 30.0]);
        assert_eq!(times(&fake, Kind::Container, began), [0.0, 20.0]);
        fleet.attend(in_view(Kind::Container));
        receive(&mut events, 10.0).await;
        assert_eq!(times(&fake, Kind::Container, began), [0.0, 20.0, 32.0, 35.0, 40.0]);
        assert_eq!(times(&fake, Kind::Instance, began).last(), Some(&30.0), "it is not in view any more");
        // What was listed a moment ago is not listed for that.
        fleet.attend(in_view(Kind::Instance));
        fleet.attend(in_view(Kind::Container));
        receive(&mut events, 0.5).await;
        assert_eq!(times(&fake, Kind::Container, began).last(), Some(&40.0));
    }

    #[tokio::test(start_paused = true)]
    async fn all_is_slower_for_a_user_who_is_away_and_at_once_back() {
        let fake = Arc::new(Fake::new(TWO));
        let began = Instant::now();
        let (fleet, mut events) = start(&fake);
        fleet.watch(vec![id("i1")], None);
        let attention = Attention { kind: Some(Kind::Instance), is_away: true };
        fleet.attend(attention);
        receive(&mut events, 100.0).await;
        assert_eq!(times(&fake, Kind::Instance, began), [0.0, 30.0, 60.0, 90.0]);
        assert_eq!(times(&fake, Kind::Container, began), [0.0]);
        let sampled = fake.count("samples i1");
        assert!((8..=10).contains(&sampled), "every twelve seconds: {sampled}");
        fleet.attend(Attention { is_away: false, ..attention });
        receive(&mut events, 1.0).await;
        assert_eq!(times(&fake, Kind::Instance, began).last(), Some(&100.0));
        assert_eq!(times(&fake, Kind::Container, began).last(), Some(&100.0));
        receive(&mut events, 4.0).await;
        assert!(fake.count("samples i1") >= sampled + 2, "every two seconds");
        // The key that refreshes is answered while the user is away, too.
        fleet.attend(attention);
        receive(&mut events, 7.0).await;
        fleet.refresh();
        receive(&mut events, 1.0).await;
        assert_eq!(times(&fake, Kind::Instance, began).last(), Some(&112.0));
    }
}
