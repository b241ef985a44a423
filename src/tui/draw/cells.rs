//! One cell of a table.

use std::borrow::Cow;

use ratatui::style::{Modifier, Style};

use super::columns;
use crate::fleet::{Row, Series};
use crate::model::{Kind, Lifecycle, Metric, Resource, age};
use crate::table::{Column, used_by, word};
use crate::tui::Look;
use crate::tui::widgets::sparkline;

/// Columns of the figure beside a sparkline.
const FIGURE: u16 = 5;

/// What a cell says, as the table is drawn now.
pub(super) fn text<'a>(column: Column, row: &'a Row, look: &Look<'_>, width: u16) -> Cow<'a, str> {
    let resource = &*row.resource;
    match column {
        Column::Age => resource.created().map_or(Cow::Borrowed(""), |at| age(look.now.since(at)).into()),
        Column::Cpu => usage(look.store.series(resource.id()), Metric::Cpu, look, width),
        Column::Memory => usage(look.store.series(resource.id()), Metric::Memory, look, width),
        Column::State => match resource.state() {
            Some(state) if state.lifecycle.is_moving() && !look.ascii => format!("{}…", word(state)).into(),
            Some(state) => word(state),
            None => Cow::Borrowed(""),
        },
        Column::Instances => match resource {
            Resource::Container(it) if it.instances_running.is_none() => {
                let population = look.store.population(Kind::Instance, &it.id);
                match (population.total, it.instances) {
                    (0, _) => column.text(resource),
                    (_, Some(all)) => format!("{}/{all}", population.running).into(),
                    (total, None) => format!("{}/{total}", population.running).into(),
                }
            }
            _ => column.text(resource),
        },
        Column::Progress => match resource {
            Resource::Operation(it) => {
                it.progress.map_or(Cow::Borrowed(""), |done| bar(done, look.ascii).into())
            }
            _ => Cow::Borrowed(""),
        },
        Column::Took => match resource {
            Resource::Operation(it) => match (it.started, it.finished) {
                // Of some that have ended the platform does not tell when.
                (Some(from), None)
                    if matches!(it.state.lifecycle, Lifecycle::Pending | Lifecycle::Running) =>
                {
                    format!("{}…", age(look.now.since(from))).into()
                }
                _ => column.text(resource),
            },
            _ => Cow::Borrowed(""),
        },
        Column::Used => match resource {
            Resource::GpuModel(it) => used_by(look.store.usage(it)).into(),
            _ => Cow::Borrowed(""),
        },
        Column::Image => tail(column.text(resource), width, look.ascii),
        column => column.text(resource),
    }
}

/// An image whose name is too long loses its registry and its folders first: `ghcr.io/shop/web:1.4` as `…/web:1.4`.
fn tail(image: Cow<'_, str>, width: u16, ascii: bool) -> Cow<'_, str> {
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
    // A first sample of a stream tells no rates yet: the figure before it still holds.
    let value = last.value(metric).or_else(|| {
        let recent = series.columns(metric, look.now, series.fresh_for(sparkline::STALE), 9);
        recent.into_iter().flatten().next_back()
    });
    let figure = match (value, sparkline::limit(metric, last)) {
        _ if look.now.since(last.at) > series.fresh_for(sparkline::STALE) => {
            age(look.now.since(last.at)) + " old"
        }
        (None, _) => String::new(),
        (Some(value), Some(limit)) => format!("{:.0}%", (value / limit * 100.0).min(999.0)),
        (Some(value), None) => metric.show(value).replace(' ', ""),
    };
    let cells = width.saturating_sub(FIGURE + 1);
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

/// How a cell is drawn when nothing is said against it.
pub(super) fn style(column: Column, row: &Row, look: &Look<'_>) -> Style {
    let theme = look.theme;
    match column {
        Column::Name => theme.text.add_modifier(Modifier::BOLD),
        Column::State => row.resource.state().map_or(theme.text, |state| theme.lifecycle(state.lifecycle)),
        Column::Cpu | Column::Memory => theme.chart,
        Column::Used => match &*row.resource {
            Resource::GpuModel(it) if look.store.usage(it).total() == 0 => theme.dim,
            _ => theme.text,
        },
        Column::Context | Column::Age | Column::Id | Column::Labels => theme.dim,
        _ => theme.text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_image_keeps_its_own_name() {
        let image = || Cow::Borrowed("ghcr.io/example/shop/web:1.4");
        assert_eq!(tail(image(), 40, false), "ghcr.io/example/shop/web:1.4");
        assert_eq!(tail(image(), 15, false), "…/shop/web:1.4");
        assert_eq!(tail(image(), 9, false), "…/web:1.4");
        assert_eq!(tail("67401d5af1bb".into(), 8, true), "67401d5af1bb");
    }
}
