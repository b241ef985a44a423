//! Formats the leases of instances and the lifespans of policies.

use std::sync::Arc;
use std::time::Duration;

use super::super::wire;
use qdeck_model::{Fact, Timestamp, age};

/// The name of the fact.
pub(crate) const LEASE: &str = "lease";

/// The operation of a lease with the time left: `terminate in 3h`. `None` for an instance without a lease.
pub(crate) fn remaining(lease: &wire::Lease, now: Timestamp) -> Option<String> {
    let operation = lease.operation.as_deref()?;
    let expire = lease.expire.timestamp();
    Some(match expire {
        _ if *lease.released => format!("{operation} done"),
        Some(expire) if expire > now => format!("{operation} in {}", age(expire.since(now))),
        Some(expire) => format!("{operation} due {} ago", age(now.since(expire))),
        None => operation.to_owned(),
    })
}

/// When the text of [`remaining`] changes next; `None` where it does not depend on the time.
pub(crate) fn changes_at(lease: &wire::Lease, now: Timestamp) -> Option<Timestamp> {
    let expire = lease.expire.timestamp().filter(|_| lease.operation.is_some() && !*lease.released)?;
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
pub(crate) fn renewed(facts: &[Fact], lease: &wire::Lease, now: Timestamp) -> Arc<[Fact]> {
    let left = remaining(lease, now);
    let renew = |fact: &Fact| match &left {
        Some(left) if fact.name == LEASE => Fact { name: LEASE, value: left.as_str().into() },
        _ => fact.clone(),
    };
    facts.iter().map(renew).collect()
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
        let lease = |expire: &str, released| wire::Lease {
            operation: "shutdown".into(),
            expire: expire.into(),
            released: Lenient(released),
        };
        for (expire, released, shown) in [
            ("2015-10-29 19:00:00.000000", false, "shutdown in 3h"),
            ("2015-10-29T15:50:00Z", false, "shutdown due 10m ago"),
            ("2015-10-29 15:50:00.000000", true, "shutdown done"),
            ("some day", false, "shutdown"),
        ] {
            assert_eq!(remaining(&lease(expire, released), now).as_deref(), Some(shown), "{expire}");
        }
        assert_eq!(remaining(&wire::Lease::default(), now), None);
    }

    #[test]
    fn the_text_of_a_lease_is_the_same_until_it_changes() {
        let lease = wire::Lease {
            operation: "shutdown".into(),
            expire: "2026-11-30T12:00:00Z".into(),
            released: Lenient(false),
        };
        let mut now = Timestamp::parse("2026-11-27T11:59:30.500Z").unwrap();
        let end = Timestamp::parse("2026-12-03T00:00:00Z").unwrap();
        let mut changes = 0;
        while now < end {
            let next = changes_at(&lease, now).unwrap();
            assert!(next > now, "{now}");
            let text = remaining(&lease, now);
            let before = Timestamp::from_millis(next.as_millis() - 1).unwrap();
            assert_eq!(remaining(&lease, before), text, "{now} to {before}");
            let after = Timestamp::from_millis(next.as_millis() + 1).unwrap();
            assert_ne!(remaining(&lease, after), text, "{now} to {after}");
            (now, changes) = (next, changes + 1);
        }
        assert!(changes > 250, "{changes}: days, hours, minutes and seconds on both sides");
        assert_eq!(changes_at(&wire::Lease::default(), now), None);
    }
}
