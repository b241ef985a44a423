//! Formats the leases of instances and the lifespans of policies.

use std::sync::Arc;
use std::time::Duration;

use arcstr::ArcStr;

use super::super::wire;
use crate::mapping::interner::Interner;
use qdeck_model::{Fact, Timestamp, age};

/// The name of the fact.
pub(crate) const LEASE: &str = "lease";

/// The operation that is scheduled for an instance.
#[derive(Debug)]
pub(crate) struct Lease {
    operation: ArcStr,
    expire: Option<Timestamp>,
    released: bool,
}

impl Lease {
    /// `None` for an instance without one.
    pub(crate) fn of(wire: &wire::Lease, strings: &Interner) -> Option<Self> {
        Some(Self {
            operation: strings.intern(wire.operation.as_deref()?),
            expire: wire.expire.timestamp(),
            released: *wire.released,
        })
    }

    /// The operation with the time left: `terminate in 3h`.
    pub(crate) fn remaining(&self, now: Timestamp) -> String {
        let operation = &self.operation;
        match self.expire {
            _ if self.released => format!("{operation} done"),
            Some(expire) if expire > now => format!("{operation} in {}", age(expire.since(now))),
            Some(expire) => format!("{operation} due {} ago", age(now.since(expire))),
            None => operation.to_string(),
        }
    }

    /// When the text of [`Self::remaining`] changes next; `None` where it does not depend on the time.
    pub(crate) fn changes_at(&self, now: Timestamp) -> Option<Timestamp> {
        let expire = self.expire.filter(|_| !self.released)?;
        // The units of an age, each a multiple of the one before it.
        let unit_of = |age: Duration| match age.as_secs() {
            0..60 => 1,
            60..3600 => 60,
            3600..86_400 => 3600,
            86_400.. => 86_400,
        };
        let left = expire.since(now);
        if left > Duration::ZERO {
            let unit = unit_of(left);
            let whole = Duration::from_secs(left.as_secs() / unit * unit);
            // Only when less than that is left is another number shown.
            return now.after((left.saturating_sub(whole) + Duration::from_millis(1)).min(left));
        }
        let past = now.since(expire);
        let unit = unit_of(past);
        now.after(Duration::from_secs((past.as_secs() / unit + 1) * unit).saturating_sub(past))
    }

    /// The facts with the time that is left now.
    pub(crate) fn renewed(&self, facts: &[Fact], now: Timestamp) -> Arc<[Fact]> {
        let renew = |fact: &Fact| match fact.name {
            LEASE => Fact { name: LEASE, value: self.remaining(now).into() },
            _ => fact.clone(),
        };
        facts.iter().map(renew).collect()
    }
}

/// The lifespan of a policy: `terminate after 8 hours`.
pub(crate) fn lifespan(lifespan: &wire::Lifespan) -> Option<String> {
    let operation = lifespan.operation.as_deref().filter(|it| *it != "none")?;
    Some(match (lifespan.quantity.as_deref(), lifespan.interval.as_deref()) {
        (Some(quantity), Some(interval)) => format!("{operation} after {quantity} {interval}"),
        _ => operation.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapping::lenient::Lenient;

    #[test]
    fn a_lease_shows_the_time_that_is_left() {
        let now = Timestamp::parse("2015-10-29T16:00:00Z").unwrap();
        let lease = |operation: Option<&str>, expire: &str, released| {
            let wire = wire::Lease {
                operation: operation.map(Into::into).unwrap_or_default(),
                expire: expire.into(),
                released: Lenient(released),
            };
            Lease::of(&wire, &Interner::default())
        };
        for (expire, released, shown) in [
            ("2015-10-29 19:00:00.000000", false, "shutdown in 3h"),
            ("2015-10-29T15:50:00Z", false, "shutdown due 10m ago"),
            ("2015-10-29 15:50:00.000000", true, "shutdown done"),
            ("some day", false, "shutdown"),
        ] {
            assert_eq!(lease(Some("shutdown"), expire, released).unwrap().remaining(now), shown, "{expire}");
        }
        assert!(lease(None, "2015-10-29T15:50:00Z", false).is_none());
    }

    #[test]
    fn the_text_of_a_lease_is_the_same_until_it_changes() {
        let lease = Lease {
            operation: "shutdown".into(),
            expire: Timestamp::parse("2026-11-30T12:00:00Z"),
            released: false,
        };
        let mut now = Timestamp::parse("2026-11-27T11:59:30.500Z").unwrap();
        let end = Timestamp::parse("2026-12-03T00:00:00Z").unwrap();
        let mut changes = 0;
        while now < end {
            let next = lease.changes_at(now).unwrap();
            assert!(next > now, "{now}");
            let text = lease.remaining(now);
            let before = Timestamp::from_millis(next.as_millis() - 1).unwrap();
            assert_eq!(lease.remaining(before), text, "{now} to {before}");
            let after = Timestamp::from_millis(next.as_millis() + 1).unwrap();
            assert_ne!(lease.remaining(after), text, "{now} to {after}");
            (now, changes) = (next, changes + 1);
        }
        assert!(changes > 250, "{changes}: days, hours, minutes and seconds on both sides");
        assert_eq!(Lease { released: true, ..lease }.changes_at(now), None);
    }
}
