//! The terminal while a remote side draws on it by itself: raw, and given back without what that side left on.

use std::io::{self, IsTerminal as _};
use std::sync::atomic::Ordering;

use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use parking_lot::Mutex;

use super::left_on::LeftOn;
use super::{Guard, RESTORE_TIMEOUT, TAKEN, output};

/// The state of a terminal that is taken raw. Process-wide, as [`TAKEN`] is.
static RAW: Mutex<Option<Raw>> = Mutex::new(None);

struct Raw {
    left_on: LeftOn,
    /// False where standard output is a file or a pipe, on which there is nothing to reset.
    is_drawn_on: bool,
}

impl Guard {
    /// Takes the terminal for output that is passed as it is: raw mode alone, and only where standard input is a terminal.
    /// What [`pass`] writes is noted, so that the modes which it leaves on can be reset.
    ///
    /// # Errors
    /// When the terminal refuses; what was taken until then has been given back.
    pub fn take_raw() -> io::Result<Self> {
        let guard = Self { _private: () };
        output::open()?;
        let is_drawn_on = io::stdout().is_terminal();
        *RAW.lock() = Some(Raw { left_on: LeftOn::default(), is_drawn_on });
        TAKEN.store(true, Ordering::SeqCst);
        if io::stdin().is_terminal() {
            enable_raw_mode()?;
        }
        Ok(guard)
    }
}

/// Writes the bytes of a remote side to standard output. Wait until [`super::is_idle`] before the next ones.
///
/// # Errors
/// The output is closed, or has not read for too long.
pub fn pass(bytes: &[u8]) -> io::Result<()> {
    if let Some(raw) = RAW.lock().as_mut().filter(|raw| raw.is_drawn_on) {
        raw.left_on.note(bytes);
    }
    super::write(bytes)
}

/// Takes raw mode again after something stopped this process and a shell continued it. Where it was continued in the
/// background this stops it, as the system does with every program that sets a terminal that is not its own.
///
/// # Errors
/// When the terminal cannot be taken again.
pub fn retake_raw() -> io::Result<()> {
    if !io::stdin().is_terminal() {
        return Ok(());
    }
    // Only after raw mode was left is it entered anew.
    disable_raw_mode()?;
    enable_raw_mode()
}

/// The bytes that reset what was left on, if the terminal was taken raw.
pub(super) fn farewell() -> Option<Vec<u8>> {
    // Never for long in other hands, but a way out waits for nothing.
    let raw = RAW.try_lock_for(RESTORE_TIMEOUT)?.take()?;
    Some(if raw.is_drawn_on { raw.left_on.reset() } else { Vec::new() })
}
