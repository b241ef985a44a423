//! Instants in the formats of the platforms, and ages as text for the screen.

use std::fmt;
use std::num::NonZeroU32;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// An instant, to the nanosecond. Orders by time. Twelve bytes, also as an `Option`: every row has several.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp {
    /// Seconds since 1970, by their upper and lower half; the sign is turned, so that they are in the order of time.
    seconds: [u32; 2],
    /// Nanoseconds since then, and one more: never zero.
    nanos: NonZeroU32,
}

impl Timestamp {
    /// The instant now, by this machine's clock.
    pub fn now() -> Self {
        jiff::Timestamp::now().into()
    }

    /// From milliseconds since 1970; `None` outside the years -9999 to 9999.
    pub fn from_millis(millis: i64) -> Option<Self> {
        jiff::Timestamp::from_millisecond(millis).ok().map(Self::from)
    }

    /// Milliseconds since 1970.
    pub fn as_millis(self) -> i64 {
        self.jiff().as_millisecond()
    }

    /// Nanoseconds since 1970.
    pub fn as_nanos(self) -> i128 {
        self.jiff().as_nanosecond()
    }

    fn jiff(self) -> jiff::Timestamp {
        let [upper, lower] = self.seconds.map(u64::from);
        let seconds = (upper << 32 | lower).cast_signed() ^ i64::MIN;
        // It was made of one.
        jiff::Timestamp::new(seconds, (self.nanos.get() - 1).cast_signed()).unwrap_or_default()
    }

    /// Reads a platform's time leniently: RFC 3339 with up to nine fraction digits, `+0000` without a colon, a
    /// space for the `T`, and no zone at all (then UTC). The zero time `0001-01-01T00:00:00Z` and an empty
    /// string mean "never" on several platforms (Cycle, Quasarch, Gcore) and give `None`, as does anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() || text.starts_with("0001-01-01") {
            return None;
        }
        if let Ok(instant) = text.parse::<jiff::Timestamp>() {
            return Some(instant.into());
        }
        let civil: DateTime = text.parse().ok()?;
        civil.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp().into())
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
        std::time::Duration::try_from(self.jiff().duration_since(earlier.jiff())).unwrap_or_default()
    }

    /// This instant moved back by `duration`, or the earliest one.
    #[must_use]
    pub fn before(self, duration: std::time::Duration) -> Self {
        jiff::SignedDuration::try_from(duration)
            .ok()
            .and_then(|duration| self.jiff().checked_sub(duration).ok())
            .unwrap_or(jiff::Timestamp::MIN)
            .into()
    }
}

impl From<jiff::Timestamp> for Timestamp {
    fn from(instant: jiff::Timestamp) -> Self {
        // Seconds that were rounded down: before 1970 a fraction counts backwards.
        let (seconds, nanos) = match (instant.as_second(), instant.subsec_nanosecond()) {
            (seconds, nanos) if nanos < 0 => (seconds - 1, nanos + 1_000_000_000),
            whole => whole,
        };
        let turned = (seconds ^ i64::MIN).cast_unsigned();
        #[expect(clippy::cast_possible_truncation, reason = "the halves of it")]
        let seconds = [(turned >> 32) as u32, turned as u32];
        Self { seconds, nanos: NonZeroU32::MIN.saturating_add(nanos.cast_unsigned()) }
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Timestamp").field(&self.jiff()).finish()
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
        for never in ["0001-01-01T00:00:00Z", "", "tomorrow", "2026-13-45"] {
            assert_eq!(Timestamp::parse(never), None, "{never}");
        }
    }

    #[test]
    fn instants_order_by_time_and_come_back_as_they_were() {
        let texts = [
            "-009999-01-02T01:59:59Z",
            "1678-01-01T00:00:00Z",
            "1969-12-31T23:59:59.999999999Z",
            "1970-01-01T00:00:00Z",
            "2026-05-23T05:07:31.123456789Z",
            "9999-12-30T22:00:00.999999999Z",
        ];
        let instants = texts.map(|text| Timestamp::parse(text).unwrap());
        assert_eq!(instants.map(|it| it.to_string()), texts);
        assert!(instants.is_sorted());
        assert_eq!(instants[2].as_millis(), 0, "it is rounded towards 1970");
        assert_eq!(instants[2].as_nanos(), -1);
        let earliest = Timestamp::from(jiff::Timestamp::MIN);
        assert_eq!(instants[3].before(std::time::Duration::MAX), earliest);
        assert_eq!(instants[4].since(instants[3]).subsec_nanos(), 123_456_789);
        assert_eq!(instants[3].since(instants[4]), std::time::Duration::ZERO);
        assert_eq!(size_of::<Option<Timestamp>>(), 12);
    }
}
