//! Keys as people write them: `j`, `ctrl-d`, `alt-left`, `space`, `g g`.

use std::fmt;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::twins::twin;

/// A key with its modifiers, made the same however the terminal reports it: a capital letter carries no shift.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Chord {
    code: KeyCode,
    modifiers: KeyModifiers,
}

const NAMED: &[(&str, KeyCode)] = &[
    ("space", KeyCode::Char(' ')),
    ("enter", KeyCode::Enter),
    ("esc", KeyCode::Esc),
    ("tab", KeyCode::Tab),
    ("backspace", KeyCode::Backspace),
    ("delete", KeyCode::Delete),
    ("insert", KeyCode::Insert),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("pageup", KeyCode::PageUp),
    ("pagedown", KeyCode::PageDown),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
];

impl Chord {
    /// The chord of a key event.
    pub fn of(event: KeyEvent) -> Self {
        Self::new(event.code, event.modifiers)
    }

    pub(super) fn new(code: KeyCode, modifiers: KeyModifiers) -> Self {
        let mut modifiers = modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT);
        let code = match code {
            // Terminals report Shift-Tab as a key of its own.
            KeyCode::BackTab => {
                modifiers |= KeyModifiers::SHIFT;
                KeyCode::Tab
            }
            KeyCode::Char('\0') => {
                modifiers |= KeyModifiers::CONTROL;
                KeyCode::Char(' ')
            }
            // Ctrl-4 and Ctrl-\ are the same byte; crossterm names it the former.
            KeyCode::Char('4') if modifiers == KeyModifiers::CONTROL => KeyCode::Char('\\'),
            KeyCode::Char('5') if modifiers == KeyModifiers::CONTROL => KeyCode::Char(']'),
            KeyCode::Char('6') if modifiers == KeyModifiers::CONTROL => KeyCode::Char('^'),
            KeyCode::Char('7' | '/') if modifiers == KeyModifiers::CONTROL => KeyCode::Char('_'),
            KeyCode::Char(c) if modifiers.contains(KeyModifiers::CONTROL) => {
                KeyCode::Char(c.to_ascii_lowercase())
            }
            KeyCode::Char(c) => {
                let upper = modifiers.contains(KeyModifiers::SHIFT) && c.is_ascii_lowercase();
                modifiers -= KeyModifiers::SHIFT;
                KeyCode::Char(if upper { c.to_ascii_uppercase() } else { c })
            }
            other => other,
        };
        Self { code, modifiers }
    }

    /// The chord as a key press.
    pub fn event(self) -> KeyEvent {
        KeyEvent::new(self.code, self.modifiers)
    }

    /// The chord as a sentence names it: `Ctrl-]`.
    pub fn spelled(self) -> String {
        let written = self.to_string();
        let mut letters = written.chars();
        match letters.next() {
            Some(first) if !self.modifiers.is_empty() => first.to_uppercase().chain(letters).collect(),
            _ => written,
        }
    }

    /// Reads one chord.
    pub fn parse(text: &str) -> Option<Self> {
        written(text).map(|(code, modifiers)| Self::new(code, modifiers))
    }

    /// The key that terminals send for a chord as written, where it is another one.
    pub(super) fn twin(text: &str) -> Option<String> {
        written(text).and_then(|(code, modifiers)| twin(code, modifiers))
    }

    /// The digit, when it is one without modifiers.
    pub fn digit(self) -> Option<u32> {
        match self.code {
            KeyCode::Char(c) if self.modifiers.is_empty() => c.to_digit(10),
            _ => None,
        }
    }

    /// Returns true if it is Esc.
    pub fn is_escape(self) -> bool {
        self.code == KeyCode::Esc && self.modifiers.is_empty()
    }

    /// Short, for hints: `⏎`, `^d`, `␣`.
    pub fn glyph(self, ascii: bool) -> String {
        let key = match self.code {
            KeyCode::Enter if !ascii => "⏎".to_owned(),
            KeyCode::Char(' ') => "space".to_owned(),
            _ => key_name(self.code),
        };
        let mut text = String::new();
        if self.modifiers.contains(KeyModifiers::CONTROL) {
            text.push('^');
        }
        if self.modifiers.contains(KeyModifiers::ALT) {
            text.push_str("alt-");
        }
        if self.modifiers.contains(KeyModifiers::SHIFT) {
            text.push_str("shift-");
        }
        text + &key
    }
}

