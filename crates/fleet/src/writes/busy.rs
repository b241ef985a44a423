//! The resources that are being changed.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};
use tokio::time::Instant;

use qdeck_model::{PreparedWrite, Problem, ProblemKind, ResourceId, WriteId};

/// The time for which a resource is marked as busy without any news of what is being done to it. A mark that nothing ends must
/// not block the resource for ever.
pub(crate) const BUSY_LIFE: Duration = Duration::from_secs(15 * 60);

/// What is being done to a resource, and until when that counts without news.
struct Work {
    write: WriteId,
    progress: &'static str,
    until: Instant,
}

/// The marks. Each is of one write, and only that one keeps or removes it.
#[derive(Default)]
pub(super) struct BusyTargets {
    marks: Mutex<HashMap<ResourceId, Work>>,
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
        if let Some(work) = marks.get(&write.target.id)
            && work.until > now
        {
            let message = format!("{} is {}: nothing was sent", write.target.name, work.progress);
            return Err(Problem::new(ProblemKind::Refused, message).hint("Wait until that has ended"));
        }
        let work = Work { write: write.id.clone(), progress: write.action.progress, until: now + BUSY_LIFE };
        marks.insert(write.target.id.clone(), work);
        Ok(())
    }

    /// Keeps the mark of a write for another while: there was news.
    pub(super) fn renew(&self, write: &PreparedWrite) {
        if let Some(work) = self.lock().get_mut(&write.target.id).filter(|work| work.write == write.id) {
            work.until = Instant::now() + BUSY_LIFE;
        }
    }

    /// Removes the mark of a write.
    pub(super) fn release(&self, target: &ResourceId, write: &WriteId) {
        let mut marks = self.lock();
        if marks.get(target).is_some_and(|work| work.write == *write) {
            marks.remove(target);
        }
    }

    /// The work on a resource: `stopping`.
    pub(super) fn progress_of(&self, id: &ResourceId) -> Option<&'static str> {
        let marks = self.lock();
        marks.get(id).filter(|work| work.until > Instant::now()).map(|work| work.progress)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ResourceId, Work>> {
        self.marks.lock()
    }
}

/// Removes the mark of a write when it is dropped, if that has one.
pub(super) struct Mark {
    targets: Arc<BusyTargets>,
    target: ResourceId,
    write: WriteId,
}

impl Mark {
    pub(super) fn new(targets: Arc<BusyTargets>, write: &PreparedWrite) -> Self {
        Self { targets, target: write.target.id.clone(), write: write.id.clone() }
    }
}

impl Drop for Mark {
    fn drop(&mut self) {
        self.targets.release(&self.target, &self.write);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::tests::write;

    #[test]
    fn a_mark_is_removed_and_kept_by_its_own_write_alone() {
        let (targets, first, other) = (Arc::<BusyTargets>::default(), write("w1"), write("w2"));
        let target = &first.target.id;
        targets.claim(&first).unwrap();
        assert!(targets.claim(&other).is_err());
        drop(Mark::new(targets.clone(), &other));
        targets.release(target, &other.id);
        assert_eq!(targets.progress_of(target), Some("stopping"), "another's end is not its end");
        targets.release(target, &first.id);
        targets.claim(&other).unwrap();
        drop(Mark::new(targets.clone(), &first));
        assert!(targets.progress_of(target).is_some(), "the claim made in between stays");
        drop(Mark::new(targets.clone(), &other));
        assert_eq!(targets.progress_of(target), None);
    }
}
