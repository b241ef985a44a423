//! Lines of a few cells' height: sparklines for tables, and the strip of vital signs for the detail pane.
//!
//! A gap in the samples is a gap on the screen: blank, never zero. Zero has a mark of its own.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use crate::fleet::Series;
use crate::model::{Metric, Sample, age};
use crate::tui::Look;

/// The time that the sparklines of tables and of the strip look back.
pub const WINDOW: Duration = Duration::from_secs(300);

/// A latest sample older than this is shown with its age: it is no longer "now".
pub const STALE: Duration = Duration::from_secs(45);

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
        let pairs: Vec<Option<f64>> = values
            .chunks(2)
            .map(|pair| pair.iter().flatten().copied().reduce(f64::max))
            .collect();
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
        .map(|dots| {
            if dots == 0 {
                ' '
            } else {
                char::from_u32(0x2800 | dots).unwrap_or(' ')
            }
        })
        .collect()
}

/// A table cell: the last [`WINDOW`] of a metric as a [`sparkline`] of `cells` columns, oldest first, filled as
/// [`ceiling`] says. `None` where there is nothing to draw.
pub fn cell(series: &Series, metric: Metric, cells: usize, look: &Look<'_>) -> Option<String> {
    let values = series.columns(metric, look.now, WINDOW, cells);
    values.iter().any(Option::is_some).then(|| {
        let limit = series.last().and_then(|last| limit(metric, last));
        sparkline(&values, ceiling(metric, &values, limit), look.ascii)
    })
}

/// What should fill a sparkline of `metric`: the limit where one is known and near enough to matter, else the highest
/// value, and never so little that noise looks like load.
pub fn ceiling(metric: Metric, values: &[Option<f64>], limit: Option<f64>) -> f64 {
    let peak = values
        .iter()
        .flatten()
        .copied()
        .filter(|value| value.is_finite())
        .fold(0.0, f64::max);
    let limit = limit.filter(|limit| limit.is_finite() && *limit > 0.0);
    match (metric, limit) {
        // One busy core of 32 must be seen to rise, so processors fill at what was used, up to the limit.
        (Metric::Cpu, Some(limit)) => peak.max(limit.min(1.0)),
        (Metric::Memory, Some(limit)) => limit,
        _ => peak.max(floor(metric)),
    }
}

/// The limit of a metric that a sample tells.
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

/// Draws the vital signs of an instance: title, sparkline and value of CPU, memory, network, disk and processes, those
/// that its samples tell, in one row or, in a higher area, spread over up to five. What does not fit is left out from
/// the end. `series` is [`crate::fleet::Store::series`] of the instance; with `None` or no samples yet it says so.
/// Writes only inside `area`; any area will do.
pub fn strip(series: Option<&Series>, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let area = area.intersection(buf.area);
    if area.is_empty() {
        return;
    }
    let Some((series, last)) = series.and_then(|series| Some((series, series.last()?))) else {
        buf.set_stringn(
            area.x,
            area.y,
            "no samples yet",
            area.width.into(),
            look.theme.dim,
        );
        return;
    };
    let old = look.now.since(last.at);
    let signs = signs(last, old, look);
    if signs.is_empty() {
        buf.set_stringn(
            area.x,
            area.y,
            "its samples tell no figures",
            area.width.into(),
            look.theme.dim,
        );
        return;
    }
    let rows = usize::from(area.height).min(signs.len());
    let a_row = signs.len().div_ceil(rows);
    for (signs, y) in signs.chunks(a_row).zip(area.y..) {
        let row = Rect::new(area.x, y, area.width, 1);
        draw_row(signs, a_row, series, look, row, buf);
    }
}

/// One vital sign: what the sparkline shows and what stands around it.
struct Sign {
    title: &'static str,
    metrics: &'static [Metric],
    value: String,
    limit: Option<f64>,
    style: Style,
}

fn signs(last: &Sample, old: Duration, look: &Look<'_>) -> Vec<Sign> {
    const GROUPS: [(&str, &[Metric]); 5] = [
        ("CPU", &[Metric::Cpu]),
        ("MEM", &[Metric::Memory]),
        ("NET", &[Metric::NetReceive, Metric::NetSend]),
        ("DISK", &[Metric::DiskRead, Metric::DiskWrite]),
        ("PROC", &[Metric::Processes]),
    ];
    let is_old = old > STALE;
    let mut signs = Vec::new();
    for (title, metrics) in GROUPS {
        let limit = limit(metrics[0], last);
        let parts: Vec<String> = metrics
            .iter()
            .filter_map(|metric| Some((*metric, last.value(*metric)?)))
            .map(|(metric, value)| {
                format!(
                    "{}{}",
                    arrow(metric, look.ascii),
                    with_limit(metric, value, limit)
                )
            })
            .collect();
        if parts.is_empty() {
            continue;
        }
        let mut value = parts.join(" ");
        if is_old && signs.is_empty() {
            value = format!("{value} ({} ago)", age(old));
        }
        let style = if is_old { look.theme.dim } else { look.theme.text };
        signs.push(Sign {
            title,
            metrics,
            value,
            limit,
            style,
        });
    }
    signs
}

