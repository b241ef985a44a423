//! What only the source of the rows counts of a row, for the order and the filter of a table: they run without the source.

use std::collections::HashMap;

use qdeck_model::{Kind, Resource, ResourceId};

use super::{Column, RowSource, Sort};
use crate::filter::{Filter, Key};

/// Whether the rows of a table follow from what is counted.
fn counts(kind: Kind, sort: Sort, filter: &Filter) -> bool {
    match kind {
        Kind::GpuModel => sort.column == Column::Used || filter.asks_for(Key::Used),
        Kind::Container => sort.column == Column::Instances || filter.asks_for(Key::Up),
        _ => false,
    }
}

/// A number that grows whenever the rows of a table may stand otherwise.
pub(super) fn version(source: &impl RowSource, kind: Kind, sort: Sort, filter: &Filter) -> u64 {
    let counted = match kind {
        _ if !counts(kind, sort, filter) => 0,
        Kind::GpuModel => source.usage_version(),
        _ => source.version(Kind::Instance),
    };
    source.version(kind) + counted
}

/// What is counted, by row.
pub(super) fn figures(
    source: &impl RowSource,
    kind: Kind,
    sort: Sort,
    filter: &Filter,
) -> HashMap<ResourceId, i64> {
    if !counts(kind, sort, filter) {
        return HashMap::new();
    }
    let figure = |resource: &Resource| match resource {
        Resource::GpuModel(it) => Some(source.usage(it).total()),
        Resource::Container(it) => it.instances_running.or_else(|| {
            let population = source.population(&it.id);
            (population.total > 0).then_some(population.running)
        }),
        _ => None,
    };
    source.rows(kind).filter_map(|row| Some((row.id().clone(), figure(row)?.into()))).collect()
}
