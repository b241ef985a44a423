//! From the rows of the store to the rows of a table: sorted, narrowed, filtered. Large tables are arranged off the
//! thread that draws; the screen goes on with what it has until the result comes.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{Narrow, Sort, order};
use crate::filter::{Filter, Matcher, ResourceFields};
use qdeck_model::{ContextName, Kind, Platform, Resource, ResourceId, Timestamp};

/// Rows between two looks at whether the work is still wanted.
const STRIDE: usize = 1024;

/// What the rows of a table follow from. Two equal ones give the same rows.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Spec {
    pub(super) version: u64,
    pub(super) sort: Sort,
    pub(super) filter: Filter,
    pub(super) narrow: Option<Narrow>,
    pub(super) attention: bool,
    pub(super) hidden: Arc<HashSet<ContextName>>,
}

impl Spec {
    /// Whether all rows stand in the same order as under `other`, before any is left out.
    pub(super) fn same_order(&self, other: &Self) -> bool {
        self.version == other.version && self.sort == other.sort
    }

    /// Whether only rows that `other` shows can be shown.
    pub(super) fn narrows(&self, other: &Self) -> bool {
        self.same_order(other)
            && self.narrow == other.narrow
            && self.attention == other.attention
            && self.hidden == other.hidden
            && self.filter.narrows(&other.filter)
    }
}

/// Where the work begins.
pub(super) enum Start {
    /// Rows in no order.
    Unsorted(Vec<Arc<Resource>>),
    /// All rows in order.
    Sorted(Arc<[Arc<Resource>]>),
    /// All rows in order, and those of them that a wider filter let through.
    Narrower(Arc<[Arc<Resource>]>, Arc<[Arc<Resource>]>),
}

/// Work to be done off the thread that draws.
pub struct Job {
    pub(super) kind: Kind,
    pub(super) generation: u64,
    pub(super) spec: Spec,
    pub(super) start: Start,
    /// What only the store can count, where the order or the filter asks for it.
    pub(super) figures: HashMap<ResourceId, i64>,
    pub(super) platforms: Vec<(ContextName, Platform)>,
    pub(super) now: Timestamp,
    pub(super) cancelled: Arc<AtomicBool>,
}

/// The rows of a table, in order.
#[derive(Debug)]
pub struct Arranged {
    pub(super) kind: Kind,
    pub(super) generation: u64,
    pub(super) spec: Spec,
    pub(super) sorted: Arc<[Arc<Resource>]>,
    pub(super) shown: Arc<[Arc<Resource>]>,
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
                let sorted: Arc<[_]> = order::sort(rows, self.spec.sort, &self.figures).into();
                (sorted.clone(), sorted)
            }
            Start::Sorted(sorted) => (sorted.clone(), sorted),
            Start::Narrower(sorted, candidates) => (sorted, candidates),
        };
        let shown = if is_open(&self.spec) { candidates } else { self.keep(&candidates)?.into() };
        Some(Arranged { kind: self.kind, generation: self.generation, spec: self.spec, sorted, shown })
    }

    fn keep(&self, rows: &[Arc<Resource>]) -> Option<Vec<Arc<Resource>>> {
        let spec = &self.spec;
        let mut matcher = Matcher::default();
        let mut kept = Vec::new();
        for stride in rows.chunks(STRIDE) {
            if self.cancelled.load(Ordering::Relaxed) {
                return None;
            }
            for row in stride {
                let wanted = !spec.hidden.contains(&row.id().context)
                    && spec.narrow.as_ref().is_none_or(|narrow| narrow.holds(row))
                    && (!spec.attention || row.state().is_some_and(|it| it.lifecycle.needs_attention()))
                    && (spec.filter.is_empty() || spec.filter.matches(&mut matcher, &self.fields(row)));
                if wanted {
                    kept.push(row.clone());
                }
            }
        }
        Some(kept)
    }

    fn fields<'a>(&self, resource: &'a Resource) -> ResourceFields<'a> {
        let platform = self
            .platforms
            .iter()
            .find(|(name, _)| *name == resource.id().context)
            .map_or("", |(_, platform)| platform.name());
        ResourceFields { resource, platform, now: self.now, figure: self.figures.get(resource.id()).copied() }
    }
}

fn is_open(spec: &Spec) -> bool {
    spec.filter.is_empty() && spec.narrow.is_none() && !spec.attention && spec.hidden.is_empty()
}
