//! The table in front, in its box: title, columns, the rows on the screen and no others.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::layout::gap;
use super::measure::{Measured, measure, without_middle};
use super::{cells, columns, detail, empty, put, put_right, whole_words};
use crate::fleet::ListingCondition;
use crate::model::{Kind, Timestamp, Unreadable, age};
use crate::table::filter::Matcher;
use crate::table::{Align, Cell, Column, Row, state_mark};
use crate::tui::Look;
use crate::tui::app::{App, OpenConsoles, STATE_FLASH_DURATION, console_symbol};
use crate::tui::pane::Pane;
use crate::tui::widgets::ansi::visible;
use crate::tui::widgets::frame::{draw_border, draw_divider};
use crate::tui::widgets::number::grouped;

/// The cursor's and the state's marks before the first column.
const MARK_COLUMNS: u16 = 3;
/// The console's mark behind them, where any console is open.
const CONSOLE_COLUMNS: u16 = 2;

pub(super) fn draw(app: &mut App, area: Rect, buf: &mut Buffer) {
    draw_border(area, buf, &app.look(), app.theme.border);
    let detail = detail::height(app, area);
    let inner = Rect::new(area.x + 1, area.y + 1, area.width - 2, area.height.saturating_sub(2 + detail));
    if inner.height == 0 || inner.width < MARK_COLUMNS + 4 {
        return;
    }
    let rows = Rect::new(inner.x, inner.y + 1, inner.width, inner.height - 1);
    app.table_area = rows;
    let active = app.active;
    let heads = {
        let App { panes, theme, store, now, options, consoles, .. } = app;
        let pane = &mut panes[active];
        pane.fit(rows.height.into());
        let look = Look { theme, store, now: *now, ascii: options.ascii };
        draw_rows(pane, &look, consoles, inner, rows, buf)
    };
    app.heads = heads;
    title(app, area, buf);
    if app.pane().shown().is_empty() {
        empty::draw(app, rows, buf);
    } else {
        scrollbar(app, area, rows, buf);
        if !bounded(app, area, buf) && !forbidden(app, area, buf) {
            absent(app, area, buf);
        }
    }
    if detail > 0 {
        let below = Rect::new(area.x, area.bottom() - 1 - detail, area.width, detail + 1);
        draw_divider(below, below.y, buf, &app.look(), app.theme.border);
        detail::draw(app, below, buf);
    }
}

/// The first and the last cell of each column: for clicks on its title.
type Heads = Vec<(u16, u16, Column)>;

/// A row on the screen.
struct Visible<'a> {
    row: Row<'a>,
    /// When its state last changed.
    moved: Option<Timestamp>,
}

fn draw_rows(
    pane: &mut Pane,
    look: &Look<'_>,
    consoles: &OpenConsoles,
    inner: Rect,
    rows: Rect,
    buf: &mut Buffer,
) -> Heads {
    // The newest of each row, if the store still has it; rows are re-arranged in a moment.
    let newest: Vec<_> = pane
        .visible()
        .iter()
        .map(|row| {
            let newest = look.store.get(row.id()).unwrap_or(row);
            (newest.clone(), look.store.moved(row.id()))
        })
        .collect();
    let visible: Vec<_> = newest
        .iter()
        .map(|(resource, moved)| Visible { row: Row::new(resource, look.store, look.now), moved: *moved })
        .collect();
    let on_screen: Vec<_> = visible.iter().map(|visible| visible.row).collect();
    let has_consoles = pane.kind == Kind::Instance && !consoles.is_empty();
    let mark_columns = MARK_COLUMNS + if has_consoles { CONSOLE_COLUMNS } else { 0 };
    let measured = measure(pane, &on_screen, look, rows.width.saturating_sub(mark_columns + 1));
    let mut places = Vec::new();
    let mut x = inner.x + mark_columns;
    for it in measured {
        head(pane, it.column, Rect::new(x, inner.y, it.width, 1), look, buf);
        places.push((x, it));
        x += it.width + gap();
    }
    let mut matcher = Matcher::default();
    for (index, row) in visible.iter().enumerate() {
        let Ok(offset) = u16::try_from(index) else { break };
        let line = Rect::new(rows.x, rows.y + offset, rows.width, 1);
        let is_selected = pane.top + index == pane.cursor();
        draw_row(pane, row, &places, line, look, &mut matcher, buf);
        if let Some(marks) = consoles.marks(row.row.resource.id()).filter(|_| has_consoles) {
            let (mark, style) = console_symbol(marks, look);
            put(buf, line.x + MARK_COLUMNS, line.y, 1, mark, style);
        }
        // Over everything: only with its own letters can its background be read.
        if is_selected {
            buf.set_style(line, look.theme.selected);
        }
    }
    places.into_iter().map(|(x, it)| (x, x + it.width, it.column)).collect()
}

