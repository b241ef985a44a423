//! Modified keys in xterm's `modifyOtherKeys` forms (<https://invisible-island.net/xterm/modified-keys.html>).

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::super::InputModes;
use super::{control, modifier_number};

/// Encodes a key press as `CSI 27 ; modifiers ; number ~`; `None` where it is sent as without the mode: keys that are not
/// modified, or by Shift alone to another character, and those that have a form of their own with modifiers, such as
/// arrows. At level 1 those stay, too, that have a form as everybody knows it: Ctrl with a letter, Alt with a character,
/// Backspace.
pub(super) fn encode(key: KeyEvent, modes: InputModes) -> Option<Vec<u8>> {
    let all = match modes.modify_other_keys {
        0 => return None,
        1 => false,
        _ => true,
    };
    let mut modifiers = key.modifiers;
    if key.code == KeyCode::BackTab {
        modifiers.insert(KeyModifiers::SHIFT);
    }
    let held = modifier_number(modifiers)?;
    let shift_only = modifiers == KeyModifiers::SHIFT;
    let control_only = modifiers == KeyModifiers::CONTROL;
    let has_control = modifiers.contains(KeyModifiers::CONTROL);
    let (number, is_sent): (u32, bool) = match key.code {
        KeyCode::Char(' ') if shift_only => (32, all),
        KeyCode::Char(c) => {
            let has_own_form = !has_control || (control_only && control(c).is_some());
            (c.into(), !shift_only && (all || !has_own_form))
        }
        KeyCode::Enter => (13, true),
        KeyCode::Tab | KeyCode::BackTab => (9, !shift_only),
        KeyCode::Esc => (27, all || !(shift_only || control_only)),
        KeyCode::Backspace => (if modes.backarrow { 8 } else { 127 }, all && !control_only),
        _ => return None,
    };
    is_sent.then(|| format!("\x1b[27;{held};{number}~").into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_level_sends_its_keys_in_the_other_form() {
        const NONE: KeyModifiers = KeyModifiers::NONE;
        const SHIFT: KeyModifiers = KeyModifiers::SHIFT;
        const CTRL: KeyModifiers = KeyModifiers::CONTROL;
        const ALT: KeyModifiers = KeyModifiers::ALT;
        for (code, modifiers, first, second) in [
            (KeyCode::Char('a'), NONE, "a", "a"),
            (KeyCode::Char('A'), SHIFT, "A", "A"),
            (KeyCode::Char('!'), SHIFT, "!", "!"),
            (KeyCode::Char('c'), CTRL, "\x03", "\x1b[27;5;99~"),
            (KeyCode::Char('C'), CTRL | SHIFT, "\x1b[27;6;67~", "\x1b[27;6;67~"),
            (KeyCode::Char('c'), CTRL | ALT, "\x1b[27;7;99~", "\x1b[27;7;99~"),
            (KeyCode::Char('x'), ALT, "\x1bx", "\x1b[27;3;120~"),
            (KeyCode::Char('X'), ALT | SHIFT, "\x1bX", "\x1b[27;4;88~"),
            (KeyCode::Char(';'), CTRL, "\x1b[27;5;59~", "\x1b[27;5;59~"),
            (KeyCode::Char('3'), CTRL, "\x1b", "\x1b[27;5;51~"),
            (KeyCode::Char(' '), CTRL, "\0", "\x1b[27;5;32~"),
            (KeyCode::Char(' '), SHIFT, " ", "\x1b[27;2;32~"),
            (KeyCode::Enter, NONE, "\r", "\r"),
            (KeyCode::Enter, SHIFT, "\x1b[27;2;13~", "\x1b[27;2;13~"),
            (KeyCode::Enter, CTRL, "\x1b[27;5;13~", "\x1b[27;5;13~"),
            (KeyCode::Tab, CTRL, "\x1b[27;5;9~", "\x1b[27;5;9~"),
            (KeyCode::BackTab, SHIFT, "\x1b[Z", "\x1b[Z"),
            (KeyCode::BackTab, CTRL | SHIFT, "\x1b[27;6;9~", "\x1b[27;6;9~"),
            (KeyCode::Esc, NONE, "\x1b", "\x1b"),
            (KeyCode::Esc, CTRL, "\x1b", "\x1b[27;5;27~"),
            (KeyCode::Backspace, CTRL, "\x08", "\x08"),
            (KeyCode::Backspace, ALT, "\x1b\x7f", "\x1b[27;3;127~"),
            (KeyCode::Up, CTRL, "\x1b[1;5A", "\x1b[1;5A"),
            (KeyCode::F(5), SHIFT, "\x1b[15;2~", "\x1b[15;2~"),
        ] {
            for (level, expected) in [(1, first), (2, second)] {
                let modes = InputModes { modify_other_keys: level, ..InputModes::default() };
                let bytes = super::super::encode(KeyEvent::new(code, modifiers), modes);
                let sent = String::from_utf8(bytes).unwrap();
                assert_eq!(sent, expected, "level {level}: {modifiers:?} {code:?}");
            }
        }
    }
}