/// A chord as it is written.
fn written(text: &str) -> Option<(KeyCode, KeyModifiers)> {
    let mut rest = text;
    let mut modifiers = KeyModifiers::NONE;
    while let Some((modifier, tail)) = rest.split_once('-') {
        let modifier = match modifier {
            "ctrl" => KeyModifiers::CONTROL,
            "alt" => KeyModifiers::ALT,
            "shift" => KeyModifiers::SHIFT,
            // `-` itself.
            "" if rest == "-" => break,
            _ => return None,
        };
        modifiers |= modifier;
        rest = tail;
    }
    let mut chars = rest.chars();
    let code = match (chars.next(), chars.next()) {
        (Some(c), None) => KeyCode::Char(c),
        _ => named(rest)?,
    };
    Some((code, modifiers))
}

fn named(name: &str) -> Option<KeyCode> {
    if let Some(number) = name.strip_prefix('f').and_then(|n| n.parse::<u8>().ok()) {
        return (1..=24).contains(&number).then_some(KeyCode::F(number));
    }
    NAMED.iter().find(|(known, _)| *known == name).map(|(_, code)| *code)
}

pub(super) fn key_name(code: KeyCode) -> String {
    match code {
        KeyCode::Char(c) if c != ' ' => c.to_string(),
        KeyCode::F(number) => format!("f{number}"),
        _ => NAMED
            .iter()
            .find(|(_, known)| *known == code)
            .map_or_else(|| "?".to_owned(), |(name, _)| (*name).to_owned()),
    }
}

/// As it is written in the keymap file.
impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (modifier, name) in
            [(KeyModifiers::CONTROL, "ctrl-"), (KeyModifiers::ALT, "alt-"), (KeyModifiers::SHIFT, "shift-")]
        {
            if self.modifiers.contains(modifier) {
                f.write_str(name)?;
            }
        }
        f.write_str(&key_name(self.code))
    }
}

/// Reads a sequence of chords separated by spaces.
pub fn sequence(text: &str) -> Option<Vec<Chord>> {
    let chords: Option<Vec<_>> = text.split_whitespace().map(Chord::parse).collect();
    chords.filter(|chords| !chords.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_keys_read_back_as_written() {
        for text in [
            "j",
            "G",
            "-",
            "ctrl-d",
            "alt-left",
            "shift-tab",
            "space",
            "ctrl-space",
            "f5",
            "ctrl-\\",
            "?",
            "alt--",
        ] {
            assert_eq!(Chord::parse(text).unwrap().to_string(), text);
        }
        for wrong in ["", "hyper-x", "jk", "f25", "ctrl-", "pagedow"] {
            assert_eq!(Chord::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn terminals_that_report_keys_differently_mean_the_same() {
        let of = |code, modifiers| Chord::of(KeyEvent::new(code, modifiers));
        let capital = Chord::parse("G").unwrap();
        assert_eq!(of(KeyCode::Char('G'), KeyModifiers::SHIFT), capital);
        assert_eq!(of(KeyCode::Char('G'), KeyModifiers::NONE), capital);
        assert_eq!(of(KeyCode::Char('g'), KeyModifiers::SHIFT), capital);
        assert_eq!(of(KeyCode::BackTab, KeyModifiers::SHIFT), Chord::parse("shift-tab").unwrap());
        assert_eq!(of(KeyCode::Char('4'), KeyModifiers::CONTROL), Chord::parse("ctrl-\\").unwrap());
    }
}
