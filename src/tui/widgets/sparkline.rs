//! Lines of a few cells' height: sparklines for tables, and the strip of vital signs for the detail pane.
//!
//! A gap in the samples is a gap on the screen: blank, never zero. Zero has a mark of its own.

mod strip;

use std::time::Duration;

use crate::fleet::Series;
use crate::model::{Metric, Sample};
use crate::tui::Look;
pub use strip::strip;

/// The time that the sparklines of tables and of the strip look back.
pub const SPARKLINE_WINDOW: Duration = Duration::from_secs(300);

/// A latest sample older than this is shown with its age: it is no longer "now".
pub const STALE_AFTER: Duration = Duration::from_secs(45);

const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const ASCII: [char; 7] = ['.', ':', '-', '=', '+', '*', '#'];
/// Dots of the left and the right column of a braille cell, from the bottom up.
const LEFT: [u32; 4] = [0x40, 0x04, 0x02, 0x01];
const RIGHT: [u32; 4] = [0x80, 0x20, 0x10, 0x08];

/// One cell a value, oldest first: `▁▂▅█`, or `.:=#` in ASCII. `max` fills the cell; more than that is full, zero and
/// less is the lowest mark, and `None` and NaN are blank. A `max` that is no positive number draws all as zero.
pub fn sparkline(values: &[Option<f64>], max: f64, ascii: bool) -> String {
    let marks: &[char] = if ascii { &ASCII } else { &BLOCKS };
    values
        .iter()
        .map(|value| share(*value, max).map_or(' ', |share| marks[step(share, marks.len())]))
        .collect()
}

/// Two values a cell in braille, filled from below: half as wide as [`sparkline`] and four steps high. In ASCII the
/// higher of each two is drawn. An odd last value takes the left half of its cell.
pub fn braille(values: &[Option<f64>], max: f64, ascii: bool) -> String {
    if ascii {
        let pairs: Vec<Option<f64>> =
            values.chunks(2).map(|pair| pair.iter().flatten().copied().reduce(f64::max)).collect();
        return sparkline(&pairs, max, true);
    }
    let half = |value: Option<Option<&Option<f64>>>, dots: [u32; 4]| -> u32 {
        let Some(share) = value.flatten().and_then(|value| share(*value, max)) else {
            return 0;
        };
        dots[..=step(share, 4)].iter().sum()
    };
    values
        .chunks(2)
        .map(|pair| half(Some(pair.first()), LEFT) | half(Some(pair.get(1)), RIGHT))
        .map(|dots| if dots == 0 { ' ' } else { char::from_u32(0x2800 | dots).unwrap_or(' ') })
        .collect()
}

/// A table cell: the last [`SPARKLINE_WINDOW`] of a metric as a [`sparkline`] of `cells` columns, oldest first, filled up
/// to [`ceiling`]. `None` where there is nothing to draw.
pub fn cell(series: &Series, metric: Metric, cells: usize, look: &Look<'_>) -> Option<String> {
    let values = series.columns(metric, look.now, SPARKLINE_WINDOW, cells);
    values.iter().any(Option::is_some).then(|| {
        let limit = series.last().and_then(|last| limit(metric, last));
        sparkline(&values, ceiling(metric, &values, limit), look.ascii)
    })
}

/// The value that fills a sparkline of `metric`: the limit where one is known and near enough to matter, else the highest
/// value, and never so little that noise looks like load.
pub fn ceiling(metric: Metric, values: &[Option<f64>], limit: Option<f64>) -> f64 {
    let peak = values.iter().flatten().copied().filter(|value| value.is_finite()).fold(0.0, f64::max);
    let limit = limit.filter(|limit| limit.is_finite() && *limit > 0.0);
    match (metric, limit) {
        // One busy core of 32 must be seen to rise, so processors fill at what was used; a quarter of a core at least,
        // so that a load of a twentieth is a step above idling and idling itself stays flat.
        (Metric::Cpu, Some(limit)) => peak.max(limit.min(1.0) / 4.0),
        (Metric::Memory, Some(limit)) => limit,
        _ => peak.max(floor(metric)),
    }
}

/// The latest figure of a metric. A first sample of a stream has no rates yet: the figure before it still holds.
pub fn latest(series: &Series, metric: Metric, look: &Look<'_>) -> Option<f64> {
    /// Columns of the time in which a figure holds; the last that is no gap counts.
    const RECENT_COLUMNS: usize = 9;
    series.last()?.value(metric).or_else(|| {
        let recent = series.columns(metric, look.now, series.fresh_for(STALE_AFTER), RECENT_COLUMNS);
        recent.into_iter().flatten().next_back()
    })
}

/// The limit of a metric that a sample reports.
#[expect(clippy::cast_precision_loss, reason = "drawn on a chart")]
pub fn limit(metric: Metric, sample: &Sample) -> Option<f64> {
    match metric {
        Metric::Cpu => sample.cpu_limit.map(|cores| cores.0),
        Metric::Memory => sample.memory_limit.map(|bytes| bytes.0 as f64),
        _ => None,
    }
    .filter(|limit| limit.is_finite() && *limit > 0.0)
}

/// A value beside its limit: `0.34 of 4`, `3.3/8 GiB`; the value alone without one.
pub fn with_limit(metric: Metric, value: f64, limit: Option<f64>) -> String {
    let shown = metric.show(value);
    let Some(limit) = limit else { return shown };
    let whole = without_zeros(&metric.show(limit));
    match metric {
        Metric::Cpu => format!("{shown} of {whole}"),
        _ => match (shown.split_once(' '), whole.split_once(' ')) {
            (Some((number, unit)), Some((_, same))) if unit == same => format!("{number}/{whole}"),
            _ => format!("{shown}/{whole}"),
        },
    }
}

/// The arrow for the direction of a metric, before its value.
pub fn arrow(metric: Metric, ascii: bool) -> &'static str {
    match (metric, ascii) {
        (Metric::NetReceive, false) => "↓ ",
        (Metric::NetSend, false) => "↑ ",
        (Metric::NetReceive, true) => "in ",
        (Metric::NetSend, true) => "out ",
        (Metric::DiskRead, _) => "r ",
        (Metric::DiskWrite, _) => "w ",
        _ => "",
    }
}

/// The share of `max`, from 0 to 1; `None` where nothing is known.
fn share(value: Option<f64>, max: f64) -> Option<f64> {
    let value = value.filter(|value| !value.is_nan())?;
    if !(max.is_finite() && max > 0.0) {
        return Some(0.0);
    }
    Some((value / max).clamp(0.0, 1.0))
}

/// The mark of a share, out of `steps`.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a share of 0 to 1 of a handful of steps"
)]
fn step(share: f64, steps: usize) -> usize {
    ((share * (steps - 1) as f64).round() as usize).min(steps - 1)
}

/// Less than this fills no sparkline.
fn floor(metric: Metric) -> f64 {
    match metric {
        Metric::Cpu => 0.25,
        Metric::Memory => 1024.0 * 1024.0,
        Metric::NetReceive | Metric::NetSend | Metric::DiskRead | Metric::DiskWrite => 1000.0,
        Metric::Processes => 4.0,
    }
}

/// `4.00` as `4`, `8.0 GiB` as `8 GiB`: a limit is mostly a whole number.
fn without_zeros(shown: &str) -> String {
    let (number, unit) = shown.split_once(' ').map_or((shown, None), |(number, unit)| (number, Some(unit)));
    let number =
        if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.') } else { number };
    unit.map_or_else(|| number.to_owned(), |unit| format!("{number} {unit}"))
}

#[cfg(test)]
mod tests;
