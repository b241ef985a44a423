//! Ids and times as ElasticBox writes them: `i-3e43qa`, `eb-bbhzh`, UUIDs, and times without a zone.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// Odd, so that multiplying by it is a permutation that can be undone.
const MIX: u32 = 0x9e37_79b1;
const UNMIX: u32 = inverse(MIX);
/// Six digits of base 36 hold 31 bits.
const INSTANCES: u32 = 0x7fff_ffff;
/// Five digits hold 25 bits.
const SERVICES: u32 = 0x01ff_ffff;
/// Keeps the first index away from zero.
const OFFSET: u32 = 0x0bad_cafe;
const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// The inverse of an odd number modulo 2^32, by Newton's method.
const fn inverse(odd: u32) -> u32 {
    let mut found = odd;
    let mut round = 0;
    while round < 5 {
        found = found.wrapping_mul(2_u32.wrapping_sub(odd.wrapping_mul(found)));
        round += 1;
    }
    found
}

fn slug(prefix: &str, index: u32, mask: u32, digits: usize) -> String {
    let mut mixed = index.wrapping_add(OFFSET).wrapping_mul(MIX) & mask;
    let mut backwards = Vec::with_capacity(digits);
    for _ in 0..digits {
        backwards.push(DIGITS.get((mixed % 36) as usize).copied().unwrap_or(b'0'));
        mixed /= 36;
    }
    let mut text = String::with_capacity(prefix.len() + digits);
    text.push_str(prefix);
    text.extend(backwards.into_iter().rev().map(char::from));
    text
}

/// `i-` and six characters.
pub(super) fn instance_id(index: u32) -> String {
    slug("i-", index, INSTANCES, 6)
}

/// The instance behind an id; `None` when the text is no such id.
pub(super) fn instance_index(text: &str) -> Option<u32> {
    let mixed = u32::from_str_radix(text.strip_prefix("i-")?, 36).ok()?;
    let index = mixed.wrapping_mul(UNMIX).wrapping_sub(OFFSET) & INSTANCES;
    (instance_id(index) == text).then_some(index)
}

/// `eb-` and five characters: the service of an instance.
pub(super) fn service_id(index: u32) -> String {
    slug("eb-", index, SERVICES, 5)
}

/// The one machine of an instance's service.
pub(super) fn machine_name(index: u32) -> String {
    format!("{}-1", service_id(index))
}

/// The kind of thing that a UUID names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A script box, by its container.
    ScriptBox = 0xb0,
    /// A deployment policy, by workspace and place.
    PolicyBox = 0xb1,
    /// A cloud account, by place.
    Provider = 0xc1,
    /// An operation of an instance, by its place in the instance's history.
    Operation = 0x0e,
}

/// A UUID that leads back to its index.
pub(super) fn uuid(kind: Kind, index: u32) -> String {
    long_uuid(kind, index, 0)
}

/// A UUID of the `nth` thing of an index.
pub(super) fn long_uuid(kind: Kind, index: u32, nth: u16) -> String {
    let mixed = index.wrapping_mul(MIX) ^ 0x1bad_b002 ^ (u32::from(nth) << 8);
    format!("{mixed:08x}-{:02x}a5-4e1b-8c3d-{nth:04x}{index:08x}", kind as u8)
}

/// The index behind a UUID of that kind.
pub(super) fn index(kind: Kind, text: &str) -> Option<u32> {
    let index = u32::from_str_radix(text.get(28..)?, 16).ok()?;
    (text == uuid(kind, index)).then_some(index)
}

/// `2015-10-29 12:26:20.377029`: UTC, and it does not say so.
pub(super) fn time(at: Timestamp) -> String {
    TimeZone::UTC.to_datetime(at).strftime("%Y-%m-%d %H:%M:%S.%6f").to_string()
}

/// The moment such a text names; the fraction may be left out.
pub(super) fn moment(text: &str) -> Option<Timestamp> {
    let date = DateTime::strptime("%Y-%m-%d %H:%M:%S%.f", text).ok()?;
    TimeZone::UTC.to_timestamp(date).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_short_and_lead_back() {
        for index in [0, 1, 2, 70_000, 1_999_999] {
            let id = instance_id(index);
            assert_eq!((id.len(), instance_index(&id)), (8, Some(index)), "{id}");
            assert_eq!(service_id(index).len(), 8);
            let box_id = uuid(Kind::ScriptBox, index);
            assert_eq!(super::index(Kind::ScriptBox, &box_id), Some(index));
            assert_eq!(super::index(Kind::PolicyBox, &box_id), None);
            assert_eq!(box_id.len(), 36);
        }
        for nonsense in ["", "i-", "i-3E43QA", "i-zzzzzz", "eb-bbhzh", "i-3e43qaa"] {
            assert_eq!(instance_index(nonsense), None, "{nonsense}");
        }
        assert_ne!(long_uuid(Kind::Operation, 4, 1), long_uuid(Kind::Operation, 4, 2));
    }

    #[test]
    fn times_have_microseconds_and_no_zone() {
        let at: Timestamp = "2015-10-29T12:26:20.377029Z".parse().expect("a time");
        assert_eq!(time(at), "2015-10-29 12:26:20.377029");
        let whole: Timestamp = "2015-10-29T12:26:20Z".parse().expect("a time");
        assert_eq!(time(whole), "2015-10-29 12:26:20.000000");
        assert_eq!(moment(&time(at)), Some(at));
        assert_eq!(moment("2015-10-29 12:26:20"), Some(whole));
        for wrong in ["", "tomorrow", "2015-10-29T12:26:20Z", "2015-13-29 12:26:20.000000"] {
            assert_eq!(moment(wrong), None, "{wrong}");
        }
    }
}
