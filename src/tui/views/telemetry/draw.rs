//! The layout of the telemetry screen, and its text where there is nothing to draw.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use unicode_width::UnicodeWidthStr;

use super::layout::{Line, draw_centered, rows};
use super::{CURSOR_STEPS, PANELS, Panel, TelemetryView, WINDOWS};
use crate::fleet::Series;
use crate::model::{Lifecycle, Metric, Timestamp, age};
use crate::tui::Look;
use crate::tui::widgets::chart::{self, Chart};
use crate::tui::widgets::sparkline::{self, STALE_AFTER};

/// From this width on, charts are drawn side by side.
const MIN_WIDTH_SIDE_BY_SIDE: u16 = 160;
/// A metric without a sample in this time counts as not reported.
const REPORTED_WITHIN: Duration = Duration::from_secs(86_400);

impl TelemetryView {
    pub(super) fn draw_all(&mut self, area: Rect, buf: &mut Buffer, look: &Look<'_>) {
        let area = area.intersection(buf.area);
        if area.is_empty() {
            return;
        }
        let now = self.frozen.unwrap_or(look.now);
        let series = look.store.series(&self.id).filter(|series| !series.is_empty());
        self.draw_header(area, series, buf, look);
        let body = Rect { y: area.y + 1, height: area.height - 1, ..area };
        let Some(series) = series else {
            self.charts = 0;
            draw_centered(&self.nothing(look), body, buf, look);
            return;
        };
        let (reported, missing): (Vec<Panel>, Vec<Panel>) = PANELS
            .into_iter()
            .partition(|(_, metrics)| metrics.iter().any(|metric| is_reported(series, *metric, look.now)));
        self.charts = reported.len();
        self.selected = self.selected.min(reported.len().saturating_sub(1));
        if reported.is_empty() {
            draw_centered(&["Its samples have no figures.".to_owned()], body, buf, look);
            return;
        }
        let foot = u16::from(!missing.is_empty() && body.height > 16);
        let body = Rect { height: body.height - foot, ..body };
        if foot == 1 {
            let names: Vec<String> = missing.iter().map(|(title, _)| title.to_lowercase()).collect();
            let text = format!(" not reported by this platform: {}", names.join(", "));
            buf.set_stringn(body.x, body.bottom(), text, body.width.into(), look.theme.dim);
        }
        for (nth, room) in self.share_out(reported.len(), body) {
            self.draw_panel(reported[nth], nth == self.selected, series, now, room, buf, look);
        }
    }

    /// The charts shown and their areas. With less room than all of them need, those around the selected one.
    fn share_out(&self, charts: usize, body: Rect) -> Vec<(usize, Rect)> {
        let least = if body.width < 100 { 8 } else { 6 };
        if self.alone || body.height < least * 2 {
            return vec![(self.selected, body)];
        }
        let side_by_side = body.width >= MIN_WIDTH_SIDE_BY_SIDE && charts > 1;
        if !side_by_side {
            let fitting = usize::from(body.height / least).clamp(1, charts);
            let first = self.selected.saturating_sub(fitting - 1).min(charts - fitting);
            let rooms = rows(body, fitting).into_iter();
            return rooms.enumerate().map(|(nth, room)| (first + nth, room)).collect();
        }
        // An odd one out is the first: processors over the whole width.
        let lone = charts % 2;
        let lines = charts.div_ceil(2);
        let mut rooms = Vec::new();
        for (line, room) in rows(body, lines).into_iter().enumerate() {
            if lone == 1 && line == 0 {
                rooms.push(room);
                continue;
            }
            let half = (room.width - 2) / 2;
            rooms.push(Rect { width: half, ..room });
            rooms.push(Rect { x: room.right() - half, width: half, ..room });
        }
        rooms.into_iter().enumerate().take(charts).collect()
    }

