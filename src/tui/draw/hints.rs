//! The last line: the keys that work here and now, as many as fit, and the latest message.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::{columns, put, put_right};
use crate::tui::app::App;
use crate::tui::layer::{Hint, Layers};
use crate::tui::ui::PendingKeys;

/// Draws it.
pub(super) fn draw(app: &App, layers: &Layers, keys: &PendingKeys, area: Rect, buf: &mut Buffer) {
    let mut right = area.right() - 1;
    if let Some(message) = app.messages.toast(app.now) {
        let (sign, style) = match (message.bad, app.options.ascii) {
            (true, false) => ("✗", app.theme.bad),
            (true, true) => ("!", app.theme.bad),
            (false, false) => ("✔", app.theme.good),
            (false, true) => ("*", app.theme.good),
        };
        // Hints give way: they are shown again in a moment.
        let (room, text) = (area.width.saturating_sub(2), format!("{sign} {}", message.text));
        right = put_right(buf, right, area.y, room, &text, style).saturating_sub(2);
    }
    let mut x = area.x + 1;
    if let Some(count) = keys.count {
        x = put(buf, x, area.y, right.saturating_sub(x), &count.to_string(), app.theme.key) + 2;
    }
    for (key, word, allowed) in hints(app, layers, keys) {
        let wide = columns(&key) + 1 + columns(word);
        // A shorter one that is less useful may still fit.
        if x + wide > right {
            continue;
        }
        let (of_key, of_word) = if allowed {
            (app.theme.key, app.theme.dim)
        } else {
            (app.theme.off, app.theme.off.add_modifier(Modifier::CROSSED_OUT))
        };
        x = put(buf, x, area.y, right - x, &key, of_key) + 1;
        x = put(buf, x, area.y, right - x, word, of_word) + 2;
    }
}

/// Keys that do something here and now, the most useful first, and whether what they do is allowed as far as is known.
fn hints(app: &App, layers: &Layers, keys: &PendingKeys) -> Vec<(String, &'static str, bool)> {
    let context = layers.key_context();
    if keys.shows_continuations(app.now) {
        let continuations = app.keymap.continuations(context, &keys.chords).into_iter();
        return continuations.map(|(keys, command)| (keys, command.name(), true)).collect();
    }
    let key = |hint: Hint| {
        let key = app.keymap.hint(context, hint.command, app.options.ascii)?;
        Some((key, hint.word, hint.allowed))
    };
    layers.hints(app).into_iter().filter_map(key).collect()
}
