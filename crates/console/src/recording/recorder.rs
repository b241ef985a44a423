//! A recording under way: the session's end of it, and the handle by which it is followed.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::time::{Duration, Instant};

use bytes::Bytes;
use parking_lot::{Condvar, Mutex};
use qdeck_model::Timestamp;
use qdeck_terminal::Emulator;

use super::file::{RecordingFile, Sink};
use super::format::{CastVersion, Header};
use super::redraw::redraw;
use super::writer::{self, CastWriter, Message};
use crate::{Size, Wake};

/// Events that may wait for the disk.
const MAX_QUEUED_EVENTS: usize = 4096;
/// Bytes of output that may wait for the disk. What comes while they do is not recorded; a marker reports how much.
const MAX_QUEUED_BYTES: usize = 16 * 1024 * 1024;

/// A recording, as the session feeds it. Dropping it ends the recording.
pub struct Recorder {
    messages: SyncSender<(Duration, Message)>,
    shared: Arc<Shared>,
    size: Size,
    /// Bytes of output that are not in the recording since the last that are.
    missed: usize,
}

/// A handle on a recording, which outlives its session.
#[derive(Clone)]
pub struct RecordingHandle {
    shared: Arc<Shared>,
}

/// The state of a recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordingStatus {
    /// Its length so far, without pauses.
    pub length: Duration,
    /// Nothing is recorded now.
    pub paused: bool,
    /// Bytes of output that are missing because the disk was too slow.
    pub missed_bytes: usize,
}

/// A recording that has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordingEnd {
    /// Its length, without pauses.
    pub length: Duration,
    /// Its file; `None` if it could not be made.
    pub path: Option<PathBuf>,
    /// The error that ended it.
    pub error: Option<String>,
}

/// What the session, its thread and the handles share.
pub(super) struct Shared {
    queued_bytes: AtomicUsize,
    missed_bytes: AtomicUsize,
    state: Mutex<State>,
    /// Notified when the file is open, and at the end.
    changed: Condvar,
}

struct State {
    clock: Clock,
    path: Option<PathBuf>,
    /// Set when the thread is done.
    end: Option<RecordingEnd>,
}

/// Time without pauses.
struct Clock {
    started_at: Instant,
    paused_at: Option<Instant>,
    paused_for: Duration,
}

impl Clock {
    fn elapsed(&self) -> Duration {
        let until = self.paused_at.unwrap_or_else(Instant::now);
        until.duration_since(self.started_at).saturating_sub(self.paused_for)
    }
}

impl Shared {
    /// Takes note that the thread has taken a message.
    pub fn dequeue(&self, message: &Message) {
        if let Message::Output(bytes, _) = message {
            self.queued_bytes.fetch_sub(bytes.len(), Ordering::AcqRel);
        }
    }

    fn status(&self) -> Option<RecordingStatus> {
        let state = self.state.lock();
        state.end.is_none().then(|| RecordingStatus {
            length: state.clock.elapsed(),
            paused: state.clock.paused_at.is_some(),
            missed_bytes: self.missed_bytes.load(Ordering::Acquire),
        })
    }

    fn end(&self, error: Option<&io::Error>) {
        let mut state = self.state.lock();
        state.end = Some(RecordingEnd {
            length: state.clock.elapsed(),
            path: state.path.clone(),
            error: error.map(ToString::to_string),
        });
        self.changed.notify_all();
    }
}

impl Recorder {
    /// Starts to record to a new file, which begins with the screen as it is. `wake` is called when the recording has
    /// ended, for whatever reason. The file is made and written by a thread of its own.
    ///
    /// # Errors
    /// The system refuses a thread.
    pub fn start(
        file: RecordingFile,
        version: CastVersion,
        title: &str,
        emulator: &mut Emulator,
        wake: Wake,
    ) -> io::Result<(Self, RecordingHandle)> {
        let open = move || file.create().map(|(file, path)| (Box::new(file) as Box<dyn Sink>, path));
        Self::start_on(Box::new(open), version, title, emulator, wake)
    }

    pub(super) fn start_on(
        open: Open,
        version: CastVersion,
        title: &str,
        emulator: &mut Emulator,
        wake: Wake,
    ) -> io::Result<(Self, RecordingHandle)> {
        let clock = Clock { started_at: Instant::now(), paused_at: None, paused_for: Duration::ZERO };
        let shared = Arc::new(Shared {
            queued_bytes: AtomicUsize::new(0),
            missed_bytes: AtomicUsize::new(0),
            state: Mutex::new(State { clock, path: None, end: None }),
            changed: Condvar::new(),
        });
        let size = emulator.size();
        let header = Header {
            version,
            size,
            timestamp: Some(Timestamp::now().as_millis().div_euclid(1000)),
            title: Some(qdeck_model::redact(title).into_owned()),
            idle_limit: None,
        };
        let (messages, queue) = sync_channel(MAX_QUEUED_EVENTS);
        let writing = Arc::clone(&shared);
        std::thread::Builder::new().name("recording".to_owned()).spawn(move || {
            let result = write(open, &header, &queue, &writing);
            // The session's end is closed before the end is reported.
            drop(queue);
            writing.end(result.err().as_ref());
            wake();
        })?;
        let mut recorder = Self { messages, shared: Arc::clone(&shared), size, missed: 0 };
        recorder.redraw(emulator);
        Ok((recorder, RecordingHandle { shared }))
    }

