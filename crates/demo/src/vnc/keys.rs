//! Keysyms to what a terminal sends for them, as xterm does.

/// What a key does.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Pressed {
    /// Nothing: a modifier, a release, or a key that no terminal has.
    Nothing,
    /// It types bytes.
    Bytes(Vec<u8>),
    /// Ctrl-Alt-Del: the machine is to begin anew.
    Reset,
}

/// The modifiers that are held.
#[derive(Debug, Default)]
pub(super) struct Keyboard {
    shift: bool,
    control: bool,
    alt: bool,
}

const DELETE: u32 = 0xffff;

impl Keyboard {
    /// A key is pressed or released. `application` is the terminal's mode of its cursor keys.
    pub fn key(&mut self, keysym: u32, down: bool, application: bool) -> Pressed {
        match keysym {
            0xffe1 | 0xffe2 => self.shift = down,
            0xffe3 | 0xffe4 => self.control = down,
            0xffe7..=0xffea => self.alt = down,
            DELETE if down && self.control && self.alt => return Pressed::Reset,
            _ if down => return self.typed(keysym, application).map_or(Pressed::Nothing, Pressed::Bytes),
            _ => {}
        }
        Pressed::Nothing
    }

    fn typed(&self, keysym: u32, application: bool) -> Option<Vec<u8>> {
        if let Some(bytes) = self.named(keysym, application) {
            return Some(bytes);
        }
        let ch = character(keysym)?;
        let mut bytes = if self.alt { vec![0x1b] } else { Vec::new() };
        match controlled(ch).filter(|_| self.control) {
            Some(code) => bytes.push(code),
            None => bytes.extend(ch.encode_utf8(&mut [0; 4]).bytes()),
        }
        Some(bytes)
    }

    /// The keys that have names and no characters.
    fn named(&self, keysym: u32, application: bool) -> Option<Vec<u8>> {
        let plain = |byte: u8| if self.alt { vec![0x1b, byte] } else { vec![byte] };
        Some(match keysym {
            0xff0d | 0xff8d => plain(b'\r'),
            0xff08 if self.control => plain(0x08),
            0xff08 => plain(0x7f),
            0xfe20 => b"\x1b[Z".to_vec(),
            0xff09 if self.shift => b"\x1b[Z".to_vec(),
            0xff09 | 0xff89 => plain(b'\t'),
            0xff1b => plain(0x1b),
            0xff50 | 0xff95 => self.cursor('H', application),
            0xff51 | 0xff96 => self.cursor('D', application),
            0xff52 | 0xff97 => self.cursor('A', application),
            0xff53 | 0xff98 => self.cursor('C', application),
            0xff54 | 0xff99 => self.cursor('B', application),
            0xff57 | 0xff9c => self.cursor('F', application),
            0xff55 | 0xff9a => self.numbered(5),
            0xff56 | 0xff9b => self.numbered(6),
            0xff63 | 0xff9e => self.numbered(2),
            DELETE | 0xff9f => self.numbered(3),
            0xffbe..=0xffc1 => self.function(char::from_u32(keysym - 0xffbe + u32::from('P'))?),
            0xffc2 => self.numbered(15),
            0xffc3..=0xffc7 => self.numbered(keysym - 0xffc3 + 17),
            0xffc8..=0xffc9 => self.numbered(keysym - 0xffc8 + 23),
            _ => return None,
        })
    }

    /// xterm's number for the modifiers; `None` without one.
    fn modifiers(&self) -> Option<u8> {
        let bits = u8::from(self.shift) | u8::from(self.alt) << 1 | u8::from(self.control) << 2;
        (bits > 0).then_some(bits + 1)
    }

    fn cursor(&self, end: char, application: bool) -> Vec<u8> {
        match self.modifiers() {
            Some(modifiers) => format!("\x1b[1;{modifiers}{end}"),
            None if application => format!("\x1bO{end}"),
            None => format!("\x1b[{end}"),
        }
        .into_bytes()
    }

    fn function(&self, end: char) -> Vec<u8> {
        let modifiers = self.modifiers();
        modifiers.map_or_else(|| format!("\x1bO{end}"), |it| format!("\x1b[1;{it}{end}")).into_bytes()
    }

    fn numbered(&self, number: u32) -> Vec<u8> {
        let modifiers = self.modifiers();
        modifiers.map_or_else(|| format!("\x1b[{number}~"), |it| format!("\x1b[{number};{it}~")).into_bytes()
    }
}

/// The character of a keysym: Latin 1 as it is, Unicode above 0x01000000, the numeric keypad.
fn character(keysym: u32) -> Option<char> {
    match keysym {
        0x20..=0x7e | 0xa0..=0xff => char::from_u32(keysym),
        0x0100_0000..=0x0110_ffff => char::from_u32(keysym - 0x0100_0000).filter(|ch| !ch.is_control()),
        0xffaa..=0xffb9 => char::from_u32(keysym - 0xff80),
        0xff80 => Some(' '),
        0xffbd => Some('='),
        0x20ac => Some('€'),
        _ => None,
    }
}

/// What Ctrl makes of a character.
fn controlled(ch: char) -> Option<u8> {
    match ch {
        '@'..='_' | 'a'..='z' => u8::try_from(ch).ok().map(|code| code & 0x1f),
        ' ' | '2' => Some(0),
        '3'..='7' => u8::try_from(ch).ok().map(|code| code - b'3' + 0x1b),
        '8' | '?' => Some(0x7f),
        '/' => Some(0x1f),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(held: &[u32], keysym: u32) -> String {
        let mut keyboard = Keyboard::default();
        for key in held {
            assert_eq!(keyboard.key(*key, true, false), Pressed::Nothing);
        }
        let Pressed::Bytes(bytes) = keyboard.key(keysym, true, false) else { return String::new() };
        assert_eq!(keyboard.key(keysym, false, false), Pressed::Nothing);
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn keys_type_what_xterm_sends() {
        let (shift, control, alt) = (0xffe1, 0xffe3, 0xffe9);
        for (held, keysym, expected) in [
            (&[][..], u32::from('a'), "a"),
            (&[shift], u32::from('A'), "A"),
            (&[], 0xe9, "é"),
            (&[], 0x0100_20ac, "€"),
            (&[control], u32::from('c'), "\x03"),
            (&[control], u32::from('['), "\x1b"),
            (&[control], u32::from(' '), "\0"),
            (&[alt], u32::from('f'), "\x1bf"),
            (&[], 0xff0d, "\r"),
            (&[], 0xff08, "\x7f"),
            (&[shift], 0xff09, "\x1b[Z"),
            (&[], 0xff51, "\x1b[D"),
            (&[control], 0xff53, "\x1b[1;5C"),
            (&[], 0xff55, "\x1b[5~"),
            (&[], DELETE, "\x1b[3~"),
            (&[], 0xffbe, "\x1bOP"),
            (&[], 0xffc2, "\x1b[15~"),
            (&[], 0xffc9, "\x1b[24~"),
            (&[], 0xffb7, "7"),
            (&[], 0xffab, "+"),
            (&[], 0xff7f, ""),
        ] {
            assert_eq!(typed(held, keysym), expected, "{held:x?} {keysym:x}");
        }
        assert_eq!(Keyboard::default().key(0xff52, true, true), Pressed::Bytes(b"\x1bOA".to_vec()));
        let mut keyboard = Keyboard { control: true, alt: true, ..Keyboard::default() };
        assert_eq!(keyboard.key(DELETE, true, false), Pressed::Reset);
    }
}
