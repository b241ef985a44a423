//! The parser: bytes of a remote application to text, controls and sequences, however the stream is cut.
//!
//! After Williams' state diagram of the DEC parser (`vt100.net/emu/dec_ansi_parser`), with what xterm does where the
//! diagram and UTF-8 meet: characters from U+0080 to U+009F do nothing, other characters beyond ASCII end a sequence and
//! are text.
//!
//! Everything kept between two bytes is bounded: the longest string, the most parameters, the largest number.

mod decode;
mod params;

pub use decode::Encoding;
pub(crate) use decode::encode;
pub(crate) use params::{Csi, Params};

use decode::{Decoded, Decoder};

/// The longest string sequence (OSC, DCS) kept; a longer one is read to its end and dropped.
const MAX_STRING_BYTES: usize = 512 * 1024;
/// The most intermediates of a sequence; further ones are dropped.
const MAX_INTERMEDIATES: usize = 4;

/// The kinds of string sequences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StringKind {
    Osc,
    Dcs,
    /// SOS, PM, APC: read to their end and dropped.
    Other,
}

/// The calls of the parser.
pub(crate) trait Handler {
    /// A run of printable ASCII.
    fn print_ascii(&mut self, text: &[u8]);
    /// A character beyond ASCII, or one in place of bytes that are none.
    fn print(&mut self, c: char);
    /// A C0 control.
    fn control(&mut self, byte: u8);
    /// `ESC`, intermediates, and a final byte. C1 controls arrive in their seven-bit form.
    fn escape(&mut self, intermediates: &[u8], action: u8);
    /// `CSI` and what belongs to it.
    fn csi(&mut self, csi: &Csi<'_>);
    /// A string, and whether `BEL` ended it. The body of a DCS is all that follows the introducer.
    fn string(&mut self, kind: StringKind, body: &[u8], bell: bool);
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Ground,
    Escape,
    Csi,
    /// A CSI that cannot be valid any more.
    CsiIgnored,
    String(StringKind),
    /// An ESC inside a string: the string's end if a backslash follows.
    StringEscape(StringKind),
}

/// The parser's state between two bytes.
#[derive(Debug, Clone)]
pub(crate) struct Parser {
    state: State,
    decoder: Decoder,
    intermediates: Vec<u8>,
    private: Option<u8>,
    params: Params,
    body: Vec<u8>,
    /// The string is not kept: it is of no use, or too long.
    is_dropped: bool,
}

/// Whether an OSC is a whole one of the Linux console, which has no end: `P` and seven digits set a colour, `R` resets.
fn is_linux_palette(body: &[u8]) -> bool {
    body.first() == Some(&b'R') || (body.first() == Some(&b'P') && body.len() > 7)
}

impl Parser {
    pub fn new(encoding: Encoding) -> Self {
        Self {
            state: State::Ground,
            decoder: Decoder::new(encoding),
            intermediates: Vec::new(),
            private: None,
            params: Params::new(),
            body: Vec::new(),
            is_dropped: false,
        }
    }

    pub fn encoding(&self) -> Encoding {
        self.decoder.encoding()
    }

    /// Parses `bytes`, which may begin and end inside a character or a sequence.
    pub fn advance(&mut self, mut bytes: &[u8], handler: &mut impl Handler) {
        while let Some(byte) = bytes.first().copied() {
            if byte < 0x80 && self.decoder.is_between_characters() {
                let length = if self.state == State::Ground { printable_length(bytes) } else { 0 };
                if length > 0 {
                    handler.print_ascii(&bytes[..length]);
                    bytes = &bytes[length..];
                } else {
                    self.byte(byte, handler);
                    bytes = &bytes[1..];
                }
                continue;
            }
            let (decoded, length) = self.decoder.decode(byte);
            bytes = &bytes[length..];
            if let Decoded::Char(c) = decoded {
                self.char(c, handler);
            }
        }
    }

    /// A character of the text's encoding that is not ASCII, or the replacement of bytes that are none.
    fn char(&mut self, c: char, handler: &mut impl Handler) {
        match c {
            '\u{80}'..='\u{9f}' if self.encoding() == Encoding::Latin1 => self.c1(c as u8, handler),
            // In UTF-8 the C1 controls are no bytes, and do nothing.
            '\u{80}'..='\u{9f}' if self.encoding() == Encoding::Utf8 => {}
            _ => match self.state {
                State::String(kind) | State::StringEscape(kind) => {
                    self.state = State::String(kind);
                    self.keep(c.encode_utf8(&mut [0; 4]).as_bytes());
                }
                _ => {
                    self.state = State::Ground;
                    handler.print(c);
                }
            },
        }
    }

