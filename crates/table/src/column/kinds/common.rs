//! Columns that the tables of all kinds have, and those that most tables have with a layout of their own.

use crate::column::Cell;
use crate::column::spec::{ColumnSpec, Shrink, Tone};

/// After the columns of a kind, in every table.
pub(super) static COMMON: &[ColumnSpec] = &[
    ColumnSpec::any("platform", "PLATFORM", |row| Cell::Text(row.platform))
        .width(6, 12, 12)
        .keys(&["platform"])
        .tone(Tone::Dim)
        .wide()
        .last(),
    ColumnSpec::any("lifecycle", "LIFECYCLE", |row| {
        row.resource.state().map_or(Cell::Empty, |state| Cell::Text(state.lifecycle.word()))
    })
    .unseen(),
    ColumnSpec::any("id", "ID", |row| Cell::Text(&row.resource.id().id))
        .width(6, 36, 3)
        .keys(&["id"])
        .tone(Tone::Dim)
        .wide()
        .last(),
];

/// The name of a resource.
pub(super) const NAME: ColumnSpec = ColumnSpec::any("name", "NAME", |row| Cell::Text(row.resource.name()))
    .width(8, u16::MAX, 100)
    .keys(&["name"])
    .example("web")
    .shrink(Shrink::Last)
    .tone(Tone::Strong)
    .searched();

/// The context it was listed from.
pub(super) const CONTEXT: ColumnSpec =
    ColumnSpec::any("context", "CONTEXT", |row| Cell::Text(row.resource.id().context.as_str()))
        .width(6, 20, 80)
        .keys(&["ctx", "context"])
        .example("prod")
        .tone(Tone::Dim)
        .searched();

/// Its state, in the platform's own word.
pub(super) const STATE: ColumnSpec =
    ColumnSpec::any("state", "STATE", |row| row.resource.state().map_or(Cell::Empty, Cell::State))
        .width(7, 18, 95)
        .keys(&["state", "status"])
        .example("failed")
        .searched();

/// Time since it was made, at the right edge.
pub(super) const AGE: ColumnSpec =
    ColumnSpec::any("age", "AGE", |row| row.resource.created().map_or(Cell::Empty, Cell::Age))
        .width(4, 5, 65)
        .tone(Tone::Dim)
        .right()
        .last()
        .field("created");

/// The container that an instance or a revision belongs to.
pub(super) const CONTAINER: ColumnSpec = ColumnSpec::any("container", "CONTAINER", |row| {
    row.resource
        .container()
        .map_or(Cell::Empty, |link| Cell::Text(link.name.as_deref().unwrap_or(&link.id.id)))
})
.width(8, 28, 30)
.keys(&["container"])
.shrink(Shrink::Half)
.searched()
.ties_descend();

/// Accelerators that it has or asks for.
pub(super) const GPUS: ColumnSpec =
    ColumnSpec::any("gpu", "GPU", |row| row.resource.gpus().map_or(Cell::Empty, Cell::Gpus))
        .width(4, 20, 50)
        .keys(&["gpu", "code"])
        .example("a100")
        .searched();
