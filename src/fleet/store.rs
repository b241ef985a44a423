//! The fleet as it is known: rows, series, contexts. Plain data, owned by whoever draws.

use std::sync::Arc;

use super::{FleetEvent, Health, Member, Series, Traffic};
use crate::model::{ContextName, Kind, Platform, Problem, Resource, ResourceId, Timestamp};

/// A resource and what is known of the knowing.
#[derive(Debug, Clone)]
pub struct Row {
    /// The resource.
    pub resource: Arc<Resource>,
    /// When its lifecycle last changed while we watched; for the flash and the timeline.
    pub moved: Option<Timestamp>,
}

/// How one kind of one context was last listed.
#[derive(Debug, Clone, Default)]
pub struct Listing {
    /// A listing is under way: rows told so far, and how many there will be, once known.
    pub loading: Option<(usize, Option<usize>)>,
    /// When a listing (or a push channel) last confirmed the rows.
    pub confirmed: Option<Timestamp>,
    /// Why the rows may be old: the latest failure since they were confirmed, a scope's or the whole listing's.
    pub problem: Option<Problem>,
}

/// A context as it is known.
#[derive(Debug, Clone)]
pub struct ContextState {
    /// Its name.
    pub name: ContextName,
    /// Its platform.
    pub platform: Platform,
    /// How it fares.
    pub health: Health,
    /// How its requests have gone.
    pub traffic: Traffic,
    /// By kind, in the order of [`Kind::ALL`]; `None` where the platform has no such kind.
    pub listings: [Option<Listing>; 5],
}

/// Everything that the events so far have told.
#[derive(Default)]
pub struct Store {}

impl Store {
    /// An empty store that knows its contexts.
    pub fn new(_members: &[Member]) -> Self {
        Self::default()
    }

    /// Applies one event. Log events are not for the store and change nothing. Returns whether anything that could be
    /// seen changed.
    pub fn apply(&mut self, _event: FleetEvent) -> bool {
        false
    }

    /// A number that grows whenever the rows of a kind change.
    pub fn version(&self, _kind: Kind) -> u64 {
        0
    }

    /// The rows of a kind in no particular but stable order. Cheap; 100,000 rows are walked, not copied.
    pub fn rows(&self, _kind: Kind) -> impl ExactSizeIterator<Item = &Row> {
        [].iter()
    }

    /// How many rows of a kind there are.
    pub fn len(&self, kind: Kind) -> usize {
        self.rows(kind).len()
    }

    /// One row.
    pub fn get(&self, _id: &ResourceId) -> Option<&Row> {
        None
    }

    /// The samples of an instance.
    pub fn series(&self, _id: &ResourceId) -> Option<&Series> {
        None
    }

    /// The contexts, in the order of the configuration.
    pub fn contexts(&self) -> &[ContextState] {
        &[]
    }

    /// How old the rows of a kind from a context are, when they are known to be out of date: the context is not live
    /// or the latest listing of the kind failed.
    pub fn stale(&self, _context: &ContextName, _kind: Kind, _now: Timestamp) -> Option<std::time::Duration> {
        None
    }
}
