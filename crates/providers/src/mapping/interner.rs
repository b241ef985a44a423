//! Interning: one copy of each value that repeats from row to row.

use std::collections::HashSet;
use std::hash::Hash;
use std::sync::Arc;

use foldhash::fast::RandomState;
use parking_lot::Mutex;

/// The most values an interner keeps. Beyond it new values are still returned, but no longer shared: a set that large
/// does not repeat.
const MAX_INTERNED_VALUES: usize = 20_000;

/// One shared copy of each of many equal values: texts (states, locations, hosts, images) unless another type is named.
/// Cheap to clone; clones share their values.
pub(crate) struct Interner<T: ?Sized = str>(Arc<Mutex<HashSet<Arc<T>, RandomState>>>);

impl<T: ?Sized> Clone for Interner<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: ?Sized> Default for Interner<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

/// Adds a value to those that are shared, if there is room.
fn keep<T: ?Sized + Eq + Hash>(interned: &mut HashSet<Arc<T>, RandomState>, shared: Arc<T>) -> Arc<T> {
    if interned.len() < MAX_INTERNED_VALUES {
        interned.insert(shared.clone());
    }
    shared
}

impl<T: ?Sized + Eq + Hash> Interner<T> {
    /// The shared copy of a value.
    pub(crate) fn intern<'a>(&self, value: &'a T) -> Arc<T>
    where
        Arc<T>: From<&'a T>,
    {
        let mut interned = self.0.lock();
        if let Some(shared) = interned.get(value) {
            return shared.clone();
        }
        keep(&mut interned, value.into())
    }
}

impl<T: Eq + Hash> Interner<T> {
    /// The shared copy of a value that is at hand.
    pub(crate) fn intern_owned(&self, value: T) -> Arc<T> {
        let mut interned = self.0.lock();
        if let Some(shared) = interned.get(&value) {
            return shared.clone();
        }
        keep(&mut interned, Arc::new(value))
    }
}

impl Interner {
    /// The shared copy of a text, where there is one.
    pub(crate) fn intern_some(&self, text: Option<&str>) -> Option<Arc<str>> {
        text.map(|text| self.intern(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_share_their_memory() {
        let strings = Interner::default();
        let first = strings.intern("running");
        assert!(Arc::ptr_eq(&first, &strings.clone().intern("running")));
        assert_eq!(&*strings.intern("stopped"), "stopped");
    }
}
