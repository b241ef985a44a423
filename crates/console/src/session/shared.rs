//! The screen that the handle and the task of a session share, and the status that is read beside it.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use parking_lot::{Mutex, MutexGuard};
use tokio::sync::Notify;

use crate::recording::Recorder;
use crate::{Encoding, InputModes, SessionState, Size, Wake};
use qdeck_terminal::Emulator;

/// Bytes fed between two readings of the clock. A reader of the screen waits no longer than for these.
const FEED_SLICE_BYTES: usize = 4 * 1024;
/// Time fed without a pause, but for the last slice: what is typed waits no longer for its way to the wire.
pub(super) const MAX_FEED_TIME: Duration = Duration::from_millis(2);
/// Time that the feeder waits for a reader of the screen.
const READER_TIMEOUT: Duration = Duration::from_millis(5);

/// The part that the screen's lock guards. It is changed in [`SharedScreen::with`].
pub(super) struct Screen {
    pub emulator: Emulator,
    /// The recording under way.
    pub recorder: Option<Recorder>,
}

impl Screen {
    /// Records another connection, or the end of one: what the emulator shows for it, and a marker.
    pub fn record_seam(&mut self, label: &str) {
        if let Some(recorder) = &mut self.recorder {
            recorder.mark(label);
            recorder.redraw(&mut self.emulator);
        }
    }
}

/// What is read most, kept beside the screen so that no answer waits for output that is being fed.
pub(super) struct Status {
    pub state: SessionState,
    pub transport_takes_input: bool,
    /// Something was sent since the connection began.
    pub was_typed_into: bool,
    /// The character for which the last input was not sent.
    pub refused: Option<char>,
    /// The bell rang since it was taken.
    pub bell: bool,
    // Copies of the emulator's.
    pub title: Option<String>,
    pub modes: InputModes,
    pub encoding: Encoding,
    pub history_bytes: usize,
}

impl Status {
    pub fn takes_input(&self) -> bool {
        self.transport_takes_input && self.state == SessionState::Live
    }

    fn update(&mut self, emulator: &mut Emulator) {
        self.bell |= emulator.take_bell();
        if self.title.as_deref() != emulator.title() {
            self.title = emulator.title().map(str::to_owned);
        }
        self.modes = emulator.input_modes();
        self.encoding = emulator.encoding();
        self.history_bytes = emulator.history_bytes();
    }
}

/// What came of one feed.
pub(super) struct Fed {
    /// The replies that the remote side waits for.
    pub replies: Vec<u8>,
    /// When the synchronised update that holds the frame must be ended; `None` where none does.
    pub hold_deadline: Option<Instant>,
}

/// The shared screen, with its "changed" mark. A thread that has the status never waits for the screen.
pub(super) struct SharedScreen {
    screen: Mutex<Screen>,
    status: Mutex<Status>,
    pub dirty: AtomicBool,
    /// Something was fed since the mark was taken.
    pub output: AtomicBool,
    wake: Wake,
    /// Readers that wait for the screen or have it. A mutex is not fair: the feeder would take it again and again.
    readers: AtomicUsize,
    reader_done: Notify,
}

impl SharedScreen {
    pub fn new(size: Size, wake: Wake) -> Self {
        let emulator = Emulator::new(size);
        Self {
            status: Mutex::new(Status {
                state: SessionState::Connecting,
                transport_takes_input: true,
                was_typed_into: false,
                refused: None,
                bell: false,
                title: None,
                modes: emulator.input_modes(),
                encoding: emulator.encoding(),
                history_bytes: emulator.history_bytes(),
            }),
            screen: Mutex::new(Screen { emulator, recorder: None }),
            dirty: AtomicBool::new(false),
            output: AtomicBool::new(false),
            wake,
            readers: AtomicUsize::new(0),
            reader_done: Notify::new(),
        }
    }

    /// The status, to be read or set at once.
    pub fn status(&self) -> MutexGuard<'_, Status> {
        self.status.lock()
    }

    /// Runs a short piece of work on the screen, and brings the status up to date. A feed under way gives way to it.
    pub fn with<T>(&self, work: impl FnOnce(&mut Screen) -> T) -> T {
        self.readers.fetch_add(1, Ordering::AcqRel);
        let result = {
            let mut screen = self.screen.lock();
            let result = work(&mut screen);
            self.status().update(&mut screen.emulator);
            result
        };
        self.readers.fetch_sub(1, Ordering::AcqRel);
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
        self.with(|screen| {
            screen.emulator.end_hold();
            screen.emulator.set_prompts_redrawn(false);
            let mut status = self.status();
            if status.state == SessionState::Live && state.is_down() {
                screen.record_seam("connection ended");
            }
            status.state = state;
        });
        self.mark_dirty();
    }

    /// Feeds `bytes` and then what `next` returns, until that is all. What is left when the time is up, or when a reader
    /// waits, stays in `bytes`, but a first slice is always fed.
    pub fn feed(&self, bytes: &mut Bytes, until: Instant, mut next: impl FnMut() -> Option<Bytes>) -> Fed {
        let mut screen = self.screen.lock();
        self.output.store(true, Ordering::Release);
        loop {
            let slice = bytes.split_to(bytes.len().min(FEED_SLICE_BYTES));
            let Screen { emulator, recorder } = &mut *screen;
            emulator.feed(&slice);
            if let Some(recorder) = recorder {
                recorder.output(&slice, emulator);
            }
            if bytes.is_empty() {
                let Some(more) = next() else { break };
                *bytes = more;
            }
            if self.readers.load(Ordering::Acquire) > 0 || Instant::now() >= until {
                break;
            }
        }
        self.status().update(&mut screen.emulator);
        Fed { replies: screen.emulator.take_replies(), hold_deadline: screen.emulator.hold_deadline() }
    }

    /// Lets waiting readers have the screen, and the wire be written to.
    pub async fn yield_to_readers(&self) {
        tokio::task::yield_now().await;
        if self.readers.load(Ordering::Acquire) > 0 {
            // A timeout only means that the reader was done before this wait began.
            let _ = tokio::time::timeout(READER_TIMEOUT, self.reader_done.notified()).await;
        }
    }
}
