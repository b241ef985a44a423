//! Instants in the formats of the platforms, and ages as text for the screen.

use std::fmt;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// An instant. Orders by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(jiff::Timestamp);

impl Timestamp {
    /// The instant now, by this machine's clock.
    pub fn now() -> Self {
        Self(jiff::Timestamp::now())
    }

    /// From milliseconds since 1970; `None` outside the years -9999 to 9999.
    pub fn from_millis(millis: i64) -> Option<Self> {
        jiff::Timestamp::from_millisecond(millis).ok().map(Self)
    }

    /// Milliseconds since 1970.
    pub fn as_millis(self) -> i64 {
        self.0.as_millisecond()
    }

    /// Nanoseconds since 1970.
    pub fn as_nanos(self) -> i128 {
        self.0.as_nanosecond()
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
            return Some(Self(instant));
        }
        let civil: DateTime = text.parse().ok()?;
        civil.to_zoned(TimeZone::UTC).ok().map(|zoned| Self(zoned.timestamp()))
    }

    /// `YYYY-MM-DD HH:MM:SS` in the machine's own zone, for details.
    pub fn local(self) -> String {
        self.0.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S").to_string()
    }

    /// `HH:MM:SS.mmm` in the machine's own zone, for log lines.
    pub fn clock(self) -> String {
        self.0.to_zoned(TimeZone::system()).strftime("%H:%M:%S.%3f").to_string()
    }

    /// `YYYYMMDD-HHMMSS` in the machine's own zone, for names of files.
    pub fn file_stamp(self) -> String {
        self.0.to_zoned(TimeZone::system()).strftime("%Y%m%d-%H%M%S").to_string()
    }

    /// Time from `earlier` to `self`, zero when it lies in the future.
    pub fn since(self, earlier: Self) -> std::time::Duration {
        std::time::Duration::try_from(self.0.duration_since(earlier.0)).unwrap_or_default()
    }

    /// This instant moved back by `duration`, or the earliest one.
    #[must_use]
    pub fn before(self, duration: std::time::Duration) -> Self {
        jiff::SignedDuration::try_from(duration)
            .ok()
            .and_then(|duration| self.0.checked_sub(duration).ok())
            .map_or(Self(jiff::Timestamp::MIN), Self)
    }
}

/// RFC 3339 in UTC.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
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
}
