//! The rows of one kind over all contexts, and the sweep of each listing over them.
//!
//! A listing marks the rows that its pages hold with its generation. Rows without the mark go when their scope, or the whole
//! listing, ends well; a scope that fails keeps its rows:
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
//! A removed row leaves an empty place; the rows are compacted once there are as many empty ones as rows, so that neither one
//! removal nor ten thousand shift the rows behind them.

use std::hash::BuildHasher as _;
use std::sync::Arc;

use arcstr::ArcStr;
use foldhash::fast::RandomState;
use hashbrown::HashTable;

use super::known::KnownPages;
use super::observed::ObservedChanges;
use super::sweep::{Slot, Sweep};
use super::tally::Tally;
use qdeck_model::{Lifecycle, Resource, ResourceId, Timestamp};
use qdeck_providers::PageRows;
use qdeck_table::{Place, Rows};

/// Fewer empty places are not worth compacting.
const MIN_EMPTY_PLACES: usize = 64;

/// The source of a row.
#[derive(Clone, Copy)]
enum Source<'a> {
    /// In a page of this scope.
    Page(Option<&'a ArcStr>),
    /// By itself.
    Push,
}

/// The rows of one kind.
#[derive(Default)]
pub(super) struct Table {
    rows: Rows,
    /// By place.
    slots: Vec<Slot>,
    /// The places by id.
    by_id: HashTable<Place>,
    hasher: RandomState,
    pages: KnownPages,
    sweeps: Vec<Sweep>,
    pub(super) tally: Tally,
    pub(super) observed: ObservedChanges,
    pub(super) version: u64,
}

impl Table {
    pub(super) fn new(contexts: usize) -> Self {
        Self { sweeps: (0..contexts).map(|_| Sweep::default()).collect(), ..Self::default() }
    }

    pub(super) const fn rows(&self) -> &Rows {
        &self.rows
    }

    pub(super) fn get(&self, id: &ResourceId) -> Option<&Arc<Resource>> {
        self.rows.get(self.find(id)?)
    }

    /// When the lifecycle of a row last changed since the start.
    pub(super) fn moved(&self, id: &ResourceId) -> Option<Timestamp> {
        self.slots.get(self.find(id)? as usize)?.moved
    }

    fn find(&self, id: &ResourceId) -> Option<Place> {
        let is_it = |place: &Place| self.rows.get(*place).is_some_and(|row| row.id() == id);
        self.by_id.find(self.hasher.hash_one(id), is_it).copied()
    }

    #[cfg(test)]
    pub(super) fn capacity(&self) -> usize {
        self.slots.capacity().max(self.by_id.capacity())
    }

    /// A listing of a context begins; one that was under way is superseded.
    pub(super) fn begin(&mut self, context: usize) {
        if let Some(sweep) = self.sweeps.get_mut(context) {
            sweep.begin();
        }
    }

    pub(super) fn is_listing(&self, context: usize) -> bool {
        self.sweeps.get(context).is_some_and(|sweep| sweep.under_way)
    }

    /// Takes a page in. Returns whether a row changed.
    pub(super) fn page(
        &mut self,
        context: usize,
        scope: Option<&ArcStr>,
        rows: &PageRows,
        now: Timestamp,
    ) -> bool {
        let Some(sweep) = self.sweeps.get_mut(context).filter(|sweep| sweep.under_way) else {
            return false;
        };
        let generation = sweep.generation;
        if let Some(scope) = scope {
            sweep.mention(scope);
        }
        let mut changed = false;
        let mut places = self.pages.take(context, rows).unwrap_or_default();
        places.resize(rows.len(), Place::MAX);
        for (resource, place) in rows.iter().zip(&mut places) {
            let Some(sweep) = self.sweeps.get_mut(context) else { break };
            // The very same row in the same place: nothing is compared.
            if self.rows.get(*place).is_some_and(|row| Arc::ptr_eq(row, resource))
                && let Some(slot) = self.slots.get_mut(*place as usize)
                && sweep.is_in(slot, scope)
            {
                sweep.mark(slot);
                continue;
            }
            if sweep.is_gone(resource.id()) {
                continue;
            }
            let (is_new, at) = self.put(context, resource, Source::Page(scope), now);
            *place = at;
            changed |= is_new;
        }
        self.pages.keep(context, generation, rows, places);
        self.bump(changed)
    }

    /// One resource, pushed or read by itself. A listing that is under way keeps it even if no page holds it.
    pub(super) fn upsert(&mut self, context: usize, resource: Resource, now: Timestamp) -> bool {
        if let Some(sweep) = self.sweeps.get_mut(context) {
            sweep.note_back(resource.id());
        }
        let (changed, _) = self.put(context, &Arc::new(resource), Source::Push, now);
        self.bump(changed)
    }

    /// A scope has ended well: its rows that were in no page are gone.
    pub(super) fn scope_end(&mut self, context: usize, name: &ArcStr) -> bool {
        let Some(sweep) = self.sweeps.get_mut(context).filter(|sweep| sweep.under_way) else {
            return false;
        };
        let unseen = sweep.end_scope(name, &self.slots);
        for place in &unseen {
            self.remove(*place);
        }
        self.bump(!unseen.is_empty())
    }

