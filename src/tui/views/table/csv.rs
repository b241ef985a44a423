//! A table as CSV, for a file.

use crate::model::Resource;
use crate::table::{Column, used_by};
use crate::tui::Effect;
use crate::tui::app::{App, table_name};

/// The table as CSV, what is shown of it and in its order.
pub(super) fn save(app: &App) -> Effect {
    let pane = app.pane();
    let columns: Vec<Column> = Column::all(pane.kind, app.store.facts(pane.kind))
        .into_iter()
        .filter(|column| !matches!(column, Column::Cpu | Column::Memory))
        .collect();
    let mut csv = String::new();
    let mut line = |cells: &mut dyn Iterator<Item = String>| {
        let cells: Vec<_> = cells.map(|cell| quoted(&cell)).collect();
        csv.push_str(&cells.join(","));
        csv.push_str("\r\n");
    };
    line(&mut columns.iter().map(|column| column.word(pane.kind).into_owned()));
    for row in pane.shown() {
        line(&mut columns.iter().map(|column| match column {
            Column::Age => row.created().map(|at| at.to_string()).unwrap_or_default(),
            Column::Used => match &**row {
                Resource::GpuModel(it) => used_by(app.store.usage(it)),
                _ => String::new(),
            },
            column => column.text(row).into_owned(),
        }));
    }
    let stem = table_name(pane.kind);
    Effect::Save(format!("{stem}.csv"), csv.into_bytes())
}

/// A cell of RFC 4180. One that a spreadsheet would take for a formula is quoted as text.
fn quoted(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@']);
    if formula || cell.contains(['"', ',', '\n', '\r']) {
        let guard = if formula { "'" } else { "" };
        format!("\"{guard}{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}
