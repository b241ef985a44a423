//! The last line: what works here and now, as much of it as fits; what was said; or what is being typed.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::{columns, put, put_right};
use crate::model::{Kind, Resource};
use crate::tui::app::App;
use crate::tui::keymap;
use crate::tui::{Intent, Place};

/// Draws it; returns where the cursor belongs while something is typed.
pub(super) fn draw(app: &App, area: Rect, buf: &mut Buffer) -> Option<Position> {
    if let Some(prompt) = app.prompt.as_ref().filter(|_| app.menu.is_none()) {
        let note = match app.pane().misread() {
            Some(misread) => format!("at {}: {misread}", misread.at + 1),
            None => "enter keep  esc cancel".to_owned(),
        };
        let room = usize::from(area.width.saturating_sub(24));
        let note: String = note.chars().take(room).collect();
        return Some(prompt.draw(area, &note, buf, &app.look()));
    }
    let mut right = area.right() - 1;
    if let Some(message) = app.messages.toast(app.now) {
        let (sign, style) = match (message.bad, app.options.ascii) {
            (true, false) => ("✗", app.theme.bad),
            (true, true) => ("!", app.theme.bad),
            (false, false) => ("✔", app.theme.good),
            (false, true) => ("*", app.theme.good),
        };
        let room = if message.bad {
            area.width - 2
        } else {
            area.width * 2 / 3
        };
        right = put_right(
            buf,
            right,
            area.y,
            room,
            &format!("{sign} {}", message.text),
            style,
        )
        .saturating_sub(2);
    }
    let mut x = area.x + 1;
    if let Some(count) = app.typing.count {
        x = put(
            buf,
            x,
            area.y,
            right.saturating_sub(x),
            &count.to_string(),
            app.theme.key,
        ) + 2;
    }
    for (key, word) in hints(app) {
        let wide = columns(&key) + 1 + columns(&word);
        if x + wide > right {
            break;
        }
        x = put(buf, x, area.y, right - x, &key, app.theme.key) + 1;
        x = put(buf, x, area.y, right - x, &word, app.theme.dim) + 2;
    }
    None
}

/// Keys that do something here and now, the most useful first.
fn hints(app: &App) -> Vec<(String, String)> {
    if app.menu.is_some() {
        return Vec::new();
    }
    let place = app.place();
    if app.typing.shows_hint(app.now) {
        return app
            .keymap
            .continuations(place, &app.typing.chords)
            .into_iter()
            .map(|(keys, intent)| (keys, keymap::name(intent).to_owned()))
            .collect();
    }
    let here = match app.view() {
        Some(view) => view.hints(),
        None => table(app),
    };
    here.into_iter()
        .filter_map(|(intent, word)| {
            Some((
                app.keymap.hint(place, intent, app.options.ascii)?,
                word.to_owned(),
            ))
        })
        .collect()
}

fn table(app: &App) -> Vec<(Intent, &'static str)> {
    let pane = app.pane();
    let mut hints = Vec::new();
    if !pane.filter_text.is_empty() {
        hints.push((Intent::Back, "clear filter"));
    } else if pane.narrow.is_some() {
        hints.push((Intent::Back, "back"));
    }
    if let Some(row) = pane.selected() {
        let offers = row.offers();
        hints.push((
            Intent::Open,
            match row.kind() {
                Kind::Container => "instances",
                Kind::GpuModel => "used by",
                _ => "open",
            },
        ));
        if offers.console.is_some() {
            hints.push((Intent::Attach, "attach"));
        }
        if offers.logs || matches!(**row, Resource::Container(_)) {
            hints.push((Intent::Logs, "logs"));
        }
        if offers.telemetry {
            hints.push((Intent::Telemetry, "telemetry"));
        }
        hints.push((Intent::Describe, "describe"));
        if row.kind() == Kind::Container {
            hints.push((Intent::Revisions, "revisions"));
        }
        hints.push((Intent::Mark, "mark"));
    }
    hints.extend([
        (Intent::Search, "filter"),
        (Intent::Palette, "command"),
        (Intent::SortMenu, "sort"),
    ]);
    if app
        .keymap
        .hint(Place::Table, Intent::Attention, app.options.ascii)
        .is_some()
    {
        hints.push((
            Intent::Attention,
            if pane.attention { "all" } else { "attention" },
        ));
    }
    hints.extend([
        (Intent::Wide, "wide"),
        (Intent::Contexts, "contexts"),
        (Intent::Help, "help"),
        (Intent::Close, "quit"),
    ]);
    hints
}
