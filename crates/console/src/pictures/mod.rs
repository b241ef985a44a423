//! Pictures of sessions, images and cells alike, computed on a thread of their own: neither the screen nor the session waits
//! for them.
//!
//! ```text
//!  frame ── request ──▶ worker: snapshot of what has changed (the session's lock, shortly) ─▶ scale, compress
//!    ▲                                                                                         │
//!    └──────────────────────────── wake, finished pictures ◀───────────────────────────────────┘
//! ```
//!
//! Of each picture one request is on its way at most, and the next one is made when a frame has taken what is finished: a
//! terminal or a worker that is slow gets fewer of them, each of the newest state, and never an older one after a newer.
//!
//! A panic while a picture is computed ends that picture and no other: the failure is reported to its source, and it is not
//! computed again.

mod cells;
mod images;
#[cfg(test)]
mod tests;
mod worker;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use parking_lot::Mutex;
use qdeck_vnc::Region;
use qdeck_vnc::draw::{Snapshot, Source};

use crate::Wake;
pub use cells::{CellRequest, SessionCells};
pub use images::SessionImages;
pub use worker::PictureWorker;
use worker::Refused;

/// Pixels that are copied under one lock, about: a millisecond of a screen of 1920x1080.
const MAX_COPIED_PIXELS: usize = 2 << 20;
/// Times that the session is locked for one request, at most: twice what the largest screen takes. One that changes faster
/// than it is copied is drawn as far as it was; the change that follows brings the rest.
const MAX_LOCKS: usize = 64;

/// Pixels of a session.
pub trait PictureSource: Send + Sync {
    /// The same number for the same session, and another one for each other as long as this one lives.
    fn key(&self) -> usize;

    /// Reads the pixels, under a lock.
    fn read(&self, read: &mut dyn FnMut(Source<'_>));

    /// Takes note that the picture that was requested of it has failed and does not come any more.
    fn fail(&self) {}
}

/// Computes one kind of pictures, with what it keeps from one to the next.
pub trait Render: Default + Send + 'static {
    /// What is asked for.
    type Request: Send + 'static;
    /// What is finished.
    type Rendered: Send + 'static;

    /// Computes what has changed since the last call.
    fn render(&mut self, source: &dyn PictureSource, request: &Self::Request) -> Self::Rendered;

    /// Returns true if another frame is to be drawn for it.
    fn is_news(rendered: &Self::Rendered) -> bool;
}

/// One picture that is computed beside the screen.
pub struct Beside<R: Render> {
    state: Arc<Mutex<State<R>>>,
}

struct State<R: Render> {
    step: Step<R::Rendered>,
    /// Something may have changed since the request that is on its way.
    is_wanted_again: bool,
    work: R,
}

enum Step<T> {
    Idle,
    Requested,
    Done(T),
    Failed,
}

impl<R: Render> Default for Beside<R> {
    fn default() -> Self {
        let state = State { step: Step::Idle, is_wanted_again: false, work: R::default() };
        Self { state: Arc::new(Mutex::new(state)) }
    }
}

impl<R: Render> Beside<R> {
    /// Takes what is finished.
    pub fn take(&self) -> Option<R::Rendered> {
        let mut state = self.state.lock();
        match std::mem::replace(&mut state.step, Step::Idle) {
            Step::Done(rendered) => Some(rendered),
            other => {
                state.step = other;
                None
            }
        }
    }

    /// Requests what has changed, if nothing is on its way and what is finished was taken; else the worker wakes the screen
    /// when it can be requested. `request` is called if it is. A picture that has failed is not requested any more.
    pub fn request(
        &self,
        worker: &PictureWorker,
        source: &Arc<dyn PictureSource>,
        request: impl FnOnce() -> Option<R::Request>,
    ) {
        let mut state = self.state.lock();
        match state.step {
            Step::Idle => {}
            Step::Requested | Step::Done(_) => {
                state.is_wanted_again = true;
                return;
            }
            Step::Failed => return,
        }
        let Some(request) = request() else { return };
        let (own, read, wake) = (Arc::clone(&self.state), Arc::clone(source), worker.wake());
        state.is_wanted_again = false;
        match worker.send(Box::new(move || run(&own, read.as_ref(), &request, &wake))) {
            Ok(()) => state.step = Step::Requested,
            // The next frame asks again.
            Err(Refused::Full) => {}
            Err(Refused::NoThread) => {
                state.step = Step::Failed;
                source.fail();
            }
        }
    }
}

/// Computes a picture on the worker's thread.
fn run<R: Render>(state: &Mutex<State<R>>, source: &dyn PictureSource, request: &R::Request, wake: &Wake) {
    let mut work = std::mem::take(&mut state.lock().work);
    // What is kept goes with a panic: it may be neither what it was nor what it was to become.
    let rendered = catch_unwind(AssertUnwindSafe(|| {
        let rendered = work.render(source, request);
        (work, rendered)
    }));
    let is_news = if let Ok((work, rendered)) = rendered {
        let mut state = state.lock();
        state.work = work;
        let is_news = R::is_news(&rendered) || state.is_wanted_again;
        state.step = Step::Done(rendered);
        is_news
    } else {
        // The panic hook has reported it.
        state.lock().step = Step::Failed;
        source.fail();
        true
    };
    if is_news {
        wake();
    }
}

/// Brings a copy of the pixels of a region up to date, under locks that are short.
fn copy(snapshot: &mut Snapshot, source: &dyn PictureSource, region: Region) {
    for _ in 0..MAX_LOCKS {
        // Without a screen there is nothing to copy.
        let mut is_whole = true;
        source.read(&mut |source| is_whole = snapshot.take(source, region, MAX_COPIED_PIXELS));
        if is_whole {
            break;
        }
    }
}
