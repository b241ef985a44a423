//! The operations and resources that the writes of the journal are known to have made: a search for those of another
//! write passes them by.

use std::collections::HashSet;

use parking_lot::Mutex;

use qdeck_model::ResourceId;

/// The set of them, filled as they become known.
#[derive(Default)]
pub(super) struct KnownResults {
    ids: Mutex<HashSet<ResourceId>>,
}

impl KnownResults {
    pub(super) fn add(&self, id: ResourceId) {
        self.ids.lock().insert(id);
    }

    pub(super) fn contains(&self, id: &ResourceId) -> bool {
        self.ids.lock().contains(id)
    }
}
