//! Keys, pastes, mouse and focus into the bytes that a guest expects, as xterm sends them.

mod keys;
mod mouse;

use crossterm::event::{Event, KeyEventKind};
pub use vt100::{MouseProtocolEncoding, MouseProtocolMode};

/// What brackets a paste in bracketed paste mode.
const PASTE: (&str, &str) = ("\x1b[200~", "\x1b[201~");

/// What the guest has asked to hear, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a mode of its own")]
pub struct Wants {
    /// Arrows, Home and End as `SS3` (DECCKM).
    pub application_cursor: bool,
    /// Pastes in brackets (2004).
    pub bracketed_paste: bool,
    /// Enter as CR LF (LNM).
    pub newline: bool,
    /// Focus in and out (1004).
    pub focus: bool,
    /// Which mouse events.
    pub mouse: MouseProtocolMode,
    /// In which form.
    pub mouse_encoding: MouseProtocolEncoding,
    /// Wheel turns as arrow keys.
    pub wheel_keys: bool,
}

impl Wants {
    /// Whether the guest asked for mouse events.
    pub fn hears_mouse(&self) -> bool {
        self.mouse != MouseProtocolMode::None
    }
}

/// The bytes for an event; empty where the guest did not ask for it.
///
/// The position of a mouse event is relative to the grid, from zero.
pub fn encode(event: &Event, wants: Wants) -> Vec<u8> {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => keys::encode(*key, wants),
        Event::Paste(text) => paste(text, wants),
        Event::Mouse(event) => mouse::encode(*event, wants),
        Event::FocusGained if wants.focus => b"\x1b[I".to_vec(),
        Event::FocusLost if wants.focus => b"\x1b[O".to_vec(),
        _ => Vec::new(),
    }
}

/// A paste: line ends as Enter sends them. No control that a person could not mean passes, least of all an `ESC` that
/// could end the brackets from inside.
fn paste(text: &str, wants: Wants) -> Vec<u8> {
    let text: String = text
        .replace("\r\n", "\r")
        .replace('\n', "\r")
        .chars()
        .filter(|c| !c.is_control() || matches!(c, '\r' | '\t'))
        .collect();
    if wants.bracketed_paste {
        format!("{}{text}{}", PASTE.0, PASTE.1).into_bytes()
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
        let mut wants = Wants::default();
        assert_eq!(encode(&event, wants), "a[201~rm -rf\rb\tcd\r".as_bytes());
        wants.bracketed_paste = true;
        assert_eq!(encode(&event, wants), "\x1b[200~a[201~rm -rf\rb\tcd\r\x1b[201~".as_bytes());
    }

    #[test]
    fn focus_is_told_when_asked_for() {
        assert!(encode(&Event::FocusGained, Wants::default()).is_empty());
        let wants = Wants { focus: true, ..Wants::default() };
        assert_eq!(encode(&Event::FocusGained, wants), b"\x1b[I");
        assert_eq!(encode(&Event::FocusLost, wants), b"\x1b[O");
    }
}
