//! Input from outside: keys and sizes from the terminal, signals from the system.

use std::io;
use std::time::Duration;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseEventKind};
use rustix::process::Signal;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::terminal;
use super::terminal::background::{self, Answer, AnswerFilter};
use crate::leave::{self, INTERRUPTS};
use crate::model::Timestamp;

/// Keys that may wait; the terminal's own buffer holds what is more.
const INPUT_QUEUE_CAPACITY: usize = 8 << 10;

/// Time for the rest of a key whose first byte has come, and for keys that crossterm has read already. Not zero: with
/// zero crossterm looks at nothing, and keys that came together would wait for the next one.
const KEY_TIMEOUT: Duration = Duration::from_millis(20);

/// An input from outside.
pub(super) enum Outside {
    /// From the terminal, and when it was read: it may have waited since.
    Terminal(Event, Timestamp),
    /// An answer of the terminal.
    Answer(Answer),
    /// The terminal is gone.
    Lost(io::Error),
    /// A signal that asks to leave, by its number.
    Signal(i32),
    /// A signal that asks to stop as Ctrl-Z does.
    Stop,
    /// The process was stopped, and goes on.
    Continued,
}

/// The terminal's events and the signals, in one queue. The tasks that feed it end with it.
pub(super) struct Input {
    queue: mpsc::Receiver<Outside>,
    /// What was found behind a motion of the mouse, and comes next.
    behind: Option<Outside>,
    /// Of its own, so that keys that wait hold up no signal.
    ends: mpsc::UnboundedReceiver<i32>,
    _tasks: JoinSet<()>,
}

impl Input {
    /// Begins to listen. From here on these signals no longer end the process by themselves, and no change of the size
    /// is missed.
    pub(super) fn open() -> io::Result<Self> {
        let (sender, queue) = mpsc::channel(INPUT_QUEUE_CAPACITY);
        // At most one comes: with the second the process ends.
        let (end, ends) = mpsc::unbounded_channel();
        leave::handle(move |signal| {
            // If the screen has ended there is nothing to put in order.
            let _ = end.send(signal);
        });
        let mut tasks = JoinSet::new();
        forward(&mut tasks, Signal::TSTP, &sender, || Outside::Stop)?;
        forward(&mut tasks, Signal::CONT, &sender, || Outside::Continued)?;
        // Registered here: crossterm's own handler comes with its first poll, and a size that changes before it
        // would be lost.
        forward(&mut tasks, Signal::WINCH, &sender, || {
            terminal::size()
                .map_or_else(Outside::Lost, |(columns, rows)| read_now(Event::Resize(columns, rows)))
        })?;
        // A thread, not a task: keys are read whatever the tasks do.
        std::thread::Builder::new().name("keyboard".to_owned()).spawn(move || read(&sender))?;
        Ok(Self { queue, behind: None, ends, _tasks: tasks })
    }

    /// Waits for the next thing. Cancel safe. `None` when nothing can come any more.
    pub(super) async fn next(&mut self) -> Option<Outside> {
        if let Some(outside) = self.try_next() {
            return Some(outside);
        }
        let outside = tokio::select! {
            biased;
            Some(signal) = self.ends.recv() => Some(Outside::Signal(signal)),
            outside = self.queue.recv() => outside,
        };
        outside.map(|outside| self.last_motion(outside))
    }

    /// The next thing if there is one already.
    pub(super) fn try_next(&mut self) -> Option<Outside> {
        if let Ok(signal) = self.ends.try_recv() {
            return Some(Outside::Signal(signal));
        }
        let outside = self.behind.take().or_else(|| self.queue.try_recv().ok())?;
        Some(self.last_motion(outside))
    }

    /// Returns true if there is one already.
    pub(super) fn is_waiting(&self) -> bool {
        self.behind.is_some() || !self.queue.is_empty() || !self.ends.is_empty()
    }

    /// Of motions that wait one behind the other, the last: where the mouse is by now. So keys do not wait for each
    /// place that it has passed.
    fn last_motion(&mut self, mut outside: Outside) -> Outside {
        while let Some(motion) = motion(&outside) {
            match self.queue.try_recv() {
                Ok(next) if self::motion(&next) == Some(motion) => outside = next,
                Ok(other) => {
                    self.behind = Some(other);
                    break;
                }
                Err(_) => break,
            }
        }
        outside
    }
}

/// The kind of motion and the modifiers held, if it is a motion of the mouse.
fn motion(outside: &Outside) -> Option<(MouseEventKind, KeyModifiers)> {
    match outside {
        Outside::Terminal(Event::Mouse(mouse), _)
            if matches!(mouse.kind, MouseEventKind::Moved | MouseEventKind::Drag(_)) =>
        {
            Some((mouse.kind, mouse.modifiers))
        }
        _ => None,
    }
}

