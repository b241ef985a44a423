//! Operations. What was done to what, how it went and when matters more than where.

use qdeck_model::Lifecycle;

use super::KindColumns;
use super::common::{AGE, CONTEXT, NAME, STATE};
use crate::column::Cell;
use crate::column::spec::{ColumnSpec, Shrink};

pub(super) static OPERATIONS: KindColumns = KindColumns {
    sort: "age",
    details: &["target", "by"],
    own: &[
        NAME,
        CONTEXT.width(6, 20, 62),
        STATE,
        ColumnSpec::operation("progress", "PROGRESS", |it| it.progress.map_or(Cell::Empty, Cell::Percent))
            .width(8, 16, 55)
            .keys(&["progress"])
            .field("progress_percent"),
        ColumnSpec::operation("target", "TARGET", |it| Cell::text_of(it.target.as_ref()))
            .width(6, 32, 85)
            .keys(&["target"])
            .shrink(Shrink::TwoThirds),
        ColumnSpec::operation("by", "BY", |it| Cell::text_of(it.by.as_ref()))
            .width(4, 24, 20)
            .keys(&["by"])
            .shrink(Shrink::Half),
        ColumnSpec::operation("took", "TOOK", |it| match (it.started, it.finished) {
            (Some(from), Some(to)) => Cell::Elapsed { from, to: Some(to) },
            // Of some that have ended the platform does not report when.
            (Some(from), None) if matches!(it.state.lifecycle, Lifecycle::Pending | Lifecycle::Running) => {
                Cell::Elapsed { from, to: None }
            }
            _ => Cell::Empty,
        })
        .width(4, 6, 40)
        .right()
        .field("took_seconds"),
        AGE,
    ],
};
