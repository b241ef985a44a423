//! The user's terminal: taken once, given back whole whatever happens.

mod abilities;
pub mod background;
mod clipboard;
mod editor;
mod frame;
mod graphics;
mod keyboard;
mod left_on;
mod output;
mod painter;
mod panics;
mod pen;
pub mod pictures;
mod raw;
mod screen;
mod size;
mod suspend;
mod wish;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crossterm::cursor::{SetCursorStyle, Show};
use crossterm::event::{DisableBracketedPaste, DisableFocusChange, EnableBracketedPaste, EnableFocusChange};
use crossterm::queue;
use crossterm::style::ResetColor;
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use parking_lot::Mutex;
use tokio::sync::Notify;

pub use abilities::Abilities;
pub use clipboard::Clipboard;
pub use editor::edit;
pub use graphics::Graphics;
pub use keyboard::KEYBOARD;
pub use output::Writer;
#[cfg(debug_assertions)]
pub use panics::panic_if_asked;
pub use panics::{install_hook, take_background_panics};
pub use raw::{pass, retake_raw};
pub use screen::Screen;
pub use size::size;
pub use suspend::{Suspended, retake, suspend};
pub use wish::InputWish;

/// True while the terminal is ours. Process-wide, because a panic hook and a signal must find it without any handle.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Held while the terminal is given back, so that a second way out does not end the process in the middle of the first.
static RESTORING: Mutex<()> = Mutex::new(());

/// Time that a second way out waits for the first.
const RESTORE_TIMEOUT: Duration = Duration::from_millis(400);

/// The terminal while it is taken. Dropping it gives it back.
pub struct Guard {
    _private: (),
}

impl Guard {
    /// Takes the terminal: raw mode, the alternate screen, pastes in brackets, focus reports, and this input.
    ///
    /// # Errors
    /// When the terminal refuses; what was taken until then has been given back.
    pub fn take(wish: InputWish) -> io::Result<Self> {
        let guard = Self { _private: () };
        enter(wish)?;
        Ok(guard)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        restore();
    }
}

/// Takes the terminal, again after [`restore`].
fn enter(wish: InputWish) -> io::Result<()> {
    TAKEN.store(true, Ordering::SeqCst);
    enable_raw_mode()?;
    let mut bytes = Vec::with_capacity(64);
    queue!(bytes, EnterAlternateScreen, EnableBracketedPaste, EnableFocusChange)?;
    bytes.extend(wish::change(InputWish::default(), wish));
    write(&bytes)
}

/// Asks for other input than before.
///
/// # Errors
/// When the terminal is gone.
pub fn change_input(before: InputWish, after: InputWish) -> io::Result<()> {
    write(&wish::change(before, after))
}

/// Returns true if the terminal has read all that was written, so that it may get the next frame.
pub fn is_idle() -> bool {
    output::opened().is_none_or(output::Output::is_idle)
}

/// Notified each time the terminal has read all that was written.
///
/// # Errors
/// When the terminal cannot be opened.
pub fn idle_notice() -> io::Result<Arc<Notify>> {
    Ok(output::open()?.wake())
}

/// A writer of frames.
///
/// # Errors
/// When the terminal cannot be opened.
pub fn writer() -> io::Result<Writer> {
    Ok(Writer(output::open()?))
}

/// Gives the terminal back as it was, in a fraction of a second even where it does not read. Does nothing when it is not
/// taken, so that every way out may call it.
pub fn restore() {
    let _turn = RESTORING.try_lock_for(RESTORE_TIMEOUT);
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    let Some(output) = output::opened() else {
        return;
    };
    background::settle();
    output.finish(&raw::farewell().unwrap_or_else(farewell));
    // Where the shell has the terminal its own modes are in force, and setting others would stop this process.
    if output.is_foreground() {
        // A failure cannot be shown: it is the terminal that failed.
        let _ = disable_raw_mode();
    }
}

/// The bytes that undo everything that may have been switched on, in one write, the screen last.
fn farewell() -> Vec<u8> {
    let mut bytes = Vec::with_capacity(96);
    // A frame may have been cut short: CAN ends whatever sequence it was in.
    bytes.push(0x18);
    bytes.extend_from_slice(pen::end_of_links());
    bytes.extend_from_slice(pictures::end());
    bytes.extend_from_slice(frame::END_FRAME);
    bytes.extend(wish::end());
    let _ = queue!(
        bytes,
        DisableFocusChange,
        DisableBracketedPaste,
        ResetColor,
        SetCursorStyle::DefaultUserShape,
        LeaveAlternateScreen,
        Show
    );
    bytes
}

fn write(bytes: &[u8]) -> io::Result<()> {
    output::open()?.send(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_farewell_undoes_all_that_was_switched_on() {
        let text = String::from_utf8(farewell()).unwrap();
        for off in [
            "\x1b[?2026l",
            "\x1b[?1000l",
            "\x1b[?1002l",
            "\x1b[?1003l",
            "\x1b[?1006l",
            "\x1b[?1004l",
            "\x1b[?2004l",
            "\x1b[?1049l",
            "\x1b[?25h",
        ] {
            assert!(text.contains(off), "{off:?} is missing in {text:?}");
        }
        assert!(!text.contains("\x1b[=0u"), "keys were never asked for: {text:?}");
        let plain = InputWish::default();
        assert_eq!(wish::change(plain, InputWish { unambiguous_keys: true, ..plain }), b"\x1b[=1u");
        let text = String::from_utf8(farewell()).unwrap();
        assert!(text.find("\x1b[=0u") < text.find("\x1b[?1049l"), "keys belong to the screen: {text:?}");
        assert!(text.contains("\x1b[=0u"));
    }

    #[test]
    fn giving_back_what_was_not_taken_does_nothing() {
        restore();
        restore();
        assert!(!TAKEN.load(Ordering::SeqCst));
    }
}
