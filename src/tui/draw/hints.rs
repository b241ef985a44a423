//! The last line: what works here and now, as much of it as fits; what was said; or what is being typed.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Modifier;

use super::{columns, put, put_right};
use crate::fleet::Feature;
use crate::model::Kind;
use crate::tui::app::App;
use crate::tui::keymap;
use crate::tui::{Command, KeyContext};

/// Draws it; returns where the cursor belongs while something is typed.
pub(super) fn draw(app: &App, area: Rect, buf: &mut Buffer) -> Option<Position> {
    if let Some(prompt) = app.prompt.as_ref().filter(|_| app.menu.is_none()) {
        let note = match app.pane().filter_error() {
            Some(error) => format!("at {}: {error}", error.at + 1),
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
        let room = if message.bad { area.width - 2 } else { area.width * 2 / 3 };
        right =
            put_right(buf, right, area.y, room, &format!("{sign} {}", message.text), style).saturating_sub(2);
    }
    let mut x = area.x + 1;
    if let Some(count) = app.typing.count {
        x = put(buf, x, area.y, right.saturating_sub(x), &count.to_string(), app.theme.key) + 2;
    }
    for (key, word, works) in hints(app) {
        let wide = columns(&key) + 1 + columns(&word);
        if x + wide > right {
            break;
        }
        let (of_key, of_word) = if works {
            (app.theme.key, app.theme.dim)
        } else {
            (app.theme.off, app.theme.off.add_modifier(Modifier::CROSSED_OUT))
        };
        x = put(buf, x, area.y, right - x, &key, of_key) + 1;
        x = put(buf, x, area.y, right - x, &word, of_word) + 2;
    }
    None
}

/// Keys that do something here and now, the most useful first, and whether what they do is allowed as far as is known.
fn hints(app: &App) -> Vec<(String, String, bool)> {
    if app.menu.is_some() {
        return Vec::new();
    }
    let place = app.key_context();
    if app.typing.shows_hint(app.now) {
        return app
            .keymap
            .continuations(place, &app.typing.chords)
            .into_iter()
            .map(|(keys, command)| (keys, keymap::name(command).to_owned(), true))
            .collect();
    }
    let here = match app.view() {
        Some(view) => view.hints(),
        None => table(app),
    };
    here.into_iter()
        .filter_map(|(command, word)| {
            Some((
                app.keymap.hint(place, command, app.options.ascii)?,
                word.to_owned(),
                app.view().is_some() || is_allowed(app, command),
            ))
        })
        .collect()
}

/// Whether the credentials of the selected row's context may do this, as far as is known.
fn is_allowed(app: &App, command: Command) -> bool {
    let feature = match command {
        Command::Attach => Feature::Console,
        Command::Logs => Feature::Logs,
        Command::Telemetry => Feature::Telemetry,
        _ => return true,
    };
    let context = app.pane().selected().map(|row| &row.id().context);
    let context = context.and_then(|name| app.store.context(name));
    context.is_none_or(|context| context.forbidden(feature).is_none())
}

fn table(app: &App) -> Vec<(Command, &'static str)> {
    let pane = app.pane();
    let mut hints = Vec::new();
    if !pane.filter_text.is_empty() {
        hints.push((Command::Back, "clear filter"));
    } else if pane.has_searched() {
        hints.push((Command::NextMatch, "next match"));
    } else if pane.narrow.is_some() {
        hints.push((Command::Back, "back"));
    }
    if let Some(row) = pane.selected() {
        hints.push((
            Command::Open,
            match row.kind() {
                Kind::Container => "instances",
                Kind::GpuModel => "used by",
                _ => "open",
            },
        ));
        hints.extend([
            (Command::Attach, "attach"),
            (Command::Logs, "logs"),
            (Command::Telemetry, "telemetry"),
            (Command::Describe, "describe"),
        ]);
        if row.kind() == Kind::Container {
            hints.push((Command::Revisions, "revisions"));
        }
        hints.push((Command::Mark, "mark"));
    }
    hints.extend([(Command::Search, "filter"), (Command::Palette, "command"), (Command::SortMenu, "sort")]);
    if app.keymap.hint(KeyContext::Table, Command::Attention, app.options.ascii).is_some() {
        hints.push((Command::Attention, if pane.attention { "all" } else { "attention" }));
    }
    hints.extend([
        (Command::Wide, "wide"),
        (Command::Columns, "columns"),
        (Command::Contexts, "contexts"),
        (Command::Help, "help"),
        (Command::Close, "quit"),
    ]);
    hints.retain(|(command, _)| app.works(*command));
    hints
}
