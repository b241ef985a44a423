//! Charts over time: an area, a line upon it, a dashed limit, a value axis with round steps and a clock below.
//!
//! A chart is a function of its columns; two columns share a braille cell. Lines differ by shape as well as
//! by colour: the first is a filled area, the second a bare line.

mod axis;
mod canvas;

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};

use crate::model::{Metric, Timestamp};
use crate::tui::{Look, Theme};
pub use axis::Scale;
use canvas::Canvas;

/// Columns of the value labels and the axis.
const GUTTER: u16 = 10;

/// The series and the look of a chart.
pub struct Chart<'a> {
    /// The unit of all of its values.
    pub metric: Metric,
    /// Values by column, oldest first, `None` for gaps: at most two of the same length, drawn as an area and as a line
    /// upon it. [`columns`] returns how many columns fill an area.
    pub traces: &'a [Vec<Option<f64>>],
    /// The value of a dashed line, drawn when the values come near enough to it.
    pub limit: Option<f64>,
    /// The time at the right edge.
    pub end: Timestamp,
    /// The time from the left edge to the right one.
    pub window: Duration,
    /// The column that a dotted line marks.
    pub cursor: Option<usize>,
}

/// The number of columns of values that fill `area`: two a cell beside the value axis.
pub fn columns(area: Rect) -> usize {
    usize::from(Room::new(area).plot.width) * 2
}

/// The layout of an area.
struct Room {
    plot: Rect,
    gutter: Option<Rect>,
    /// Rows below the plot: none, the labels, or the axis and the labels.
    below: u16,
}

impl Room {
    fn new(area: Rect) -> Self {
        let gutter = if area.width >= GUTTER * 3 { GUTTER } else { 0 };
        let below = match area.height {
            0..=4 => 0,
            5..=7 => 1,
            _ => 2,
        };
        let plot = Rect {
            x: area.x.saturating_add(gutter),
            width: area.width - gutter,
            height: area.height - below,
            ..area
        };
        let gutter = (gutter > 0).then_some(Rect { x: area.x, width: gutter, ..plot });
        Self { plot, gutter, below }
    }
}

