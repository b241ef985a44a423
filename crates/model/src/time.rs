//! Instants in the formats of the platforms, and ages as text for the screen.

use std::fmt;
use std::num::NonZeroU64;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// An instant between the years 1678 and 2262, to the nanosecond. Orders by time. Eight bytes, also as an `Option`: every row
/// has several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(NonZeroU64);

/// The earliest instant, in nanoseconds since 1970. The number before it is the one that cannot be stored.
const EARLIEST: i64 = i64::MIN + 1;

impl Timestamp {
    /// The instant now, by this machine's clock.
    pub fn now() -> Self {
        let now = jiff::Timestamp::now().as_nanosecond();
        Self::from_nanos(i64::try_from(now).unwrap_or(if now < 0 { EARLIEST } else { i64::MAX }))
    }

    /// From milliseconds since 1970; `None` before 1678 and after 2262.
    pub fn from_millis(millis: i64) -> Option<Self> {
        millis.checked_mul(1_000_000).map(Self::from_nanos)
    }

    /// Milliseconds since 1970.
    pub const fn as_millis(self) -> i64 {
        self.as_nanos().div_euclid(1_000_000)
    }

    /// Nanoseconds since 1970.
    pub const fn as_nanos(self) -> i64 {
        self.0.get().cast_signed() ^ i64::MIN
    }

    /// From nanoseconds since 1970. The sign is turned, so that what is stored is in the order of time and never zero.
    fn from_nanos(nanos: i64) -> Self {
        Self(NonZeroU64::new((nanos ^ i64::MIN).cast_unsigned()).unwrap_or(NonZeroU64::MIN))
    }

    fn of(instant: jiff::Timestamp) -> Option<Self> {
        i64::try_from(instant.as_nanosecond()).ok().map(Self::from_nanos)
    }

    fn jiff(self) -> jiff::Timestamp {
        jiff::Timestamp::from_nanosecond(self.as_nanos().into()).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }

    /// Reads a platform's time leniently: RFC 3339 with up to nine fraction digits, `+0000` without a colon, a
    /// space for the `T`, and no zone at all (then UTC). The zero time `0001-01-01T00:00:00Z` and an empty
    /// string mean "never" on several platforms (Cycle, Quasarch, Gcore) and give `None`, as does anything else, a time after
    /// 2262 among it.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() || text.starts_with("0001-01-01") {
            return None;
        }
        if let Ok(instant) = text.parse::<jiff::Timestamp>() {
            return Self::of(instant);
        }
        let civil: DateTime = text.parse().ok()?;
        civil.to_zoned(TimeZone::UTC).ok().and_then(|zoned| Self::of(zoned.timestamp()))
    }

    /// `YYYY-MM-DD HH:MM:SS` in the machine's own zone, for details.
    pub fn local(self) -> String {
        self.jiff().to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S").to_string()
    }

    /// `HH:MM:SS.mmm` in the machine's own zone, for log lines.
    pub fn clock(self) -> String {
        self.jiff().to_zoned(TimeZone::system()).strftime("%H:%M:%S.%3f").to_string()
    }

    /// `YYYYMMDD-HHMMSS` in the machine's own zone, for names of files.
    pub fn file_stamp(self) -> String {
        self.jiff().to_zoned(TimeZone::system()).strftime("%Y%m%d-%H%M%S").to_string()
    }

    /// Time from `earlier` to `self`, zero when it lies in the future.
    pub fn since(self, earlier: Self) -> std::time::Duration {
        let nanos = i128::from(self.as_nanos()) - i128::from(earlier.as_nanos());
        std::time::Duration::from_nanos(u64::try_from(nanos).unwrap_or_default())
    }

    /// This instant moved back by `duration`, or the earliest one.
    #[must_use]
    pub fn before(self, duration: std::time::Duration) -> Self {
        let nanos = i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX);
        Self::from_nanos(self.as_nanos().saturating_sub(nanos).max(EARLIEST))
    }
}

/// RFC 3339 in UTC.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.jiff(), f)
    }
}

/// An age in at most three characters and a unit: `45s`, `12m`, `5h`, `3d`, `2y`.
pub fn age(duration: std::time::Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3600 => format!("{}m", seconds / 60),
        3600..86_400 => format!("{}h", seconds / 3600),
        86_400..63_072_000 => format!("{}d", seconds / 86_400),
        _ => format!("{}y", seconds / 31_536_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_platforms_format_of_time_is_parsed() {
        let second = Timestamp::parse("2026-05-23T05:07:31Z").unwrap();
        for same in [
            "2026-05-23T05:07:31+0000",
            "2026-05-23T05:07:31",
            "2026-05-23 05:07:31",
            "2026-05-23T05:07:31+00:00",
            "2026-05-23T05:07:31.000000000Z",
            " 2026-05-23T07:07:31+02:00 ",
        ] {
            assert_eq!(Timestamp::parse(same), Some(second), "{same}");
        }
    }

    #[test]
    fn the_zero_time_and_nonsense_mean_never() {
        for never in ["0001-01-01T00:00:00Z", "", "tomorrow", "2026-13-45", "9999-12-31T23:59:59Z"] {
            assert_eq!(Timestamp::parse(never), None, "{never}");
        }
    }

    #[test]
    fn instants_order_by_time_and_come_back_as_they_were() {
        let instants: Vec<Timestamp> = [
            "1678-01-01T00:00:00Z",
            "1969-12-31T23:59:59.999999999Z",
            "1970-01-01T00:00:00Z",
            "2026-05-23T05:07:31.123456789Z",
            "2262-01-01T00:00:00Z",
        ]
        .iter()
        .map(|text| {
            let instant = Timestamp::parse(text).unwrap();
            assert_eq!(instant.to_string(), *text);
            instant
        })
        .collect();
        assert!(instants.is_sorted());
        assert_eq!(instants[1].as_millis(), -1);
        assert_eq!(instants[2].before(std::time::Duration::MAX).as_nanos(), EARLIEST);
        assert_eq!(instants[4].since(instants[0]).as_secs() / 86_400, 213_301);
        assert_eq!(instants[0].since(instants[4]), std::time::Duration::ZERO);
        assert_eq!(size_of::<Option<Timestamp>>(), 8);
    }
}
