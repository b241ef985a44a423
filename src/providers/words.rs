//! Words that repeat from row to row, kept once.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

/// More different words than this are no longer shared: they do not repeat then.
const MOST: usize = 20_000;

/// A set of shared words: states, locations, hosts, images. Cheap to clone.
#[derive(Clone, Default)]
pub(super) struct Words(Arc<Mutex<HashSet<Arc<str>>>>);

impl Words {
    /// The one copy of this word.
    pub(super) fn share(&self, word: &str) -> Arc<str> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(word) = known.get(word) {
            return word.clone();
        }
        let word: Arc<str> = word.into();
        if known.len() < MOST {
            known.insert(word.clone());
        }
        word
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
