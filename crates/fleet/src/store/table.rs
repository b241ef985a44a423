//! The rows of one kind over all contexts, and the sweep of each listing over them.
//!
//! A listing marks the rows that its pages hold with its generation (mark and sweep). Rows without the mark go when their
//! scope, or the whole listing, ends well; a scope that fails keeps its rows:
//!
//! ```text
//! begin      generation 7
//! page  a    a1=7  a2=7          scope a mentioned
//! end   a    a3=6 → removed      scope a ended
//! page  b    b1=7                scope b mentioned
//! fail  b    b2=6 → stays        scope b not ended
//! end        c1=6 → removed      scope c was not mentioned
//! ```
//!
//! A removed row leaves an empty slot; slots are compacted once there are as many empty ones as rows, so that neither one
//! removal nor ten thousand shift the rows behind them.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::RandomState;
use indexmap::IndexMap;

use super::Row;
use super::known::KnownPages;
use super::observed::ObservedChanges;
use super::tally::Tally;
use qdeck_model::{Lifecycle, Resource, ResourceId, Timestamp};
use qdeck_providers::PageRows;

/// Fewer empty slots are not worth compacting.
const MIN_EMPTY_SLOTS: usize = 64;

/// A place for a row.
struct Slot {
    /// `None` once it is gone.
    row: Option<Row>,
    /// The generation of the listing that held it last (or in which it went).
    seen: u32,
    /// Its context, by position.
    context: u32,
    /// The scope of the listing that holds it.
    scope: Option<Arc<str>>,
}

impl Slot {
    /// Marks the row as seen by a listing of its context.
    fn mark(&mut self, sweep: &mut Sweep) {
        if self.seen != sweep.generation {
            self.seen = sweep.generation;
            sweep.marked += usize::from(self.row.is_some());
        }
    }

    /// Takes the row out, which is gone.
    fn empty(&mut self, sweep: &mut Sweep) -> Option<Row> {
        let row = self.row.take()?;
        self.scope = None;
        sweep.live -= 1;
        sweep.marked -= usize::from(self.seen == sweep.generation);
        Some(row)
    }

    fn new(context: usize) -> Self {
        Self { row: None, seen: 0, context: u32::try_from(context).unwrap_or(u32::MAX), scope: None }
    }
}

/// A part of a context's listing.
#[derive(Default)]
struct Scope {
    /// Slots of its rows; some may have moved elsewhere since.
    members: Vec<u32>,
    /// The listing that mentioned it last.
    mentioned: u32,
    /// The listing in which it last ended well.
    ended: u32,
}

/// The listing of one context.
#[derive(Default)]
struct Sweep {
    generation: u32,
    /// The rows of the context.
    live: usize,
    /// Of them, those with the mark of this generation.
    marked: usize,
    under_way: bool,
    /// A scope of the listing failed.
    partial: bool,
    scopes: HashMap<Arc<str>, Scope>,
}

/// The source of a row.
#[derive(Clone, Copy)]
enum Source<'a> {
    /// In a page of this scope.
    Page(Option<&'a Arc<str>>),
    /// By itself.
    Push,
}

/// The rows of one kind.
#[derive(Default)]
pub(super) struct Table {
    slots: IndexMap<ResourceId, Slot, RandomState>,
    pages: KnownPages,
    live: usize,
    sweeps: Vec<Sweep>,
    pub(super) tally: Tally,
    pub(super) observed: ObservedChanges,
    pub(super) version: u64,
}

/// The rows of a kind, as [`super::Store::rows`] walks them.
pub struct Rows<'a> {
    slots: indexmap::map::Values<'a, ResourceId, Slot>,
    left: usize,
}

impl<'a> Iterator for Rows<'a> {
    type Item = &'a Row;

    fn next(&mut self) -> Option<&'a Row> {
        let row = self.slots.by_ref().find_map(|slot| slot.row.as_ref())?;
        self.left -= 1;
        Some(row)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for Rows<'_> {}

impl Table {
    pub(super) fn new(contexts: usize) -> Self {
        Self { sweeps: (0..contexts).map(|_| Sweep::default()).collect(), ..Self::default() }
    }

    pub(super) fn rows(&self) -> Rows<'_> {
        Rows { slots: self.slots.values(), left: self.live }
    }

    pub(super) fn get(&self, id: &ResourceId) -> Option<&Row> {
        self.slots.get(id)?.row.as_ref()
    }

    #[cfg(test)]
    pub(super) fn capacity(&self) -> usize {
        self.slots.capacity()
    }

    /// A listing of a context begins; one that was under way is superseded.
    pub(super) fn begin(&mut self, context: usize) {
        if let Some(sweep) = self.sweeps.get_mut(context) {
            sweep.generation += 1;
            sweep.marked = 0;
            sweep.under_way = true;
            sweep.partial = false;
        }
    }

    pub(super) fn is_listing(&self, context: usize) -> bool {
        self.sweeps.get(context).is_some_and(|sweep| sweep.under_way)
    }

