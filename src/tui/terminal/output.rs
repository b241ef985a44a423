//! The way out to the terminal. What it takes at once is written at once; a thread of its own writes the rest, so that
//! nothing that draws waits for a terminal that does not read. Such a terminal gets no further frame until it has read the
//! one before.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::OFlags;
use rustix::termios::{LocalModes, QueueSelector, tcflush, tcgetattr, tcgetpgrp, ttyname};
use tokio::sync::Notify;

/// Time between two looks whether the rest of what is written was given up.
const POLL_INTERVAL: Timespec = Timespec { tv_sec: 0, tv_nsec: 20_000_000 };

/// Time that a terminal has to read what is under way before the farewell, and again to read the farewell.
const FINISH_TIMEOUT: Duration = Duration::from_millis(150);

/// The most bytes that wait for the terminal. One frame is far below it; a text that is copied may be large.
const MAX_WAITING_BYTES: usize = 16 << 20;

/// The one output of the process. A panic hook and the end of the program must find it without any handle.
static OUTPUT: OnceLock<Arc<Output>> = OnceLock::new();

/// The terminal, what waits for it, and the thread that writes.
pub(super) struct Output {
    file: File,
    /// False where a write may wait: then only the thread writes.
    writes_at_once: bool,
    state: Mutex<State>,
    /// Notified when something waits to be written.
    work: Condvar,
    /// Notified when everything is written.
    idle: Condvar,
    /// The same for the frame loop.
    wake: Arc<Notify>,
}

#[derive(Default)]
struct State {
    waiting: Vec<u8>,
    writing: bool,
    /// Set to give up what is being written.
    abandoned: bool,
    failed: Option<io::Error>,
}

/// The output, opened with the first call.
///
/// # Errors
/// When the terminal cannot be opened or no thread be started.
pub(super) fn open() -> io::Result<Arc<Output>> {
    if let Some(output) = OUTPUT.get() {
        return Ok(Arc::clone(output));
    }
    let (file, writes_at_once) = terminal_file()?;
    let output = Arc::new(Output {
        file,
        writes_at_once,
        state: Mutex::default(),
        work: Condvar::new(),
        idle: Condvar::new(),
        wake: Arc::default(),
    });
    let writer = Arc::clone(&output);
    std::thread::Builder::new().name("terminal".to_owned()).spawn(move || writer.run())?;
    Ok(Arc::clone(OUTPUT.get_or_init(|| output)))
}

/// The output, if it was opened.
pub(super) fn opened() -> Option<&'static Output> {
    OUTPUT.get().map(AsRef::as_ref)
}

/// Opens the terminal of standard output anew. Writes to this description do not wait, which is returned too; to set that
/// on standard output itself would set it for the shell, too.
fn terminal_file() -> io::Result<(File, bool)> {
    let stdout = io::stdout();
    let flags = (OFlags::NONBLOCK | OFlags::NOCTTY).bits().cast_signed();
    let opened = ttyname(stdout.as_fd(), Vec::new()).map_err(io::Error::from).and_then(|name| {
        File::options().write(true).custom_flags(flags).open(OsStr::from_bytes(name.as_bytes()))
    });
    match opened {
        Ok(file) => Ok((file, true)),
        // After `su` the terminal is another user's. Then writes wait, but only those of this thread.
        Err(_) => Ok((File::from(stdout.as_fd().try_clone_to_owned()?), false)),
    }
}

impl Output {
    /// Writes bytes, after those that wait already. What the terminal does not take at once is left to the thread.
    ///
    /// # Errors
    /// The terminal is gone, or has not read for too long.
    pub(super) fn send(&self, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.state.lock();
        if let Some(error) = state.failed.take() {
            return Err(error);
        }
        let mut rest = bytes;
        if self.writes_at_once && !state.writing && state.waiting.is_empty() {
            rest = self.write_what_fits(bytes)?;
            if rest.is_empty() {
                return Ok(());
            }
        }
        if state.waiting.len().saturating_add(rest.len()) > MAX_WAITING_BYTES {
            return Err(io::Error::other("the terminal does not read"));
        }
        state.waiting.extend_from_slice(rest);
        self.work.notify_one();
        Ok(())
    }

    /// Writes as much as the terminal takes without waiting. Returns the rest.
    fn write_what_fits<'b>(&self, mut bytes: &'b [u8]) -> io::Result<&'b [u8]> {
        while !bytes.is_empty() {
            match (&self.file).write(bytes) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => bytes = bytes.get(count..).unwrap_or_default(),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(bytes),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(bytes)
    }

    /// Returns true if everything is written.
    pub(super) fn is_idle(&self) -> bool {
        let state = self.state.lock();
        !state.writing && state.waiting.is_empty()
    }

    /// Notified each time everything is written.
    pub(super) fn wake(&self) -> Arc<Notify> {
        Arc::clone(&self.wake)
    }

    /// Writes these last bytes, within twice [`FINISH_TIMEOUT`]. Where the terminal does not read, all that waits before
    /// them is dropped, so that they are the first that it reads should it go on.
    pub(super) fn finish(&self, farewell: &[u8]) {
        if !self.wait_idle() {
            let mut state = self.state.lock();
            state.waiting.clear();
            state.abandoned = state.writing;
            drop(state);
            if self.is_foreground() {
                let _ = tcflush(&self.file, QueueSelector::OFlush);
            }
        }
        if self.may_write() && self.send(farewell).is_ok() {
            self.wait_idle();
        }
    }

    /// Returns true if the terminal is ours and not the shell's, so that its line discipline may be changed.
    pub(super) fn is_foreground(&self) -> bool {
        // Without a controlling terminal there is no job control.
        tcgetpgrp(&self.file).ok().is_none_or(|group| group == rustix::process::getpgrp())
    }

    /// Returns true if writing does not stop this process, as it may where the shell has the terminal.
    fn may_write(&self) -> bool {
        let stops =
            || tcgetattr(&self.file).is_ok_and(|modes| modes.local_modes.contains(LocalModes::TOSTOP));
        self.is_foreground() || !stops()
    }

    fn wait_idle(&self) -> bool {
        let deadline = Instant::now() + FINISH_TIMEOUT;
        let mut state = self.state.lock();
        while state.writing || !state.waiting.is_empty() {
            if self.idle.wait_until(&mut state, deadline).timed_out() {
                return !state.writing && state.waiting.is_empty();
            }
        }
        true
    }

    /// The writer's life.
    fn run(&self) {
        let mut bytes = Vec::new();
        loop {
            {
                let mut state = self.state.lock();
                while state.waiting.is_empty() {
                    self.work.wait(&mut state);
                }
                std::mem::swap(&mut bytes, &mut state.waiting);
                state.writing = true;
            }
            let result = self.write(&bytes);
            bytes.clear();
            bytes.shrink_to(MAX_WAITING_BYTES / 64);
            let mut state = self.state.lock();
            state.writing = false;
            state.abandoned = false;
            if let Err(error) = result {
                state.waiting.clear();
                state.failed = Some(error);
            }
            drop(state);
            self.idle.notify_all();
            self.wake.notify_one();
        }
    }

    fn write(&self, mut bytes: &[u8]) -> io::Result<()> {
        loop {
            bytes = self.write_what_fits(bytes)?;
            if bytes.is_empty() || self.state.lock().abandoned {
                return Ok(());
            }
            let _ = poll(&mut [PollFd::new(&self.file, PollFlags::OUT)], Some(&POLL_INTERVAL));
        }
    }
}

/// A writer that never waits.
pub struct Writer(pub(super) Arc<Output>);

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.send(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