fn head(pane: &Pane, column: Column, area: Rect, look: &Look<'_>, buf: &mut Buffer) {
    let arrow = match (pane.sort.column == column, pane.sort.reverse, look.ascii) {
        (false, ..) => "",
        (true, false, false) => "▲",
        (true, true, false) => "▼",
        (true, false, true) => "^",
        (true, true, true) => "v",
    };
    let text = format!("{}{arrow}", column.title());
    let style = if arrow.is_empty() { look.theme.dim } else { look.theme.title };
    if column.spec().align == Align::Right {
        put_right(buf, area.right(), area.y, area.width, &text, style);
    } else {
        put(buf, area.x, area.y, area.width, &text, style);
    }
}

fn draw_row(
    pane: &Pane,
    visible: &Visible<'_>,
    places: &[(u16, Measured)],
    line: Rect,
    look: &Look<'_>,
    matcher: &mut Matcher,
    buf: &mut Buffer,
) {
    let theme = look.theme;
    let Visible { row, moved } = visible;
    let resource = row.resource;
    let outdated = look.store.stale(&resource.id().context, resource.kind(), look.now);
    let is_marked = pane.marks.contains(resource.id());
    let flashes = moved.is_some_and(|moved| look.now.since(moved) < STATE_FLASH_DURATION);
    let mut hits = Vec::new();
    for (from, Measured { column, width, loses_middle }) in places {
        let (width, to) = (*width, from + width);
        let cell = column.cell(row);
        let mut text = shown(cells::text(*column, cell, row, look, width));
        // What is drawn is what the filter's hits are marked in.
        text = if *loses_middle { without_middle(text, width) } else { whole_words(text, width) };
        let mut style = if outdated.is_some() { theme.dim } else { cells::style(*column, cell, look) };
        if is_marked && column.is_name() {
            style = style.patch(theme.marked);
        }
        if flashes && (column.is_name() || matches!(cell, Cell::State(_))) {
            style = style.add_modifier(Modifier::REVERSED);
        }
        let is_right = column.spec().align == Align::Right;
        let x = if is_right { to - columns(&text).min(width) } else { *from };
        put(buf, x, line.y, to - x, &text, style);
        if !pane.filter().is_empty() && !matches!(cell, Cell::Samples(_) | Cell::Age(_)) {
            pane.filter().highlights(matcher, &text, &mut hits);
            for hit in &hits {
                paint(&text, hit.clone(), x, to, line.y, theme.matched, buf);
            }
        }
    }
    if let Some(state) = resource.state() {
        let style = if outdated.is_some() { theme.dim } else { theme.lifecycle(state.lifecycle) };
        put(buf, line.x + 1, line.y, 1, state_mark(state.lifecycle, look.ascii), style);
    }
    if is_marked {
        put(buf, line.x, line.y, 1, if look.ascii { ">" } else { "▌" }, theme.marked);
    }
}

