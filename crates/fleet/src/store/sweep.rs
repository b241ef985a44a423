//! The listing of one context: which of its rows were in the pages so far, over all and by scope.
//!
//! A listing marks the rows that its pages hold with its generation (mark and sweep). Marks are counted, so that the end of a
//! listing, or of a scope, in which every row was seen again looks at no row.

use std::collections::{HashMap, HashSet};

use arcstr::ArcStr;
use qdeck_model::{ResourceId, Timestamp};
use qdeck_table::Place;

/// The scope of rows that were listed without one.
const NO_SCOPE: u32 = u32::MAX;
/// The context of a place without a row.
const NO_CONTEXT: u32 = u32::MAX;
/// Members of a scope that have moved elsewhere and are not worth a look.
const MAX_STALE_MEMBERS: usize = 64;

/// What is known of a row beside the row itself.
#[derive(Debug)]
pub(super) struct Slot {
    /// When its lifecycle last changed since the start.
    pub(super) moved: Option<Timestamp>,
    /// The generation of the listing that held it last.
    seen: u32,
    /// Its context, by position.
    context: u32,
    /// The scope of the listing that holds it.
    scope: u32,
}

impl Slot {
    /// The slot of a row that is in no listing yet.
    pub(super) fn new(context: usize) -> Self {
        Self { moved: None, seen: 0, context: number(context), scope: NO_SCOPE }
    }

    /// Returns true if its row belongs to a context.
    pub(super) fn is_of(&self, context: usize) -> bool {
        self.context == number(context)
    }

    /// Returns true if there is no row any more.
    pub(super) const fn is_empty(&self) -> bool {
        self.context == NO_CONTEXT
    }

    /// The position of its context.
    pub(super) const fn context(&self) -> usize {
        self.context as usize
    }

    /// Returns true if its row is in no scope.
    pub(super) const fn is_unscoped(&self) -> bool {
        self.scope == NO_SCOPE
    }
}

/// Positions of contexts are few.
fn number(context: usize) -> u32 {
    u32::try_from(context).unwrap_or(NO_CONTEXT)
}

/// A part of a context's listing.
#[derive(Debug)]
struct Scope {
    name: ArcStr,
    /// Places of its rows; some may have moved elsewhere since.
    members: Vec<Place>,
    /// The listing that mentioned it last.
    mentioned: u32,
    /// The listing in which it last ended well.
    ended: u32,
    /// Its rows.
    live: usize,
    /// Of them, those with the mark of the generation beside it.
    marked: (u32, usize),
}

impl Scope {
    /// Its rows with the mark of this generation.
    const fn marked(&self, generation: u32) -> usize {
        if self.marked.0 == generation { self.marked.1 } else { 0 }
    }

    fn mark(&mut self, generation: u32) {
        self.marked = (generation, self.marked(generation) + 1);
    }

    fn unmark(&mut self, generation: u32) {
        if self.marked.0 == generation {
            self.marked.1 -= 1;
        }
    }
}

/// The listing of one context.
#[derive(Debug, Default)]
pub(super) struct Sweep {
    pub(super) generation: u32,
    pub(super) under_way: bool,
    /// A scope of the listing failed.
    pub(super) partial: bool,
    /// The rows of the context.
    live: usize,
    /// Of them, those with the mark of this generation.
    marked: usize,
    /// By number; `None` for one that is gone, whose number is free.
    scopes: Vec<Option<Scope>>,
    free: Vec<u32>,
    by_name: HashMap<ArcStr, u32>,
    /// What went while this listing was under way: its pages are older than that.
    gone: HashSet<ResourceId>,
}

impl Sweep {
    /// A listing begins; one that was under way is superseded.
    pub(super) fn begin(&mut self) {
        self.generation += 1;
        self.marked = 0;
        self.under_way = true;
        self.partial = false;
        self.gone.clear();
    }

    /// The listing is over.
    pub(super) fn end(&mut self) {
        self.under_way = false;
        self.gone = HashSet::new();
    }

    /// The rows of the context that no page of this listing has held.
    pub(super) const fn unmarked(&self) -> usize {
        self.live - self.marked
    }

    /// Takes in that a resource is gone.
    pub(super) fn note_gone(&mut self, id: &ResourceId) {
        if self.under_way {
            self.gone.insert(id.clone());
        }
    }

    /// Takes in that a resource is there all the same.
    pub(super) fn note_back(&mut self, id: &ResourceId) {
        self.gone.remove(id);
    }

    /// Returns true if a resource went after this listing had begun.
    pub(super) fn is_gone(&self, id: &ResourceId) -> bool {
        !self.gone.is_empty() && self.gone.contains(id)
    }

    /// Counts a new row of the context, which has no mark yet.
    pub(super) const fn add(&mut self) {
        self.live += 1;
    }

    /// Marks a row as seen.
    pub(super) fn mark(&mut self, slot: &mut Slot) {
        if slot.seen != self.generation {
            slot.seen = self.generation;
            self.marked += 1;
            if let Some(scope) = self.scope_mut(slot.scope) {
                scope.mark(slot.seen);
            }
        }
    }

