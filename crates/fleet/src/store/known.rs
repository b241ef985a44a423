//! The places of the rows of pages that were sent: a page that comes again, the same allocation, is not looked up row by row.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use qdeck_providers::PageRows;

/// The pages of the latest listing of each context.
#[derive(Default)]
pub(super) struct KnownPages {
    /// By address, which is of no other page while this one is held.
    by_address: HashMap<usize, KnownPage, RandomState>,
}

struct KnownPage {
    /// Holds the allocation.
    _rows: PageRows,
    /// The index of the slot of each row.
    places: Vec<u32>,
    context: usize,
    generation: u32,
}

impl KnownPages {
    /// Takes the places of the rows of a page out, if it is known.
    pub(super) fn take(&mut self, context: usize, rows: &PageRows) -> Option<Vec<u32>> {
        let page = self.by_address.remove(&address(rows))?;
        (page.context == context && page.places.len() == rows.len()).then_some(page.places)
    }

    /// Keeps the places of the rows of a page.
    pub(super) fn keep(&mut self, context: usize, generation: u32, rows: &PageRows, places: Vec<u32>) {
        if !rows.is_empty() {
            let page = KnownPage { _rows: rows.clone(), places, context, generation };
            self.by_address.insert(address(rows), page);
        }
    }

    /// Forgets the pages of a context that were not in this generation of its listing.
    pub(super) fn retain(&mut self, context: usize, generation: u32) {
        self.by_address.retain(|_, page| page.context != context || page.generation == generation);
    }

    /// Forgets every page: slots have moved.
    pub(super) fn clear(&mut self) {
        self.by_address.clear();
    }
}

fn address(rows: &PageRows) -> usize {
    rows.as_ptr().addr()
}
