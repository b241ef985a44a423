//! The engine behind every face: a fleet, the jobs that change it, and the processes that make it real.
//!
//! It speaks in its own words and plain indices; ids, field names and error codes belong to the faces.

pub mod events;
pub mod fleet;
pub mod jobs;
pub mod life;
pub mod machines;
pub(crate) mod phases;
pub mod plan;
pub mod real;
pub mod reshape;
pub mod rows;
pub mod sampler;

use parking_lot::{Mutex, MutexGuard};
use std::path::PathBuf;
use std::sync::Arc;

use axum::serve::ListenerExt as _;
use jiff::Timestamp;
use tokio::sync::{Notify, broadcast};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::process::Machines;
use events::Event;
use fleet::{Account, Fleet};

/// A handle to the engine; clones share it.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

struct Inner {
    fleet: Mutex<Fleet>,
    events: broadcast::Sender<Event>,
    machines: Machines,
    /// Notified when a process starts.
    started: Notify,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Engine {
    /// Grows the fleet of these accounts, with flood containers of so many lines a second where asked. No process starts yet. `program`
    /// runs workloads, `mark` is random and names this run.
    ///
    /// # Errors
    /// A sentence, when the embedded plan cannot be read.
    pub fn new(
        instances: Option<usize>,
        flood: Option<u32>,
        accounts: &[Account],
        program: PathBuf,
        mark: String,
    ) -> Result<Self, String> {
        let now = Timestamp::now();
        let mut fleet = plan::grow(instances, accounts, now)?;
        if let Some(rate) = flood {
            plan::flood(&mut fleet, rate, now)?;
        }
        Ok(Self {
            inner: Arc::new(Inner {
                fleet: Mutex::new(fleet),
                // A listener that falls 1,024 changes behind is notified that it missed some.
                events: broadcast::channel(1024).0,
                machines: Machines::new(program, mark),
                started: Notify::new(),
                stop: CancellationToken::new(),
                tasks: TaskTracker::new(),
            }),
        })
    }

    /// Reads the fleet. The closure must be short: every other request waits for it.
    pub fn read<T>(&self, look: impl FnOnce(&Fleet) -> T) -> T {
        look(&self.lock())
    }

    /// Changes the fleet and sends the events that the closure returns to the listeners.
    pub fn write<T>(&self, change: impl FnOnce(&mut Fleet, &mut Vec<Event>) -> T) -> T {
        let mut events = Vec::new();
        let answer = change(&mut self.lock(), &mut events);
        for event in events {
            // No listener is no error.
            let _ = self.inner.events.send(event);
        }
        answer
    }

    /// Subscribes to the changes from now on.
    pub fn events(&self) -> broadcast::Receiver<Event> {
        self.inner.events.subscribe()
    }

    /// Cancelled when the cloud ends: long answers such as streams end with it.
    pub fn stopped(&self) -> &CancellationToken {
        &self.inner.stop
    }

    /// Serves requests until the engine ends.
    pub fn serve(&self, listener: tokio::net::TcpListener, app: axum::Router) {
        // Keys echo one by one: nothing may wait for a fuller packet. A socket that refuses is merely slower.
        let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
        let stop = self.inner.stop.clone();
        // As a make-service the routes are built once; as a router they are built again for every connection.
        // Not cancelled but asked to end: connections that were kept open end with it.
        self.inner.tasks.spawn(async move {
            let served = axum::serve(listener, app.into_make_service())
                .with_graceful_shutdown(stop.cancelled_owned())
                .await;
            if let Err(error) = served {
                tracing::error!(%error, "the demo cloud stopped serving");
            }
        });
    }

    /// Ends every task and every process, and waits for the processes at most two seconds.
    pub fn end(&self) {
        self.inner.stop.cancel();
        self.inner.tasks.close();
        self.inner.machines.end();
    }

    /// Runs a task that ends with the engine.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let stop = self.inner.stop.clone();
        self.inner.tasks.spawn(async move {
            stop.run_until_cancelled(task).await;
        });
    }

    fn lock(&self) -> MutexGuard<'_, Fleet> {
        self.inner.fleet.lock()
    }
}
