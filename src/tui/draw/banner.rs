//! The line under the header: the context that needs a sign-in with the key for it, in the banner's colours, else a
//! notice of the program itself, in those of any text. One line at most, and none where there is hardly room for rows.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::{columns, put, put_right};
use crate::fleet::Auth;
use crate::tui::app::{App, cause};
use crate::tui::overlays::key_of;
use crate::tui::widgets::ansi::plain;
use crate::tui::{Command, KeyContext};

/// Returns true if there is one.
pub(super) fn is_shown(app: &App, area: Rect) -> bool {
    // A notice of the program gives its line to the rows sooner.
    (area.height > 10 && app.notice().is_some()) || (area.height > 17 && app.banner.is_some())
}

/// Draws it with the keys that act on it in this context.
pub(super) fn draw(app: &App, context: KeyContext, line: Rect, buf: &mut Buffer) {
    let theme = &app.theme;
    let hides =
        if context == KeyContext::Table && !app.pane().has_more_to_clear() { "esc hides this" } else { "" };
    let Some((waiting, more)) = app.notice() else {
        let text = app.banner.as_deref().unwrap_or_default();
        return one_line(&plain(text), hides, (theme.text, theme.dim), line, buf);
    };
    let mark = match (app.options.ascii, &waiting.auth) {
        (true, _) => "!",
        (false, Auth::Expiring(_)) => "▲",
        (false, _) => "✗",
    };
    let others = if more == 0 { String::new() } else { format!(" (and {more} more)") };
    let why = plain(&cause(&waiting.auth, app.now));
    let text = format!("{mark} {}{others}: {why}", waiting.name);
    let key = key_of(app, KeyContext::Everywhere, Command::Reconnect);
    // The key is what must be read: where room is short, how to hide the line is left out.
    let keys = match line.width {
        _ if context == KeyContext::Console => String::new(),
        ..90 => format!("{key} signs in"),
        _ if hides.is_empty() => format!("{key} signs in again"),
        _ => format!("{key} signs in again  {hides}"),
    };
    buf.set_style(line, theme.banner);
    one_line(&text, &keys, (theme.banner, theme.banner), line, buf);
}

fn one_line(text: &str, keys: &str, (style, of_keys): (Style, Style), line: Rect, buf: &mut Buffer) {
    let right = put_right(buf, line.right() - 1, line.y, columns(keys), keys, of_keys);
    let room = right.saturating_sub(line.x + 3);
    put(buf, line.x + 1, line.y, room, text, style);
}