/// What tells the two directions of a metric apart, before its value.
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

fn draw_row(signs: &[Sign], a_row: usize, series: &Series, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    const BETWEEN: usize = 3;
    let width = usize::from(area.width);
    let bare = |sign: &Sign| sign.title.width() + 1 + sign.value.width();
    // As many signs as fit with their text; the room that is left goes to the sparklines.
    let mut fitting = 0;
    let mut used = 0;
    for sign in signs {
        let next = used + bare(sign) + if fitting == 0 { 0 } else { BETWEEN };
        if next > width && fitting > 0 {
            break;
        }
        used = next;
        fitting += 1;
    }
    let signs = &signs[..fitting];
    // Rows of the same strip keep the same columns, so a grid is read down as well as across.
    let slot = (width + BETWEEN) / a_row.max(1);
    let aligned = fitting == a_row && signs.iter().all(|sign| bare(sign) + BETWEEN + 5 <= slot);
    let spare = width.saturating_sub(used) / fitting.max(1);
    let mut x = 0;
    for (nth, sign) in signs.iter().enumerate() {
        let cells = if aligned {
            slot - BETWEEN - bare(sign) - 1
        } else {
            spare.saturating_sub(1)
        };
        let cells = if cells < 4 { 0 } else { cells.min(24) };
        if aligned {
            x = nth * slot;
        }
        x = draw_sign(
            sign,
            cells,
            series,
            look,
            Rect {
                x: area.x + cast(x),
                width: area.width.saturating_sub(cast(x)),
                ..area
            },
            buf,
        ) + x
            + BETWEEN;
    }
}

/// Draws one sign at the left of `area`; the number of cells used.
fn draw_sign(
    sign: &Sign,
    cells: usize,
    series: &Series,
    look: &Look<'_>,
    area: Rect,
    buf: &mut Buffer,
) -> usize {
    let mut x = area.x;
    let mut put = |text: &str, style: Style, buf: &mut Buffer| {
        let room = usize::from(area.right().saturating_sub(x));
        if room > 0 {
            x = buf.set_stringn(x, area.y, text, room, style).0;
        }
    };
    put(sign.title, look.theme.title, buf);
    put(" ", look.theme.text, buf);
    if cells > 0 {
        let columns = |metric: &Metric| series.columns(*metric, look.now, WINDOW, cells * 2);
        let values = sign
            .metrics
            .iter()
            .map(columns)
            .reduce(higher)
            .unwrap_or_default();
        let max = ceiling(sign.metrics[0], &values, sign.limit);
        put(&braille(&values, max, look.ascii), look.theme.chart, buf);
        put(" ", look.theme.text, buf);
    }
    put(&sign.value, sign.style, buf);
    usize::from(x - area.x)
}

/// The higher of two columns at each moment.
fn higher(one: Vec<Option<f64>>, other: Vec<Option<f64>>) -> Vec<Option<f64>> {
    one.into_iter()
        .zip(other)
        .map(|(one, other)| one.into_iter().chain(other).reduce(f64::max))
        .collect()
}

/// The share of `max`, from 0 to 1; `None` where nothing is known.
fn share(value: Option<f64>, max: f64) -> Option<f64> {
    let value = value.filter(|value| !value.is_nan())?;
    if !(max.is_finite() && max > 0.0) {
        return Some(0.0);
    }
    Some((value / max).clamp(0.0, 1.0))
}

/// Which of `steps` marks stands for a share.
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
        Metric::Cpu => 1.0,
        Metric::Memory => 1024.0 * 1024.0,
        Metric::NetReceive | Metric::NetSend | Metric::DiskRead | Metric::DiskWrite => 1000.0,
        Metric::Processes => 4.0,
    }
}

/// `4.00` as `4`, `8.0 GiB` as `8 GiB`: a limit is mostly a whole number.
fn without_zeros(shown: &str) -> String {
    let (number, unit) = shown
        .split_once(' ')
        .map_or((shown, None), |(number, unit)| (number, Some(unit)));
    let number = if number.contains('.') {
        number.trim_end_matches('0').trim_end_matches('.')
    } else {
        number
    };
    unit.map_or_else(|| number.to_owned(), |unit| format!("{number} {unit}"))
}

fn cast(cells: usize) -> u16 {
    u16::try_from(cells).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests;
