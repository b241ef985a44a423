//! A panic must not leave the terminal broken, nor may one in the background write over the screen.

use std::panic::PanicHookInfo;
use std::sync::Once;
use std::sync::atomic::Ordering;
use std::thread::{self, ThreadId};

use parking_lot::Mutex;

use super::{TAKEN, restore};

static INSTALL: Once = Once::new();

/// Messages of background panics that the screen has not shown yet; at most [`MAX_BACKGROUND_PANICS`].
static BACKGROUND: Mutex<Vec<String>> = Mutex::new(Vec::new());
const MAX_BACKGROUND_PANICS: usize = 16;

/// Puts a hook before the one in force. While the terminal is taken: a panic of the calling thread, which draws, gives
/// the terminal back first; one of another thread is kept for the screen and the log file and prints nothing; one
/// inside the emulator, which is caught there, is passed over. Installs itself once.
pub fn install_hook() {
    let screen = thread::current().id();
    INSTALL.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if crate::terminal::in_guarded_section() {
                return;
            }
            match place(screen) {
                Place::Screen => restore(),
                Place::Background => {
                    keep(info);
                    return;
                }
                Place::Outside => {}
            }
            before(info);
        }));
    });
}

enum Place {
    /// On the thread that draws, while the terminal is taken.
    Screen,
    /// On another, while the terminal is taken.
    Background,
    /// The terminal is not taken.
    Outside,
}

fn place(screen: ThreadId) -> Place {
    if !TAKEN.load(Ordering::SeqCst) {
        Place::Outside
    } else if thread::current().id() == screen {
        Place::Screen
    } else {
        Place::Background
    }
}

fn keep(info: &PanicHookInfo<'_>) {
    let payload = info.payload();
    let message = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("a value that is no text");
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    tracing::error!(%place, %message, "a background task panicked");
    let mut kept = BACKGROUND.lock();
    if kept.len() < MAX_BACKGROUND_PANICS {
        kept.push(format!("a background task failed: {message} ({place})"));
    }
}

/// Takes the messages of background tasks that panicked since the last call.
pub fn take_background_panics() -> Vec<String> {
    std::mem::take(&mut *BACKGROUND.lock())
}

/// The variable that session tests set to see that a panic gives the terminal back. Builds for use do not look at it.
#[cfg(debug_assertions)]
const PANIC: &str = "QDECK_TEST_PANIC";

/// Shows what a panic does to the terminal.
///
/// # Panics
/// Where `PANIC` is set.
#[cfg(debug_assertions)]
pub fn panic_if_asked() {
    assert!(std::env::var_os(PANIC).is_none(), "{PANIC} is set");
}
