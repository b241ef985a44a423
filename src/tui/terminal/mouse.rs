//! The mouse events that the terminal is asked for. The program itself needs clicks and the wheel; only a layer in front
//! that wants more gets more, so that elsewhere a moving mouse costs nothing. With Shift the terminal's own selection
//! works in any mode.

use crate::terminal::input::MouseProtocolMode;

/// Positions beyond column 223.
const SGR_ON: &[u8] = b"\x1b[?1006h";
const SGR_OFF: &[u8] = b"\x1b[?1006l";

/// Switches off whatever may be on.
pub(super) const MOUSE_OFF: &[u8] = b"\x1b[?1006l\x1b[?1003l\x1b[?1002l\x1b[?1000l";

/// The bytes that change what is asked for. Some terminals keep one of these modes, others each for itself: the one
/// before is switched off first.
pub(super) fn change(before: MouseProtocolMode, after: MouseProtocolMode) -> Vec<u8> {
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
        let text = |before, after| String::from_utf8(change(before, after)).unwrap();
        assert_eq!(text(Mode::None, Mode::PressRelease), "\x1b[?1000h\x1b[?1006h");
        assert_eq!(text(Mode::PressRelease, Mode::ButtonMotion), "\x1b[?1000l\x1b[?1002h");
        assert_eq!(text(Mode::AnyMotion, Mode::PressRelease), "\x1b[?1003l\x1b[?1000h");
        assert_eq!(text(Mode::ButtonMotion, Mode::None), "\x1b[?1006l\x1b[?1002l");
        assert_eq!(text(Mode::Press, Mode::PressRelease), "");
        assert_eq!(text(Mode::None, Mode::None), "");
    }
}
