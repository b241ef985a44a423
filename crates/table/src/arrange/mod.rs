//! From the rows of a source to the rows of a table: sorted, narrowed, filtered. Large tables are arranged beside the
//! thread that draws; the screen goes on with what it has until the result comes.

mod narrow;
mod order;
mod renew;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use qdeck_model::{ContextName, Kind, Platform, Resource, ResourceId, Timestamp};

use crate::filter::{Filter, Matcher};
use crate::rows::{Changes, OrderedRows, Place, Rows};
use crate::{Count, Row, RowSource};

pub use narrow::Narrow;
pub use order::Sort;
pub(crate) use order::SortKey;

/// Rows between two looks at whether the work is still wanted.
const ROWS_A_STRIDE: usize = 1024;
/// Up to this share of the rows, those that have changed are put into the order that there is; else all are sorted anew. A
/// row that is put into its place costs the keys of some twenty others.
const CHANGED_SHARE: usize = 32;

/// The inputs of a table's rows. Two equal ones give the same rows.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Spec {
    pub(crate) version: u64,
    pub(crate) sort: Sort,
    pub(crate) filter: Filter,
    pub(crate) narrow: Option<Narrow>,
    pub(crate) attention: bool,
    pub(crate) hidden: Arc<HashSet<ContextName>>,
    /// The second of the clock, where the filter depends on the time.
    pub(crate) second: Option<i64>,
}

impl Spec {
    /// Returns true if all rows are in the same order as under `other`, before any is left out.
    pub(crate) fn same_order(&self, other: &Self) -> bool {
        self.version == other.version && self.sort == other.sort
    }

    /// Returns true if only rows that `other` shows can be shown.
    pub(crate) fn narrows(&self, other: &Self) -> bool {
        let is_current = other.second.is_none() || other.second == self.second;
        is_current && self.same_order(other) && self.same_bounds(other) && self.filter.narrows(&other.filter)
    }

    /// Returns true if at most the rows themselves are others than under `other`.
    pub(crate) fn same_choice(&self, other: &Self) -> bool {
        self.sort == other.sort && self.filter == other.filter && self.same_bounds(other)
    }

    /// Returns true if `other` leaves the same rows out, but for its filter.
    fn same_bounds(&self, other: &Self) -> bool {
        self.narrow == other.narrow && self.attention == other.attention && self.hidden == other.hidden
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
    source.rows(kind).iter().filter_map(|row| Some((row.id().clone(), Count::of(row, source)?))).collect()
}

/// Work to be done beside the thread that draws.
pub struct Job {
    pub(crate) kind: Kind,
    pub(crate) generation: u64,
    pub(crate) spec: Spec,
    /// All rows of the kind, as they are now.
    pub(crate) rows: Rows,
    /// What was arranged last.
    pub(crate) before: Option<Arranged>,
    pub(crate) counts: HashMap<ResourceId, Count>,
    pub(crate) platforms: Vec<(ContextName, Platform)>,
    pub(crate) now: Timestamp,
    pub(crate) cancelled: Arc<AtomicBool>,
}

/// The rows of a table, in order. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Arranged {
    pub(crate) kind: Kind,
    pub(crate) generation: u64,
    pub(crate) spec: Spec,
    rows: Rows,
    sorted: Arc<[Place]>,
    shown: Arc<[Place]>,
    /// The time that it took.
    pub(crate) took: Duration,
}

impl Arranged {
    /// The table it belongs to.
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The rows that are shown.
    pub(crate) fn shown(&self) -> OrderedRows<'_> {
        OrderedRows::new(&self.rows, &self.shown)
    }

    /// Returns true if rows are left out.
    pub(crate) fn is_partial(&self) -> bool {
        self.shown.len() < self.sorted.len()
    }
}

impl Job {
    /// Does the work. `None` when it was cancelled meanwhile.
    pub fn run(mut self) -> Option<Arranged> {
        let began = Instant::now();
        let before = self.before.take();
        let (sorted, shown) = self.places(before.as_ref())?;
        let Self { kind, generation, spec, rows, .. } = self;
        Some(Arranged { kind, generation, spec, rows, sorted, shown, took: began.elapsed() })
    }

    /// All places in order, and those that are shown: from what was arranged before as far as that still holds.
    fn places(&self, before: Option<&Arranged>) -> Option<Places> {
        let spec = &self.spec;
        if let Some(before) = before
            && spec.same_order(&before.spec)
        {
            let from = if spec.narrows(&before.spec) { &before.shown } else { &before.sorted };
            let shown = if spec.shows_all() { before.sorted.clone() } else { self.keep(from)?.into() };
            return Some((before.sorted.clone(), shown));
        }
        if let Some(before) = before
            && let Some(changes) = self.changes_since(before)
        {
            let sorted = renew::sorted(self, &before.sorted, &changes);
            let shown = if spec.shows_all() {
                None
            } else if spec.same_choice(&before.spec) && !spec.filter.is_timed() {
                Some(renew::shown(self, &before.shown, &sorted, &changes))
            } else {
                Some(self.keep(&sorted)?)
            };
            return Some(shared(sorted, shown));
        }
        let sorted = order::sort(self);
        let shown = if spec.shows_all() { None } else { Some(self.keep(&sorted)?) };
        Some(shared(sorted, shown))
    }

    /// The few rows that have changed since rows were arranged in the same order. `None` where they are too many, and
    /// where what is counted may have changed the place of any row.
    fn changes_since(&self, before: &Arranged) -> Option<Changes> {
        let is_same =
            self.spec.sort == before.spec.sort && !is_counted(self.kind, self.spec.sort, &self.spec.filter);
        is_same.then(|| self.rows.changes_since(&before.rows, self.rows.len() / CHANGED_SHARE))?
    }

    fn keep(&self, places: &[Place]) -> Option<Vec<Place>> {
        let mut matcher = Matcher::default();
        let mut kept = Vec::new();
        for stride in places.chunks(ROWS_A_STRIDE) {
            if self.cancelled.load(Ordering::Relaxed) {
                return None;
            }
            kept.extend(stride.iter().copied().filter(|place| self.is_wanted(*place, &mut matcher)));
        }
        Some(kept)
    }

    /// Returns true if the row of a place is shown.
    fn is_wanted(&self, place: Place, matcher: &mut Matcher) -> bool {
        let spec = &self.spec;
        self.rows.get(place).is_some_and(|row| {
            !spec.hidden.contains(&row.id().context)
                && spec.narrow.as_ref().is_none_or(|narrow| narrow.holds(row))
                && (!spec.attention || row.state().is_some_and(|it| it.lifecycle.needs_attention()))
                && (spec.filter.is_empty() || spec.filter.matches(matcher, &self.row(row)))
        })
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

/// The places of all rows in order, and of those that are shown.
type Places = (Arc<[Place]>, Arc<[Place]>);

/// Places to be kept. `shown` is `None` where they are all of them.
fn shared(sorted: Vec<Place>, shown: Option<Vec<Place>>) -> Places {
    let sorted: Arc<[Place]> = sorted.into();
    let shown = shown.map_or_else(|| sorted.clone(), Arc::from);
    (sorted, shown)
}

#[cfg(test)]
mod tests;
