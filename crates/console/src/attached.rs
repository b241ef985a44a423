//! The task behind a session: opens the transport, feeds the emulator in slices, and sends what is typed at once.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use tokio::sync::{Notify, mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::link::{Link, Reader, Writer};
use super::session::{Connector, SessionState};
use qdeck_model::Problem;
use qdeck_terminal::Emulator;
use qdeck_terminal::Size;

/// Bytes fed between two looks at the clock.
const SLICE: usize = 4 * 1024;
/// Bytes fed under one lock at most.
const BATCH: usize = 64 * 1024;
/// Time under one lock at most, but for the last slice: the screen's frame and a key press wait no longer.
const LOCK: Duration = Duration::from_millis(3);
/// How long the feeder stands back for a reader of the screen that has been seen waiting.
const STAND_BACK: Duration = Duration::from_millis(5);
/// How long is listened to a link that no longer takes what is sent.
const LAST_WORDS: Duration = Duration::from_secs(1);
/// Answers that wait for the wire. A guest that asks without end and does not read loses answers, not our memory.
const ANSWERS_WAITING: usize = 16;
/// The longest frame sent; a long paste goes in several.
const LONGEST_SENT: usize = 16 * 1024;

/// What the lock guards.
pub(super) struct Screen {
    pub emulator: Emulator,
    pub state: SessionState,
    input: bool,
}

impl Screen {
    pub fn takes_input(&self) -> bool {
        self.input && self.state == SessionState::Live
    }
}

/// What the handle and the task share.
pub(super) struct Shared {
    screen: Mutex<Screen>,
    pub dirty: AtomicBool,
    wake: Arc<dyn Fn() + Send + Sync>,
    /// Readers that wait for the lock. A mutex is not fair: the feeder would take it again and again under a flood.
    waiting: AtomicUsize,
    served: Notify,
}

impl Shared {
    pub fn new(size: Size, wake: Arc<dyn Fn() + Send + Sync>) -> Self {
        Self {
            screen: Mutex::new(Screen {
                emulator: Emulator::new(size, Emulator::SCROLLBACK),
                state: SessionState::Connecting,
                input: true,
            }),
            dirty: AtomicBool::new(false),
            wake,
            waiting: AtomicUsize::new(0),
            served: Notify::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Screen> {
        self.screen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A short look from outside the task; the feeder stands back for it.
    pub fn look<T>(&self, look: impl FnOnce(&mut Screen) -> T) -> T {
        self.waiting.fetch_add(1, Ordering::AcqRel);
        let seen = look(&mut self.lock());
        self.waiting.fetch_sub(1, Ordering::AcqRel);
        self.served.notify_one();
        seen
    }

    /// Something new to draw: wakes the screen once until it has taken the mark.
    pub fn changed(&self) {
        if !self.dirty.swap(true, Ordering::AcqRel) {
            (self.wake)();
        }
    }

    fn enter(&self, state: SessionState) {
        {
            let mut screen = self.lock();
            screen.state = state;
            screen.emulator.end_hold();
        }
        self.changed();
    }
}

/// The task's own half.
pub(super) struct Attached {
    pub shared: Arc<Shared>,
    pub connector: Connector,
    pub typed: mpsc::Receiver<Bytes>,
    pub sizes: watch::Receiver<Size>,
    pub again: mpsc::Receiver<()>,
    pub cancel: CancellationToken,
}

impl Attached {
    /// Lives until the handle is dropped.
    pub async fn run(mut self) {
        let cancel = self.cancel.clone();
        let mut first = true;
        while !cancel.is_cancelled() {
            let opened = tokio::select! {
                biased;
                () = cancel.cancelled() => return,
                opened = (self.connector)() => opened,
            };
            let end = match opened {
                Ok(transport) => {
                    let link = Link::from(transport);
                    self.begin(first, link.input);
                    first = false;
                    self.converse(link).await
                }
                Err(problem) => Some(problem),
            };
            self.shared.enter(SessionState::Ended(end));
            tokio::select! {
                biased;
                () = cancel.cancelled() => return,
                again = self.again.recv() => if again.is_none() { return },
            }
            self.shared.enter(SessionState::Connecting);
        }
    }

    /// Marks the start of a connection.
    fn begin(&mut self, first: bool, input: bool) {
        // What was typed for the connection before is not for this one.
        while self.typed.try_recv().is_ok() {}
        {
            let mut screen = self.shared.lock();
            if !first {
                screen.emulator.seam("connected again");
            }
            screen.state = SessionState::Live;
            screen.input = input;
        }
        self.shared.changed();
    }

    /// Carries bytes both ways until one side ends; the end's problem, if it was not orderly.
    async fn converse(&mut self, link: Link) -> Option<Problem> {
        let Link { mut reader, mut writer, input, size_reports } = link;
        let (answers, to_answer) = mpsc::channel(ANSWERS_WAITING);
        let cancel = self.cancel.clone();
        let end = {
            // Both halves live in this task: a slice of feeding never delays a key by more than itself.
            let hear = hear(&self.shared, &mut reader, input.then_some(&answers));
            tokio::pin!(hear);
            let mut speech = Speech {
                typed: &mut self.typed,
                answers: to_answer,
                sizes: size_reports.then_some(&mut self.sizes),
            };
            tokio::select! {
                biased;
                () = cancel.cancelled() => None,
                // What still comes in may be the last words, or say why the link broke.
                problem = speech.speak(&mut writer) => match tokio::time::timeout(LAST_WORDS, &mut hear).await {
                    Ok(end) => end.err(),
                    Err(_) => Some(problem),
                },
                end = &mut hear => end.err(),
            }
        };
        // Somebody must read while the good-byes cross.
        let rest = async { while let Ok(Some(_)) = reader.recv().await {} };
        tokio::select! {
            () = writer.close() => {}
            () = rest => {}
        }
        end
    }
}

/// Feeds what comes until the end.
async fn hear(
    shared: &Shared,
    reader: &mut Reader,
    answers: Option<&mpsc::Sender<Bytes>>,
) -> Result<(), Problem> {
    loop {
        let overdue = shared.lock().emulator.hold_ends();
        let received = tokio::select! {
            biased;
            received = reader.recv() => received?,
            () = sleep_until(overdue) => {
                if shared.lock().emulator.end_overdue_hold(Instant::now()) {
                    shared.changed();
                }
                continue;
            }
        };
        let Some(mut bytes) = received else { return Ok(()) };
        while !bytes.is_empty() {
            let (owed, held) = feed(shared, &mut bytes);
            if let (Some(answers), false) = (answers, owed.is_empty()) {
                // Full: the guest does not read its answers, so it does without.
                let _ = answers.try_send(owed.into());
            }
            if !held {
                shared.changed();
            }
            stand_back(shared).await;
        }
    }
}

async fn sleep_until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at.into()).await,
        None => std::future::pending().await,
    }
}