    fn draw_header(&self, area: Rect, series: Option<&Series>, buf: &mut Buffer, look: &Look<'_>) {
        let theme = look.theme;
        let row = look.store.get(&self.id);
        let mut line = Line::new(area, buf);
        line.put(" ", theme.text);
        line.put(&self.name, theme.title.add_modifier(Modifier::BOLD));
        line.put(&format!("  {}", self.id.context), theme.dim);
        if let Some(state) = row.and_then(|row| row.state()) {
            line.put("  ", theme.dim);
            line.put(state.lifecycle.word(), theme.lifecycle(state.lifecycle));
        }
        let newest = series.and_then(Series::last).map(|last| look.now.since(last.at));
        let (word, style) = match (self.frozen, newest) {
            (Some(at), _) => (format!("frozen at {}", at.clock().get(..8).unwrap_or_default()), theme.warn),
            (None, Some(old)) if series.is_none_or(|series| old > series.fresh_for(STALE_AFTER)) => {
                (format!("latest sample {} ago", age(old)), theme.warn)
            }
            (None, Some(_)) => ("live".to_owned(), theme.good),
            (None, None) => (String::new(), theme.dim),
        };
        let chips: usize = WINDOWS.iter().map(|(name, _)| name.len() + 2).sum();
        if line.room() < chips + 2 {
            line.right(&format!("{word}  {} ", WINDOWS[self.window].0), style);
            return;
        }
        for (nth, (name, _)) in WINDOWS.iter().enumerate().rev() {
            let chosen = nth == self.window;
            let style = if chosen { theme.selected } else { theme.dim };
            line.right(&if chosen { format!("[{name}]") } else { format!(" {name} ") }, style);
        }
        line.right(&format!("{word}  "), style);
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one frame")]
    fn draw_panel(
        &self,
        (title, metrics): Panel,
        selected: bool,
        series: &Series,
        now: Timestamp,
        room: Rect,
        buf: &mut Buffer,
        look: &Look<'_>,
    ) {
        if room.height == 0 {
            return;
        }
        let plot = Rect { y: room.y + 1, height: room.height - 1, ..room };
        let count = chart::columns(plot);
        let window = self.window();
        let traces: Vec<Vec<Option<f64>>> =
            metrics.iter().map(|metric| series.columns(*metric, now, window, count)).collect();
        let limit = series.last().and_then(|last| sparkline::limit(metrics[0], last));
        let cursor = self.cursor.map(|back| {
            let last = count.saturating_sub(1);
            last - last * usize::from(back) / usize::from(CURSOR_STEPS)
        });
        let chart = Chart { metric: metrics[0], traces: &traces, limit, end: now, window, cursor };
        chart.draw(plot, buf, look);
        if traces.iter().flatten().all(Option::is_none) && plot.height > 2 {
            let text = format!("nothing measured in these {}", WINDOWS[self.window].0);
            draw_centered(&[text], plot, buf, look);
        }

        let theme = look.theme;
        let rule = if look.ascii { "-" } else { "─" };
        let edge = if selected && self.charts > 1 { theme.accent } else { theme.border };
        for x in room.left()..room.right() {
            buf[(x, room.y)].set_symbol(rule).set_style(edge);
        }
        let mut line = Line::new(Rect { x: room.x + 1, width: room.width.saturating_sub(2), ..room }, buf);
        let mark = if look.ascii { ">" } else { "▸" };
        line.put(if selected && self.charts > 1 { mark } else { "" }, theme.accent);
        line.put(&format!(" {title} "), theme.title.add_modifier(Modifier::BOLD));
        for (nth, (metric, values)) in metrics.iter().zip(&traces).enumerate() {
            let value = match cursor {
                Some(column) => values.get(column).copied().flatten(),
                None => series.summary(*metric, now, window).map(|summary| summary.last),
            };
            let shown = value
                .map_or_else(|| "no value".to_owned(), |value| sparkline::with_limit(*metric, value, limit));
            if metrics.len() > 1 {
                let (key, style) = legend(nth, look);
                line.put(&format!(" {key} "), style);
            }
            line.put(&format!("{}{shown} ", sparkline::arrow(*metric, look.ascii)), theme.text);
        }
        if let Some(back) = self.cursor {
            let at = now.before(window * u32::from(back) / u32::from(CURSOR_STEPS));
            line.put(&format!("at {} ", at.clock().get(..8).unwrap_or_default()), theme.accent);
        }
        draw_summaries(metrics, series, now, window, &mut line, look);
    }

    /// The reason why there are no samples.
    fn nothing(&self, look: &Look<'_>) -> Vec<String> {
        let Some(row) = look.store.get(&self.id) else {
            return vec!["It is no longer listed.".to_owned()];
        };
        if let Some(problem) = look.store.samples_problem(&self.id) {
            let mut lines =
                vec!["No samples: they could not be read.".to_owned(), problem.message.to_string()];
            lines.extend(problem.request.iter().map(|request| format!("asked {request}")));
            lines.extend(problem.hint.iter().map(ToString::to_string));
            return lines;
        }
        if !row.offers().telemetry {
            return vec!["No samples: this platform has no metrics for it.".to_owned()];
        }
        match row.state().map(|state| state.lifecycle) {
            Some(Lifecycle::Running | Lifecycle::Degraded) | None => {
                vec!["Waiting for the first sample.".to_owned()]
            }
            Some(lifecycle) => vec![format!("No samples yet: it is {}.", lifecycle.word())],
        }
    }
}

/// The mark and style of a trace in a chart, distinct by shape: a block for the area, a stroke for the line.
fn legend(nth: usize, look: &Look<'_>) -> (&'static str, Style) {
    match (nth, look.ascii) {
        (0, false) => ("█", look.theme.chart),
        (0, true) => ("#", look.theme.chart),
        (_, false) => ("━", look.theme.chart_second),
        (_, true) => ("o", look.theme.chart_second),
    }
}

/// Least, mean and greatest at the right end of a title, as much of it as there is room for.
fn draw_summaries(
    metrics: &[Metric],
    series: &Series,
    now: Timestamp,
    window: Duration,
    line: &mut Line<'_>,
    look: &Look<'_>,
) {
    let parts: Vec<(String, String)> = metrics
        .iter()
        .filter_map(|metric| {
            let summary = series.summary(*metric, now, window)?;
            let [min, mean, max] = [summary.min, summary.mean, summary.max].map(|value| metric.show(value));
            let arrow = sparkline::arrow(*metric, look.ascii);
            Some((format!("{arrow}min {min}  mean {mean}  max {max}"), format!("{arrow}max {max}")))
        })
        .collect();
    let long: Vec<&str> = parts.iter().map(|(long, _)| long.as_str()).collect();
    let short: Vec<&str> = parts.iter().map(|(_, short)| short.as_str()).collect();
    for text in [long.join("   "), short.join("  ")] {
        if !text.is_empty() && text.width() + 4 <= line.room() {
            line.right(&format!(" {text} "), look.theme.dim);
            return;
        }
    }
}

fn is_reported(series: &Series, metric: Metric, now: Timestamp) -> bool {
    series.last().is_some_and(|last| last.value(metric).is_some())
        || series.summary(metric, now, REPORTED_WITHIN).is_some()
}
