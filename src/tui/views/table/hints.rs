//! The hint line of a table.

use crate::model::Kind;
use crate::tui::app::App;
use crate::tui::command::Availability;
use crate::tui::layer::Hint;
use crate::tui::{Command, KeyContext};

/// The commands that do something with the table in front, the most useful first.
pub(super) fn hints(app: &App) -> Vec<Hint> {
    let pane = app.pane();
    let mut hints = Vec::new();
    if !pane.filter_text.is_empty() {
        hints.push((Command::Back, "clear filter"));
    } else if !pane.marks.is_empty() && !pane.attention {
        hints.push((Command::Back, "clear marks"));
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
            (Command::Ssh, "ssh"),
            (Command::Logs, "logs"),
            (Command::Actions, "actions"),
            (Command::Telemetry, "telemetry"),
            (Command::Describe, "describe"),
        ]);
        if row.kind() == Kind::Container {
            hints.push((Command::Revisions, "revisions"));
        }
        if row.kind() == Kind::Revision {
            hints.extend([(Command::Compare, "compare"), (Command::RollBack, "roll back")]);
        }
        hints.push((Command::Mark, "mark"));
    }
    hints.extend([(Command::Search, "filter"), (Command::Palette, "command"), (Command::SortMenu, "sort")]);
    hints.extend([(Command::Wide, "wide"), (Command::Columns, "columns")]);
    if app.keymap.hint(KeyContext::Table, Command::Attention, app.options.ascii).is_some() {
        hints.push((Command::Attention, if pane.attention { "all" } else { "attention" }));
    }
    hints.extend([(Command::Contexts, "contexts"), (Command::Help, "help"), (Command::Close, "quit")]);
    let hint = |(command, word): (Command, &'static str)| match command.availability(app) {
        Availability::Yes => Some(Hint::new(command, word)),
        Availability::Forbidden(_) => Some(Hint { allowed: false, ..Hint::new(command, word) }),
        Availability::No(_) => None,
    };
    hints.into_iter().filter_map(hint).collect()
}