    /// Records output, which the emulator has been fed.
    pub fn output(&mut self, bytes: &Bytes, emulator: &mut Emulator) {
        if self.is_paused() || bytes.is_empty() {
            return;
        }
        let queued = self.shared.queued_bytes.load(Ordering::Acquire);
        // Once something is missing there must be some air before it goes on.
        let limit = if self.missed > 0 { MAX_QUEUED_BYTES / 2 } else { MAX_QUEUED_BYTES };
        if queued + bytes.len() > limit {
            return self.miss(bytes.len());
        }
        if self.missed > 0 {
            let missing = format!("{} bytes of output are missing: the disk was too slow", self.missed);
            if !self.send(Message::Marker(missing)) {
                return self.miss(bytes.len());
            }
            self.missed = 0;
            self.resize(emulator.size());
            // The picture has these bytes already.
            return self.redraw(emulator);
        }
        self.resize(emulator.size());
        self.shared.queued_bytes.fetch_add(bytes.len(), Ordering::AcqRel);
        if !self.send(Message::Output(bytes.clone(), emulator.encoding())) {
            self.shared.queued_bytes.fetch_sub(bytes.len(), Ordering::AcqRel);
            self.miss(bytes.len());
        }
    }

    /// Records a new size. One for which there is no room comes before the next output that is recorded.
    pub fn resize(&mut self, size: Size) {
        if !self.is_paused() && size != self.size && self.send(Message::Resize(size)) {
            self.size = size;
        }
    }

    /// Records a marker, such as the beginning of another connection.
    pub fn mark(&mut self, label: &str) {
        if !self.is_paused() {
            self.send(Message::Marker(label.to_owned()));
        }
    }

    /// Records the exit status of the remote program.
    pub fn exit(&mut self, status: i32) {
        self.send(Message::Exit(status));
    }

    /// The state; `None` once it has ended.
    pub fn status(&self) -> Option<RecordingStatus> {
        self.shared.status()
    }

    /// Returns true while nothing is recorded.
    pub fn is_paused(&self) -> bool {
        self.shared.state.lock().clock.paused_at.is_some()
    }

    /// Stops recording for a while, or goes on with the screen as it is then. A marker shows where.
    pub fn pause(&mut self, paused: bool, emulator: &mut Emulator) {
        if paused == self.is_paused() {
            return;
        }
        if paused {
            self.mark("recording paused");
            self.shared.state.lock().clock.paused_at = Some(Instant::now());
        } else {
            {
                let mut state = self.shared.state.lock();
                let paused_at = state.clock.paused_at.take();
                state.clock.paused_for += paused_at.map_or(Duration::ZERO, |at| at.elapsed());
            }
            self.mark("recording resumed");
            self.resize(emulator.size());
            self.redraw(emulator);
        }
    }

    /// Records the screen as it is.
    pub fn redraw(&mut self, emulator: &mut Emulator) {
        self.send(Message::Redraw(redraw(emulator)));
    }

    fn miss(&mut self, bytes: usize) {
        self.missed += bytes;
        self.shared.missed_bytes.fetch_add(bytes, Ordering::AcqRel);
    }

    /// Sends without waiting; returns whether there was room. After the end of the thread everything is taken.
    fn send(&self, message: Message) -> bool {
        let at = self.shared.state.lock().clock.elapsed();
        !matches!(self.messages.try_send((at, message)), Err(TrySendError::Full(_)))
    }
}

/// Opens the file of a recording, on its thread.
pub(super) type Open = Box<dyn FnOnce() -> io::Result<(Box<dyn Sink>, PathBuf)> + Send>;

fn write(
    open: Open,
    header: &Header,
    queue: &Receiver<(Duration, Message)>,
    shared: &Shared,
) -> io::Result<()> {
    let (sink, path) = open()?;
    shared.state.lock().path = Some(path);
    shared.changed.notify_all();
    writer::run(CastWriter::new(sink, header), queue, shared)
}

impl Sink for Box<dyn Sink> {
    fn cut(&mut self, bytes: u64) -> io::Result<()> {
        (**self).cut(bytes)
    }
}

impl RecordingHandle {
    /// The state; `None` once it has ended.
    pub fn status(&self) -> Option<RecordingStatus> {
        self.shared.status()
    }

    /// The end, if it has come.
    pub fn end(&self) -> Option<RecordingEnd> {
        self.shared.state.lock().end.clone()
    }

    /// Waits until the file is open, or could not be, or the time has come.
    pub fn wait_opened(&self, deadline: Instant) {
        let mut state = self.shared.state.lock();
        while state.path.is_none() && state.end.is_none() {
            if self.shared.changed.wait_until(&mut state, deadline).timed_out() {
                return;
            }
        }
    }

    /// Waits for the end until a time. Returns whether it has come.
    pub fn wait_until(&self, deadline: Instant) -> bool {
        let mut state = self.shared.state.lock();
        while state.end.is_none() {
            if self.shared.changed.wait_until(&mut state, deadline).timed_out() {
                return state.end.is_some();
            }
        }
        true
    }
}
