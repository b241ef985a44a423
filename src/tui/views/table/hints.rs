//! What the hint line offers over a table.

use super::is_available;
use crate::fleet::Feature;
use crate::model::Kind;
use crate::tui::app::App;
use crate::tui::layer::Hint;
use crate::tui::{Command, KeyContext};

/// The commands that do something with the table in front, the most useful first.
pub(super) fn hints(app: &App) -> Vec<Hint> {
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
                Kind::Instance | Kind::Revision | Kind::Operation => "open",
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
    hints.retain(|(command, _)| is_available(*command, app));
    let hint = |(command, word)| Hint { allowed: is_allowed(command, app), ..Hint::new(command, word) };
    hints.into_iter().map(hint).collect()
}

/// Whether the credentials of the selected row's context may do this, as far as is known.
fn is_allowed(command: Command, app: &App) -> bool {
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
