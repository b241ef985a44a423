//! The engine behind every face: a fleet, the jobs that change it, and the processes that make it real.
//!
//! It speaks in its own words and plain indices; ids, field names and error codes belong to the faces.

pub mod events;
pub mod fleet;
pub mod plan;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use tokio::sync::broadcast;

use events::Event;
use fleet::Fleet;

/// A handle to the engine; clones share it.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

struct Inner {
    fleet: Mutex<Fleet>,
    events: broadcast::Sender<Event>,
}

impl Engine {
    /// Grows the fleet. No process starts yet.
    ///
    /// # Errors
    /// A sentence, when the embedded plan cannot be read.
    pub fn new(instances: Option<usize>) -> Result<Self, String> {
        let fleet = plan::grow(instances, Timestamp::now())?;
        Ok(Self {
            inner: Arc::new(Inner {
                fleet: Mutex::new(fleet),
                // A listener that falls 1,024 changes behind is told that it missed some.
                events: broadcast::channel(1024).0,
            }),
        })
    }

    /// Looks at the fleet. The closure must be short: everybody waits for it.
    pub fn read<T>(&self, look: impl FnOnce(&Fleet) -> T) -> T {
        look(&self.lock())
    }

    /// Changes the fleet and tells the listeners what the closure says has changed.
    pub fn write<T>(&self, change: impl FnOnce(&mut Fleet, &mut Vec<Event>) -> T) -> T {
        let mut told = Vec::new();
        let answer = change(&mut self.lock(), &mut told);
        for event in told {
            // No listener is no error.
            let _ = self.inner.events.send(event);
        }
        answer
    }

    /// What changes from now on.
    pub fn events(&self) -> broadcast::Receiver<Event> {
        self.inner.events.subscribe()
    }

    fn lock(&self) -> MutexGuard<'_, Fleet> {
        self.inner.fleet.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
