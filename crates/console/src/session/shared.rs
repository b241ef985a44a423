//! The screen that the handle and the task of a session share.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use parking_lot::{Mutex, MutexGuard};
use tokio::sync::Notify;

use crate::recording::Recorder;
use crate::{SessionState, Size, Wake};
use qdeck_terminal::Emulator;

/// Bytes fed between two readings of the clock.
const FEED_SLICE_BYTES: usize = 4 * 1024;
/// Bytes fed under one lock at most.
const FEED_BATCH_BYTES: usize = 64 * 1024;
/// Time under one lock at most, but for the last slice: a frame and a key press wait no longer.
const MAX_LOCK_TIME: Duration = Duration::from_millis(3);
/// Time that the feeder waits for a reader of the screen that is waiting for the lock.
const READER_TIMEOUT: Duration = Duration::from_millis(5);

/// The part that the lock guards.
pub(super) struct Screen {
    pub emulator: Emulator,
    pub state: SessionState,
    pub transport_takes_input: bool,
    /// The recording under way.
    pub recorder: Option<Recorder>,
    /// Something was sent since the connection began.
    pub was_typed_into: bool,
    /// The character for which the last input was not sent.
    pub refused: Option<char>,
}

impl Screen {
    /// Records another connection, or the end of one: what the emulator shows for it, and a marker.
    pub fn record_seam(&mut self, label: &str) {
        if let Some(recorder) = &mut self.recorder {
            recorder.mark(label);
            recorder.redraw(&mut self.emulator);
        }
    }

    pub fn takes_input(&self) -> bool {
        self.transport_takes_input && self.state == SessionState::Live
    }
}

/// The shared screen, with its "changed" mark.
pub(super) struct SharedScreen {
    screen: Mutex<Screen>,
    pub dirty: AtomicBool,
    /// Something was fed since the mark was taken.
    pub output: AtomicBool,
    wake: Wake,
    /// Readers that wait for the lock. A mutex is not fair: the feeder would take it again and again under a flood.
    waiting_readers: AtomicUsize,
    reader_done: Notify,
}

impl SharedScreen {
    pub fn new(size: Size, wake: Wake) -> Self {
        Self {
            screen: Mutex::new(Screen {
                emulator: Emulator::new(size),
                state: SessionState::Connecting,
                transport_takes_input: true,
                recorder: None,
                was_typed_into: false,
                refused: None,
            }),
            dirty: AtomicBool::new(false),
            output: AtomicBool::new(false),
            wake,
            waiting_readers: AtomicUsize::new(0),
            reader_done: Notify::new(),
        }
    }

    /// Locks the screen for the task itself.
    pub fn lock(&self) -> MutexGuard<'_, Screen> {
        self.screen.lock()
    }

    /// Runs a short piece of work on the screen from outside the task; the feeder gives way to it.
    pub fn with<T>(&self, work: impl FnOnce(&mut Screen) -> T) -> T {
        self.waiting_readers.fetch_add(1, Ordering::AcqRel);
        let result = work(&mut self.lock());
        self.waiting_readers.fetch_sub(1, Ordering::AcqRel);
        self.reader_done.notify_one();
        result
    }

    /// Sets the "changed" mark, and wakes the screen if it had taken the last one.
    pub fn mark_dirty(&self) {
        if !self.dirty.swap(true, Ordering::AcqRel) {
            (self.wake)();
        }
    }

    /// Changes the state.
    pub fn enter(&self, state: SessionState) {
        {
            let mut screen = self.lock();
            screen.emulator.end_hold();
            screen.emulator.set_prompts_redrawn(false);
            if screen.state == SessionState::Live && state.is_down() {
                screen.record_seam("connection ended");
            }
            screen.state = state;
        }
        self.mark_dirty();
    }

    /// Feeds one batch under one lock. Returns the replies that the remote side waits for, and whether a synchronised
    /// update holds the picture.
    pub fn feed(&self, bytes: &mut Bytes) -> (Vec<u8>, bool) {
        let mut screen = self.lock();
        let start = Instant::now();
        let mut fed = 0;
        self.output.store(true, Ordering::Release);
        while !bytes.is_empty() && fed < FEED_BATCH_BYTES && start.elapsed() < MAX_LOCK_TIME {
            let slice = bytes.split_to(bytes.len().min(FEED_SLICE_BYTES));
            fed += slice.len();
            let Screen { emulator, recorder, .. } = &mut *screen;
            emulator.feed(&slice);
            if let Some(recorder) = recorder {
                recorder.output(&slice, emulator);
            }
        }
        (screen.emulator.take_replies(), screen.emulator.hold_deadline().is_some())
    }

    /// Lets waiting readers have the screen, and the wire be written to.
    pub async fn yield_to_readers(&self) {
        tokio::task::yield_now().await;
        if self.waiting_readers.load(Ordering::Acquire) > 0 {
            // A timeout only means that the reader was done before this wait began.
            let _ = tokio::time::timeout(READER_TIMEOUT, self.reader_done.notified()).await;
        }
    }
}