    /// Takes a page in. Returns whether a row changed.
    pub(super) fn page(
        &mut self,
        context: usize,
        scope: Option<&Arc<str>>,
        rows: &PageRows,
        now: Timestamp,
    ) -> bool {
        let Some(sweep) = self.sweeps.get_mut(context).filter(|sweep| sweep.under_way) else {
            return false;
        };
        let generation = sweep.generation;
        if let Some(scope) = scope {
            sweep.scopes.entry(scope.clone()).or_default().mentioned = generation;
        }
        let mut changed = false;
        let mut places = self.pages.take(context, rows).unwrap_or_default();
        places.resize(rows.len(), u32::MAX);
        for (resource, place) in rows.iter().zip(&mut places) {
            // The very same row in the same place: nothing is compared.
            if let Some((_, slot)) = self.slots.get_index_mut(*place as usize)
                && slot.row.as_ref().is_some_and(|row| Arc::ptr_eq(&row.resource, resource))
                && slot.scope.as_ref() == scope
                && let Some(sweep) = self.sweeps.get_mut(context)
            {
                slot.mark(sweep);
                continue;
            }
            // Gone since this listing began: the page is older than that event.
            let outdated = self
                .slots
                .get(resource.id())
                .is_some_and(|slot| slot.row.is_none() && slot.seen == generation);
            if !outdated {
                let (is_new, at) = self.put(context, resource, Source::Page(scope), now);
                *place = at;
                changed |= is_new;
            }
        }
        self.pages.keep(context, generation, rows, places);
        self.bump(changed)
    }

    /// One resource, pushed or read by itself. A listing that is under way keeps it even if no page holds it.
    pub(super) fn upsert(&mut self, context: usize, resource: Resource, now: Timestamp) -> bool {
        let (changed, _) = self.put(context, &Arc::new(resource), Source::Push, now);
        self.bump(changed)
    }

    /// A scope has ended well: its rows that were in no page are gone.
    pub(super) fn scope_end(&mut self, context: usize, name: &Arc<str>) -> bool {
        let Some(sweep) = self.sweeps.get_mut(context).filter(|sweep| sweep.under_way) else {
            return false;
        };
        let generation = sweep.generation;
        let scope = sweep.scopes.entry(name.clone()).or_default();
        scope.mentioned = generation;
        scope.ended = generation;
        let is_whole = scope.members.iter().all(|&index| {
            let slot = self.slots.get_index(index as usize).map(|(_, slot)| slot);
            slot.is_some_and(|slot| {
                slot.seen == generation && slot.row.is_some() && slot.scope.as_ref() == Some(name)
            })
        });
        if is_whole {
            return false;
        }
        let mut members = std::mem::take(&mut scope.members);
        members.sort_unstable();
        members.dedup();
        let mut changed = false;
        members.retain(|&index| {
            let Some((_, slot)) = self.slots.get_index_mut(index as usize) else {
                return false;
            };
            if slot.scope.as_deref() != Some(name) {
                return false;
            }
            if slot.row.is_some() && slot.seen == generation {
                return true;
            }
            if let Some(row) = slot.empty(sweep) {
                self.live -= 1;
                self.tally.swap(Some(&row.resource), None);
                changed = true;
            }
            // An empty slot is no member any more, so that one coming back registers again.
            slot.scope = None;
            false
        });
        if let Some(scope) = self.sweeps[context].scopes.get_mut(name) {
            scope.members = members;
        }
        self.bump(changed)
    }

    /// A scope has failed: its rows stay.
    pub(super) fn scope_failed(&mut self, context: usize, name: &Arc<str>) {
        if let Some(sweep) = self.sweeps.get_mut(context).filter(|sweep| sweep.under_way) {
            let scope = sweep.scopes.entry(name.clone()).or_default();
            scope.mentioned = sweep.generation;
            scope.ended = 0;
            sweep.partial = true;
        }
    }

    /// Returns whether a scope of the latest listing failed.
    pub(super) fn is_partial(&self, context: usize) -> bool {
        self.sweeps.get(context).is_some_and(|sweep| sweep.partial)
    }

