//! What repeats from row to row, kept once.

use std::collections::HashSet;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use foldhash::fast::RandomState;

/// More different ones than this are no longer shared: they do not repeat then.
const MOST: usize = 20_000;

/// Words: states, locations, hosts, images. Cheap to clone.
pub(super) type Words = Pool<str>;

/// One copy of each of many equal things. Cheap to clone.
pub(super) struct Pool<T: ?Sized>(Arc<Mutex<HashSet<Arc<T>, RandomState>>>);

impl<T: ?Sized> Clone for Pool<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: ?Sized> Default for Pool<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T: ?Sized + Eq + Hash> Pool<T> {
    /// The one copy of this.
    pub(super) fn share<'a>(&self, one: &'a T) -> Arc<T>
    where
        Arc<T>: From<&'a T>,
    {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(one) = known.get(one) {
            return one.clone();
        }
        let one: Arc<T> = one.into();
        if known.len() < MOST {
            known.insert(one.clone());
        }
        one
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_word_is_the_same_memory() {
        let words = Words::default();
        let first = words.share("running");
        assert!(Arc::ptr_eq(&first, &words.clone().share("running")));
        assert_eq!(&*words.share("stopped"), "stopped");
    }
}
