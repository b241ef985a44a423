//! The columns that the table can be sorted by.

use super::list::{Item, List};
use super::{Menu, MenuLayer};
use crate::table::{Column, Row};
use crate::tui::Effect;
use crate::tui::app::App;

/// The list of columns to sort by.
pub struct Sort;

/// The columns that the table in front can be sorted by, with the cursor on the one that it is.
pub fn menu(app: &App) -> MenuLayer<Sort> {
    let pane = app.pane();
    let items = Column::all(pane.kind, app.store.facts(pane.kind))
        .into_iter()
        .filter(|column| pane.sort.column == *column || is_offered(app, *column))
        .map(|column| {
            let current = pane.sort.column == column;
            let arrow = match (current, pane.sort.reverse) {
                (false, _) => " ",
                (true, false) if app.options.ascii => "^",
                (true, true) if app.options.ascii => "v",
                (true, false) => "▲",
                (true, true) => "▼",
            };
            let detail = if current { "again to reverse" } else { "" };
            Item::new(arrow, column.label(), detail, column)
        })
        .collect();
    let mut layer = Sort.layer(items);
    layer.list.select(&pane.sort.column);
    layer
}

/// Returns true if rows can be sorted by a column and one of the table in front has a value in it.
pub(super) fn is_offered(app: &App, column: Column) -> bool {
    let rows = app.pane().shown().iter().map(|row| Row::new(row, &app.store, app.now));
    column.sorts() && (app.pane().shown().is_empty() || column.has_values(rows))
}

impl Menu for Sort {
    type Choice = Column;

    fn title(&self) -> String {
        "sort by".to_owned()
    }

    fn foot(&self, _ascii: bool) -> &'static str {
        "enter sort  esc close"
    }

    fn choose(&mut self, column: Column, _list: &mut List<Column>, app: &mut App) -> Vec<Effect> {
        app.pane_mut().sort_by(column);
        vec![Effect::close()]
    }
}
