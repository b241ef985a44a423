//! Keys, in xterm's default forms (PC-style function keys, `modifyOtherKeys` off).

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::InputModes;

/// Encodes a key press.
pub(super) fn encode(key: KeyEvent, modes: InputModes) -> Vec<u8> {
    let modifiers = key.modifiers;
    let alt = modifiers.intersects(KeyModifiers::ALT | KeyModifiers::META);
    match key.code {
        KeyCode::Char(c) => character(c, modifiers, alt),
        KeyCode::Enter if modes.newline => with_alt(b"\r\n", alt),
        KeyCode::Enter => with_alt(b"\r", alt),
        KeyCode::Tab if modifiers.contains(KeyModifiers::SHIFT) => with_alt(b"\x1b[Z", alt),
        KeyCode::Tab => with_alt(b"\t", alt),
        KeyCode::BackTab => with_alt(b"\x1b[Z", alt),
        KeyCode::Backspace if modifiers.contains(KeyModifiers::CONTROL) => with_alt(b"\x08", alt),
        KeyCode::Backspace => with_alt(b"\x7f", alt),
        KeyCode::Esc => with_alt(b"\x1b", alt),
        KeyCode::Null => with_alt(b"\0", alt),
        KeyCode::Up => csi_letter(b'A', modifiers, modes),
        KeyCode::Down => csi_letter(b'B', modifiers, modes),
        KeyCode::Right => csi_letter(b'C', modifiers, modes),
        KeyCode::Left => csi_letter(b'D', modifiers, modes),
        KeyCode::KeypadBegin => csi_letter(b'E', modifiers, modes),
        KeyCode::End => csi_letter(b'F', modifiers, modes),
        KeyCode::Home => csi_letter(b'H', modifiers, modes),
        KeyCode::Insert => csi_number(2, modifiers),
        KeyCode::Delete => csi_number(3, modifiers),
        KeyCode::PageUp => csi_number(5, modifiers),
        KeyCode::PageDown => csi_number(6, modifiers),
        KeyCode::F(n) => function_key(n, modifiers),
        KeyCode::Menu => csi_number(29, modifiers),
        _ => Vec::new(),
    }
}

fn with_alt(bytes: &[u8], alt: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + 1);
    if alt {
        out.push(0x1b);
    }
    out.extend_from_slice(bytes);
    out
}

fn character(c: char, modifiers: KeyModifiers, alt: bool) -> Vec<u8> {
    if modifiers.contains(KeyModifiers::CONTROL)
        && let Some(control) = control(c)
    {
        return with_alt(&[control], alt);
    }
    with_alt(c.encode_utf8(&mut [0; 4]).as_bytes(), alt)
}

/// The control character of a key with Ctrl held, as on a VT220 keyboard.
fn control(c: char) -> Option<u8> {
    Some(match c {
        'a'..='z' => c as u8 - b'a' + 1,
        'A'..='Z' => c as u8 - b'A' + 1,
        ' ' | '@' | '2' => 0,
        '[' | '3' => 0x1b,
        '\\' | '4' => 0x1c,
        ']' | '5' => 0x1d,
        '^' | '6' => 0x1e,
        '_' | '/' | '7' => 0x1f,
        '?' | '8' => 0x7f,
        _ => return None,
    })
}

/// xterm's number for the modifiers held, if any: one plus Shift 1, Alt 2, Ctrl 4.
fn modifier_number(modifiers: KeyModifiers) -> Option<u8> {
    let mut number = 0;
    if modifiers.contains(KeyModifiers::SHIFT) {
        number += 1;
    }
    if modifiers.intersects(KeyModifiers::ALT | KeyModifiers::META) {
        number += 2;
    }
    if modifiers.contains(KeyModifiers::CONTROL) {
        number += 4;
    }
    (number > 0).then_some(number + 1)
}

/// Encodes arrows, Home and End: modifiers take precedence over the application form.
fn csi_letter(action: u8, modifiers: KeyModifiers, modes: InputModes) -> Vec<u8> {
    match modifier_number(modifiers) {
        Some(held) => format!("\x1b[1;{held}{}", char::from(action)).into_bytes(),
        None if modes.application_cursor => vec![0x1b, b'O', action],
        None => vec![0x1b, b'[', action],
    }
}

