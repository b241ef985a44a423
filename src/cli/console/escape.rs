//! The escape key: it takes the key after it from the guest to this program.

use std::fmt;
use std::str::FromStr;

/// The key before a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EscapeKey {
    /// Its byte; `None` where every key is for the guest.
    byte: Option<u8>,
}

impl Default for EscapeKey {
    /// Ctrl-], as in the screen, in telnet and in virsh.
    fn default() -> Self {
        Self { byte: Some(0x1d) }
    }
}

impl FromStr for EscapeKey {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let lower = text.to_ascii_lowercase();
        let control =
            lower.strip_prefix("ctrl-").or_else(|| lower.strip_prefix('^').filter(|it| !it.is_empty()));
        let byte = match (control.map(str::as_bytes), text.as_bytes()) {
            (None, b"none" | b"None") => None,
            (Some([key @ (b'@'..=b'_' | b'a'..=b'z')]), _) => Some(key.to_ascii_uppercase() & 0x1f),
            (None, [key @ b'!'..=b'~']) => Some(*key),
            _ => return Err("expected a key such as `ctrl-]`, `ctrl-a` or `~`, or `none`".to_owned()),
        };
        Ok(Self { byte })
    }
}

/// `Ctrl-]`, `~`, `none`.
impl fmt::Display for EscapeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.byte {
            None => f.write_str("none"),
            Some(byte @ ..0x20) => write!(f, "Ctrl-{}", char::from(byte | 0x40)),
            Some(byte) => write!(f, "{}", char::from(byte)),
        }
    }
}

impl EscapeKey {
    /// The commands, as one line; `None` where there is no such key.
    pub(super) fn help(self) -> Option<String> {
        self.byte?;
        Some(format!(
            "{self} d, q or .: leave   {self} ]: send {self}   {self} and another key: both are sent"
        ))
    }
}

/// A command of the user to this program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Command {
    Leave,
    Help,
}

/// Separates commands from what is for the guest.
pub(super) struct Keys {
    escape: EscapeKey,
    takes_input: bool,
    /// The escape key as the terminal sent it, while the key after it is to come.
    pressed: Option<Vec<u8>>,
}

impl Keys {
    /// Without `takes_input` nothing is for the guest, and Ctrl-C leaves.
    pub(super) const fn new(escape: EscapeKey, takes_input: bool) -> Self {
        Self { escape, takes_input, pressed: None }
    }

    /// Takes what was typed. Returns what is for the guest, and the commands; what follows [`Command::Leave`] is dropped.
    pub(super) fn take(&mut self, mut typed: &[u8]) -> (Vec<u8>, Vec<Command>) {
        let (mut guest, mut commands) = (Vec::with_capacity(typed.len()), Vec::new());
        while !typed.is_empty() {
            let (key, length) = Key::first(typed);
            let (bytes, rest) = typed.split_at(length);
            typed = rest;
            let is_escape = self.escape.byte.is_some_and(|byte| key.is(byte));
            let Some(pressed) = self.pressed.take() else {
                if is_escape && !key.is_release {
                    self.pressed = Some(bytes.to_vec());
                } else if !self.takes_input && key.is(0x03) {
                    commands.push(Command::Leave);
                    break;
                } else {
                    guest.extend_from_slice(bytes);
                }
                continue;
            };
            match key.letter() {
                // The escape key or Ctrl itself, let go.
                _ if key.is_release || key.is_modifier() => self.pressed = Some(pressed),
                Some('d' | 'q' | '.') => {
                    commands.push(Command::Leave);
                    break;
                }
                Some('?') => commands.push(Command::Help),
                Some(']') => guest.extend_from_slice(&pressed),
                _ if is_escape => guest.extend_from_slice(&pressed),
                _ => {
                    guest.extend_from_slice(&pressed);
                    guest.extend_from_slice(bytes);
                }
            }
        }
        if !self.takes_input {
            guest.clear();
        }
        (guest, commands)
    }
}

/// A key as the terminal sends it: a byte, or a sequence where the guest asked the terminal for such (`CSI 93;5u` by the kitty
/// keyboard protocol, `CSI 27;5;93~` by xterm's `modifyOtherKeys`).
struct Key {
    code: u32,
    /// Shift 1, Alt 2, Ctrl 4; the locks are left out.
    modifiers: u32,
    is_release: bool,
    is_sequence: bool,
}

const CONTROL: u32 = 4;
const SHIFT: u32 = 1;
/// Caps Lock and Num Lock.
const LOCKS: u32 = 64 | 128;

impl Key {
    /// The first key of what was typed, and its length.
    fn first(typed: &[u8]) -> (Self, usize) {
        if let Some((sequence, length)) =
            sequence(typed).and_then(|(body, last, length)| Some((Self::coded(body, last)?, length)))
        {
            return (sequence, length);
        }
        let byte = typed.first().copied().unwrap_or_default();
        (Self { code: byte.into(), modifiers: 0, is_release: false, is_sequence: false }, 1)
    }

    /// The key of a sequence, by what is between `CSI` and its last byte.
    fn coded(body: &str, last: u8) -> Option<Self> {
        let mut fields = body.split(';');
        let mut field = || fields.next().unwrap_or_default();
        let (code, modifiers) = match last {
            b'u' => (field(), field()),
            b'~' if field() == "27" => {
                let modifiers = field();
                (field(), modifiers)
            }
            _ => return None,
        };
        let code = code.split(':').next()?.parse().ok()?;
        let (modifiers, event) = modifiers.split_once(':').unwrap_or((modifiers, "1"));
        let modifiers = modifiers.parse().unwrap_or(1_u32).saturating_sub(1) & !LOCKS;
        Some(Self { code, modifiers, is_release: event == "3", is_sequence: true })
    }

