//! The caller's end of a console: raw terminal or pipe, the window's size, and every way out.

use std::io::{self, IsTerminal as _};
use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::process::Signal;
use rustix::termios::tcgetwinsize;
use tokio::signal::unix::{self, SignalKind};
use tokio::sync::{mpsc, watch};

use super::ConsoleArguments;
use super::escape::{Command, EscapeKey, Keys};
use super::record::Recording;
use crate::cli::{leave, output};
use crate::console::{Passthrough, Size};
use crate::model::Problem;
use crate::tui::terminal::{self, Guard, KEYBOARD};

/// Reads that may wait for the wire. Where a person types, further keys are dropped then, as a keyboard without a reader
/// does: the escape key works all the same.
const INPUT_QUEUE_LENGTH: usize = 256;
/// Time that a last message may take.
const PARTING_TIMEOUT: Duration = Duration::from_millis(300);
/// The most bytes of one read.
const READ_BYTES: usize = 4096;

/// An end that is no failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The remote side ended the console.
    Remote,
    /// The user left.
    Left,
    /// The input ended, and the time for what follows.
    InputEnded,
    /// A signal that asks to leave.
    Signal(i32),
}

/// Why a console that was attached ended.
pub(super) enum Failed {
    /// The link broke.
    Link(Problem),
    /// The terminal, standard input or standard output failed.
    Local(io::Error),
}

impl From<Problem> for Failed {
    fn from(problem: Problem) -> Self {
        Self::Link(problem)
    }
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Self {
        Self::Local(error)
    }
}

/// Carries a console until its end. The terminal is given back before this returns, and before anything that may wait.
pub(super) async fn attach(console: Passthrough, name: &str, of: &ConsoleArguments) -> Result<End, Failed> {
    terminal::install_hook();
    let is_interactive = io::stdin().is_terminal();
    let takes_input = console.takes_input();
    greet(name, of.escape, is_interactive, takes_input);

    let (signal, mut signals) = mpsc::unbounded_channel();
    leave::handle(move |number| {
        // If the console has ended there is nothing to put in order.
        let _ = signal.send(number);
    });
    let (mut control, sizes) = Control::new(of, is_interactive)?;
    let record = |path: &PathBuf| Recording::start(path, name, sizes.clone());
    let mut recording = of.record.as_ref().map(record).transpose()?;
    let idle = terminal::idle_notice()?;
    let mut guard = Some(Guard::take_raw()?);
    #[cfg(debug_assertions)]
    terminal::panic_if_asked();
    let input = control.read_input(Keys::new(of.escape, takes_input))?;

    let mut line_is_begun = false;
    let write = async |bytes: Bytes| {
        line_is_begun = !bytes.ends_with(b"\n");
        if let Some(recording) = &mut recording {
            recording.output(&bytes);
        }
        terminal::pass(&bytes)?;
        while !terminal::is_idle() {
            idle.notified().await;
        }
        // A failed write is reported by the next one.
        terminal::pass(&[]).map_err(Failed::Local)
    };
    let enough = async {
        let end = control.until_enough().await;
        // Before the link is closed, which may take a second.
        give_back(guard.take());
        end
    };
    let end = tokio::select! {
        biased;
        Some(number) = signals.recv() => Ok(End::Signal(number)),
        end = console.carry(input, sizes, write, enough) => end.map(|why| why.unwrap_or(End::Remote)),
    };
    give_back(guard.take());
    for message in terminal::take_background_panics() {
        parting_line(message);
    }
    if is_interactive && line_is_begun {
        parting_line(String::new());
    }
    if let Some(recording) = recording {
        recording.finish();
    }
    let end = end?;
    match end {
        End::Remote if is_interactive => parting_line(format!("{name} ended the console")),
        End::Left => parting_line(format!("left {name}")),
        _ => {}
    }
    Ok(end)
}

/// Gives the terminal back. What is typed from now on is not for this program, so nothing reads it here any more.
fn give_back(guard: Option<Guard>) {
    if guard.is_some() && io::stdin().is_terminal() {
        std::mem::forget(KEYBOARD.pause());
    }
    drop(guard);
}

/// Writes a line to standard error. A terminal that does not read holds up no end: it goes without.
fn parting_line(line: String) {
    let (done, written) = std::sync::mpsc::channel();
    let write = move || {
        output::error_line(&line);
        // If nothing waits any more, the program ends.
        let _ = done.send(());
    };
    if std::thread::Builder::new().name("message".to_owned()).spawn(write).is_ok() {
        let _ = written.recv_timeout(PARTING_TIMEOUT);
    }
}

/// The lines before the first output.
fn greet(name: &str, escape: EscapeKey, is_interactive: bool, takes_input: bool) {
    if is_interactive {
        let leaves = escape.help().map(|_| format!("; {escape} d leaves, {escape} ? shows more"));
        output::error_line(&format!("attached to {name}{}", leaves.unwrap_or_default()));
    }
    if !takes_input {
        let leaves = if is_interactive { "; Ctrl-C leaves" } else { "" };
        output::error_line(&format!("{name} takes no input: its console shows output only{leaves}"));
    }
}

