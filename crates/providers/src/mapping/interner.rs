//! Interning: one copy of each value that repeats from row to row.

use std::borrow::Borrow;
use std::collections::HashSet;
use std::hash::Hash;
use std::ops::Deref;
use std::sync::Arc;

use arcstr::ArcStr;
use foldhash::fast::RandomState;
use parking_lot::Mutex;

/// The number of values at which an interner first forgets those that do not repeat.
const FORGETS_FROM: usize = 8192;

/// One shared copy of each of many equal values: texts (states, locations, hosts, images) unless another pointer is named.
/// Cheap to clone; clones share their values.
///
/// Values that no row has any more, and those that only one row has, are forgotten whenever the number of values has
/// doubled.
pub(crate) struct Interner<S = ArcStr>(Arc<Mutex<Values<S>>>);

struct Values<S> {
    shared: HashSet<S, RandomState>,
    /// The number at which values are forgotten next.
    forgets_at: usize,
}

/// A pointer that counts its holders.
pub(crate) trait Counted {
    /// Those that share the value; 0 where they are not counted.
    fn holders(&self) -> usize;
}

impl Counted for ArcStr {
    fn holders(&self) -> usize {
        Self::strong_count(self).unwrap_or_default()
    }
}

impl<T: ?Sized> Counted for Arc<T> {
    fn holders(&self) -> usize {
        Self::strong_count(self)
    }
}

impl<S> Clone for Interner<S> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<S> Default for Interner<S> {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Values { shared: HashSet::default(), forgets_at: FORGETS_FROM })))
    }
}

impl<S> Interner<S>
where
    S: Clone + Counted + Eq + Hash + Deref<Target: Eq + Hash> + Borrow<S::Target>,
{
    /// The shared copy of a value.
    pub(crate) fn intern<'a>(&self, value: &'a S::Target) -> S
    where
        S: From<&'a S::Target>,
    {
        let mut values = self.0.lock();
        if let Some(shared) = values.shared.get(value) {
            return shared.clone();
        }
        values.keep(value.into())
    }

    /// The shared copy of a value that is at hand.
    pub(crate) fn intern_owned(&self, value: S::Target) -> S
    where
        S: From<S::Target>,
        S::Target: Sized,
    {
        let mut values = self.0.lock();
        if let Some(shared) = values.shared.get(&value) {
            return shared.clone();
        }
        values.keep(value.into())
    }
}

impl<S: Clone + Counted + Eq + Hash> Values<S> {
    /// Adds a value to those that are shared.
    fn keep(&mut self, shared: S) -> S {
        if self.shared.len() >= self.forgets_at {
            // One holder is this set.
            self.shared.retain(|value| value.holders() > 2);
            self.forgets_at = FORGETS_FROM.max(self.shared.len() * 2);
            self.shared.shrink_to(self.forgets_at);
        }
        self.shared.insert(shared.clone());
        shared
    }
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

    #[test]
    fn what_does_not_repeat_is_forgotten() {
        let strings = Interner::<ArcStr>::default();
        let rows: Vec<_> = (0..FORGETS_FROM - 1).map(|n| strings.intern(&n.to_string())).collect();
        let pair = [strings.intern("running"), strings.intern("running")];
        // One more than there is room for.
        let one_more = strings.intern("stopped");
        assert_eq!(strings.0.lock().shared.len(), 2);
        assert!(ArcStr::ptr_eq(&strings.intern("running"), &pair[0]));
        assert!(ArcStr::ptr_eq(&strings.intern("stopped"), &one_more));
        assert_eq!(&*rows[0], "0");
    }

    #[test]
    fn values_that_repeat_stay_however_many_they_are() {
        let strings = Interner::<ArcStr>::default();
        let text = |n: usize| format!("host-{n}");
        let rows: Vec<_> = (0..FORGETS_FROM * 3)
            .flat_map(|n| [strings.intern(&text(n)), strings.intern(&text(n))])
            .collect();
        assert!(
            rows.chunks(2).enumerate().all(|(n, pair)| ArcStr::ptr_eq(&strings.intern(&text(n)), &pair[0]))
        );
    }
}
