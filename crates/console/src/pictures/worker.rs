//! The thread that computes pictures.

use std::sync::Arc;
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};

use parking_lot::Mutex;

use crate::Wake;

/// Requests that may wait: more than a terminal shows pictures, each of which has one at most.
const MAX_WAITING: usize = 1024;

/// A handle on the thread that computes pictures. It starts with the first request, and ends when all handles are dropped and
/// its last request is done.
#[derive(Clone)]
pub struct PictureWorker {
    wake: Wake,
    jobs: Arc<Mutex<Option<SyncSender<Job>>>>,
}

/// Something to be done, which does not panic.
pub(super) type Job = Box<dyn FnOnce() + Send>;

/// The reason why nothing was requested.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// Too much is waiting.
    Full,
    /// The system refuses a thread.
    NoThread,
}

impl PictureWorker {
    /// A worker whose thread has not started. `wake` is called when pictures are finished, or a request that was turned down
    /// can be made again.
    pub fn new(wake: Wake) -> Self {
        Self { wake, jobs: Arc::default() }
    }

    pub(super) fn wake(&self) -> Wake {
        Arc::clone(&self.wake)
    }

    /// Hands something to the thread.
    pub(super) fn send(&self, job: Job) -> Result<(), Refused> {
        let mut jobs = self.jobs.lock();
        if jobs.is_none() {
            let (sender, waiting) = sync_channel::<Job>(MAX_WAITING);
            let run = move || {
                while let Ok(job) = waiting.recv() {
                    job();
                }
            };
            std::thread::Builder::new()
                .name("pictures".to_owned())
                .spawn(run)
                .map_err(|_| Refused::NoThread)?;
            *jobs = Some(sender);
        }
        let Some(sender) = &*jobs else { return Err(Refused::NoThread) };
        sender.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => Refused::Full,
            TrySendError::Disconnected(_) => Refused::NoThread,
        })
    }
}

impl Default for PictureWorker {
    /// A worker that wakes no screen.
    fn default() -> Self {
        Self::new(Arc::new(|| {}))
    }
}
