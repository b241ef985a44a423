//! One cell of a table.

use std::borrow::Cow;

use ratatui::style::{Modifier, Style};

use super::columns;
use crate::fleet::Series;
use crate::model::{Metric, age, redact};
use crate::table::{Cell, Column, Row, Shrink, Tone};
use crate::tui::Look;
use crate::tui::widgets::sparkline;

/// Columns of the figure beside a sparkline.
const FIGURE_WIDTH: u16 = 5;

/// The progress of a write to a row: `stopping… 12s`.
fn busy(row: &Row<'_>, look: &Look<'_>) -> Option<String> {
    let busy = look.store.busy(row.resource.id(), look.now)?;
    let dots = if look.ascii { "..." } else { "…" };
    Some(format!("{}{dots} {}", busy.progress, age(look.now.since(busy.since))))
}

/// The text of a cell, as the table is drawn now.
pub(super) fn text<'a>(
    column: Column,
    cell: Cell<'a>,
    row: &Row<'a>,
    look: &Look<'_>,
    width: u16,
) -> Cow<'a, str> {
    if let (Cell::State(_), Some(progress)) = (&cell, busy(row, look)) {
        return progress.into();
    }
    match cell {
        Cell::Samples(metric) => usage(look.store.series(row.resource.id()), metric, look, width),
        Cell::State(state) if state.lifecycle.is_moving() && !look.ascii => {
            format!("{}…", state.word()).into()
        }
        Cell::Percent(done) => bar(done, look.ascii).into(),
        _ if matches!(column.spec().shrink, Shrink::Path(_)) => {
            path_end(redacted(cell.text(look.now)), width, look.ascii)
        }
        _ => redacted(cell.text(look.now)),
    }
}

/// A text of a platform without any secret of the program: a name or a label may repeat one.
fn redacted(text: Cow<'_, str>) -> Cow<'_, str> {
    match redact(&text) {
        Cow::Owned(shown) => shown.into(),
        Cow::Borrowed(_) => text,
    }
}

/// An image whose name is too long loses its registry and its folders first: `ghcr.io/shop/web:1.4` as `…/web:1.4`.
fn path_end(image: Cow<'_, str>, width: u16, ascii: bool) -> Cow<'_, str> {
    if width == 0 || columns(&image) <= width {
        return image;
    }
    let shorter = image
        .match_indices('/')
        .map(|(at, _)| &image[at..])
        .find(|rest| columns(rest) < width)
        .or_else(|| image.rfind('/').map(|at| &image[at..]));
    match shorter {
        Some(rest) => format!("{}{rest}", if ascii { "~" } else { "…" }).into(),
        None => image,
    }
}

/// A sparkline and the latest figure: the share of the limit where one is known, else the figure with its unit.
fn usage(series: Option<&Series>, metric: Metric, look: &Look<'_>, width: u16) -> Cow<'static, str> {
    let Some((series, last)) = series.and_then(|series| Some((series, series.last()?))) else {
        return Cow::Borrowed("");
    };
    let figure = match (sparkline::latest(series, metric, look), sparkline::limit(metric, last)) {
        _ if look.now.since(last.at) > series.fresh_for(sparkline::STALE_AFTER) => {
            age(look.now.since(last.at)) + " old"
        }
        (None, _) => String::new(),
        (Some(value), Some(limit)) => format!("{:.0}%", (value / limit * 100.0).min(999.0)),
        (Some(value), None) => metric.show(value).replace(' ', ""),
    };
    let cells = width.saturating_sub(FIGURE_WIDTH + 1);
    if cells < 3 {
        return figure.into();
    }
    let line =
        sparkline::cell(series, metric, cells.into(), look).unwrap_or_else(|| " ".repeat(cells.into()));
    format!("{line} {figure:>5}").into()
}

/// `▮▮▮▮▯▯▯▯ 50%`.
fn bar(done: u8, ascii: bool) -> String {
    let (full, rest) = if ascii { ("#", ".") } else { ("▮", "▯") };
    let filled = usize::from(done.min(100)) * 8 / 100;
    format!("{}{} {done:>3}%", full.repeat(filled), rest.repeat(8 - filled))
}

/// The style of a cell in a row that is neither marked nor out of date.
pub(super) fn style(column: Column, cell: Cell<'_>, look: &Look<'_>) -> Style {
    let theme = look.theme;
    match (cell, column.spec().tone) {
        (Cell::State(state), _) => theme.lifecycle(state.lifecycle),
        (Cell::Samples(_), _) => theme.chart,
        (Cell::Users(usage), _) if usage.total() == 0 => theme.dim,
        (_, Tone::Strong) => theme.text.add_modifier(Modifier::BOLD),
        (_, Tone::Plain) => theme.text,
        (_, Tone::Dim) => theme.dim,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_image_keeps_its_own_name() {
        let image = || Cow::Borrowed("ghcr.io/example/shop/web:1.4");
        assert_eq!(path_end(image(), 40, false), "ghcr.io/example/shop/web:1.4");
        assert_eq!(path_end(image(), 15, false), "…/shop/web:1.4");
        assert_eq!(path_end(image(), 9, false), "…/web:1.4");
        assert_eq!(path_end("67401d5af1bb".into(), 8, true), "67401d5af1bb");
    }
}
