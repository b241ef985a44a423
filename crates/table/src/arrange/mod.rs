//! From the rows of a source to the rows of a table: sorted, narrowed, filtered. Large tables are arranged beside the
//! thread that draws; the screen goes on with what it has until the result comes.

mod narrow;
mod order;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use qdeck_model::{ContextName, Kind, Platform, Resource, ResourceId, Timestamp};

use crate::filter::{Filter, Matcher};
use crate::{Count, Row, RowSource};

pub use narrow::Narrow;
pub use order::Sort;
pub(crate) use order::SortKey;

/// Rows between two looks at whether the work is still wanted.
const ROWS_A_STRIDE: usize = 1024;

/// The inputs of a table's rows. Two equal ones give the same rows.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Spec {
    pub(crate) version: u64,
    pub(crate) sort: Sort,
    pub(crate) filter: Filter,
    pub(crate) narrow: Option<Narrow>,
    pub(crate) attention: bool,
    pub(crate) hidden: Arc<HashSet<ContextName>>,
}

impl Spec {
    /// Returns true if all rows are in the same order as under `other`, before any is left out.
    pub(crate) fn same_order(&self, other: &Self) -> bool {
        self.version == other.version && self.sort == other.sort
    }

    /// Returns true if only rows that `other` shows can be shown.
    pub(crate) fn narrows(&self, other: &Self) -> bool {
        self.same_order(other)
            && self.narrow == other.narrow
            && self.attention == other.attention
            && self.hidden == other.hidden
            && self.filter.narrows(&other.filter)
    }

    fn shows_all(&self) -> bool {
        self.filter.is_empty() && self.narrow.is_none() && !self.attention && self.hidden.is_empty()
    }
}

/// Returns true if the rows of a table depend on counts.
fn is_counted(kind: Kind, sort: Sort, filter: &Filter) -> bool {
    sort.column.spec().counted || filter.is_counted(kind)
}

/// A number that grows whenever the rows of a table may be others, or in another order.
pub(crate) fn version(source: &impl RowSource, kind: Kind, sort: Sort, filter: &Filter) -> u64 {
    let counts = if is_counted(kind, sort, filter) { Count::version(kind, source) } else { 0 };
    source.version(kind) + counts
}

/// The counts by row, where the order or the filter asks for it: a job runs without the source.
pub(crate) fn counts(
    source: &impl RowSource,
    kind: Kind,
    sort: Sort,
    filter: &Filter,
) -> HashMap<ResourceId, Count> {
    if !is_counted(kind, sort, filter) {
        return HashMap::new();
    }
    source.rows(kind).filter_map(|row| Some((row.id().clone(), Count::of(row, source)?))).collect()
}

/// The step that the work begins with.
pub(crate) enum Start {
    /// Rows in no order.
    Unsorted(Vec<Arc<Resource>>),
    /// All rows in order.
    Sorted(Arc<[Arc<Resource>]>),
    /// All rows in order, and those of them that a wider filter let through.
    Narrower(Arc<[Arc<Resource>]>, Arc<[Arc<Resource>]>),
}

/// Work to be done beside the thread that draws.
pub struct Job {
    pub(crate) kind: Kind,
    pub(crate) generation: u64,
    pub(crate) spec: Spec,
    pub(crate) start: Start,
    pub(crate) counts: HashMap<ResourceId, Count>,
    pub(crate) platforms: Vec<(ContextName, Platform)>,
    pub(crate) now: Timestamp,
    pub(crate) cancelled: Arc<AtomicBool>,
}

/// The rows of a table, in order.
#[derive(Debug)]
pub struct Arranged {
    pub(crate) kind: Kind,
    pub(crate) generation: u64,
    pub(crate) spec: Spec,
    pub(crate) sorted: Arc<[Arc<Resource>]>,
    pub(crate) shown: Arc<[Arc<Resource>]>,
}

impl Arranged {
    /// The table it belongs to.
    pub const fn kind(&self) -> Kind {
        self.kind
    }
}

impl Job {
    /// Does the work. `None` when it was cancelled meanwhile.
    pub fn run(mut self) -> Option<Arranged> {
        let (sorted, candidates) = match std::mem::replace(&mut self.start, Start::Unsorted(Vec::new())) {
            Start::Unsorted(rows) => {
                let sorted: Arc<[_]> = order::sort(&rows, self.spec.sort, |row| self.row(row)).into();
                (sorted.clone(), sorted)
            }
            Start::Sorted(sorted) => (sorted.clone(), sorted),
            Start::Narrower(sorted, candidates) => (sorted, candidates),
        };
        let shown = if self.spec.shows_all() { candidates } else { self.keep(&candidates)?.into() };
        Some(Arranged { kind: self.kind, generation: self.generation, spec: self.spec, sorted, shown })
    }

    fn keep(&self, rows: &[Arc<Resource>]) -> Option<Vec<Arc<Resource>>> {
        let spec = &self.spec;
        let mut matcher = Matcher::default();
        let mut kept = Vec::new();
        for stride in rows.chunks(ROWS_A_STRIDE) {
            if self.cancelled.load(Ordering::Relaxed) {
                return None;
            }
            for row in stride {
                let wanted = !spec.hidden.contains(&row.id().context)
                    && spec.narrow.as_ref().is_none_or(|narrow| narrow.holds(row))
                    && (!spec.attention || row.state().is_some_and(|it| it.lifecycle.needs_attention()))
                    && (spec.filter.is_empty() || spec.filter.matches(&mut matcher, &self.row(row)));
                if wanted {
                    kept.push(row.clone());
                }
            }
        }
        Some(kept)
    }

    fn row<'a>(&'a self, resource: &'a Resource) -> Row<'a> {
        let platform = self
            .platforms
            .iter()
            .find(|(name, _)| *name == resource.id().context)
            .map_or("", |(_, platform)| platform.name());
        // Most tables count nothing: no look-up then.
        let count = if self.counts.is_empty() { None } else { self.counts.get(resource.id()).copied() };
        Row { resource, platform, now: self.now, count }
    }
}
