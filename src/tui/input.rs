//! Input from outside: keys and sizes from the terminal, signals from the system.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::event::{Event, EventStream};
use futures_util::StreamExt;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::terminal::background::AnswerFilter;
use super::theme::Background;

/// Keys that may wait; the terminal's own buffer holds what is more.
const INPUT_QUEUE_CAPACITY: usize = 1024;

/// An input from outside.
pub(super) enum Outside {
    /// From the terminal.
    Terminal(Event),
    /// The terminal's answer to the question for its background.
    Background(Background),
    /// The terminal is gone.
    Lost(io::Error),
    /// A signal that asks to leave, by its number.
    Signal(i32),
    /// A signal that asks to stop as Ctrl-Z does.
    Stop,
}

/// The terminal's events and the signals, in one queue. The tasks that feed it end with it.
pub(super) struct Input {
    queue: mpsc::Receiver<Outside>,
    expects_answer: Arc<AtomicBool>,
    _tasks: JoinSet<()>,
}

impl Input {
    /// Begins to listen. From here on these signals no longer end the process by themselves, and no change of the size
    /// is missed.
    pub(super) fn open() -> io::Result<Self> {
        let (sender, queue) = mpsc::channel(INPUT_QUEUE_CAPACITY);
        let mut tasks = JoinSet::new();
        for kind in
            [SignalKind::terminate(), SignalKind::hangup(), SignalKind::interrupt(), SignalKind::quit()]
        {
            let mut signals = signal(kind)?;
            let sender = sender.clone();
            tasks.spawn(async move {
                while signals.recv().await.is_some() {
                    if sender.send(Outside::Signal(kind.as_raw_value())).await.is_err() {
                        break;
                    }
                }
            });
        }
        let mut stops = signal(SignalKind::from_raw(rustix::process::Signal::TSTP.as_raw()))?;
        let stopper = sender.clone();
        tasks.spawn(async move {
            while stops.recv().await.is_some() {
                if stopper.send(Outside::Stop).await.is_err() {
                    break;
                }
            }
        });
        // Registered here: crossterm's own handler comes with its first poll, and a size that changes before it
        // would be lost.
        let mut sizes = signal(SignalKind::window_change())?;
        let size_sender = sender.clone();
        tasks.spawn(async move {
            while sizes.recv().await.is_some() {
                let resized = crossterm::terminal::size().map_or_else(Outside::Lost, |(columns, rows)| {
                    Outside::Terminal(Event::Resize(columns, rows))
                });
                if size_sender.send(resized).await.is_err() {
                    break;
                }
            }
        });
        let expects_answer = Arc::new(AtomicBool::new(false));
        tasks.spawn(read_terminal(sender, Arc::clone(&expects_answer)));
        Ok(Self { queue, expects_answer, _tasks: tasks })
    }

    /// Looks from here on for the terminal's answer to the question for its background.
    pub(super) fn expect_answer(&self) {
        self.expects_answer.store(true, Ordering::Relaxed);
    }

    /// Waits for the next thing. Cancel safe. `None` when nothing can come any more.
    pub(super) async fn next(&mut self) -> Option<Outside> {
        self.queue.recv().await
    }

    /// The next thing if there is one already.
    pub(super) fn try_next(&mut self) -> Option<Outside> {
        self.queue.try_recv().ok()
    }
}

/// Reads the terminal's events, the answer to the question for its background taken out.
async fn read_terminal(sender: mpsc::Sender<Outside>, expects_answer: Arc<AtomicBool>) {
    let mut events = EventStream::new();
    let mut filter = AnswerFilter::default();
    loop {
        let next = match filter.hold() {
            None => events.next().await,
            Some(hold) => {
                let Ok(next) = timeout(hold, events.next()).await else {
                    if !send_all(&sender, filter.release()).await {
                        return;
                    }
                    continue;
                };
                next
            }
        };
        let event = match next {
            // Sizes come by their signal.
            Some(Ok(Event::Resize(..))) => continue,
            Some(Ok(event)) => event,
            Some(Err(error)) => {
                let _ = sender.send(Outside::Lost(error)).await;
                return;
            }
            None => return,
        };
        let (events, answer) =
            if expects_answer.load(Ordering::Relaxed) { filter.take(event) } else { (vec![event], None) };
        if let Some(background) = answer {
            expects_answer.store(false, Ordering::Relaxed);
            if sender.send(Outside::Background(background)).await.is_err() {
                return;
            }
        }
        if !send_all(&sender, events).await {
            return;
        }
    }
}

/// Queues events; returns false once the queue is closed.
async fn send_all(sender: &mpsc::Sender<Outside>, events: Vec<Event>) -> bool {
    for event in events {
        if sender.send(Outside::Terminal(event)).await.is_err() {
            return false;
        }
    }
    true
}
