//! The thread that reads the keyboard, made to pause while another program has the terminal: else it would take that one's
//! keys.

use std::io::{self, IsTerminal as _, PipeReader, PipeWriter, Read as _, Write as _};
use std::os::fd::{AsFd as _, BorrowedFd};
use std::sync::OnceLock;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};
use rustix::event::{PollFd, PollFlags, poll};

/// The reading thread of this process.
pub static KEYBOARD: Keyboard = Keyboard::new();

/// Time that a pause waits for the thread. It is longer only where keys come without end.
const PAUSE_TIMEOUT: Duration = Duration::from_millis(500);

/// The state of the thread, and the pipe that wakes it.
pub struct Keyboard {
    state: Mutex<State>,
    changed: Condvar,
    pipe: OnceLock<(Mutex<PipeReader>, Mutex<PipeWriter>)>,
}

#[derive(Debug, Clone, Copy, Default)]
struct State {
    is_paused: bool,
    is_parked: bool,
}

/// A pause of the reading thread. It ends when this is dropped.
pub struct Pause<'a>(&'a Keyboard);

impl Keyboard {
    const fn new() -> Self {
        Self {
            state: Mutex::new(State { is_paused: false, is_parked: false }),
            changed: Condvar::new(),
            pipe: OnceLock::new(),
        }
    }

    /// Waits until there is something to read, and for the end of a pause. Called by the reading thread before each read.
    /// Returns false where the terminal cannot be watched, or is gone: then a read finds out more.
    ///
    /// # Errors
    /// When there are no pipes left.
    pub fn wait(&self) -> io::Result<bool> {
        let wake = self.pipe()?;
        loop {
            self.park();
            let stdin = io::stdin();
            // The terminal of standard input, as crossterm reads it; where that is none it reads another one by itself.
            if !stdin.is_terminal() {
                return Ok(false);
            }
            let reader = wake.0.lock();
            let (terminal, pipe) = watch(stdin.as_fd(), reader.as_fd())?;
            if !pipe.is_empty() {
                let mut byte = [0];
                let _ = (&*reader).read(&mut byte);
            }
            drop(reader);
            if !terminal.is_empty() && !self.state.lock().is_paused {
                return Ok(terminal == PollFlags::IN);
            }
        }
    }

    fn park(&self) {
        let mut state = self.state.lock();
        while state.is_paused {
            state.is_parked = true;
            self.changed.notify_all();
            self.changed.wait(&mut state);
        }
        state.is_parked = false;
    }

    /// Pauses the reading thread; returns once it reads no more.
    pub fn pause(&self) -> Pause<'_> {
        let mut state = self.state.lock();
        state.is_paused = true;
        if let Ok(pipe) = self.pipe() {
            let _ = pipe.1.lock().write(&[0]);
        }
        if !state.is_parked {
            self.changed.wait_for(&mut state, PAUSE_TIMEOUT);
        }
        Pause(self)
    }

    fn pipe(&self) -> io::Result<&(Mutex<PipeReader>, Mutex<PipeWriter>)> {
        if let Some(pipe) = self.pipe.get() {
            return Ok(pipe);
        }
        let (reader, writer) = io::pipe()?;
        Ok(self.pipe.get_or_init(|| (Mutex::new(reader), Mutex::new(writer))))
    }
}

impl Drop for Pause<'_> {
    fn drop(&mut self) {
        self.0.state.lock().is_paused = false;
        self.0.changed.notify_all();
    }
}

/// Waits until one of them can be read, and returns what there is at each.
fn watch(terminal: BorrowedFd<'_>, wake: BorrowedFd<'_>) -> io::Result<(PollFlags, PollFlags)> {
    let mut fds = [PollFd::new(&terminal, PollFlags::IN), PollFd::new(&wake, PollFlags::IN)];
    match poll(&mut fds, None) {
        Ok(_) => {}
        Err(rustix::io::Errno::INTR) => return Ok((PollFlags::empty(), PollFlags::empty())),
        Err(error) => return Err(error.into()),
    }
    Ok((fds[0].revents(), fds[1].revents()))
}