    /// Returns true if it is the key of this byte.
    fn is(&self, byte: u8) -> bool {
        if self.is_sequence && byte < 0x20 {
            let is_letter = (0x40..0x80).contains(&self.code);
            return is_letter && self.modifiers == CONTROL && self.code & 0x1f == u32::from(byte);
        }
        self.code == u32::from(byte) && self.modifiers & !SHIFT == 0
    }

    /// The character that it types.
    fn letter(&self) -> Option<char> {
        char::from_u32(self.code).filter(|_| self.modifiers & !SHIFT == 0)
    }

    /// Returns true for Shift, Ctrl and the like by themselves, which the kitty protocol can report.
    fn is_modifier(&self) -> bool {
        self.is_sequence && (57_441..=57_454).contains(&self.code)
    }
}

/// A control sequence at the beginning: what is between `CSI` and its last byte, that byte, and the length of all.
fn sequence(typed: &[u8]) -> Option<(&str, u8, usize)> {
    let body = typed.strip_prefix(b"\x1b[")?;
    let end = body.iter().position(|byte| !matches!(byte, b'0'..=b';'))?;
    Some((std::str::from_utf8(body.get(..end)?).ok()?, *body.get(end)?, end + 3))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the guest gets of keys that come in these pieces, and the commands.
    fn typed(escape: &str, pieces: &[&str]) -> (String, Vec<Command>) {
        let mut keys = Keys::new(escape.parse().unwrap(), true);
        let (mut guest, mut commands) = (String::new(), Vec::new());
        for piece in pieces {
            let (bytes, more) = keys.take(piece.as_bytes());
            guest.push_str(std::str::from_utf8(&bytes).unwrap());
            commands.extend(more);
        }
        (guest, commands)
    }

    #[test]
    fn a_key_is_read_and_shown_as_it_is_written() {
        for (text, byte, shown) in [
            ("ctrl-]", Some(0x1d), "Ctrl-]"),
            ("^A", Some(1), "Ctrl-A"),
            ("Ctrl-a", Some(1), "Ctrl-A"),
            ("~", Some(b'~'), "~"),
            ("^", Some(b'^'), "^"),
            ("none", None, "none"),
        ] {
            let key: EscapeKey = text.parse().unwrap();
            assert_eq!((key.byte, key.to_string().as_str()), (byte, shown), "{text}");
            assert_eq!(shown.parse(), Ok(key), "{text}");
        }
        for wrong in ["", "ctrl-", "ctrl-ab", "ab", "é", "ctrl-é", "f1"] {
            assert!(wrong.parse::<EscapeKey>().is_err(), "{wrong}");
        }
        assert_eq!(EscapeKey::default(), "ctrl-]".parse().unwrap());
    }

    #[test]
    fn keys_after_the_escape_key_are_commands_and_all_others_the_guests() {
        use Command::{Help, Leave};
        for (pieces, guest, commands) in [
            (&["ls\r\x03\x04\x1a"][..], "ls\r\x03\x04\x1a", vec![]),
            (&["exit\r\x1ddmore"], "exit\r", vec![Leave]),
            (&["\x1d", "q"], "", vec![Leave]),
            (&["\x1d."], "", vec![Leave]),
            (&["a\x1d]b\x1d\x1dc"], "a\x1db\x1dc", vec![]),
            (&["\x1d", "?", "d"], "d", vec![Help]),
            (&["\x1dx"], "\x1dx", vec![]),
            (&["\x1d\r"], "\x1d\r", vec![]),
        ] {
            assert_eq!(typed("ctrl-]", pieces), (guest.to_owned(), commands), "{pieces:?}");
        }
        assert_eq!(typed("none", &["\x1dd"]), ("\x1dd".to_owned(), vec![]));
        assert_eq!(typed("~", &["~~/x~", "."]), ("~/x".to_owned(), vec![Leave]));
    }

    #[test]
    fn the_escape_key_works_in_a_guest_that_changed_how_keys_are_sent() {
        use Command::Leave;
        // The press, its release, Ctrl let go, the letter.
        let pieces = ["\x1b[93;5u", "\x1b[93;5:3u", "\x1b[57442;1:3u", "\x1b[100;1:1u"];
        assert_eq!(typed("ctrl-]", &pieces), (String::new(), vec![Leave]));
        assert_eq!(typed("ctrl-]", &["\x1b[93;69u", "d"]), (String::new(), vec![Leave]), "with Caps Lock");
        assert_eq!(typed("ctrl-]", &["\x1b[27;5;93~q"]), (String::new(), vec![Leave]));
        assert_eq!(typed("ctrl-]", &["\x1b[93;5u]"]), ("\x1b[93;5u".to_owned(), vec![]));
        let others = "\x1b[A\x1b[5~\x1b[97;5u\x1b[93;1:3u\x1b[<0;3;4M\x1b[200~";
        assert_eq!(typed("ctrl-]", &[others]), (others.to_owned(), vec![]));
    }

    #[test]
    fn where_nothing_is_sent_ctrl_c_leaves() {
        let mut keys = Keys::new(EscapeKey::default(), false);
        assert_eq!(keys.take(b"ls\r"), (vec![], vec![]));
        assert_eq!(keys.take(b"x\x03"), (vec![], vec![Command::Leave]));
        assert_eq!(keys.take(b"\x1dd"), (vec![], vec![Command::Leave]));
    }
}