/// The text as it is drawn, so that matches in it are counted by what is seen.
fn shown(text: Cow<'_, str>) -> Cow<'_, str> {
    match visible(&text) {
        Cow::Borrowed(_) => text,
        Cow::Owned(visible) => visible.into(),
    }
}

/// Lays a style over a range of a text that begins at `x`.
fn paint(text: &str, hit: std::ops::Range<usize>, x: u16, end: u16, y: u16, style: Style, buf: &mut Buffer) {
    let (Some(before), Some(inside)) = (text.get(..hit.start), text.get(hit)) else {
        return;
    };
    let from = x.saturating_add(columns(before)).min(end);
    let to = from.saturating_add(columns(inside)).min(end);
    buf.set_style(Rect::new(from, y, to - from, 1), style);
}

/// In the lower border: the contexts of which only the first rows are shown, since their listings reached a bound.
fn bounded(app: &App, area: Rect, buf: &mut Buffer) -> bool {
    let kind = app.pane().kind;
    let shown = app.store.contexts().iter().filter(|context| !app.hidden.contains(&context.name));
    let is_alone = shown.clone().count() == 1;
    let mut notes = shown.filter_map(|context| {
        let (rows, bound) = app.store.listing(&context.name, kind)?.bounded?;
        let of = if is_alone { String::new() } else { format!(" of {}", context.name) };
        Some(format!("first {}{of} shown ({})", grouped(rows), bound.setting()))
    });
    let Some(first) = notes.next() else {
        return false;
    };
    let more = match notes.count() {
        0 => String::new(),
        more => format!(" (and {more} more)"),
    };
    put(
        buf,
        area.x + 2,
        area.bottom() - 1,
        area.width.saturating_sub(4),
        &format!(" {first}{more} "),
        app.theme.warn,
    );
    true
}

/// In the lower border: the contexts whose rows are missing because they may not be listed.
fn forbidden(app: &App, area: Rect, buf: &mut Buffer) -> bool {
    let kind = app.pane().kind;
    let mut notes =
        app.store.contexts().iter().filter(|context| !app.hidden.contains(&context.name)).filter_map(
            |context| match context.listing_condition(kind) {
                ListingCondition::Forbidden(problem) => {
                    Some(empty::forbidden(context.name.as_str(), kind, problem))
                }
                ListingCondition::ContextFailed(_)
                | ListingCondition::Failed(_)
                | ListingCondition::Pending
                | ListingCondition::Listed
                | ListingCondition::Unsupported => None,
            },
        );
    let note = notes.next();
    let is_shown = note.is_some();
    if let Some(note) = note {
        let more = match notes.count() {
            0 => String::new(),
            more => format!(" (and {more} more)"),
        };
        let text = format!(" {note}{more} ");
        let room = area.width.saturating_sub(4);
        put(buf, area.x + 2, area.bottom() - 1, room, &text, app.theme.off);
    }
    is_shown
}

fn title(app: &App, area: Rect, buf: &mut Buffer) {
    let theme = &app.theme;
    let pane = app.pane();
    let right =
        put_right(buf, area.right() - 2, area.y, area.width / 2, &format!(" {} ", count(app)), theme.dim);
    let end = right.saturating_sub(1);
    let mut x = area.x + 2;
    let room = |x: u16| end.saturating_sub(x);
    let scope = pane.narrow.as_ref().map_or_else(
        || "all".to_owned(),
        |narrow| {
            if app.options.ascii { format!("of {}", narrow.name()) } else { format!("‹ {}", narrow.name()) }
        },
    );
    x = put(buf, x, area.y, room(x), &format!(" {}", pane.kind.title().to_lowercase()), theme.title);
    x = put(buf, x, area.y, room(x), &format!("({scope}) "), theme.dim);
    // What verbs act on comes before what may be long.
    if !pane.marks.is_empty() {
        x = put(buf, x + 1, area.y, room(x + 1), &format!(" {} marked ", pane.marks.len()), theme.marked);
    }
    if !pane.filter_text.is_empty() {
        let style = if pane.filter_error().is_some() { theme.bad } else { theme.matched };
        x = put(buf, x + 1, area.y, room(x + 1), &format!(" /{} ", pane.filter_text), style);
        if pane.is_filter_kept {
            x = put(buf, x, area.y, room(x), " from your last run ", theme.warn);
        }
    }
    if pane.attention {
        x = put(buf, x + 1, area.y, room(x + 1), " needs attention ", theme.warn);
    }
    if pane.wide {
        let text = match pane.columns_without_room {
            0 => " wide ".to_owned(),
            1 => " wide: no room for 1 column ".to_owned(),
            more => format!(" wide: no room for {more} columns "),
        };
        x = put(buf, x + 1, area.y, room(x + 1), &text, theme.dim);
    }
    if let Some(text) = stale(app) {
        x = put(buf, x + 1, area.y, room(x + 1), &format!(" {text} "), theme.warn);
    }
    if let Some(text) = unreadable(app) {
        put(buf, x + 1, area.y, room(x + 1), &format!(" {text} "), theme.warn);
    }
}

/// In the lower border: which platforms have nothing to list here.
fn absent(app: &App, area: Rect, buf: &mut Buffer) {
    let pane = app.pane();
    if pane.narrow.is_some() {
        return;
    }
    if let Some(text) = empty::absent(app).filter(|text| columns(text) + 6 <= area.width) {
        let text = format!(" {text} ");
        put_right(buf, area.right() - 2, area.bottom() - 1, area.width, &text, app.theme.dim);
    }
}

/// `43 of 128`, `1,200 / ~7,000 loading`.
fn count(app: &App) -> String {
    let pane = app.pane();
    let all = app.store.len(pane.kind);
    let shown = pane.shown().len();
    let mut listed = 0;
    let mut expected = Some(0);
    let mut loading = false;
    for context in app.store.contexts() {
        let listing = app.store.listing(&context.name, pane.kind);
        // A later listing confirms rows that are there already: nothing to wait for.
        let Some(listing) = listing.filter(|listing| listing.confirmed.is_none()) else {
            continue;
        };
        if let Some((so_far, of)) = listing.loading {
            loading = true;
            listed += so_far;
            expected = expected.zip(of).map(|(sum, of)| sum + of);
        }
    }
    let rows = if shown == all || pane.is_arranging() {
        grouped(all)
    } else {
        format!("{} of {}", grouped(shown), grouped(all))
    };
    match (loading, expected) {
        (true, Some(of)) if of > listed => {
            format!("{rows} / ~{} loading", grouped(all - listed.min(all) + of))
        }
        (true, _) => format!("{rows} loading"),
        _ if pane.is_arranging() => format!("{rows}{}", if app.options.ascii { "..." } else { "…" }),
        _ => rows,
    }
}

/// The contexts whose rows are out of date, with their age.
fn stale(app: &App) -> Option<String> {
    let kind: Kind = app.pane().kind;
    let now: Timestamp = app.now;
    let old: Vec<_> = app
        .store
        .contexts()
        .iter()
        .filter(|context| !app.hidden.contains(&context.name))
        .filter_map(|context| Some((context, app.store.stale(&context.name, kind, now)?)))
        .map(|(context, since)| format!("{} {} old", context.name, age(since)))
        .collect();
    (!old.is_empty()).then(|| old.join(", "))
}

/// The rows of the latest listings that could not be read, over all contexts shown.
fn unreadable(app: &App) -> Option<String> {
    let mut all = Unreadable::default();
    for context in app.store.contexts().iter().filter(|context| !app.hidden.contains(&context.name)) {
        if let Some(listing) = app.store.listing(&context.name, app.pane().kind) {
            all.add(&listing.unreadable);
        }
    }
    all.any().then(|| all.to_string())
}

fn scrollbar(app: &App, area: Rect, rows: Rect, buf: &mut Buffer) {
    let pane = app.pane();
    let total = pane.shown().len();
    let height = usize::from(rows.height);
    if total <= height || height == 0 {
        return;
    }
    let size = (height * height / total).clamp(1, height);
    let travel = height - size;
    let at = pane.top * travel / (total - height);
    for row in at..at + size {
        let y = rows.y + u16::try_from(row).unwrap_or(0);
        buf.set_string(area.right() - 1, y, if app.options.ascii { "#" } else { "┃" }, app.theme.dim);
    }
}
