//! A list in a box over the screen.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::{Item, Menu, MenuKind, Tone};
use crate::tui::Look;
use crate::tui::app::App;
use crate::tui::draw::{columns, frame_box, put};

/// The widest that keys in front of the items get.
const KEYS: u16 = 24;

/// Draws the list over `area`; returns where the cursor belongs while something is typed into it.
pub fn draw(app: &mut App, area: Rect, buf: &mut Buffer) -> Option<Position> {
    let App { menu, theme, store, now, options, .. } = app;
    let menu = menu.as_mut()?;
    let look = Look { theme, store, now: *now, ascii: options.ascii };
    let area = place(menu, area);
    if area.width < 8 || area.height < 3 {
        return None;
    }
    for y in area.top()..area.bottom() {
        for x in area.left()..area.right() {
            buf[(x, y)].reset();
        }
    }
    buf.set_style(area, theme.text);
    frame_box(buf, area, look.ascii, theme.accent);
    put(buf, area.x + 2, area.y, area.width - 4, &format!(" {} ", menu.title), theme.title);
    if !menu.foot.is_empty() {
        put(buf, area.x + 2, area.bottom() - 1, area.width - 4, &format!(" {} ", menu.foot), theme.dim);
    }
    let mut inner = Rect::new(area.x + 1, area.y + 1, area.width - 2, area.height - 2);
    let mut cursor = None;
    if let Some(prompt) = &menu.prompt {
        let line = Rect::new(inner.x + 1, inner.y, inner.width.saturating_sub(2), 1);
        cursor = Some(prompt.draw(line, &menu.shown.len().to_string(), buf, &look));
        inner.y += 1;
        inner.height -= 1;
    }
    menu.fit(inner.height.into());
    menu.drawn = (area, inner);
    let wide = |of: fn(&Item) -> &str, most: u16| {
        menu.lines().map(|item| columns(of(item))).max().unwrap_or(0).min(most)
    };
    let keys = wide(|item| &item.key, KEYS);
    // A label without detail may run on; the others stand in a column.
    let labels = menu
        .lines()
        .filter(|item| !item.detail.is_empty())
        .map(|item| columns(&item.label))
        .max()
        .unwrap_or(0)
        .min(inner.width * 3 / 5);
    if menu.lines().len() == 0 {
        put(buf, inner.x + 1, inner.y, inner.width - 2, "nothing matches", theme.dim);
    }
    for (row, item) in menu.lines().enumerate().skip(menu.top).take(inner.height.into()) {
        let y = inner.y + u16::try_from(row - menu.top).unwrap_or(0);
        let line = Rect::new(inner.x, y, inner.width, 1);
        draw_item(item, line, keys, labels, &look, buf);
        if row == menu.cursor && item.tone != Tone::Heading {
            buf.set_style(line, theme.selected);
        }
    }
    cursor
}

fn draw_item(item: &Item, line: Rect, keys: u16, labels: u16, look: &Look<'_>, buf: &mut Buffer) {
    let theme = look.theme;
    let (key, label): (Style, Style) = match item.tone {
        Tone::Plain => (theme.key, theme.text),
        Tone::Heading => (theme.title, theme.title),
        Tone::State(state) => (theme.lifecycle(state), theme.text),
        Tone::Dim => (theme.dim, theme.dim),
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
        put(buf, x, line.y, end.saturating_sub(x), &item.detail, theme.dim);
    }
}

/// Where the list lies: the palette at the top where the eye goes, small ones in the middle, long ones large.
fn place(menu: &Menu, area: Rect) -> Rect {
    let widest = |of: fn(&Item) -> u16| menu.lines().map(of).max().unwrap_or(0);
    let lone = |item: &Item| {
        if item.detail.is_empty() { 0 } else { columns(&item.label) }
    };
    let content =
        widest(|item| columns(&item.key)).min(KEYS) + widest(lone) + widest(|item| columns(&item.detail)) + 8;
    let alone = widest(|item| columns(&item.key)).min(KEYS) + widest(|item| columns(&item.label)) + 6;
    let content = content.max(alone).max(columns(menu.foot) + 6);
    let most = match menu.kind {
        MenuKind::Messages | MenuKind::Contexts => area.width.saturating_sub(4),
        MenuKind::Help => 110,
        _ => 90,
    };
    let least = if menu.prompt.is_some() { 60 } else { 30 };
    let width = content.clamp(least, most.max(least)).min(area.width);
    let lines = u16::try_from(menu.lines().len().max(1)).unwrap_or(u16::MAX);
    let steady = if menu.prompt.is_some() { 18 } else { 0 };
    let height = lines.saturating_add(2 + u16::from(menu.prompt.is_some())).max(steady).min(area.height);
    let x = area.x + (area.width - width) / 2;
    let y = if menu.kind == MenuKind::Palette { area.y } else { area.y + (area.height - height) / 2 };
    Rect::new(x, y, width, height)
}
