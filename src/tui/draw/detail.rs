//! Under the table: what matters most of the row the cursor is on.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{columns, put, wrap};
use crate::model::{Kind, Resource, age, redact};
use crate::table::{Column, Row, state_mark, words};
use crate::tui::Look;
use crate::tui::app::{App, mark_symbol};
use crate::tui::widgets::sparkline;

/// Lines of the detail pane without its upper border, by the height there is.
pub(super) fn height(app: &App, area: Rect) -> u16 {
    let rows = match area.height {
        0..17 => return 0,
        17..26 => 2,
        26..45 => 4,
        _ => 6,
    };
    if app.pane().selected().is_some() { rows + 1 } else { 0 }
}

pub(super) fn draw(app: &App, area: Rect, buf: &mut Buffer) {
    let Some(row) = app.pane().selected() else { return };
    let look = app.look();
    let resource = look.store.get(row.id()).unwrap_or(row);
    head(resource, app, &look, area, buf);
    let inner =
        Rect::new(area.x + 2, area.y + 1, area.width.saturating_sub(4), area.height.saturating_sub(2));
    let mut y = inner.y;
    if let Some(reason) = resource.state().and_then(|state| state.reason.as_deref()) {
        let reason = crate::tui::widgets::ansi::plain(reason);
        let style = resource.state().map_or(look.theme.warn, |state| look.theme.lifecycle(state.lifecycle));
        put(buf, inner.x, y, inner.width, &reason, style);
        y += 1;
    }
    let left = inner.bottom().saturating_sub(y);
    if left == 0 {
        return;
    }
    if resource.kind() == Kind::Instance && resource.offers().telemetry {
        let signs = if left >= 4 { left - 2 } else { 1 };
        let series = look.store.series(resource.id());
        let sampled = series.is_some_and(|series| series.last().is_some());
        let signs = if sampled { signs.min(3) } else { 1 };
        sparkline::strip(series, &look, Rect::new(inner.x, y, inner.width, signs), buf);
        y += signs;
    }
    facts(resource, &look, Rect::new(inner.x, y, inner.width, inner.bottom().saturating_sub(y)), buf);
}

fn head(resource: &Resource, app: &App, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let theme = look.theme;
    let end = area.right().saturating_sub(2);
    let mut x = area.x + 2;
    x = put(buf, x, area.y, end - x, &format!(" {} ", resource.name()), theme.title);
    if let Some(state) = resource.state() {
        let text = format!("{} {} ", state_mark(state.lifecycle, look.ascii), state.word());
        x = put(buf, x, area.y, end.saturating_sub(x), &text, theme.lifecycle(state.lifecycle));
    }
    let since = match resource {
        Resource::Instance(it) => it.changed,
        Resource::Container(it) => it.changed,
        _ => None,
    };
    if let Some(since) = since {
        x = put(
            buf,
            x,
            area.y,
            end.saturating_sub(x),
            &format!("for {} ", age(look.now.since(since))),
            theme.dim,
        );
    }
    if let Some(old) = look.store.stale(&resource.id().context, resource.kind(), look.now) {
        x = put(buf, x, area.y, end.saturating_sub(x), &format!("as of {} ago ", age(old)), theme.warn);
    }
    if let Some(marks) = app.consoles.marks(resource.id()) {
        x = put(buf, x, area.y, end.saturating_sub(x), "console ", theme.dim);
        if marks.is_empty() {
            put(buf, x, area.y, end.saturating_sub(x), "open ", theme.dim);
        }
        for mark in marks.iter() {
            let (symbol, style) = mark_symbol(mark, look);
            let text = format!("{symbol} {} ", mark.word());
            x = put(buf, x, area.y, end.saturating_sub(x), &text, style);
        }
    }
}

/// The width of the column of names; a longer name pushes its value to the right.
const NAME_COLUMN_WIDTH: u16 = 11;
/// A column of names and values is at least this wide.
const MIN_CELL_WIDTH: u16 = 36;

/// Names and values in columns, as many as fit, read along the rows; what is longer than its column takes the next
/// one too.
fn facts(resource: &Resource, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let theme = look.theme;
    let cell = area.width / (area.width / MIN_CELL_WIDTH).max(1);
    let (mut x, mut y) = (area.x, area.y);
    for (name, value) in pairs(resource, look) {
        let value = crate::tui::widgets::ansi::plain(&value);
        let value = wrap(&value, u16::MAX).concat();
        let names = columns(&name).max(NAME_COLUMN_WIDTH) + 1;
        let wide = names + columns(&value);
        if x > area.x && x + wide > area.right() {
            x = area.x;
            y += 1;
        }
        if y >= area.bottom() {
            return;
        }
        let room = |x: u16| area.right().saturating_sub(x);
        put(buf, x, y, room(x), &name, theme.dim);
        put(buf, x + names, y, room(x + names), &value, theme.text);
        // At least two blanks before the next column.
        x += (wide + 2).div_ceil(cell).max(1) * cell;
    }
}

fn pairs(resource: &Resource, look: &Look<'_>) -> Vec<(String, String)> {
    let mut pairs = written_pairs(resource, look);
    for (_, value) in &mut pairs {
        if let Cow::Owned(shown) = redact(value) {
            *value = shown;
        }
    }
    pairs
}

fn written_pairs(resource: &Resource, look: &Look<'_>) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    let row = Row::new(resource, look.store, look.now);
    for column in Column::details(resource.kind()) {
        let text = column.cell(&row).text(look.now);
        if !text.is_empty() {
            pairs.push((column.label(), text.into_owned()));
        }
    }
    match resource {
        Resource::Instance(it) => {
            for address in &it.addresses {
                let name = if address.public { "public" } else { "private" };
                pairs.push((name.to_owned(), address.value.to_string()));
            }
        }
        Resource::Operation(it) => {
            for step in &it.steps {
                let took = match (step.started, step.finished) {
                    (Some(from), Some(to)) => format!(" {}", age(to.since(from))),
                    (Some(from), None) => format!(" {}…", age(look.now.since(from))),
                    _ => String::new(),
                };
                pairs.push((step.name.to_string(), format!("{}{took}", step.state.word())));
            }
        }
        _ => {}
    }
    pairs.extend(resource.facts().iter().map(|fact| (words(fact.name), fact.value.to_string())));
    pairs.push(("id".to_owned(), resource.id().id.to_string()));
    pairs
}
