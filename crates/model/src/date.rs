//! Dates as they are typed: in full, as a day, or counted from now.

use std::time::Duration;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

use super::Timestamp;

/// The forms that are understood, for a help.
pub const DATE_FORMS: &str = "2026-12-24, 2026-12-24 18:00, +3d, +2h30m, tomorrow 18:00";

/// Seconds of the letters after a number: `w` a week, `d` a day, `h` an hour, `m` a minute, `s` a second.
const UNITS: [(char, u64); 5] = [('w', 604_800), ('d', 86_400), ('h', 3600), ('m', 60), ('s', 1)];

impl Timestamp {
    /// Reads a moment as it is typed, in the machine's own zone: RFC 3339, a day with or without a time, a time counted from
    /// `now` (`+3d`, `+2h30m`, `-1w`), or `now`, `today`, `tomorrow` and `yesterday` with or without a time. A day without a
    /// time is its beginning.
    ///
    /// # Errors
    /// The message to show beside it.
    pub fn read(text: &str, now: Self) -> Result<Self, String> {
        let text = text.trim();
        let failed = || format!("expected a date such as {DATE_FORMS}");
        if let Some(rest) = text.strip_prefix('+') {
            return span(rest).and_then(|span| now.after(span)).ok_or_else(failed);
        }
        if let Some(span) = text.strip_prefix('-').and_then(span) {
            return Ok(now.before(span));
        }
        if text == "now" {
            return Ok(now);
        }
        // With a zone of its own.
        if let Ok(moment) = text.parse::<jiff::Timestamp>() {
            return Self::from_millis(moment.as_millisecond()).ok_or_else(failed);
        }
        let civil = civil(text, now).ok_or_else(failed)?;
        let moment = civil.to_zoned(TimeZone::system()).map_err(|_| failed())?;
        Self::from_millis(moment.timestamp().as_millisecond()).ok_or_else(failed)
    }

    /// This instant moved ahead by `duration`; `None` beyond the last one.
    pub fn after(self, duration: Duration) -> Option<Self> {
        let millis = i64::try_from(duration.as_millis()).ok()?;
        Self::from_millis(self.as_millis().checked_add(millis)?)
    }
}

/// `2026-12-24 18:00`, `tomorrow 18:00`, either without the time.
fn civil(text: &str, now: Timestamp) -> Option<DateTime> {
    let (day, time) = match text.split_once([' ', 'T']) {
        Some((day, time)) => (day, time.trim().parse::<Time>().ok()?),
        None => (text, Time::midnight()),
    };
    let today = || {
        let now = jiff::Timestamp::from_millisecond(now.as_millis()).ok()?;
        Some(now.to_zoned(TimeZone::system()).date())
    };
    let day = match day {
        "today" => today()?,
        "tomorrow" => today()?.tomorrow().ok()?,
        "yesterday" => today()?.yesterday().ok()?,
        day => day.parse::<Date>().ok()?,
    };
    Some(day.to_datetime(time))
}

/// `3d`, `2h30m`.
fn span(text: &str) -> Option<Duration> {
    let mut rest = text.trim();
    let mut seconds = 0_u64;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let number: u64 = rest[..digits].parse().ok()?;
        let unit = rest[digits..].chars().next()?;
        let (_, of_unit) = UNITS.iter().find(|(letter, _)| *letter == unit)?;
        seconds = seconds.checked_add(number.checked_mul(*of_unit)?)?;
        rest = rest[digits + 1..].trim_start();
    }
    Some(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_they_are_typed() {
        let now = Timestamp::parse("2026-11-29T12:00:00Z").unwrap();
        let read = |text| Timestamp::read(text, now);
        let at = |text| Ok(Timestamp::parse(text).unwrap());
        assert_eq!(read("+3d"), at("2026-12-02T12:00:00Z"));
        assert_eq!(read("+2h30m"), at("2026-11-29T14:30:00Z"));
        assert_eq!(read("+1w 1d"), at("2026-12-07T12:00:00Z"));
        assert_eq!(read("-1h"), at("2026-11-29T11:00:00Z"));
        assert_eq!(read("now"), Ok(now));
        assert_eq!(read(" 2026-12-24T18:00:00+02:00 "), at("2026-12-24T16:00:00Z"));
        let local = |text: &str| {
            let civil: DateTime = text.parse().unwrap();
            let zoned = civil.to_zoned(TimeZone::system()).unwrap();
            Timestamp::from_millis(zoned.timestamp().as_millisecond()).unwrap()
        };
        assert_eq!(read("2026-12-24"), Ok(local("2026-12-24T00:00")));
        assert_eq!(read("2026-12-24 18:30"), Ok(local("2026-12-24T18:30")));
        let day = now.local()[..10].to_owned();
        assert_eq!(read("today 23:59"), Ok(local(&format!("{day}T23:59"))));
        assert!(read("tomorrow").unwrap() > now && read("yesterday").unwrap() < now);
    }

    #[test]
    fn what_is_no_date_is_refused_with_examples() {
        let now = Timestamp::parse("2026-11-29T12:00:00Z").unwrap();
        for text in [
            "",
            "+",
            "+3",
            "+3x",
            "soon",
            "2026-13-01",
            "2026-12-24 25:00",
            "+99999999999999999999d",
            "+9999999999999d",
            "日",
            "+3日",
        ] {
            let problem = Timestamp::read(text, now).unwrap_err();
            assert!(problem.starts_with("expected a date such as 2026-12-24"), "{text}: {problem}");
        }
    }
}
