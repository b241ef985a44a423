//! Ids and times as this platform writes them: version 4 UUIDs that fold an index in, and its several ways of telling
//! a moment.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// The kind of thing that an id names; each kind has ids of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u16)]
pub(super) enum Kind {
    /// A virtual machine: the engine's index.
    Instance = 0x1a2b,
    /// A task: the engine's job number.
    Task = 0x2c5d,
    /// A machine's nth volume, `instance * 8 + nth`.
    Volume = 0x3e81,
    /// A machine's nth port, `instance * 8 + nth`.
    Port = 0x47f3,
    /// A region's nth network.
    Network = 0x50b9,
    /// The subnet of such a network.
    Subnet = 0x6617,
    /// A region's nth security group.
    Group = 0x7da4,
    /// A security group's nth rule.
    Rule = 0x81c6,
    /// A key pair.
    Key = 0x9b30,
    /// An image of a region.
    Image = 0xa4ef,
    /// A region's nth placement group.
    Placement = 0xb852,
    /// A floating address of a machine.
    Floating = 0xc73d,
    /// A cluster of accelerators: the container's index.
    Cluster = 0xd1e0,
    /// An entry of the audit log.
    Action = 0xe69f,
}

/// Spreads neighbouring numbers apart. Every step can be undone, so no two inputs meet.
fn spread(mut n: u64) -> u64 {
    n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    n ^ (n >> 31)
}

/// Scrambles an index so that ids do not count up; [`unfold`] undoes it.
fn fold(key: u32, kind: Kind) -> u32 {
    (key ^ (u32::from(kind as u16) << 7)).wrapping_mul(0x9e37_79b1)
}

/// The inverse of the odd factor modulo 2^32.
const INVERSE: u32 = 0x0e8b_2f51;

fn unfold(folded: u32, kind: Kind) -> u32 {
    folded.wrapping_mul(INVERSE) ^ (u32::from(kind as u16) << 7)
}

/// The UUID of the `key`th thing of a kind.
pub(super) fn uuid(kind: Kind, key: u32) -> String {
    let folded = fold(key, kind);
    let more = spread((u64::from(kind as u16) << 32) | u64::from(key));
    format!(
        "{folded:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        more & 0xffff,
        (more >> 16) & 0xfff,
        0x8000 | ((more >> 28) & 0x3fff),
        spread(more) & 0xffff_ffff_ffff
    )
}

/// The index behind a UUID of that kind; `None` for any other text.
pub(super) fn index(kind: Kind, text: &str) -> Option<u32> {
    let folded = u32::from_str_radix(text.get(..8)?, 16).ok()?;
    let key = unfold(folded, kind);
    uuid(kind, key).eq_ignore_ascii_case(text).then_some(key)
}

/// `2026-05-23T05:07:31Z`: instances, projects, images.
pub(super) fn zulu(at: Timestamp) -> String {
    format!("{at:.0}")
}

/// `2026-05-23T05:07:31+0000`: volumes, networks, ports, security groups, floating addresses.
pub(super) fn offset(at: Timestamp) -> String {
    format!("{}+0000", bare(at))
}

/// `2026-05-23T05:07:31` without any zone: tasks.
pub(super) fn bare(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

/// `2026-05-23T05:07:31.123456+00:00`: the audit log.
pub(super) fn colon(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%dT%H:%M:%S.%6f+00:00").to_string()
}

/// Nine digits of a second: log lines.
pub(super) fn nanos(at: Timestamp) -> String {
    format!("{at:.9}")
}

/// A moment in a query: ISO 8601, with UTC where the zone is left out.
pub(super) fn moment(text: &str) -> Option<Timestamp> {
    // A plus that was not encoded arrives as a space.
    let text = text.trim().replace(' ', "+");
    let local = || text.parse::<jiff::civil::DateTime>().ok();
    text.parse().ok().or_else(|| local()?.to_zoned(TimeZone::UTC).ok().map(|z| z.timestamp()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faces::kit::is_uuid;

    #[test]
    fn ids_lead_back_to_kind_and_number() {
        for key in [0, 1, 7, 99_999, u32::MAX] {
            let id = uuid(Kind::Instance, key);
            assert!(is_uuid(&id) && id.as_bytes()[14] == b'4', "{id}");
            assert!(matches!(id.as_bytes()[19], b'8' | b'9' | b'a' | b'b'), "{id}");
            assert_eq!(index(Kind::Instance, &id), Some(key));
            assert_eq!(index(Kind::Task, &id), None, "another kind's id was taken");
        }
        assert_eq!(index(Kind::Instance, "nonsense"), None);
        assert_eq!(index(Kind::Instance, "äöüäöü00-"), None);
    }

    #[test]
    fn times_have_five_formats() {
        let at: Timestamp = "2026-05-23T05:07:31.123456789Z".parse().expect("a time");
        assert_eq!(zulu(at), "2026-05-23T05:07:31Z");
        assert_eq!(offset(at), "2026-05-23T05:07:31+0000");
        assert_eq!(bare(at), "2026-05-23T05:07:31");
        assert_eq!(colon(at), "2026-05-23T05:07:31.123456+00:00");
        assert_eq!(nanos(at), "2026-05-23T05:07:31.123456789Z");
    }

    #[test]
    fn moments_in_queries_may_lack_a_zone() {
        let at = moment("2026-05-23T05:07:31Z");
        assert!(at.is_some());
        assert_eq!(moment("2026-05-23T05:07:31"), at);
        assert_eq!(moment("2026-05-23T07:07:31+02:00"), at);
        assert_eq!(moment("2026-05-23T07:07:31 02:00"), at, "an unencoded plus");
        assert_eq!(moment("yesterday"), None);
    }
}