/// Sends an input each time a signal comes.
fn forward(
    tasks: &mut JoinSet<()>,
    kind: Signal,
    sender: &mpsc::Sender<Outside>,
    outside: impl Fn() -> Outside + Send + Sync + 'static,
) -> io::Result<()> {
    let mut signals = signal(SignalKind::from_raw(kind.as_raw()))?;
    let sender = sender.clone();
    tasks.spawn(async move {
        while signals.recv().await.is_some() {
            if sender.send(outside()).await.is_err() {
                break;
            }
        }
    });
    Ok(())
}

/// Reads the terminal's events as long as the process lives, its answers taken out.
fn read(sender: &mpsc::Sender<Outside>) {
    let mut filter = AnswerFilter::default();
    loop {
        let arrived = match filter.hold() {
            Some(time) => crossterm::event::poll(time),
            // What crossterm has read already is taken first.
            None => match crossterm::event::poll(KEY_TIMEOUT) {
                Ok(false) => match terminal::KEYBOARD.wait() {
                    Ok(true) => crossterm::event::poll(KEY_TIMEOUT),
                    Ok(false) => Ok(true),
                    Err(error) => Err(error),
                },
                arrived => arrived,
            },
        };
        let event = match arrived.and_then(|arrived| arrived.then(crossterm::event::read).transpose()) {
            Ok(None) => {
                if filter.hold().is_some() && !send_all(sender, filter.release()) {
                    return;
                }
                continue;
            }
            // Sizes come by their signal.
            Ok(Some(Event::Resize(..))) => continue,
            Ok(Some(event)) => event,
            Err(error) => {
                let _ = sender.blocking_send(Outside::Lost(error));
                return;
            }
        };
        if is_interrupt(&event) {
            INTERRUPTS.typed();
        }
        let (events, answer) =
            if background::is_answer_expected() { filter.take(event) } else { (vec![event], None) };
        if let Some(answer) = answer {
            background::note_answer();
            if answer != Answer::Nothing && sender.blocking_send(Outside::Answer(answer)).is_err() {
                return;
            }
        }
        if !send_all(sender, events) {
            return;
        }
    }
}

/// Queues events; returns false once the queue is closed.
fn send_all(sender: &mpsc::Sender<Outside>, events: Vec<Event>) -> bool {
    events.into_iter().all(|event| sender.blocking_send(read_now(event)).is_ok())
}

fn read_now(event: Event) -> Outside {
    Outside::Terminal(event, Timestamp::now())
}

/// Returns true for Ctrl-C.
pub(super) fn is_interrupt(event: &Event) -> bool {
    matches!(event, Event::Key(KeyEvent { code: KeyCode::Char('c'), modifiers, kind, .. })
        if modifiers.contains(KeyModifiers::CONTROL) && *kind != KeyEventKind::Release)
}

#[cfg(test)]
mod tests {
    use crossterm::event::{MouseButton, MouseEvent};

    use super::*;

    fn mouse(kind: MouseEventKind, column: u16) -> Outside {
        let event = MouseEvent { kind, column, row: 0, modifiers: KeyModifiers::NONE };
        read_now(Event::Mouse(event))
    }

    #[tokio::test]
    async fn of_motions_that_wait_the_last_counts_and_nothing_else_is_lost() {
        let drag = MouseEventKind::Drag(MouseButton::Left);
        let key = || read_now(Event::Key(KeyEvent::new(KeyCode::Char('a'), KeyModifiers::NONE)));
        let (sender, queue) = mpsc::channel(16);
        let (_end, ends) = mpsc::unbounded_channel();
        let mut input = Input { queue, behind: None, ends, _tasks: JoinSet::new() };
        let waiting = [
            mouse(MouseEventKind::Moved, 1),
            mouse(MouseEventKind::Moved, 2),
            mouse(drag, 3),
            mouse(drag, 4),
            mouse(drag, 5),
            key(),
            mouse(drag, 6),
            mouse(MouseEventKind::Up(MouseButton::Left), 6),
            mouse(MouseEventKind::Up(MouseButton::Left), 7),
        ];
        for outside in waiting {
            sender.send(outside).await.expect("the queue is open");
        }
        let mut taken = Vec::new();
        while let Some(outside) = input.try_next() {
            taken.push(match outside {
                Outside::Terminal(Event::Mouse(mouse), _) => Some(mouse.column),
                _ => None,
            });
        }
        assert_eq!(taken, [Some(2), Some(5), None, Some(6), Some(6), Some(7)]);
        sender.send(mouse(drag, 8)).await.expect("the queue is open");
        sender.send(key()).await.expect("the queue is open");
        assert!(matches!(input.next().await, Some(Outside::Terminal(Event::Mouse(_), _))));
        assert!(matches!(input.next().await, Some(Outside::Terminal(Event::Key(_), _))));
    }
}
