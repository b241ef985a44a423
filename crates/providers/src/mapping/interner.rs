//! Interning: one copy of each value that repeats from row to row.

use std::borrow::Borrow;
use std::collections::HashSet;
use std::hash::Hash;
use std::ops::Deref;
use std::sync::Arc;

use arcstr::ArcStr;
use foldhash::fast::RandomState;
use parking_lot::Mutex;

/// The most values an interner keeps. Beyond it new values are still returned, but no longer shared: a set that large
/// does not repeat.
const MAX_INTERNED_VALUES: usize = 20_000;

/// One shared copy of each of many equal values: texts (states, locations, hosts, images) unless another pointer is named.
/// Cheap to clone; clones share their values.
pub(crate) struct Interner<S = ArcStr>(Arc<Mutex<HashSet<S, RandomState>>>);

impl<S> Clone for Interner<S> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<S> Default for Interner<S> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<S> Interner<S>
where
    S: Clone + Eq + Hash + Deref<Target: Eq + Hash> + Borrow<S::Target>,
{
    /// The shared copy of a value.
    pub(crate) fn intern<'a>(&self, value: &'a S::Target) -> S
    where
        S: From<&'a S::Target>,
    {
        let mut interned = self.0.lock();
        if let Some(shared) = interned.get(value) {
            return shared.clone();
        }
        keep(&mut interned, value.into())
    }

    /// The shared copy of a value that is at hand.
    pub(crate) fn intern_owned(&self, value: S::Target) -> S
    where
        S: From<S::Target>,
        S::Target: Sized,
    {
        let mut interned = self.0.lock();
        if let Some(shared) = interned.get(&value) {
            return shared.clone();
        }
        keep(&mut interned, value.into())
    }
}

/// Adds a value to those that are shared, if there is room.
fn keep<S: Clone + Eq + Hash>(interned: &mut HashSet<S, RandomState>, shared: S) -> S {
    if interned.len() < MAX_INTERNED_VALUES {
        interned.insert(shared.clone());
    }
    shared
}

impl Interner {
    /// The shared copy of a text, where there is one.
    pub(crate) fn intern_some(&self, text: Option<&str>) -> Option<ArcStr> {
        text.map(|text| self.intern(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_share_their_memory() {
        let strings = Interner::<ArcStr>::default();
        let first = strings.intern("running");
        assert!(ArcStr::ptr_eq(&first, &strings.clone().intern("running")));
        assert_eq!(&*strings.intern("stopped"), "stopped");
    }
}
