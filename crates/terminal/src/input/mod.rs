//! Encoding of keys, pastes, mouse and focus into the bytes that xterm sends.

mod keys;
mod mouse;

use crossterm::event::{Event, KeyEventKind};
pub use mouse::{MouseProtocolEncoding, MouseProtocolMode};

/// The brackets of a paste in bracketed paste mode.
const PASTE_BRACKETS: (&str, &str) = ("\x1b[200~", "\x1b[201~");

/// The flags of kitty's keyboard protocol that keys are encoded by: "disambiguate escape codes". A terminal reports no
/// others, since the events that they ask for are not known here.
pub const KITTY_FLAGS: u8 = 0b1;

/// The application's modes that decide which events it gets, and in which form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a mode of its own")]
pub struct InputModes {
    /// Arrows, Home and End as `SS3` (DECCKM).
    pub application_cursor: bool,
    /// Pastes in brackets (2004).
    pub bracketed_paste: bool,
    /// Enter as CR LF (LNM).
    pub newline: bool,
    /// Focus in and out (1004).
    pub focus: bool,
    /// The mouse events to report.
    pub mouse: MouseProtocolMode,
    /// The form of mouse reports.
    pub mouse_encoding: MouseProtocolEncoding,
    /// Wheel turns as arrow keys.
    pub wheel_keys: bool,
    /// The keypad sends application sequences (DECKPAM, 66).
    pub application_keypad: bool,
    /// Backspace sends BS, and DEL with Ctrl (DECBKM, 67).
    pub backarrow: bool,
    /// xterm's `modifyOtherKeys` (XTMODKEYS resource 4), 0 to 2.
    pub modify_other_keys: u8,
    /// Flags of kitty's keyboard protocol in force; only those in [`KITTY_FLAGS`] count.
    pub kitty_flags: u8,
}

impl InputModes {
    /// Whether any mouse event is reported.
    pub fn reports_mouse(&self) -> bool {
        self.mouse != MouseProtocolMode::None
    }
}

/// Encodes an event; empty where the application did not ask for it.
///
/// The position of a mouse event is relative to the grid, from zero.
pub fn encode(event: &Event, modes: InputModes) -> Vec<u8> {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => keys::encode(*key, modes),
        Event::Paste(text) => paste(text, modes),
        Event::Mouse(event) => mouse::encode(*event, modes),
        Event::FocusGained if modes.focus => b"\x1b[I".to_vec(),
        Event::FocusLost if modes.focus => b"\x1b[O".to_vec(),
        _ => Vec::new(),
    }
}

/// Encodes a paste, with line ends as Enter sends them. Control characters are left out: an `ESC` could end the
/// brackets from inside.
fn paste(text: &str, modes: InputModes) -> Vec<u8> {
    let text: String = text
        .replace("\r\n", "\r")
        .replace('\n', "\r")
        .chars()
        .filter(|c| !c.is_control() || matches!(c, '\r' | '\t'))
        .collect();
    if modes.bracketed_paste {
        format!("{}{text}{}", PASTE_BRACKETS.0, PASTE_BRACKETS.1).into_bytes()
    } else {
        text.into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paste_cannot_end_its_own_brackets() {
        let event = Event::Paste("a\x1b[201~rm -rf\r\nb\tc\u{9b}d\n".to_owned());
        let mut modes = InputModes::default();
        assert_eq!(encode(&event, modes), "a[201~rm -rf\rb\tcd\r".as_bytes());
        modes.bracketed_paste = true;
        assert_eq!(encode(&event, modes), "\x1b[200~a[201~rm -rf\rb\tcd\r\x1b[201~".as_bytes());
    }

    #[test]
    fn focus_is_reported_when_asked_for() {
        assert!(encode(&Event::FocusGained, InputModes::default()).is_empty());
        let modes = InputModes { focus: true, ..InputModes::default() };
        assert_eq!(encode(&Event::FocusGained, modes), b"\x1b[I");
        assert_eq!(encode(&Event::FocusLost, modes), b"\x1b[O");
    }
}
