//! A table as CSV, for a file.

use crate::table::{Column, Row, export};
use crate::tui::Effect;
use crate::tui::app::{App, table_name};

/// The table as CSV: the rows that are shown, in their order, with every column.
pub(super) fn save(app: &App) -> Effect {
    let pane = app.pane();
    let columns = Column::exported(pane.kind, app.store.facts(pane.kind));
    let rows = pane.shown().iter().map(|resource| Row::new(resource, &app.store, app.now));
    let csv = export::csv(&columns, rows);
    Effect::Save(format!("{}.csv", table_name(pane.kind)), csv.into_bytes())
}