    /// Empties the slot of a row that is gone.
    pub(super) fn take_out(&mut self, slot: &mut Slot) {
        self.leave_scope(slot);
        self.live -= 1;
        self.marked -= usize::from(slot.seen == self.generation);
        slot.context = NO_CONTEXT;
    }

    /// Returns true if the row of a slot is in a scope.
    pub(super) fn is_in(&self, slot: &Slot, scope: Option<&ArcStr>) -> bool {
        self.scope(slot.scope).map(|scope| &scope.name) == scope
    }

    /// Puts the row of a place into a scope, or into none.
    pub(super) fn put_in(&mut self, slot: &mut Slot, place: Place, scope: Option<&ArcStr>) {
        if self.is_in(slot, scope) {
            return;
        }
        self.leave_scope(slot);
        let Some(name) = scope else { return };
        let generation = self.generation;
        slot.scope = self.number_of(name);
        if let Some(scope) = self.scope_mut(slot.scope) {
            scope.members.push(place);
            scope.live += 1;
            if slot.seen == generation {
                scope.mark(generation);
            }
        }
    }

    fn leave_scope(&mut self, slot: &mut Slot) {
        let (generation, is_marked) = (self.generation, slot.seen == self.generation);
        if let Some(scope) = self.scope_mut(slot.scope) {
            scope.live -= 1;
            if is_marked {
                scope.unmark(generation);
            }
        }
        slot.scope = NO_SCOPE;
    }

    /// A scope is in this listing. Returns its number.
    pub(super) fn mention(&mut self, name: &ArcStr) -> u32 {
        let (number, generation) = (self.number_of(name), self.generation);
        if let Some(scope) = self.scope_mut(number) {
            scope.mentioned = generation;
        }
        number
    }

    /// A scope has failed: its rows stay.
    pub(super) fn fail_scope(&mut self, name: &ArcStr) {
        let number = self.mention(name);
        if let Some(scope) = self.scope_mut(number) {
            scope.ended = 0;
        }
        self.partial = true;
    }

    /// A scope has ended well. Returns the places of those of its rows that were in no page.
    pub(super) fn end_scope(&mut self, name: &ArcStr, slots: &[Slot]) -> Vec<Place> {
        let (number, generation) = (self.mention(name), self.generation);
        let Some(scope) = self.scope_mut(number) else { return Vec::new() };
        scope.ended = generation;
        if scope.live == scope.marked(generation) && scope.members.len() <= scope.live + MAX_STALE_MEMBERS {
            return Vec::new();
        }
        scope.members.sort_unstable();
        scope.members.dedup();
        let mut unseen = Vec::new();
        scope.members.retain(|place| {
            let Some(slot) = slots.get(*place as usize).filter(|slot| slot.scope == number) else {
                return false;
            };
            if slot.seen != generation {
                unseen.push(*place);
            }
            slot.seen == generation
        });
        unseen
    }

    /// Returns true if a row that was in no page stays all the same: its scope did not end well.
    pub(super) fn keeps(&self, slot: &Slot) -> bool {
        let scope = self.scope(slot.scope);
        scope.is_some_and(|it| it.mentioned == self.generation && it.ended != self.generation)
    }

    /// Returns true if a row is of this context's listing and was in a page of it.
    pub(super) const fn has_seen(&self, slot: &Slot) -> bool {
        slot.seen == self.generation
    }

    /// Forgets scopes that the listing did not mention, unless rows of them were pushed meanwhile.
    pub(super) fn forget_scopes(&mut self) {
        let generation = self.generation;
        for (number, scope) in (0..).zip(&mut self.scopes) {
            if let Some(known) = scope
                && known.mentioned != generation
                && known.live == 0
            {
                self.by_name.remove(&known.name);
                *scope = None;
                self.free.push(number);
            }
        }
    }

    /// Forgets which places are in which scope: rows have moved.
    pub(super) fn forget_members(&mut self) {
        for scope in self.scopes.iter_mut().flatten() {
            scope.members.clear();
        }
    }

    /// Takes in where a row of a scope is now.
    pub(super) fn add_member(&mut self, slot: &Slot, place: Place) {
        if let Some(scope) = self.scope_mut(slot.scope) {
            scope.members.push(place);
        }
    }

    fn scope(&self, number: u32) -> Option<&Scope> {
        self.scopes.get(number as usize)?.as_ref()
    }

    fn scope_mut(&mut self, number: u32) -> Option<&mut Scope> {
        self.scopes.get_mut(number as usize)?.as_mut()
    }

    fn number_of(&mut self, name: &ArcStr) -> u32 {
        if let Some(number) = self.by_name.get(name) {
            return *number;
        }
        let scope = Scope {
            name: name.clone(),
            members: Vec::new(),
            mentioned: 0,
            ended: 0,
            live: 0,
            marked: (0, 0),
        };
        let number = self.free.pop().unwrap_or_else(|| {
            self.scopes.push(None);
            u32::try_from(self.scopes.len() - 1).unwrap_or(NO_SCOPE)
        });
        if let Some(free) = self.scopes.get_mut(number as usize) {
            *free = Some(scope);
        }
        self.by_name.insert(name.clone(), number);
        number
    }
}