    /// A scope has failed: its rows stay.
    pub(super) fn scope_failed(&mut self, context: usize, name: &ArcStr) {
        if let Some(sweep) = self.sweeps.get_mut(context).filter(|sweep| sweep.under_way) {
            sweep.fail_scope(name);
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
        sweep.end();
        let generation = sweep.generation;
        // Where every row is marked there is none to look for.
        let unmarked = sweep.unmarked();
        let placed = (0..).zip(&self.slots);
        let unseen = placed.filter(|(_, slot)| slot.is_of(context) && !sweep.has_seen(slot)).take(unmarked);
        let gone: Vec<Place> =
            unseen.filter(|(_, slot)| !sweep.keeps(slot)).map(|(place, _)| place).collect();
        for place in &gone {
            self.remove(*place);
        }
        if let Some(sweep) = self.sweeps.get_mut(context) {
            sweep.forget_scopes();
        }
        self.pages.retain(context, generation);
        self.compact();
        self.bump(!gone.is_empty())
    }

    /// The listing broke: rows stay, whether they were in its pages or not.
    pub(super) fn broke(&mut self, context: usize) {
        if let Some(sweep) = self.sweeps.get_mut(context) {
            sweep.end();
        }
    }

    /// One resource is no more.
    pub(super) fn gone(&mut self, context: usize, id: &ResourceId) -> bool {
        let Some(sweep) = self.sweeps.get_mut(context) else {
            return false;
        };
        // Even if it is not known: a page that is on its way may still hold it.
        sweep.note_gone(id);
        let Some(place) = self.find(id) else {
            return false;
        };
        self.remove(place);
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
    ) -> (bool, Place) {
        let known = self.find(resource.id());
        let Some(sweep) = self.sweeps.get_mut(context) else {
            return (false, Place::MAX);
        };
        let (place, is_new) = if let Some(place) = known {
            (place, false)
        } else {
            let place = self.rows.push(resource.clone());
            self.slots.push(Slot::new(context));
            sweep.add();
            index(&mut self.by_id, &self.hasher, &self.rows, place);
            self.tally.swap(None, Some(resource));
            (place, true)
        };
        let Some(slot) = self.slots.get_mut(place as usize) else {
            return (false, Place::MAX);
        };
        match source {
            Source::Page(scope) => sweep.put_in(slot, place, scope),
            // A pushed row that is in no listing yet belongs to the scope of its id, as in listings of scopes.
            Source::Push if slot.is_unscoped() => sweep.put_in(slot, place, resource.id().scope.as_ref()),
            Source::Push => {}
        }
        sweep.mark(slot);
        let Some(row) = self.rows.get(place).filter(|row| !is_new && !Arc::ptr_eq(row, resource)) else {
            return (is_new, place);
        };
        let changed = **row != **resource;
        if changed {
            self.tally.swap(Some(row), Some(resource));
            self.observed.note(row, resource, now);
            if lifecycle(row) != lifecycle(resource) {
                slot.moved = Some(now);
            }
        }
        // Where it is the same, the listing will send this one again.
        self.rows.replace(place, Some(resource.clone()));
        (changed, place)
    }

    /// Takes the row of a place out.
    fn remove(&mut self, place: Place) {
        let Some(slot) = self.slots.get_mut(place as usize).filter(|slot| !slot.is_empty()) else { return };
        if let Some(sweep) = self.sweeps.get_mut(slot.context()) {
            sweep.take_out(slot);
        }
        let Some(row) = self.rows.replace(place, None) else { return };
        let hash = self.hasher.hash_one(row.id());
        if let Ok(entry) = self.by_id.find_entry(hash, |known| *known == place) {
            entry.remove();
        }
        self.tally.swap(Some(&row), None);
    }

    /// Removes empty places once they are many, keeping the order.
    fn compact(&mut self) {
        let empty = self.slots.len() - self.rows.len();
        if empty <= MIN_EMPTY_PLACES.max(self.rows.len()) || self.sweeps.iter().any(|sweep| sweep.under_way) {
            return;
        }
        self.rows.compact();
        self.slots.retain(|slot| !slot.is_empty());
        self.slots.shrink_to_fit();
        self.pages.clear();
        for sweep in &mut self.sweeps {
            sweep.forget_members();
        }
        self.by_id = HashTable::with_capacity(self.rows.len());
        for (place, slot) in (0..).zip(&self.slots) {
            index(&mut self.by_id, &self.hasher, &self.rows, place);
            if let Some(sweep) = self.sweeps.get_mut(slot.context()) {
                sweep.add_member(slot, place);
            }
        }
    }

    fn bump(&mut self, changed: bool) -> bool {
        self.version += u64::from(changed);
        changed
    }
}

/// Adds the row of a place to those that are found by id. It is not among them.
fn index(by_id: &mut HashTable<Place>, hasher: &RandomState, rows: &Rows, place: Place) {
    let hash = |place: &Place| rows.get(*place).map_or(0, |row| hasher.hash_one(row.id()));
    by_id.insert_unique(hash(&place), place, hash);
}

fn lifecycle(resource: &Resource) -> Option<Lifecycle> {
    resource.state().map(|state| state.lifecycle)
}
