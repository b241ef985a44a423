//! Keys that terminals send as other keys, so that nothing can be bound to them.

use crossterm::event::{KeyCode, KeyModifiers};

/// The key that terminals send for this one, where it is another. Without an extended protocol a terminal sends bytes: Ctrl
/// makes one of 32 control characters of a letter, and Shift is visible only in the character.
pub(super) fn twin(code: KeyCode, modifiers: KeyModifiers) -> Option<String> {
    let has = |modifier| modifiers.contains(modifier);
    let (ctrl, shift, alt) = (has(KeyModifiers::CONTROL), has(KeyModifiers::SHIFT), has(KeyModifiers::ALT));
    match code {
        KeyCode::Char(c) if ctrl => of_control(c, shift),
        KeyCode::Char(' ') if shift => Some("space".to_owned()),
        KeyCode::Char(c) if shift && !c.is_alphabetic() => Some("the character that it types".to_owned()),
        // They begin the sequences of the arrow and function keys.
        KeyCode::Char(c @ ('[' | 'O')) if alt => Some(format!("esc {c}")),
        KeyCode::Enter | KeyCode::Esc | KeyCode::Backspace if ctrl || shift => {
            Some(super::chord::key_name(code))
        }
        KeyCode::Tab if ctrl => Some("tab".to_owned()),
        _ => None,
    }
}

fn of_control(c: char, shift: bool) -> Option<String> {
    let sent = match c.to_ascii_lowercase() {
        '[' | '3' => "esc".to_owned(),
        'i' => "tab".to_owned(),
        'm' => "enter".to_owned(),
        'h' | '8' | '?' => "backspace".to_owned(),
        ' ' if !shift => return None,
        ' ' | '2' | '@' => "ctrl-space".to_owned(),
        letter @ 'a'..='z' if shift => format!("ctrl-{letter}"),
        'a'..='z' | '4'..='7' | '\\' | ']' | '^' | '_' | '/' => return None,
        other => other.to_string(),
    };
    Some(sent)
}