    /// The listing has ended well: rows that were in no page are gone, but for the scopes that failed.
    pub(super) fn end(&mut self, context: usize) -> bool {
        let Some(sweep) = self.sweeps.get_mut(context).filter(|sweep| sweep.under_way) else {
            return false;
        };
        sweep.under_way = false;
        let generation = sweep.generation;
        let mut changed = false;
        // Where every row is marked there is none to look for.
        let mut unmarked = sweep.live - sweep.marked;
        for slot in self.slots.values_mut() {
            if unmarked == 0 {
                break;
            }
            if slot.context as usize != context || slot.seen == generation || slot.row.is_none() {
                continue;
            }
            unmarked -= 1;
            let survives = slot
                .scope
                .as_ref()
                .and_then(|scope| sweep.scopes.get(scope))
                .is_some_and(|scope| scope.mentioned == generation && scope.ended != generation);
            if !survives && let Some(row) = slot.empty(sweep) {
                self.live -= 1;
                self.tally.swap(Some(&row.resource), None);
                changed = true;
            }
        }
        let slots = &self.slots;
        sweep.scopes.retain(|name, scope| {
            if scope.mentioned != generation {
                // Only rows that were pushed meanwhile can be left.
                scope.members.retain(|&index| {
                    let slot = slots.get_index(index as usize).map(|(_, slot)| slot);
                    slot.is_some_and(|slot| slot.row.is_some() && slot.scope.as_ref() == Some(name))
                });
            }
            scope.mentioned == generation || !scope.members.is_empty()
        });
        self.pages.retain(context, generation);
        self.compact();
        self.bump(changed)
    }

    /// The listing broke: rows stay, whether they were in its pages or not.
    pub(super) fn broke(&mut self, context: usize) {
        if let Some(sweep) = self.sweeps.get_mut(context) {
            sweep.under_way = false;
        }
    }

    /// One resource is no more.
    pub(super) fn gone(&mut self, context: usize, id: &ResourceId) -> bool {
        let Some(sweep) = self.sweeps.get_mut(context) else {
            return false;
        };
        let slot = if sweep.under_way {
            // Even if it is not known: a page that is on its way may still hold it.
            self.slots.entry(id.clone()).or_insert_with(|| Slot::new(context))
        } else if let Some(slot) = self.slots.get_mut(id) {
            slot
        } else {
            return false;
        };
        slot.mark(sweep);
        let Some(row) = slot.empty(sweep) else {
            return false;
        };
        self.live -= 1;
        self.tally.swap(Some(&row.resource), None);
        self.compact();
        self.bump(true)
    }

    /// Puts a row in its place. Returns whether it is another than before, and the place.
    fn put(
        &mut self,
        context: usize,
        resource: &Arc<Resource>,
        source: Source<'_>,
        now: Timestamp,
    ) -> (bool, u32) {
        let Some(sweep) = self.sweeps.get_mut(context) else {
            return (false, u32::MAX);
        };
        let entry = self.slots.entry(resource.id().clone());
        let index = u32::try_from(entry.index()).unwrap_or(u32::MAX);
        let slot = entry.or_insert_with(|| Slot::new(context));
        // A pushed row that is in no listing yet belongs to the scope of its id, as in listings of scopes.
        let scope = match source {
            Source::Page(scope) => scope.cloned(),
            Source::Push => slot.scope.clone().or_else(|| resource.id().scope.clone()),
        };
        if slot.scope != scope {
            if let Some(scope) = &scope {
                let members = &mut sweep.scopes.entry(scope.clone()).or_default().members;
                members.push(index);
            }
            slot.scope = scope;
        }
        slot.mark(sweep);
        let moved = match &mut slot.row {
            Some(row) if Arc::ptr_eq(&row.resource, resource) => return (false, index),
            Some(row) if *row.resource == **resource => {
                // The listing will send this one again.
                row.resource = resource.clone();
                return (false, index);
            }
            Some(row) => {
                self.tally.swap(Some(&row.resource), Some(resource));
                self.observed.note(&row.resource, resource, now);
                if lifecycle(&row.resource) == lifecycle(resource) { row.moved } else { Some(now) }
            }
            None => {
                self.live += 1;
                sweep.live += 1;
                sweep.marked += 1;
                self.tally.swap(None, Some(resource));
                None
            }
        };
        slot.row = Some(Row { resource: resource.clone(), moved });
        (true, index)
    }

    /// Removes empty slots once they are many, keeping the order.
    fn compact(&mut self) {
        let empty = self.slots.len() - self.live;
        // A listing under way must still recognise what went since it began.
        if empty <= MIN_EMPTY_SLOTS.max(self.live) || self.sweeps.iter().any(|sweep| sweep.under_way) {
            return;
        }
        self.slots.retain(|_, slot| slot.row.is_some());
        self.pages.clear();
        self.slots.shrink_to_fit();
        for scope in self.sweeps.iter_mut().flat_map(|sweep| sweep.scopes.values_mut()) {
            scope.members.clear();
        }
        for (index, slot) in self.slots.values().enumerate() {
            let scopes = self.sweeps.get_mut(slot.context as usize).map(|sweep| &mut sweep.scopes);
            if let (Some(scopes), Some(name)) = (scopes, &slot.scope) {
                let members = &mut scopes.entry(name.clone()).or_default().members;
                members.push(u32::try_from(index).unwrap_or(u32::MAX));
            }
        }
    }

    fn bump(&mut self, changed: bool) -> bool {
        self.version += u64::from(changed);
        changed
    }
}

fn lifecycle(resource: &Resource) -> Option<Lifecycle> {
    resource.state().map(|state| state.lifecycle)
}
