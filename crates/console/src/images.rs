//! Images of sessions for terminals with a graphics protocol, computed on a thread of their own: neither the screen nor the
//! session waits for them.
//!
//! ```text
//!  frame ── request ──▶ worker: snapshot of what has changed (the session's lock, shortly) ─▶ scale, compress
//!    ▲                                                                                         │
//!    └────────────────────────────── wake, finished images ◀───────────────────────────────────┘
//! ```
//!
//! Of each picture one request is on its way at most, and the next one is made when a frame has taken its images: a terminal
//! or a worker that is slow gets fewer of them, each of the newest state, and never an older one after a newer.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use qdeck_vnc::draw::{ImageRenderer, ImageRequest, RenderedImages, Snapshot, Source};

use crate::Wake;

/// Requests of different pictures that may wait: as many as a terminal shows pictures.
pub const MAX_PICTURES: u8 = 64;
/// Pixels that are copied under one lock, about: a millisecond of a screen of 1920x1080.
const MAX_COPIED_PIXELS: usize = 2 << 20;
/// Times that the session is locked for one request, at most: twice what the largest screen takes. One that changes faster
/// than it is copied is drawn as far as it was; the change that follows brings the rest.
const MAX_LOCKS: usize = 64;
/// Time after which what is finished is shown, and the rest computed from a newer state.
const MAX_RENDER_TIME: Duration = Duration::from_millis(10);
/// Bytes of finished images at which the same is done.
const MAX_IMAGE_BYTES: usize = 4 << 20;

/// Pixels of a session.
pub trait PictureSource: Send + Sync {
    /// The same number for the same session, and another one for each other as long as this one lives.
    fn key(&self) -> usize;

    /// Reads the pixels, under a lock.
    fn read(&self, read: &mut dyn FnMut(Source<'_>));
}

/// The thread that computes images. It ends when this is dropped and its last request is done.
pub struct ImageWorker {
    requests: SyncSender<Job>,
}

struct Job {
    images: Arc<Mutex<State>>,
    source: Arc<dyn PictureSource>,
    request: ImageRequest,
}

impl ImageWorker {
    /// Starts the thread. `wake` is called when images are finished, or a request that was turned down can be made again.
    ///
    /// # Errors
    /// The system refuses a thread.
    pub fn start(wake: Wake) -> io::Result<Self> {
        let (requests, jobs) = sync_channel(MAX_PICTURES.into());
        std::thread::Builder::new().name("images".to_owned()).spawn(move || run(&jobs, &wake))?;
        Ok(Self { requests })
    }
}

fn run(jobs: &Receiver<Job>, wake: &Wake) {
    while let Ok(Job { images, source, request }) = jobs.recv() {
        let mut work = std::mem::take(&mut images.lock().work);
        let rendered = work.render(source.as_ref(), &request);
        let is_news = {
            let mut state = images.lock();
            state.work = work;
            let is_news = !rendered.is_empty() || !rendered.is_complete() || state.is_wanted_again;
            state.step = Step::Done(rendered);
            is_news
        };
        if is_news {
            wake();
        }
    }
}

/// The images of one picture.
#[derive(Default)]
pub struct SessionImages {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    step: Step,
    /// Something may have changed since the request that is on its way.
    is_wanted_again: bool,
    work: Work,
}

#[derive(Default)]
enum Step {
    #[default]
    Idle,
    Requested,
    Done(RenderedImages),
}

impl SessionImages {
    /// Takes images that are finished.
    pub fn take(&self) -> Option<RenderedImages> {
        let mut state = self.state.lock();
        match std::mem::take(&mut state.step) {
            Step::Done(rendered) => Some(rendered),
            other => {
                state.step = other;
                None
            }
        }
    }

    /// Requests images, if none are on their way and those that are finished were taken; else the worker wakes the screen
    /// when they can be requested. `request` is called if they are.
    pub fn request(
        &self,
        worker: &ImageWorker,
        source: &Arc<dyn PictureSource>,
        request: impl FnOnce() -> Option<ImageRequest>,
    ) {
        let mut state = self.state.lock();
        if !matches!(state.step, Step::Idle) {
            state.is_wanted_again = true;
            return;
        }
        let Some(request) = request() else { return };
        let job = Job { images: Arc::clone(&self.state), source: Arc::clone(source), request };
        state.is_wanted_again = false;
        // It is refused only when the thread has failed, which the screen reports: there is room for one of each picture.
        if worker.requests.try_send(job).is_ok() {
            state.step = Step::Requested;
        }
    }
}

/// What computing one picture needs again and again.
#[derive(Default)]
struct Work {
    snapshot: Snapshot,
    renderer: ImageRenderer,
}

impl Work {
    fn render(&mut self, source: &dyn PictureSource, request: &ImageRequest) -> RenderedImages {
        for _ in 0..MAX_LOCKS {
            // Without a screen there is nothing to copy.
            let mut is_whole = true;
            source.read(&mut |source| {
                is_whole = self.snapshot.take(source, request.region(), MAX_COPIED_PIXELS);
            });
            if is_whole {
                break;
            }
        }
        let start = Instant::now();
        self.renderer.render(self.snapshot.source(), request, &mut |bytes| {
            bytes >= MAX_IMAGE_BYTES || start.elapsed() >= MAX_RENDER_TIME
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use qdeck_vnc::Framebuffer;
    use qdeck_vnc::draw::{CellSize, Cells, Geometry, ImagePicture, Pan, Protocol};

    use super::*;

    struct Screen(Mutex<Framebuffer>);

    impl PictureSource for Screen {
        fn key(&self) -> usize {
            0
        }

        fn read(&self, read: &mut dyn FnMut(Source<'_>)) {
            read((&*self.0.lock()).into());
        }
    }

    #[test]
    fn one_request_is_on_its_way_and_one_that_was_turned_down_wakes_when_it_can_be_made() {
        let (sender, wakes) = channel();
        let wake: Wake = Arc::new(move || {
            let _ = sender.send(());
        });
        let woken = || wakes.recv_timeout(Duration::from_secs(30)).unwrap();
        let worker = ImageWorker::start(wake).unwrap();
        let screen = Arc::new(Screen(Mutex::new(Framebuffer::new(32, 32))));
        let source: Arc<dyn PictureSource> = Arc::clone(&screen) as _;
        let geometry = Geometry::actual((32, 32), 4, 2, CellSize::new(8, 16), Pan::default());
        let mut picture = ImagePicture::new(Protocol::Kitty, 0);
        let images = SessionImages::default();
        picture.update(&geometry, &Cells::FREE, None);

        images.request(&worker, &source, || picture.request(&Cells::FREE));
        woken();
        images.request(&worker, &source, || panic!("what is finished was not taken"));
        let pieces = picture.update(&geometry, &Cells::FREE, images.take());
        assert_eq!(pieces.len(), 1);
        assert!(images.take().is_none());

        // Nothing has changed, so that nothing wakes but the request that is turned down meanwhile.
        let locked = screen.0.lock();
        images.request(&worker, &source, || picture.request(&Cells::FREE));
        images.request(&worker, &source, || panic!("one is on its way"));
        assert!(images.take().is_none());
        drop(locked);
        woken();
        assert!(images.take().is_some_and(|rendered| rendered.is_empty() && rendered.is_complete()));
        assert!(wakes.try_recv().is_err());
    }
}
