//! Ctrl-Z: the terminal goes back to the shell, and the shell's `fg` brings the program back. So it does after a signal that
//! cannot be caught has stopped it.

use std::io;

use crossterm::terminal::disable_raw_mode;
use rustix::process::{Signal, getpgrp, getpid, getsid, kill_current_process_group};

use super::{InputWish, enter, restore};

/// The outcome of a request to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suspended {
    /// It stopped, and goes on now with the terminal taken anew.
    AndBack,
    /// Refused, since no shell could resume it: it leads its session, as in a terminal window of its own.
    NoShell,
}

/// Gives the terminal back, stops the whole job as a shell's Ctrl-Z does (so that `cargo run` stops too), and takes
/// the terminal again once the shell continues it. Blocks while stopped.
///
/// # Errors
/// When the terminal cannot be taken again.
pub fn suspend(wish: InputWish) -> io::Result<Suspended> {
    if !has_shell() {
        return Ok(Suspended::NoShell);
    }
    restore();
    // SIGSTOP, not SIGTSTP: the latter is caught, so that one from outside gives the terminal back as well.
    let stopped = kill_current_process_group(Signal::STOP);
    enter(wish)?;
    stopped?;
    Ok(Suspended::AndBack)
}

/// Takes the terminal again after something else stopped this process and a shell continued it: the shell has set modes of
/// its own meanwhile. Where it was continued in the background this stops it, as the system does with every program that
/// sets a terminal that is not its own.
///
/// # Errors
/// When the terminal cannot be taken again.
pub fn retake(wish: InputWish) -> io::Result<()> {
    // Only after raw mode was left is it entered anew.
    disable_raw_mode()?;
    enter(wish)
}

/// Returns true if our job is not the session leader's own: then a shell with job control started it and can continue it.
fn has_shell() -> bool {
    getsid(Some(getpid())).is_ok_and(|session| session != getpgrp())
}