    /// A C1 control: it acts like ESC and its seven-bit form, in any state.
    fn c1(&mut self, byte: u8, handler: &mut impl Handler) {
        if byte == 0x9c
            && let State::String(kind) | State::StringEscape(kind) = self.state
        {
            return self.end_string(kind, false, handler);
        }
        self.start_escape();
        self.escape_byte(byte - 0x40, handler);
    }

    fn byte(&mut self, byte: u8, handler: &mut impl Handler) {
        match (self.state, byte) {
            (State::String(kind), _) => self.string_byte(kind, byte, handler),
            (State::StringEscape(kind), b'\\') => self.end_string(kind, false, handler),
            (State::StringEscape(kind @ StringKind::Osc), 0x07) => self.end_string(kind, true, handler),
            (State::StringEscape(_), _) => {
                self.body = Vec::new();
                self.start_escape();
                self.byte(byte, handler);
            }
            (_, 0x1b) => self.start_escape(),
            // CAN and SUB end a sequence.
            (_, 0x18 | 0x1a) => {
                self.state = State::Ground;
                handler.control(byte);
            }
            // Controls act also in the middle of a sequence.
            (_, 0..=0x1f) => handler.control(byte),
            (_, 0x7f) => {}
            (State::Ground, _) => handler.print_ascii(&[byte]),
            (State::Escape, _) => self.escape_byte(byte, handler),
            (State::Csi, _) => self.csi_byte(byte, handler),
            (State::CsiIgnored, 0x40..) => self.state = State::Ground,
            (State::CsiIgnored, _) => {}
        }
    }

    fn start_escape(&mut self) {
        self.state = State::Escape;
        self.intermediates.clear();
    }

    fn escape_byte(&mut self, byte: u8, handler: &mut impl Handler) {
        match byte {
            0x20..=0x2f => {
                if self.intermediates.len() < MAX_INTERMEDIATES {
                    self.intermediates.push(byte);
                }
            }
            _ if !self.intermediates.is_empty() => {
                self.state = State::Ground;
                handler.escape(&self.intermediates, byte);
            }
            b'[' => {
                self.state = State::Csi;
                self.private = None;
                self.params.clear();
            }
            b']' => self.start_string(StringKind::Osc),
            b'P' => self.start_string(StringKind::Dcs),
            b'X' | b'^' | b'_' => self.start_string(StringKind::Other),
            _ => {
                self.state = State::Ground;
                handler.escape(&[], byte);
            }
        }
    }

    fn csi_byte(&mut self, byte: u8, handler: &mut impl Handler) {
        let is_plain = self.intermediates.is_empty();
        match byte {
            0x40..=0x7e => {
                self.state = State::Ground;
                handler.csi(&Csi {
                    private: self.private,
                    params: &self.params,
                    intermediates: &self.intermediates,
                    action: byte,
                });
            }
            0x20..=0x2f if self.intermediates.len() < MAX_INTERMEDIATES => self.intermediates.push(byte),
            b'0'..=b'9' if is_plain => self.params.digit(byte - b'0'),
            b';' if is_plain => self.params.next(false),
            b':' if is_plain => self.params.next(true),
            b'<'..=b'?' if is_plain && self.private.is_none() && self.params.is_new() => {
                self.private = Some(byte);
            }
            _ => self.state = State::CsiIgnored,
        }
    }

    fn start_string(&mut self, kind: StringKind) {
        self.state = State::String(kind);
        self.body.clear();
        self.is_dropped = kind == StringKind::Other;
    }

    fn string_byte(&mut self, kind: StringKind, byte: u8, handler: &mut impl Handler) {
        if kind == StringKind::Osc && is_linux_palette(&self.body) {
            self.body = Vec::new();
            self.state = State::Ground;
            return self.byte(byte, handler);
        }
        match byte {
            0x07 if kind == StringKind::Osc => self.end_string(kind, true, handler),
            0x1b => self.state = State::StringEscape(kind),
            0x18 | 0x1a => {
                self.body = Vec::new();
                self.state = State::Ground;
            }
            0..=0x1f | 0x7f => {}
            _ => self.keep(&[byte]),
        }
    }

    fn keep(&mut self, bytes: &[u8]) {
        if self.body.len() + bytes.len() > MAX_STRING_BYTES {
            self.is_dropped = true;
            self.body = Vec::new();
        }
        if !self.is_dropped {
            self.body.extend_from_slice(bytes);
        }
    }

    fn end_string(&mut self, kind: StringKind, bell: bool, handler: &mut impl Handler) {
        self.state = State::Ground;
        if !self.is_dropped {
            handler.string(kind, &self.body, bell);
        }
        self.body = Vec::new();
    }
}

/// The number of printable ASCII bytes at the start.
fn printable_length(bytes: &[u8]) -> usize {
    bytes.iter().position(|byte| !(0x20..0x7f).contains(byte)).unwrap_or(bytes.len())
}

#[cfg(test)]
mod tests;
