//! The strip of vital signs: title, sparkline and value of each, in as many rows as there are.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use super::{SPARKLINE_WINDOW, STALE_AFTER, arrow, braille, ceiling, latest, limit, with_limit};
use crate::fleet::Series;
use crate::model::{Metric, Sample, age};
use crate::tui::Look;

/// Draws the vital signs of an instance: title, sparkline and value of CPU, memory, network, disk and processes, those
/// that its samples have, in one row or, in a higher area, spread over up to five. What does not fit is left out from
/// the end. `series` is [`crate::fleet::Store::series`] of the instance; with `None` or no samples yet that is written instead.
/// Writes only inside `area`; any area will do.
pub fn strip(series: Option<&Series>, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let area = area.intersection(buf.area);
    if area.is_empty() {
        return;
    }
    let Some((series, last)) = series.and_then(|series| Some((series, series.last()?))) else {
        buf.set_stringn(area.x, area.y, "no samples yet", area.width.into(), look.theme.dim);
        return;
    };
    let old = look.now.since(last.at);
    let signs = signs(series, last, old, old > series.fresh_for(STALE_AFTER), look);
    if signs.is_empty() {
        buf.set_stringn(area.x, area.y, "its samples have no figures", area.width.into(), look.theme.dim);
        return;
    }
    let rows = usize::from(area.height).min(signs.len());
    let a_row = signs.len().div_ceil(rows);
    for (signs, y) in signs.chunks(a_row).zip(area.y..) {
        let row = Rect::new(area.x, y, area.width, 1);
        draw_row(signs, a_row, series, look, row, buf);
    }
}

/// One vital sign: its sparkline and the texts around it.
struct Sign {
    title: &'static str,
    metrics: &'static [Metric],
    value: String,
    limit: Option<f64>,
    style: Style,
}

fn signs(series: &Series, last: &Sample, old: Duration, is_old: bool, look: &Look<'_>) -> Vec<Sign> {
    const GROUPS: [(&str, &[Metric]); 5] = [
        ("CPU", &[Metric::Cpu]),
        ("MEM", &[Metric::Memory]),
        ("NET", &[Metric::NetReceive, Metric::NetSend]),
        ("DISK", &[Metric::DiskRead, Metric::DiskWrite]),
        ("PROC", &[Metric::Processes]),
    ];
    let mut signs = Vec::new();
    for (title, metrics) in GROUPS {
        let limit = limit(metrics[0], last);
        let parts: Vec<String> = metrics
            .iter()
            .filter_map(|metric| Some((*metric, latest(series, *metric, look)?)))
            .map(|(metric, value)| {
                format!("{}{}", arrow(metric, look.ascii), with_limit(metric, value, limit))
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
        signs.push(Sign { title, metrics, value, limit, style });
    }
    signs
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
        let cells = if aligned { slot - BETWEEN - bare(sign) - 1 } else { spare.saturating_sub(1) };
        let cells = if cells < 4 { 0 } else { cells.min(24) };
        if aligned {
            x = nth * slot;
        }
        x = draw_sign(
            sign,
            cells,
            series,
            look,
            Rect { x: area.x + cast(x), width: area.width.saturating_sub(cast(x)), ..area },
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
        let columns = |metric: &Metric| series.columns(*metric, look.now, SPARKLINE_WINDOW, cells * 2);
        let values = sign.metrics.iter().map(columns).reduce(higher).unwrap_or_default();
        let max = ceiling(sign.metrics[0], &values, sign.limit);
        put(&braille(&values, max, look.ascii), look.theme.chart, buf);
        put(" ", look.theme.text, buf);
    }
    put(&sign.value, sign.style, buf);
    usize::from(x - area.x)
}

/// The higher of two columns at each moment.
fn higher(one: Vec<Option<f64>>, other: Vec<Option<f64>>) -> Vec<Option<f64>> {
    one.into_iter().zip(other).map(|(one, other)| one.into_iter().chain(other).reduce(f64::max)).collect()
}

fn cast(cells: usize) -> u16 {
    u16::try_from(cells).unwrap_or(u16::MAX)
}