fn csi_number(number: u8, modifiers: KeyModifiers) -> Vec<u8> {
    match modifier_number(modifiers) {
        Some(held) => format!("\x1b[{number};{held}~").into_bytes(),
        None => format!("\x1b[{number}~").into_bytes(),
    }
}

fn function_key(n: u8, modifiers: KeyModifiers) -> Vec<u8> {
    match (n, modifier_number(modifiers)) {
        (1..=4, None) => vec![0x1b, b'O', b'P' + n - 1],
        (1..=4, Some(held)) => format!("\x1b[1;{held}{}", char::from(b'P' + n - 1)).into_bytes(),
        (5, _) => csi_number(15, modifiers),
        (6..=10, _) => csi_number(n + 11, modifiers),
        (11..=14, _) => csi_number(n + 12, modifiers),
        (15..=16, _) => csi_number(n + 13, modifiers),
        (17..=20, _) => csi_number(n + 14, modifiers),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(code: KeyCode, modifiers: KeyModifiers, modes: InputModes) -> String {
        String::from_utf8(encode(KeyEvent::new(code, modifiers), modes)).unwrap()
    }

    #[test]
    fn keys_are_sent_as_xterm_sends_them() {
        const NONE: KeyModifiers = KeyModifiers::NONE;
        const SHIFT: KeyModifiers = KeyModifiers::SHIFT;
        const CTRL: KeyModifiers = KeyModifiers::CONTROL;
        const ALT: KeyModifiers = KeyModifiers::ALT;
        let modes = InputModes::default();
        for (code, modifiers, expected) in [
            (KeyCode::Char('a'), NONE, "a"),
            (KeyCode::Char('A'), SHIFT, "A"),
            (KeyCode::Char('é'), ALT, "\x1bé"),
            (KeyCode::Char('c'), CTRL, "\x03"),
            (KeyCode::Char(']'), CTRL, "\x1d"),
            (KeyCode::Char(' '), CTRL, "\0"),
            (KeyCode::Char('x'), CTRL | ALT, "\x1b\x18"),
            (KeyCode::Enter, NONE, "\r"),
            (KeyCode::Backspace, NONE, "\x7f"),
            (KeyCode::Backspace, ALT, "\x1b\x7f"),
            (KeyCode::BackTab, SHIFT, "\x1b[Z"),
            (KeyCode::Esc, NONE, "\x1b"),
            (KeyCode::Up, NONE, "\x1b[A"),
            (KeyCode::Up, CTRL, "\x1b[1;5A"),
            (KeyCode::Home, SHIFT | ALT, "\x1b[1;4H"),
            (KeyCode::Delete, NONE, "\x1b[3~"),
            (KeyCode::PageUp, CTRL | SHIFT, "\x1b[5;6~"),
            (KeyCode::F(1), NONE, "\x1bOP"),
            (KeyCode::F(4), CTRL, "\x1b[1;5S"),
            (KeyCode::F(5), NONE, "\x1b[15~"),
            (KeyCode::F(6), NONE, "\x1b[17~"),
            (KeyCode::F(10), NONE, "\x1b[21~"),
            (KeyCode::F(12), SHIFT, "\x1b[24;2~"),
            (KeyCode::F(15), NONE, "\x1b[28~"),
            (KeyCode::F(20), NONE, "\x1b[34~"),
            (KeyCode::CapsLock, NONE, ""),
        ] {
            assert_eq!(typed(code, modifiers, modes), expected, "{modifiers:?} {code:?}");
        }
    }

    #[test]
    fn modes_choose_the_form_of_arrows_and_enter() {
        let modes = InputModes { application_cursor: true, newline: true, ..InputModes::default() };
        assert_eq!(typed(KeyCode::Up, KeyModifiers::NONE, modes), "\x1bOA");
        assert_eq!(typed(KeyCode::End, KeyModifiers::NONE, modes), "\x1bOF");
        assert_eq!(typed(KeyCode::Up, KeyModifiers::SHIFT, modes), "\x1b[1;2A");
        assert_eq!(typed(KeyCode::Enter, KeyModifiers::NONE, modes), "\r\n");
    }
}
