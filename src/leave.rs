//! The end of the program. Signals come to a thread of their own, which nothing can hold up. What has to be put
//! in order first gets a moment; after that the process ends, whatever hangs: a name server, a disk, a terminal.
//!
//! ```text
//! a command line       signal ─▶ commands of secrets ended ─▶ the signal's own effect
//! the screen, the demo signal ─▶ handler ─▶ in order, within ORDERLY_TIMEOUT ─▶ else now()
//!                      a second signal or Ctrl-C ─▶ now()
//! ```

use std::io;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use rustix::process::{Pid, Signal, kill_process};
use signal_hook::consts::signal;
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

use crate::config::end_commands;
use crate::tui::terminal;

/// Time to put things in order: with the time that restoring the terminal takes it stays within a second.
const ORDERLY_TIMEOUT: Duration = Duration::from_millis(550);

/// A Ctrl-C that nothing has acted on for so long means that the screen hangs: the next one leaves even a text field or a
/// console.
const STUCK_AFTER: Duration = Duration::from_millis(1500);

/// Signals that end a program that does not catch them. Those that report a fault of the program itself are left alone.
const ENDING: [i32; 11] = [
    signal::SIGTERM,
    signal::SIGHUP,
    signal::SIGINT,
    signal::SIGQUIT,
    signal::SIGABRT,
    signal::SIGALRM,
    signal::SIGVTALRM,
    signal::SIGPROF,
    signal::SIGXCPU,
    signal::SIGSYS,
    signal::SIGTRAP,
];

/// Signals that would end the program although they ask for nothing that it has: they are ignored. A file that grows too
/// large is reported by the write that fails.
const IGNORED: [i32; 3] = [signal::SIGUSR1, signal::SIGUSR2, signal::SIGXFSZ];

/// Takes the number of a signal that asks to leave.
type Handler = Box<dyn Fn(i32) + Send>;

/// The process that has the terminal in our place: signals are for it.
static PASSED_ON_TO: Mutex<Option<Pid>> = Mutex::new(None);

/// Set while something is to be put in order before the end.
static HANDLER: Mutex<Option<Handler>> = Mutex::new(None);

/// True once the end has begun.
static LEAVING: AtomicBool = AtomicBool::new(false);

/// The exit status of the end that has begun.
static STATUS: AtomicU8 = AtomicU8::new(0);

/// The exit status after a signal: by convention 128 more than its number.
pub fn status_of(signal: i32) -> u8 {
    u8::try_from(128 + signal).unwrap_or(u8::MAX)
}

/// Begins to watch for signals.
///
/// # Errors
/// When the system refuses handlers or a thread.
pub fn watch() -> io::Result<()> {
    let mut signals = Signals::new(ENDING.iter().chain(&IGNORED))?;
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        for signal in signals.forever().filter(|signal| ENDING.contains(signal)) {
            take(signal);
        }
    })?;
    Ok(())
}

/// From now on a signal that asks to leave goes to this handler, which has `ORDERLY_TIMEOUT` from then on. It must not
/// wait.
pub fn handle(handler: impl Fn(i32) + Send + 'static) {
    *HANDLER.lock() = Some(Box::new(handler));
}

/// Passes signals on to this process until the guard is dropped: when they end it, its end is ours.
pub fn pass_on_to(process: u32) -> PassingOn {
    *PASSED_ON_TO.lock() = i32::try_from(process).ok().and_then(Pid::from_raw);
    PassingOn(())
}

/// Signals are passed on while this is there.
#[derive(Debug)]
#[must_use]
pub struct PassingOn(());

impl Drop for PassingOn {
    fn drop(&mut self) {
        *PASSED_ON_TO.lock() = None;
    }
}

fn take(signal: i32) {
    if let Some(process) = *PASSED_ON_TO.lock() {
        let signal = Signal::from_named_raw(signal);
        // It may have ended by the same one: a terminal sends it to all.
        let _ = signal.map(|signal| kill_process(process, signal));
        return;
    }
    match HANDLER.lock().as_ref() {
        Some(handler) if begin(status_of(signal)) => handler(signal),
        Some(_) => now(status_of(signal)),
        None => {
            let _none_starts = end_commands();
            // As if it were not caught, so that a shell sees which signal it was.
            let _ = emulate_default_handler(signal);
            signal_hook::low_level::exit(i32::from(status_of(signal)))
        }
    }
}

/// Begins the end: if the program has not ended by itself within `ORDERLY_TIMEOUT`, it is ended with this status. Returns
/// false if the end has begun before.
pub fn begin(status: u8) -> bool {
    if LEAVING.swap(true, Ordering::SeqCst) {
        return false;
    }
    STATUS.store(status, Ordering::SeqCst);
    let timer = std::thread::Builder::new().name("leave".to_owned()).spawn(move || {
        std::thread::sleep(ORDERLY_TIMEOUT);
        tracing::warn!("something did not end in time: ended without it");
        now(status)
    });
    if timer.is_err() {
        now(status);
    }
    true
}

/// Ends the process at once. The terminal is given back and commands of secrets are ended, nothing else.
pub fn now(status: u8) -> ! {
    terminal::restore();
    let _none_starts = end_commands();
    signal_hook::low_level::exit(i32::from(status))
}

/// Ctrl-C as a key, from the thread that reads the keyboard to the one that acts on it. Where that thread hangs, the key
/// leaves all the same.
#[derive(Debug)]
pub struct Interrupts {
    typed: AtomicU64,
    taken: AtomicU64,
    /// When the first was typed that has not been taken.
    waits_since: Mutex<Option<Instant>>,
    /// True where Ctrl-C leaves the program, and is not for a text field or a console.
    leaves: AtomicBool,
}

/// The interrupts of the process.
pub static INTERRUPTS: Interrupts = Interrupts {
    typed: AtomicU64::new(0),
    taken: AtomicU64::new(0),
    waits_since: Mutex::new(None),
    leaves: AtomicBool::new(true),
};

impl Interrupts {
    /// Takes note of Ctrl-C at the keyboard.
    pub fn typed(&'static self) {
        if LEAVING.load(Ordering::SeqCst) {
            now(STATUS.load(Ordering::SeqCst));
        }
        let number = self.typed.fetch_add(1, Ordering::SeqCst) + 1;
        let waited = self.waits_since.lock().get_or_insert_with(Instant::now).elapsed();
        if waited > STUCK_AFTER {
            now(status_of(signal::SIGINT));
        }
        if !self.leaves.load(Ordering::SeqCst) {
            return;
        }
        let timer = std::thread::Builder::new().name("interrupt".to_owned()).spawn(move || {
            std::thread::sleep(ORDERLY_TIMEOUT);
            if self.taken.load(Ordering::SeqCst) < number {
                now(status_of(signal::SIGINT));
            }
        });
        if timer.is_err() {
            now(status_of(signal::SIGINT));
        }
    }

    /// Takes note that the key was acted on. `leaves` is what it does from now on.
    pub fn taken(&self) {
        self.taken.fetch_add(1, Ordering::SeqCst);
        *self.waits_since.lock() = None;
    }

    /// Sets what Ctrl-C does from now on: whether it leaves the program.
    pub fn set_leaves(&self, leaves: bool) {
        self.leaves.store(leaves, Ordering::SeqCst);
    }
}
