//! Keys, in xterm's default forms (PC-style function keys), unless the application asked for others.

mod kitty;
mod other_keys;

use crossterm::event::{KeyCode, KeyEvent, KeyEventState, KeyModifiers};

use super::{InputModes, KITTY_FLAGS};

/// Encodes a key press.
pub(super) fn encode(key: KeyEvent, modes: InputModes) -> Vec<u8> {
    let asked = if modes.kitty_flags & KITTY_FLAGS != 0 {
        kitty::encode(key)
    } else {
        other_keys::encode(key, modes)
    };
    asked.unwrap_or_else(|| plain(key, modes))
}

/// The form of an application that asked for no other.
fn plain(key: KeyEvent, modes: InputModes) -> Vec<u8> {
    let modifiers = key.modifiers;
    let alt = modifiers.intersects(KeyModifiers::ALT | KeyModifiers::META);
    if modes.application_keypad
        && modifiers.is_empty()
        && key.state.contains(KeyEventState::KEYPAD)
        && let Some(last) = keypad(key.code)
    {
        return vec![0x1b, b'O', last];
    }
    match key.code {
        KeyCode::Char(c) => character(c, modifiers, alt),
        KeyCode::Enter if modes.newline => with_alt(b"\r\n", alt),
        KeyCode::Enter => with_alt(b"\r", alt),
        KeyCode::Tab if modifiers.contains(KeyModifiers::SHIFT) => with_alt(b"\x1b[Z", alt),
        KeyCode::Tab => with_alt(b"\t", alt),
        KeyCode::BackTab => with_alt(b"\x1b[Z", alt),
        KeyCode::Backspace if modifiers.contains(KeyModifiers::CONTROL) == modes.backarrow => {
            with_alt(b"\x7f", alt)
        }
        KeyCode::Backspace => with_alt(b"\x08", alt),
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

/// The last byte of a key of the application keypad (VT100).
fn keypad(code: KeyCode) -> Option<u8> {
    Some(match code {
        KeyCode::Char(digit @ '0'..='9') => b'p' + (digit as u8 - b'0'),
        KeyCode::Char('*') => b'j',
        KeyCode::Char('+') => b'k',
        KeyCode::Char(',') => b'l',
        KeyCode::Char('-') => b'm',
        KeyCode::Char('.') => b'n',
        KeyCode::Char('/') => b'o',
        KeyCode::Char('=') => b'X',
        KeyCode::Enter => b'M',
        _ => return None,
    })
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

/// The control character of a key with Ctrl held, as X11 makes them.
fn control(c: char) -> Option<u8> {
    Some(match c {
        '@'..='~' => c as u8 & 0x1f,
        ' ' | '2' => 0,
        '3' => 0x1b,
        '4' => 0x1c,
        '5' => 0x1d,
        '6' => 0x1e,
        '/' | '7' => 0x1f,
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
            (KeyCode::Char('_'), CTRL, "\x1f"),
            (KeyCode::Char('/'), CTRL, "\x1f"),
            (KeyCode::Char('6'), CTRL, "\x1e"),
            (KeyCode::Char('~'), CTRL | SHIFT, "\x1e"),
            (KeyCode::Char('`'), CTRL, "\0"),
            (KeyCode::Char('?'), CTRL | SHIFT, "\x7f"),
            (KeyCode::Char(';'), CTRL, ";"),
            (KeyCode::Char('x'), CTRL | ALT, "\x1b\x18"),
            (KeyCode::Char('X'), ALT | SHIFT, "\x1bX"),
            (KeyCode::Char('['), ALT, "\x1b["),
            (KeyCode::Backspace, CTRL, "\x08"),
            (KeyCode::BackTab, SHIFT | ALT, "\x1b\x1b[Z"),
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
        let modes = InputModes { backarrow: true, ..InputModes::default() };
        assert_eq!(typed(KeyCode::Backspace, KeyModifiers::NONE, modes), "\x08");
        assert_eq!(typed(KeyCode::Backspace, KeyModifiers::CONTROL, modes), "\x7f");
        assert_eq!(typed(KeyCode::Backspace, KeyModifiers::ALT, modes), "\x1b\x08");
    }

    #[test]
    fn only_keys_of_the_keypad_are_sent_as_its_application_keys() {
        let modes = InputModes { application_keypad: true, ..InputModes::default() };
        let pad = |code| {
            let key = KeyEvent { state: KeyEventState::KEYPAD, ..KeyEvent::new(code, KeyModifiers::NONE) };
            (encode(key, modes), encode(key, InputModes::default()))
        };
        assert_eq!(pad(KeyCode::Char('0')), (b"\x1bOp".to_vec(), b"0".to_vec()));
        assert_eq!(pad(KeyCode::Char('9')), (b"\x1bOy".to_vec(), b"9".to_vec()));
        assert_eq!(pad(KeyCode::Char('+')), (b"\x1bOk".to_vec(), b"+".to_vec()));
        assert_eq!(pad(KeyCode::Enter), (b"\x1bOM".to_vec(), b"\r".to_vec()));
        assert_eq!(typed(KeyCode::Char('0'), KeyModifiers::NONE, modes), "0");
    }
}