impl Chart<'_> {
    /// Draws it into `area`; any area will do, and nothing outside of it is touched.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, look: &Look<'_>) {
        let area = area.intersection(buf.area);
        let room = Room::new(area);
        if room.plot.is_empty() {
            return;
        }
        let scale = self.scale(room.plot.height);
        let rows: Vec<(u16, f64)> =
            scale.ticks().map(|value| (row_of(scale.share(value), room.plot), value)).collect();
        draw_grid(&rows, room.plot, buf, look);
        if let Some(gutter) = room.gutter {
            self.draw_values(&rows, gutter, buf, look);
        }
        self.draw_times(&room, buf, look);
        self.draw_limit(&scale, &room, buf, look);
        self.draw_traces(&scale, room.plot, buf, look);
        self.draw_cursor(room.plot, buf, look);
    }

    /// The value axis that fits the values, and the limit if they come within a quarter of it.
    fn scale(&self, height: u16) -> Scale {
        let peak = self
            .traces
            .iter()
            .flatten()
            .flatten()
            .copied()
            .filter(|value| value.is_finite())
            .fold(0.0, f64::max);
        let near = self.limit.filter(|limit| peak * 4.0 >= *limit);
        Scale::new(self.metric, near.map_or(peak, |limit| peak.max(limit)), height)
    }

    fn draw_values(&self, rows: &[(u16, f64)], gutter: Rect, buf: &mut Buffer, look: &Look<'_>) {
        let (bar, tick) = if look.ascii { ("|", "+") } else { ("│", "┤") };
        let edge = gutter.right() - 1;
        for y in gutter.top()..gutter.bottom() {
            buf[(edge, y)].set_symbol(bar).set_style(look.theme.border);
        }
        for (y, value) in rows {
            let label = axis::label(self.metric, *value);
            let width = usize::from(gutter.width - 1);
            buf[(edge, *y)].set_symbol(tick);
            buf.set_stringn(gutter.x, *y, format!("{label:>width$.width$}"), width, look.theme.dim);
        }
    }

    fn draw_times(&self, room: &Room, buf: &mut Buffer, look: &Look<'_>) {
        let plot = room.plot;
        if room.below == 0 {
            return;
        }
        let ticks = axis::times(self.end, self.window, plot.width);
        if room.below == 2 {
            let (line, tick, corner) = if look.ascii { ("-", "+", "+") } else { ("─", "┬", "└") };
            for x in plot.left()..plot.right() {
                buf[(x, plot.bottom())].set_symbol(line).set_style(look.theme.border);
            }
            if let Some(gutter) = room.gutter {
                buf[(gutter.right() - 1, plot.bottom())].set_symbol(corner).set_style(look.theme.border);
            }
            for (column, _) in &ticks {
                buf[(plot.x + column, plot.bottom())].set_symbol(tick);
            }
        }
        let y = plot.bottom() + room.below - 1;
        for (column, label) in ticks {
            let half = u16::try_from(label.len() / 2).unwrap_or(0);
            let Some(left) = (plot.x + column).checked_sub(half).filter(|left| *left >= plot.x) else {
                continue;
            };
            if usize::from(plot.right().saturating_sub(left)) >= label.len() {
                buf.set_string(left, y, label, look.theme.dim);
            }
        }
    }

    fn draw_limit(&self, scale: &Scale, room: &Room, buf: &mut Buffer, look: &Look<'_>) {
        let Some(limit) = self.limit.filter(|limit| *limit <= scale.top() && *limit > 0.0) else {
            return;
        };
        let y = row_of(scale.share(limit), room.plot);
        for x in room.plot.left()..room.plot.right() {
            let mark = match (look.ascii, (x - room.plot.left()) % 2) {
                (true, 0) => "-",
                (true, _) => " ",
                (false, _) => "╌",
            };
            buf[(x, y)].set_symbol(mark).set_style(look.theme.warn);
        }
        if let Some(gutter) = room.gutter {
            let label = format!("limit {}", axis::label(self.metric, limit));
            let label =
                if label.len() < usize::from(gutter.width) { label } else { axis::label(self.metric, limit) };
            let width = usize::from(gutter.width - 1);
            buf.set_stringn(gutter.x, y, format!("{label:>width$.width$}"), width, look.theme.warn);
        }
    }

    fn draw_cursor(&self, plot: Rect, buf: &mut Buffer, look: &Look<'_>) {
        let Some(column) = self.cursor.and_then(|column| u16::try_from(column / 2).ok()) else {
            return;
        };
        for y in (plot.top()..plot.bottom()).filter(|_| column < plot.width) {
            let cell = &mut buf[(plot.x + column, y)];
            if matches!(cell.symbol(), " " | "┈" | "╌" | "." | "-") {
                cell.set_symbol(if look.ascii { ":" } else { "┊" });
            }
            cell.set_style(look.theme.accent);
        }
    }

    fn draw_traces(&self, scale: &Scale, plot: Rect, buf: &mut Buffer, look: &Look<'_>) {
        let mut canvas = Canvas::new(plot.width, plot.height);
        for (nth, values) in self.traces.iter().take(2).enumerate() {
            let shares = values
                .iter()
                .map(|value| value.filter(|value| !value.is_nan()).map(|value| scale.share(value)));
            if nth == 0 {
                canvas.area(shares);
            } else {
                canvas.line(shares);
            }
        }
        for row in 0..plot.height {
            for column in 0..plot.width {
                let Some((mark, second)) = canvas.mark(column, row, look.ascii) else {
                    continue;
                };
                let style = if second {
                    look.theme.chart_second
                } else {
                    let depth = f32::from(row) / f32::from(plot.height);
                    sink(look.theme, depth)
                };
                buf[(plot.x + column, plot.y + row)].set_char(mark).set_style(style);
            }
        }
    }
}

/// Faint lines at the labelled values.
fn draw_grid(rows: &[(u16, f64)], plot: Rect, buf: &mut Buffer, look: &Look<'_>) {
    let (mark, every) = if look.ascii { (".", 4) } else { ("┈", 1) };
    for (y, _) in rows.iter().filter(|(_, value)| *value > 0.0 && plot.height >= 4) {
        for x in (plot.left()..plot.right()).step_by(every) {
            buf[(x, *y)].set_symbol(mark).set_style(look.theme.border);
        }
    }
}

/// The row of `plot` that shows a share of its height.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of 0 to 1 of a screen's height"
)]
fn row_of(share: f64, plot: Rect) -> u16 {
    let dots = f64::from(plot.height) * 4.0 - 1.0;
    let dot = (share.clamp(0.0, 1.0) * dots).round() as u16;
    plot.bottom() - 1 - (dot / 4).min(plot.height - 1)
}

/// The style of an area at a depth from 0 (the top of the chart) to 1: where the theme has true colours it sinks
/// towards the dim one, so that peaks stand out.
fn sink(theme: &Theme, depth: f32) -> Style {
    match (theme.chart.fg, theme.dim.fg) {
        (Some(from @ Color::Rgb(..)), Some(to @ Color::Rgb(..))) => {
            theme.chart.fg(blend(from, to, depth * 0.65))
        }
        _ => theme.chart,
    }
}

/// The colour at `share` of the way from one true colour to another.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between two bytes")]
fn blend(from: Color, to: Color, share: f32) -> Color {
    let (Color::Rgb(red, green, blue), Color::Rgb(to_red, to_green, to_blue)) = (from, to) else {
        return from;
    };
    let mix = |from: u8, to: u8| {
        (f32::from(from) + (f32::from(to) - f32::from(from)) * share.clamp(0.0, 1.0)) as u8
    };
    Color::Rgb(mix(red, to_red), mix(green, to_green), mix(blue, to_blue))
}

#[cfg(test)]
mod tests;
