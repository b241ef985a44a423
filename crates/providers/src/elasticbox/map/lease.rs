//! Formats the leases of instances and the lifespans of policies.

use super::super::wire;
use qdeck_model::{Timestamp, age};

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
}
