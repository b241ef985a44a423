//! Keys in kitty's keyboard protocol, with the flag "disambiguate escape codes"
//! (<https://sw.kovidgoyal.net/kitty/keyboard-protocol/>).

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// The end of a sequence: `CSI number ; modifiers u`, the same with `~`, or `CSI 1 ; modifiers letter`.
enum Form {
    Unicode(u32),
    Tilde(u8),
    Letter(char),
}

/// Encodes a key press; `None` where it is sent as without the protocol, as all text is.
pub(super) fn encode(key: KeyEvent) -> Option<Vec<u8>> {
    let mut modifiers = modifiers(key.modifiers);
    if key.code == KeyCode::BackTab {
        modifiers |= SHIFT;
    }
    let form = match key.code {
        KeyCode::Char(_) if modifiers & !SHIFT == 0 => return None,
        // The number is that of the key without Shift. Of other characters than letters it is not known.
        KeyCode::Char(c) => Form::Unicode(c.to_ascii_lowercase().into()),
        KeyCode::Null => {
            modifiers |= CONTROL;
            Form::Unicode(' '.into())
        }
        // So that a user can type `reset` after a program that has crashed.
        KeyCode::Enter | KeyCode::Tab | KeyCode::Backspace if modifiers == 0 => return None,
        KeyCode::Esc => Form::Unicode(27),
        KeyCode::Enter => Form::Unicode(13),
        KeyCode::Tab | KeyCode::BackTab => Form::Unicode(9),
        KeyCode::Backspace => Form::Unicode(127),
        KeyCode::Up => Form::Letter('A'),
        KeyCode::Down => Form::Letter('B'),
        KeyCode::Right => Form::Letter('C'),
        KeyCode::Left => Form::Letter('D'),
        KeyCode::KeypadBegin => Form::Letter('E'),
        KeyCode::End => Form::Letter('F'),
        KeyCode::Home => Form::Letter('H'),
        KeyCode::Insert => Form::Tilde(2),
        KeyCode::Delete => Form::Tilde(3),
        KeyCode::PageUp => Form::Tilde(5),
        KeyCode::PageDown => Form::Tilde(6),
        KeyCode::F(1) => Form::Letter('P'),
        KeyCode::F(2) => Form::Letter('Q'),
        // `CSI R` is a report of the cursor.
        KeyCode::F(3) => Form::Tilde(13),
        KeyCode::F(4) => Form::Letter('S'),
        KeyCode::F(5) => Form::Tilde(15),
        KeyCode::F(n @ 6..=10) => Form::Tilde(n + 11),
        KeyCode::F(n @ 11..=12) => Form::Tilde(n + 12),
        KeyCode::F(n @ 13..=35) => Form::Unicode(57_376 + u32::from(n) - 13),
        KeyCode::CapsLock => Form::Unicode(57_358),
        KeyCode::ScrollLock => Form::Unicode(57_359),
        KeyCode::NumLock => Form::Unicode(57_360),
        KeyCode::PrintScreen => Form::Unicode(57_361),
        KeyCode::Pause => Form::Unicode(57_362),
        KeyCode::Menu => Form::Unicode(57_363),
        _ => return None,
    };
    let held = modifiers + 1;
    let text = match (form, modifiers) {
        (Form::Unicode(number), 0) => format!("\x1b[{number}u"),
        (Form::Unicode(number), _) => format!("\x1b[{number};{held}u"),
        (Form::Tilde(number), 0) => format!("\x1b[{number}~"),
        (Form::Tilde(number), _) => format!("\x1b[{number};{held}~"),
        (Form::Letter(letter), 0) => format!("\x1b[{letter}"),
        (Form::Letter(letter), _) => format!("\x1b[1;{held}{letter}"),
    };
    Some(text.into_bytes())
}

const SHIFT: u8 = 1;
const CONTROL: u8 = 4;

fn modifiers(held: KeyModifiers) -> u8 {
    let bits = [
        (KeyModifiers::SHIFT, SHIFT),
        (KeyModifiers::ALT, 2),
        (KeyModifiers::CONTROL, CONTROL),
        (KeyModifiers::SUPER, 8),
        (KeyModifiers::HYPER, 16),
        (KeyModifiers::META, 32),
    ];
    bits.into_iter().filter(|(modifier, _)| held.contains(*modifier)).map(|(_, bit)| bit).sum()
}

#[cfg(test)]
mod tests {
    use super::super::super::{InputModes, KITTY_FLAGS};
    use super::*;

    #[test]
    fn keys_are_sent_as_the_protocol_describes_its_first_flag() {
        const NONE: KeyModifiers = KeyModifiers::NONE;
        const SHIFT: KeyModifiers = KeyModifiers::SHIFT;
        const CTRL: KeyModifiers = KeyModifiers::CONTROL;
        const ALT: KeyModifiers = KeyModifiers::ALT;
        let modes = InputModes {
            kitty_flags: KITTY_FLAGS,
            application_cursor: true,
            modify_other_keys: 2,
            ..InputModes::default()
        };
        for (code, modifiers, expected) in [
            (KeyCode::Char('a'), NONE, "a"),
            (KeyCode::Char('A'), SHIFT, "A"),
            (KeyCode::Char('é'), NONE, "é"),
            (KeyCode::Char('c'), CTRL, "\x1b[99;5u"),
            (KeyCode::Char('C'), CTRL | SHIFT, "\x1b[99;6u"),
            (KeyCode::Char('a'), ALT, "\x1b[97;3u"),
            (KeyCode::Char('A'), ALT | SHIFT, "\x1b[97;4u"),
            (KeyCode::Char('['), ALT, "\x1b[91;3u"),
            (KeyCode::Char(';'), CTRL, "\x1b[59;5u"),
            (KeyCode::Char(' '), CTRL, "\x1b[32;5u"),
            (KeyCode::Null, NONE, "\x1b[32;5u"),
            (KeyCode::Char('k'), KeyModifiers::SUPER, "\x1b[107;9u"),
            (KeyCode::Esc, NONE, "\x1b[27u"),
            (KeyCode::Esc, ALT, "\x1b[27;3u"),
            (KeyCode::Enter, NONE, "\r"),
            (KeyCode::Enter, SHIFT, "\x1b[13;2u"),
            (KeyCode::Enter, CTRL, "\x1b[13;5u"),
            (KeyCode::Tab, NONE, "\t"),
            (KeyCode::Tab, CTRL, "\x1b[9;5u"),
            (KeyCode::BackTab, SHIFT, "\x1b[9;2u"),
            (KeyCode::Backspace, NONE, "\x7f"),
            (KeyCode::Backspace, CTRL, "\x1b[127;5u"),
            (KeyCode::Up, NONE, "\x1b[A"),
            (KeyCode::Up, SHIFT, "\x1b[1;2A"),
            (KeyCode::Delete, NONE, "\x1b[3~"),
            (KeyCode::F(1), NONE, "\x1b[P"),
            (KeyCode::F(1), CTRL, "\x1b[1;5P"),
            (KeyCode::F(3), NONE, "\x1b[13~"),
            (KeyCode::F(3), CTRL, "\x1b[13;5~"),
            (KeyCode::F(5), NONE, "\x1b[15~"),
            (KeyCode::F(12), ALT, "\x1b[24;3~"),
            (KeyCode::F(13), NONE, "\x1b[57376u"),
            (KeyCode::Menu, NONE, "\x1b[57363u"),
        ] {
            let bytes = super::super::encode(KeyEvent::new(code, modifiers), modes);
            assert_eq!(String::from_utf8(bytes).unwrap(), expected, "{modifiers:?} {code:?}");
        }
    }
}