/// One batch under one lock; returns what the guest is owed, and whether the picture is held.
fn feed(shared: &Shared, bytes: &mut Bytes) -> (Vec<u8>, bool) {
    let mut screen = shared.lock();
    let start = Instant::now();
    let mut fed = 0;
    while !bytes.is_empty() && fed < BATCH && start.elapsed() < LOCK {
        let slice = bytes.split_to(bytes.len().min(SLICE));
        fed += slice.len();
        screen.emulator.feed(&slice);
    }
    (screen.emulator.take_answers(), screen.emulator.hold_ends().is_some())
}

/// Lets whoever waits for the screen have it first, and the wire be written to.
async fn stand_back(shared: &Shared) {
    tokio::task::yield_now().await;
    if shared.waiting.load(Ordering::Acquire) > 0 {
        // A timeout only means that the reader was served before we began to listen.
        let _ = tokio::time::timeout(STAND_BACK, shared.served.notified()).await;
    }
}

/// What goes out, in the order of its haste.
struct Speech<'a> {
    typed: &'a mut mpsc::Receiver<Bytes>,
    answers: mpsc::Receiver<Bytes>,
    sizes: Option<&'a mut watch::Receiver<Size>>,
}

impl Speech<'_> {
    /// Sends until the link breaks.
    async fn speak(&mut self, writer: &mut Writer) -> Problem {
        if let Some(sizes) = &mut self.sizes {
            sizes.mark_changed();
        }
        loop {
            let mut bytes = tokio::select! {
                biased;
                size = changed(&mut self.sizes) => report(size),
                Some(typed) = self.typed.recv() => joined(typed, self.typed),
                Some(answer) = self.answers.recv() => answer,
                // The handle is gone; the task is about to be cancelled.
                else => std::future::pending().await,
            };
            while !bytes.is_empty() {
                let part = bytes.split_to(bytes.len().min(LONGEST_SENT));
                if let Err(problem) = writer.send(part).await {
                    return problem;
                }
            }
        }
    }
}

/// Joins what was typed meanwhile into one frame.
fn joined(first: Bytes, typed: &mut mpsc::Receiver<Bytes>) -> Bytes {
    let Ok(second) = typed.try_recv() else {
        return first;
    };
    let mut all = BytesMut::from(first);
    all.extend_from_slice(&second);
    while all.len() < LONGEST_SENT {
        let Ok(more) = typed.try_recv() else { break };
        all.extend_from_slice(&more);
    }
    all.freeze()
}

async fn changed(sizes: &mut Option<&mut watch::Receiver<Size>>) -> Size {
    if let Some(sizes) = sizes
        && sizes.changed().await.is_ok()
    {
        return *sizes.borrow_and_update();
    }
    std::future::pending().await
}

/// XTWINOPS 8, which console servers read as "the window has this size now".
fn report(size: Size) -> Bytes {
    format!("\x1b[8;{};{}t", size.rows.max(2), size.columns.max(2)).into()
}
