//! Bytes to characters: UTF-8 as xterm decodes it, and two encodings of a byte a character.

/// The encoding of a remote application's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encoding {
    /// UTF-8. Bytes that are none show as U+FFFD.
    #[default]
    Utf8,
    /// Code page 437, of BIOS screens, boot loaders and DOS.
    Cp437,
    /// ISO 8859-1, whose bytes from 0x80 to 0x9f are C1 controls.
    Latin1,
}

impl Encoding {
    /// All encodings.
    pub const ALL: [Self; 3] = [Self::Utf8, Self::Cp437, Self::Latin1];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Cp437 => "CP437",
            Self::Latin1 => "Latin-1",
        }
    }
}

impl Encoding {
    /// The character of a byte from 0x80 on, where each byte is one; `None` in UTF-8.
    pub fn upper_char(self, byte: u8) -> Option<char> {
        match self {
            Self::Utf8 => None,
            Self::Cp437 => CP437_UPPER.get(usize::from(byte.checked_sub(0x80)?)).copied(),
            Self::Latin1 => Some(byte.into()),
        }
    }
}

/// The characters of code page 437 from 0x80.
const CP437_UPPER: [char; 128] = [
    'Ç', 'ü', 'é', 'â', 'ä', 'à', 'å', 'ç', 'ê', 'ë', 'è', 'ï', 'î', 'ì', 'Ä', 'Å', 'É', 'æ', 'Æ', 'ô', 'ö',
    'ò', 'û', 'ù', 'ÿ', 'Ö', 'Ü', '¢', '£', '¥', '₧', 'ƒ', 'á', 'í', 'ó', 'ú', 'ñ', 'Ñ', 'ª', 'º', '¿', '⌐',
    '¬', '½', '¼', '¡', '«', '»', '░', '▒', '▓', '│', '┤', '╡', '╢', '╖', '╕', '╣', '║', '╗', '╝', '╜', '╛',
    '┐', '└', '┴', '┬', '├', '─', '┼', '╞', '╟', '╚', '╔', '╩', '╦', '╠', '═', '╬', '╧', '╨', '╤', '╥', '╙',
    '╘', '╒', '╓', '╫', '╪', '┘', '┌', '█', '▄', '▌', '▐', '▀', 'α', 'ß', 'Γ', 'π', 'Σ', 'σ', 'µ', 'τ', 'Φ',
    'Θ', 'Ω', 'δ', '∞', 'φ', 'ε', '∩', '≡', '±', '≥', '≤', '⌠', '⌡', '÷', '≈', '°', '∙', '·', '√', 'ⁿ', '²',
    '■', '\u{a0}',
];

/// A typed text in an encoding, or the first character that it does not have.
pub(crate) fn encode(text: &str, encoding: Encoding) -> Result<Vec<u8>, char> {
    let byte = |c: char| match encoding {
        _ if c.is_ascii() => Ok(c as u8),
        Encoding::Cp437 => {
            let place = CP437_UPPER.iter().position(|upper| *upper == c).ok_or(c)?;
            u8::try_from(place + 0x80).map_err(|_| c)
        }
        _ => u8::try_from(u32::from(c)).map_err(|_| c),
    };
    match encoding {
        Encoding::Utf8 => Ok(text.as_bytes().to_vec()),
        _ => text.chars().map(byte).collect(),
    }
}

/// The result of decoding a byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decoded {
    /// The character goes on in the next byte.
    Nothing,
    Char(char),
}

/// Marks an overlong form: no code point that six bytes can spell.
const OVERLONG: u32 = 0x8000_0000;

/// A decoder of a stream that may be cut anywhere.
#[derive(Debug, Clone)]
pub(super) struct Decoder {
    encoding: Encoding,
    /// Bytes that the current UTF-8 character still takes.
    missing: u8,
    code: u32,
}

impl Decoder {
    pub fn new(encoding: Encoding) -> Self {
        Self { encoding, missing: 0, code: 0 }
    }

    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    pub fn is_between_characters(&self) -> bool {
        self.missing == 0
    }

    /// Decodes a byte. Returns how many bytes were taken: none where the character before was cut short, which is
    /// replaced first.
    pub fn decode(&mut self, byte: u8) -> (Decoded, usize) {
        match self.encoding {
            Encoding::Utf8 => self.utf8(byte),
            Encoding::Cp437 if byte >= 0x80 => (Decoded::Char(CP437_UPPER[usize::from(byte - 0x80)]), 1),
            Encoding::Cp437 | Encoding::Latin1 => (Decoded::Char(char::from(byte)), 1),
        }
    }

    fn utf8(&mut self, byte: u8) -> (Decoded, usize) {
        const REPLACEMENT: Decoded = Decoded::Char(char::REPLACEMENT_CHARACTER);
        match byte {
            0x80..=0xbf if self.missing == 0 => (REPLACEMENT, 1),
            0x80..=0xbf => (self.continuation(byte), 1),
            _ if self.missing > 0 => {
                self.missing = 0;
                (REPLACEMENT, 0)
            }
            0xfe.. => (REPLACEMENT, 1),
            0xc0.. => {
                let (missing, mask) = match byte {
                    0xc0..0xe0 => (1, 0x1f),
                    0xe0..0xf0 => (2, 0x0f),
                    0xf0..0xf8 => (3, 0x07),
                    0xf8..0xfc => (4, 0x03),
                    _ => (5, 0x01),
                };
                self.missing = missing;
                self.code = if byte < 0xc2 { OVERLONG } else { u32::from(byte & mask) };
                (Decoded::Nothing, 1)
            }
            _ => (Decoded::Char(char::from(byte)), 1),
        }
    }

    fn continuation(&mut self, byte: u8) -> Decoded {
        // All bits so far are zero, and a shorter form would have room for those that follow.
        if self.code == 0 && (byte & 0x7f) >> (7 - self.missing) == 0 {
            self.code = OVERLONG;
        }
        if self.code != OVERLONG {
            self.code = self.code << 6 | u32::from(byte & 0x3f);
        }
        self.missing -= 1;
        if self.missing > 0 {
            return Decoded::Nothing;
        }
        let c = char::from_u32(self.code).filter(|c| !matches!(c, '\u{fffe}' | '\u{ffff}'));
        Decoded::Char(c.unwrap_or(char::REPLACEMENT_CHARACTER))
    }
}
