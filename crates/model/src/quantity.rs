//! Numbers with their units, and their text on the screen.

use std::fmt;

/// A count of bytes. Prints with binary units: `512 B`, `3.3 GiB`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Bytes(pub u64);

/// A rate in bytes a second. Prints with decimal units, as networks are sold: `1.2 MB/s`.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default)]
pub struct BytesPerSecond(pub f64);

/// Processor time used a second of wall time: 1.0 is one core fully busy.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default)]
pub struct Cores(pub f64);

/// A share, 100.0 being the whole. May exceed 100 where a platform's does.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default)]
pub struct Percent(pub f64);

/// Three significant figures at most, without a trailing `.0` on values of ten and more.
fn scaled(value: f64, step: f64, units: &[&str], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut value = value;
    let mut unit = 0;
    // 999.5 would print as 1000, so it moves to the next unit.
    while value >= step.min(999.5) && unit + 1 < units.len() {
        value /= step;
        unit += 1;
    }
    let text = if unit == 0 || value >= 10.0 { format!("{value:.0}") } else { format!("{value:.1}") };
    f.pad(&format!("{text} {}", units[unit]))
}

impl fmt::Display for Bytes {
    #[expect(clippy::cast_precision_loss, reason = "shown to three figures")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        scaled(self.0 as f64, 1024.0, &["B", "KiB", "MiB", "GiB", "TiB", "PiB"], f)
    }
}

impl fmt::Display for BytesPerSecond {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        scaled(self.0.max(0.0), 1000.0, &["B/s", "kB/s", "MB/s", "GB/s"], f)
    }
}

impl fmt::Display for Cores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:.2}", self.0))
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:.0}%", self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_print_with_binary_units() {
        for (value, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.0 KiB"),
            (1024, "1.0 KiB"),
            (10 * 1024, "10 KiB"),
            (3_543_348_019, "3.3 GiB"),
            (u64::MAX, "16384 PiB"),
        ] {
            assert_eq!(Bytes(value).to_string(), text);
        }
    }

    #[test]
    fn rates_use_decimal_units() {
        assert_eq!(BytesPerSecond(1_234_567.0).to_string(), "1.2 MB/s");
        assert_eq!(BytesPerSecond(-3.0).to_string(), "0 B/s");
        assert_eq!(BytesPerSecond(999.7).to_string(), "1.0 kB/s");
    }
}
