//! The resources that are being changed.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};
use tokio::time::Instant;

use qdeck_model::{PreparedWrite, Problem, ProblemKind, ResourceId};

/// The time for which a resource is marked as busy without any news of what is being done to it. A mark that nothing ends must
/// not block the resource for ever.
pub(crate) const BUSY_LIFE: Duration = Duration::from_secs(15 * 60);

/// The marks, each with its end.
#[derive(Default)]
pub(super) struct BusyTargets {
    marks: Mutex<HashMap<ResourceId, (&'static str, Instant)>>,
}

impl BusyTargets {
    /// Marks the target of a write.
    ///
    /// # Errors
    /// When something is being done to it already.
    pub(super) fn claim(&self, write: &PreparedWrite) -> Result<(), Problem> {
        if write.preview.creates.is_some() || write.target.is_context() {
            // Nothing is done to the target.
            return Ok(());
        }
        let mut marks = self.lock();
        let now = Instant::now();
        if let Some((progress, until)) = marks.get(&write.target.id)
            && *until > now
        {
            let message = format!("{} is {progress}: nothing was sent", write.target.name);
            return Err(Problem::new(ProblemKind::Refused, message).hint("Wait until that has ended"));
        }
        marks.insert(write.target.id.clone(), (write.action.progress, now + BUSY_LIFE));
        Ok(())
    }

    /// Keeps a mark for another while: there was news.
    pub(super) fn renew(&self, id: &ResourceId) {
        if let Some((_, until)) = self.lock().get_mut(id) {
            *until = Instant::now() + BUSY_LIFE;
        }
    }

    /// Removes a mark.
    pub(super) fn release(&self, id: &ResourceId) {
        self.lock().remove(id);
    }

    /// The work on a resource: `stopping`.
    pub(super) fn progress_of(&self, id: &ResourceId) -> Option<&'static str> {
        let marks = self.lock();
        marks.get(id).filter(|(_, until)| *until > Instant::now()).map(|(progress, _)| *progress)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ResourceId, (&'static str, Instant)>> {
        self.marks.lock()
    }
}

/// Releases a target when it is dropped.
pub(super) struct Mark {
    targets: Arc<BusyTargets>,
    id: ResourceId,
}

impl Mark {
    pub(super) const fn new(targets: Arc<BusyTargets>, id: ResourceId) -> Self {
        Self { targets, id }
    }
}

impl Drop for Mark {
    fn drop(&mut self) {
        self.targets.release(&self.id);
    }
}
