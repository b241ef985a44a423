//! A list in a box over the screen.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::Shape;
use super::list::{Item, List, Tone};
use crate::tui::Look;
use crate::tui::draw::{columns, put, put_right};
use crate::tui::widgets::frame::draw_border;

/// The columns beside a list, both sides together, below which it takes the whole width.
const MIN_MARGIN_COLUMNS: u16 = 8;
/// The widest that keys in front of the items get.
const MAX_KEY_COLUMNS: u16 = 24;

/// Draws the list over `area`; returns where the cursor belongs while something is typed into it.
pub fn draw<C: PartialEq>(
    list: &mut List<C>,
    title: &str,
    foot: &str,
    shape: Shape,
    area: Rect,
    buf: &mut Buffer,
    look: &Look<'_>,
) -> Option<Position> {
    let theme = look.theme;
    let area = place(list, title, foot, shape, area);
    if area.width < 8 || area.height < 3 {
        return None;
    }
    for at in area.positions() {
        buf[at].reset();
    }
    buf.set_style(area, theme.text);
    draw_border(area, buf, look, theme.accent);
    if !foot.is_empty() {
        let foot = format!(" {} ", whole_parts(foot, "  ", area.width - 6));
        put(buf, area.x + 2, area.bottom() - 1, area.width - 4, &foot, theme.dim);
    }
    let mut inner = Rect::new(area.x + 1, area.y + 1, area.width - 2, area.height - 2);
    let mut cursor = None;
    if let Some(prompt) = &list.prompt {
        let line = Rect::new(inner.x + 1, inner.y, inner.width.saturating_sub(2), 1);
        cursor = Some(prompt.draw(line, &list.lines().len().to_string(), buf, look));
        inner.y += 1;
        inner.height -= 1;
    }
    list.fit(inner.height.into());
    draw_title(list, title, area, buf, look);
    list.drawn = (area, inner);
    draw_items(list, inner, buf, look);
    cursor
}

/// Draws the title, which gives way to the lines that are on the screen, where there are more.
fn draw_title<C: PartialEq>(list: &List<C>, title: &str, area: Rect, buf: &mut Buffer, look: &Look<'_>) {
    let title = format!(" {title} ");
    let mut room = area.width - 4;
    if let Some((first, last, lines)) = list.scrolled() {
        let long = format!(" lines {first}-{last} of {lines} ");
        let fits = columns(&title) + 1 + columns(&long) <= room;
        let note = if fits { long } else { format!(" {first}-{last}/{lines} ") };
        put_right(buf, area.right() - 2, area.y, room, &note, look.theme.warn);
        room = room.saturating_sub(columns(&note) + 1);
    }
    put(buf, area.x + 2, area.y, room, &title, look.theme.title);
}

/// As many parts of a text as fit into these columns; all of it where not even the first does.
fn whole_parts<'a>(text: &'a str, separator: &str, room: u16) -> &'a str {
    let ends = text.match_indices(separator).map(|(at, _)| at).chain([text.len()]);
    let fitting = ends.map(|end| &text[..end]).take_while(|parts| columns(parts) <= room).last();
    fitting.unwrap_or(text)
}

fn draw_items<C: PartialEq>(list: &List<C>, inner: Rect, buf: &mut Buffer, look: &Look<'_>) {
    let keys = list.lines().map(|item| columns(&item.key)).max().unwrap_or(0).min(MAX_KEY_COLUMNS);
    // A label without detail may run on; the others are in a column, which gives way to long details.
    let explained = || list.lines().filter(|item| !item.detail.is_empty());
    let details = explained().map(|item| columns(&item.detail)).max().unwrap_or(0);
    let spare = inner.width.saturating_sub(keys + if keys > 0 { 2 } else { 0 } + details + 4);
    let labels =
        explained().map(|item| columns(&item.label)).max().unwrap_or(0).min(spare.max(inner.width * 3 / 5));
    if list.lines().len() == 0 {
        put(buf, inner.x + 1, inner.y, inner.width - 2, "nothing matches", look.theme.dim);
    }
    for y in inner.top()..inner.bottom() {
        let Some((at, item)) = list.line_at((y - inner.y).into()) else { break };
        let line = Rect::new(inner.x, y, inner.width, 1);
        draw_item(item, line, keys, labels, look, buf);
        if at == list.cursor() && !item.tone.is_passed_over() {
            buf.set_style(line, look.theme.selected);
        }
    }
}

fn draw_item<C>(item: &Item<C>, line: Rect, keys: u16, labels: u16, look: &Look<'_>, buf: &mut Buffer) {
    let theme = look.theme;
    let (key, label): (Style, Style) = match item.tone {
        Tone::Plain => (theme.key, theme.text),
        Tone::Heading => (theme.title, theme.title),
        Tone::State(state) => (theme.lifecycle(state), theme.text),
        Tone::Dim | Tone::Note => (theme.dim, theme.dim),
    };
    let end = line.right() - 1;
    let mut x = line.x + 1;
    if item.tone != Tone::Heading && keys > 0 {
        put(buf, x, line.y, keys, &item.key, key);
        x += keys + 2;
    }
    let room = if item.detail.is_empty() { end.saturating_sub(x) } else { labels.min(end.saturating_sub(x)) };
    put(buf, x, line.y, room, &item.label, label);
    if !item.detail.is_empty() {
        x += labels + 2;
        let room = end.saturating_sub(x);
        put(buf, x, line.y, room, whole_parts(&item.detail, " · ", room), theme.dim);
    }
}

/// The area of the list: placed by its shape, and as large as its lines, title and foot need.
fn place<C: PartialEq>(list: &List<C>, title: &str, foot: &str, shape: Shape, area: Rect) -> Rect {
    let widest = |of: fn(&Item<C>) -> u16| list.lines().map(of).max().unwrap_or(0);
    let lone = |item: &Item<C>| {
        if item.detail.is_empty() { 0 } else { columns(&item.label) }
    };
    let keys = widest(|item| columns(&item.key)).min(MAX_KEY_COLUMNS);
    let content = keys + widest(lone) + widest(|item| columns(&item.detail)) + 8;
    let alone = keys + widest(|item| columns(&item.label)) + 6;
    let content = content.max(alone).max(columns(title).max(columns(foot)) + 6);
    let most = match shape {
        Shape::Wide => area.width.saturating_sub(4),
        Shape::Middle(most) => most,
        Shape::Top => 90,
    };
    let least = if list.prompt.is_some() { 60 } else { 30 };
    let width = content.clamp(least, most.max(least)).min(area.width);
    // A stripe of what lies behind is too little to read, and two borders side by side are noise.
    let width = if area.width - width < MIN_MARGIN_COLUMNS { area.width } else { width };
    let lines = u16::try_from(list.lines().len().max(1)).unwrap_or(u16::MAX);
    let steady = if list.prompt.is_some() { 18 } else { 0 };
    let height = lines.saturating_add(2 + u16::from(list.prompt.is_some())).max(steady).min(area.height);
    let x = area.x + (area.width - width) / 2;
    let y = if shape == Shape::Top { area.y } else { area.y + (area.height - height) / 2 };
    Rect::new(x, y, width, height)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_parts_loses_whole_parts_from_its_end() {
        let detail = "cycle · live · 116ms · 28 requests, 0 retried";
        for (room, shown) in [
            (45, detail),
            (44, "cycle · live · 116ms"),
            (20, "cycle · live · 116ms"),
            (19, "cycle · live"),
            (5, "cycle"),
            (4, detail),
        ] {
            assert_eq!(whole_parts(detail, " · ", room), shown, "{room}");
        }
    }
}
