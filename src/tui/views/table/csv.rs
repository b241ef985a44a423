//! A table as CSV, for a file.

use crate::table::{Column, Row, export};
use crate::tui::app::{App, table_name};
use crate::tui::effect::Work;

/// The table as CSV: the rows that are shown, in their order, with every column.
pub(super) fn save(app: &App) -> Work {
    let pane = app.pane();
    let columns = Column::exported(pane.kind, app.store.facts(pane.kind));
    let rows = pane.shown().iter().map(|resource| Row::new(resource, &app.store, app.now));
    let csv = export::csv(&columns, rows);
    Work::Save(format!("{}.csv", table_name(pane.kind)), csv.into_bytes())
}
