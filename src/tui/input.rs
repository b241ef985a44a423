//! Input from outside: keys and sizes from the terminal, signals from the system.

use std::io;

use crossterm::event::{Event, EventStream};
use futures_util::StreamExt;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// Keys that may wait; the terminal's own buffer holds what is more.
const INPUT_QUEUE_CAPACITY: usize = 1024;

/// An input from outside.
pub(super) enum Outside {
    /// From the terminal.
    Terminal(Event),
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
        tasks.spawn(async move {
            let mut events = EventStream::new();
            while let Some(event) = events.next().await {
                if matches!(event, Ok(Event::Resize(..))) {
                    continue;
                }
                let outside = event.map_or_else(Outside::Lost, Outside::Terminal);
                let lost = matches!(outside, Outside::Lost(_));
                if sender.send(outside).await.is_err() || lost {
                    break;
                }
            }
        });
        Ok(Self { queue, _tasks: tasks })
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