/// An event of the input's thread.
enum InputEvent {
    Command(Command),
    /// The end of the input.
    End,
}

/// What decides beside the link: commands, the end of the input, the window's size.
struct Control {
    escape: EscapeKey,
    is_interactive: bool,
    wait: Duration,
    /// Sets the size where it is known.
    size: Option<watch::Sender<Size>>,
    resized: unix::Signal,
    continued: unix::Signal,
    events: (mpsc::UnboundedSender<InputEvent>, mpsc::UnboundedReceiver<InputEvent>),
}

impl Control {
    /// Returns the sizes too. From here on no change of the size is missed.
    fn new(of: &ConsoleArguments, is_interactive: bool) -> io::Result<(Self, Option<watch::Receiver<Size>>)> {
        let resized = unix::signal(SignalKind::window_change())?;
        let continued = unix::signal(SignalKind::from_raw(Signal::CONT.as_raw()))?;
        let (size, sizes) = window_size().map(watch::channel).unzip();
        let (escape, wait) = (of.escape, of.wait);
        let events = mpsc::unbounded_channel();
        Ok((Self { escape, is_interactive, wait, size, resized, continued, events }, sizes))
    }

    /// Begins to read standard input, on a thread: keys are read whatever the link does.
    fn read_input(&self, mut keys: Keys) -> io::Result<mpsc::Receiver<Bytes>> {
        let (to_guest, input) = mpsc::channel(INPUT_QUEUE_LENGTH);
        let (events, is_interactive) = (self.events.0.clone(), self.is_interactive);
        let runtime = tokio::runtime::Handle::current();
        std::thread::Builder::new().name("input".to_owned()).spawn(move || {
            let mut chunk = [0; READ_BYTES];
            while let Some(bytes) = read(&mut chunk, is_interactive) {
                if !is_interactive {
                    // Waits while the guest does not read. Nothing takes it where the console takes no input.
                    let _ = to_guest.blocking_send(Bytes::copy_from_slice(bytes));
                    continue;
                }
                let (bytes, commands) = keys.take(bytes);
                if !bytes.is_empty() {
                    let _ = to_guest.try_send(bytes.into());
                }
                for command in commands {
                    let _ = events.send(InputEvent::Command(command));
                }
            }
            // Once all of it was taken.
            let _ = runtime.block_on(to_guest.reserve_many(INPUT_QUEUE_LENGTH));
            let _ = events.send(InputEvent::End);
        })?;
        Ok(input)
    }

    /// Waits until the user leaves, or the input and the time after it have ended.
    async fn until_enough(&mut self) -> End {
        let mut ended_at = None;
        loop {
            tokio::select! {
                Some(event) = self.events.1.recv() => match event {
                    InputEvent::Command(Command::Leave) => return End::Left,
                    InputEvent::Command(Command::Help) => self.show_help(),
                    // A terminal that is gone.
                    InputEvent::End if self.is_interactive => return End::Left,
                    InputEvent::End => ended_at = Some(tokio::time::Instant::now()),
                },
                () = sleep_after(ended_at, self.wait) => return End::InputEnded,
                Some(()) = self.resized.recv() => self.report_size(),
                Some(()) = self.continued.recv() => {
                    if let Err(error) = terminal::retake_raw() {
                        tracing::warn!(%error, "raw mode could not be taken again");
                    }
                    self.report_size();
                }
            }
        }
    }

    fn report_size(&self) {
        if let (Some(size), Some(now)) = (&self.size, window_size()) {
            size.send_if_modified(|before| std::mem::replace(before, now) != now);
        }
    }

    /// In raw mode a line begins where the one before ended.
    fn show_help(&self) {
        let help = self.escape.help().unwrap_or_default();
        output::error_line(&format!("\r\n{help}\r"));
    }
}

async fn sleep_after(from: Option<tokio::time::Instant>, wait: Duration) {
    match from.and_then(|from| from.checked_add(wait)) {
        Some(until) => tokio::time::sleep_until(until).await,
        None => std::future::pending().await,
    }
}

/// Reads what there is of standard input; `None` at its end.
fn read(chunk: &mut [u8], is_terminal: bool) -> Option<&[u8]> {
    loop {
        let stdin = io::stdin();
        // What goes wrong shows in the read. Another program may have set it not to wait.
        if is_terminal {
            let _ = KEYBOARD.wait();
        } else {
            let _ = poll(&mut [PollFd::new(&stdin, PollFlags::IN)], None);
        }
        // Not through the standard library, which reads ahead.
        match rustix::io::read(&stdin, &mut *chunk) {
            Ok(0) => return None,
            Ok(count) => return chunk.get(..count),
            Err(Errno::INTR | Errno::AGAIN) => {}
            Err(_) => return None,
        }
    }
}

/// The size of the terminal; `None` where there is none, or it has none.
fn window_size() -> Option<Size> {
    let size = tcgetwinsize(io::stdin()).or_else(|_| tcgetwinsize(io::stdout())).ok()?;
    (size.ws_col > 0 && size.ws_row > 0).then_some(Size { columns: size.ws_col, rows: size.ws_row })
}
