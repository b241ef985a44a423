//! The choice of the table's columns, and their order.

use super::list::{Item, List, Tone};
use super::{Menu, MenuLayer};
use crate::table::Column;
use crate::tui::Effect;
use crate::tui::app::App;
use crate::tui::command::MenuCommand;
use crate::tui::layer::Handled;

/// The list of columns.
pub struct Columns;

/// The column or action of a line of the list.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Choice {
    /// A column, to be shown or hidden.
    Column(Column),
    /// Back to the default columns.
    Default,
}

/// The columns of the table in front.
pub fn menu(app: &App) -> MenuLayer<Columns> {
    Columns.layer(items(app))
}

impl Menu for Columns {
    type Choice = Choice;

    fn title(&self) -> String {
        "columns".to_owned()
    }

    fn foot(&self, ascii: bool) -> &'static str {
        if ascii {
            "enter show or hide  left right move  esc close"
        } else {
            "enter show or hide  ← → move  esc close"
        }
    }

    fn items(&self, app: &App) -> Option<Vec<Item<Choice>>> {
        Some(items(app))
    }

    fn choose(&mut self, choice: Choice, _list: &mut List<Choice>, app: &mut App) -> Vec<Effect> {
        let App { panes, active, store, .. } = app;
        match choice {
            Choice::Column(column) => panes[*active].toggle_column(column, store),
            Choice::Default => panes[*active].default_columns(),
        }
        Vec::new()
    }

    fn perform(&mut self, command: MenuCommand, list: &List<Choice>, app: &mut App) -> Handled {
        if !matches!(command, MenuCommand::Left | MenuCommand::Right) {
            return Handled::Ignored;
        }
        if let Some(Choice::Column(column)) = list.chosen().and_then(|item| item.choice) {
            app.panes[app.active].move_column(column, command == MenuCommand::Right, &app.store);
        }
        Handled::done()
    }
}

fn items(app: &App) -> Vec<Item<Choice>> {
    let pane = app.pane();
    let mut items: Vec<Item<Choice>> = pane
        .choices(&app.store)
        .into_iter()
        .map(|(column, shown)| {
            let detail = match column {
                column if column.is_name() => "always shown",
                Column::Fact(_) => "a platform's own",
                Column::Shared(_) => "",
            };
            let mark = if shown { "[x]" } else { "[ ]" };
            let tone = if shown || pane.wide { Tone::Plain } else { Tone::Dim };
            Item::new(mark, column.label(), detail, Choice::Column(column)).toned(tone)
        })
        .collect();
    if pane.chosen.is_some() {
        items.push(Item::new("", "the usual columns", "", Choice::Default));
    }
    items
}
