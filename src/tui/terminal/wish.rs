//! The input that the terminal is asked for. The program itself needs clicks, the wheel and keys as bytes; only a layer in
//! front that wants more gets more, so that elsewhere a moving mouse costs nothing. With Shift the terminal's own
//! selection works in any mode.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::terminal::input::MouseProtocolMode;

/// The input that a layer wants while it is in front.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct InputWish {
    /// The mouse events.
    pub mouse: MouseProtocolMode,
    /// Keys that have the same bytes, by kitty's protocol.
    pub unambiguous_keys: bool,
}

/// Positions beyond column 223.
const SGR_ON: &[u8] = b"\x1b[?1006h";
const SGR_OFF: &[u8] = b"\x1b[?1006l";

/// Sets the flag "disambiguate escape codes" and no other. Not pushed: after a stop that could not be foreseen it is set
/// again, and must end with one byte sequence all the same.
const KEYS_ON: &[u8] = b"\x1b[=1u";
const KEYS_OFF: &[u8] = b"\x1b[=0u";

/// True while the flag is set. Process-wide, because the terminal is given back without any handle.
static HAS_FLAG: AtomicBool = AtomicBool::new(false);

/// The bytes that switch off whatever may be on.
pub(super) fn end() -> Vec<u8> {
    let mut bytes = b"\x1b[?1006l\x1b[?1003l\x1b[?1002l\x1b[?1000l".to_vec();
    // A terminal that never got the flag may not know its end either.
    if HAS_FLAG.swap(false, Ordering::Relaxed) {
        bytes.extend_from_slice(KEYS_OFF);
    }
    bytes
}

/// The bytes that change what is asked for.
pub(super) fn change(before: InputWish, after: InputWish) -> Vec<u8> {
    let mut bytes = change_mouse(before.mouse, after.mouse);
    if before.unambiguous_keys != after.unambiguous_keys {
        HAS_FLAG.store(after.unambiguous_keys, Ordering::Relaxed);
        bytes.extend_from_slice(if after.unambiguous_keys { KEYS_ON } else { KEYS_OFF });
    }
    bytes
}

/// Some terminals keep one of the mouse's modes, others each for itself: the one before is switched off first.
fn change_mouse(before: MouseProtocolMode, after: MouseProtocolMode) -> Vec<u8> {
    let mut bytes = Vec::new();
    let (old, new) = (number(before), number(after));
    if old == new {
        return bytes;
    }
    if new.is_none() {
        bytes.extend_from_slice(SGR_OFF);
    }
    if let Some(old) = old {
        bytes.extend_from_slice(format!("\x1b[?{old}l").as_bytes());
    }
    if let Some(new) = new {
        bytes.extend_from_slice(format!("\x1b[?{new}h").as_bytes());
        if old.is_none() {
            bytes.extend_from_slice(SGR_ON);
        }
    }
    bytes
}

/// The mode to set. Presses alone are taken from all buttons' reports.
const fn number(mode: MouseProtocolMode) -> Option<u16> {
    match mode {
        MouseProtocolMode::None => None,
        MouseProtocolMode::Press | MouseProtocolMode::PressRelease => Some(1000),
        MouseProtocolMode::ButtonMotion => Some(1002),
        MouseProtocolMode::AnyMotion => Some(1003),
    }
}

#[cfg(test)]
mod tests {
    use super::MouseProtocolMode as Mode;
    use super::*;

    #[test]
    fn each_change_ends_the_mode_before_and_begins_the_next() {
        let text = |before, after| String::from_utf8(change_mouse(before, after)).unwrap();
        assert_eq!(text(Mode::None, Mode::PressRelease), "\x1b[?1000h\x1b[?1006h");
        assert_eq!(text(Mode::PressRelease, Mode::ButtonMotion), "\x1b[?1000l\x1b[?1002h");
        assert_eq!(text(Mode::AnyMotion, Mode::PressRelease), "\x1b[?1003l\x1b[?1000h");
        assert_eq!(text(Mode::ButtonMotion, Mode::None), "\x1b[?1006l\x1b[?1002l");
        assert_eq!(text(Mode::Press, Mode::PressRelease), "");
        assert_eq!(text(Mode::None, Mode::None), "");
    }
}
