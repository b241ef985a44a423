//! The columns of each kind of resource: **a new column is an entry in one of these lists**, in the place where it is
//! to appear. A column that all kinds have goes into [`common`].

mod common;
mod container;
mod gpu_model;
mod instance;
mod operation;
mod revision;

use qdeck_model::Kind;

use super::ColumnSpec;

/// The columns of one kind.
pub(super) struct KindColumns {
    /// Its own, in their order in the table.
    pub(super) own: &'static [ColumnSpec],
    /// The default sort: the id of a column.
    pub(super) sort: &'static str,
    /// The lines of the details under the table, in order: ids of columns.
    pub(super) details: &'static [&'static str],
}

pub(super) const fn of(kind: Kind) -> &'static KindColumns {
    match kind {
        Kind::Instance => &instance::INSTANCES,
        Kind::Container => &container::CONTAINERS,
        Kind::Revision => &revision::REVISIONS,
        Kind::GpuModel => &gpu_model::GPU_MODELS,
        Kind::Operation => &operation::OPERATIONS,
    }
}

/// Every column of a kind, those for filters and files too: its own, then the common ones.
pub(super) fn all(kind: Kind) -> impl Iterator<Item = &'static ColumnSpec> {
    of(kind).own.iter().chain(common::COMMON)
}
