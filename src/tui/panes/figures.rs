//! What only the store can count of a row, for the order and the filter of a table: they run without the store.

use std::collections::HashMap;

use super::{Column, Sort};
use crate::fleet::Store;
use crate::model::{Kind, Resource, ResourceId};
use crate::tui::filter::{Filter, Key};

/// Whether the rows of a table follow from what is counted.
fn counts(kind: Kind, sort: Sort, filter: &Filter) -> bool {
    match kind {
        Kind::GpuModel => sort.column == Column::Used || filter.asks_for(Key::Used),
        Kind::Container => sort.column == Column::Instances || filter.asks_for(Key::Up),
        _ => false,
    }
}

/// A number that grows whenever the rows of a table may stand otherwise.
pub(super) fn version(store: &Store, kind: Kind, sort: Sort, filter: &Filter) -> u64 {
    let counted = match kind {
        _ if !counts(kind, sort, filter) => 0,
        Kind::GpuModel => store.usage_version(),
        _ => store.version(Kind::Instance),
    };
    store.version(kind) + counted
}

/// What is counted, by row.
pub(super) fn figures(store: &Store, kind: Kind, sort: Sort, filter: &Filter) -> HashMap<ResourceId, i64> {
    if !counts(kind, sort, filter) {
        return HashMap::new();
    }
    let figure = |resource: &Resource| match resource {
        Resource::GpuModel(it) => Some(store.usage(it).total()),
        Resource::Container(it) => it.instances_running.or_else(|| {
            let population = store.population(Kind::Instance, &it.id);
            (population.total > 0).then_some(population.running)
        }),
        _ => None,
    };
    store
        .rows(kind)
        .filter_map(|row| Some((row.resource.id().clone(), figure(&row.resource)?.into())))
        .collect()
}
