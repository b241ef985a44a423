//! The scanner that finds the end of an escape sequence.

/// The longest string sequence (OSC, DCS) kept; a longer one is abandoned and its rest is text.
pub(super) const MAX_STRING_BYTES: usize = 1024 * 1024;
/// The longest CSI kept. Thirty-two parameters of five digits fit.
const MAX_CSI_BYTES: usize = 256;
/// Which kind of string sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StringKind {
    Osc,
    Dcs,
    /// SOS, PM, APC: read to their end and dropped.
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Ground,
    Escape,
    EscapeMore,
    Csi,
    String(StringKind),
}

/// The result of a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sequence {
    /// The sequence goes on after the last byte, or it ended with nothing to do.
    Nothing,
    /// A control inside a sequence, which takes effect at once.
    Control(u8),
    /// `ESC`, the intermediates in the body, and this.
    Escape(u8),
    /// `CSI`, the body, and this.
    Csi(u8),
    /// A string, its text in the body; whether `BEL` ended it.
    String(StringKind, bool),
}

/// Scans from an `ESC` to the end of the sequence, however the bytes are cut. After Williams' state diagram of
/// the DEC parser (`vt100.net/emu/dec_ansi_parser`), with UTF-8 in strings and without 8-bit controls.
#[derive(Debug)]
pub(super) struct Scanner {
    phase: Phase,
    body: Vec<u8>,
    /// Bytes of the string so far, kept or not.
    length: usize,
}

impl Scanner {
    pub fn new() -> Self {
        Self { phase: Phase::Ground, body: Vec::new(), length: 0 }
    }

    /// Whether the next byte is text.
    pub fn in_ground(&self) -> bool {
        self.phase == Phase::Ground
    }

    /// Starts a sequence: an `ESC` was read.
    pub fn begin(&mut self) {
        self.phase = Phase::Escape;
        self.body.clear();
        self.length = 0;
    }

    /// Takes the body of the sequence just found.
    pub fn take_body(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.body)
    }

    /// Returns the memory of a body for the next one; a large one is freed.
    pub fn give_back(&mut self, mut body: Vec<u8>) {
        body.clear();
        body.shrink_to(4096);
        self.body = body;
    }

    /// Scans on; returns the bytes used and the result. Uses at least one byte of a non-empty slice, unless that byte
    /// turned out to be text.
    pub fn advance(&mut self, bytes: &[u8]) -> (usize, Sequence) {
        let mut at = 0;
        while at < bytes.len() && self.phase != Phase::Ground {
            if let Phase::String(kind) = self.phase {
                let (used, found) = self.string(kind, &bytes[at..]);
                at += used;
                if found != Sequence::Nothing {
                    return (at, found);
                }
                continue;
            }
            let byte = bytes[at];
            if byte >= 0x80 && self.phase != Phase::Csi {
                // No sequence has such a byte: the escape was cut off and text follows.
                self.phase = Phase::Ground;
                break;
            }
            at += 1;
            let found = self.byte(byte);
            if found != Sequence::Nothing {
                return (at, found);
            }
        }
        (at, Sequence::Nothing)
    }

    fn byte(&mut self, byte: u8) -> Sequence {
        match byte {
            0x1b => self.begin(),
            0x18 | 0x1a => self.phase = Phase::Ground,
            0x00..=0x1f => return Sequence::Control(byte),
            _ => match self.phase {
                Phase::Escape => return self.escape(byte),
                Phase::EscapeMore => match byte {
                    0x20..=0x2f => self.push(byte),
                    0x30..=0x7e => return self.end(Sequence::Escape(byte)),
                    _ => {}
                },
                Phase::Csi => match byte {
                    0x20..=0x3f => self.push(byte),
                    0x40..=0x7e if self.body.len() > MAX_CSI_BYTES => self.phase = Phase::Ground,
                    0x40..=0x7e => return self.end(Sequence::Csi(byte)),
                    _ => {}
                },
                Phase::Ground | Phase::String(_) => {}
            },
        }
        Sequence::Nothing
    }

    fn escape(&mut self, byte: u8) -> Sequence {
        match byte {
            0x20..=0x2f => {
                self.push(byte);
                self.phase = Phase::EscapeMore;
            }
            b'[' => self.phase = Phase::Csi,
            b']' => self.phase = Phase::String(StringKind::Osc),
            b'P' => self.phase = Phase::String(StringKind::Dcs),
            b'X' | b'^' | b'_' => self.phase = Phase::String(StringKind::Other),
            0x7f => {}
            _ => return self.end(Sequence::Escape(byte)),
        }
        Sequence::Nothing
    }

    fn push(&mut self, byte: u8) {
        if self.body.len() <= MAX_CSI_BYTES {
            self.body.push(byte);
        }
    }

    fn end(&mut self, found: Sequence) -> Sequence {
        self.phase = Phase::Ground;
        found
    }

    fn string(&mut self, kind: StringKind, bytes: &[u8]) -> (usize, Sequence) {
        let stop =
            bytes.iter().position(|byte| matches!(byte, 0x07 | 0x18 | 0x1a | 0x1b)).unwrap_or(bytes.len());
        let room = MAX_STRING_BYTES - self.length;
        if stop > room {
            self.phase = Phase::Ground;
            self.give_back(Vec::new());
            return (room, Sequence::Nothing);
        }
        self.length += stop;
        if kind != StringKind::Other {
            self.body.extend_from_slice(&bytes[..stop]);
        }
        let Some(byte) = bytes.get(stop) else {
            return (stop, Sequence::Nothing);
        };
        let found = match byte {
            0x1b => {
                // `ESC \` is the proper end; any other `ESC` ends it too and begins the next sequence. The body is
                // still needed, so the escape is read on from here without clearing it.
                self.phase = Phase::Escape;
                self.length = 0;
                Sequence::String(kind, false)
            }
            0x07 if kind == StringKind::Osc => self.end(Sequence::String(kind, true)),
            0x07 => Sequence::Nothing, // a BEL inside a DCS is part of nothing
            _ => self.end(Sequence::Nothing),
        };
        (stop + 1, found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endless_string_is_abandoned_at_the_limit() {
        let mut scan = Scanner::new();
        scan.begin();
        assert_eq!(scan.advance(b"]2;"), (3, Sequence::Nothing));
        let flood = vec![b'x'; MAX_STRING_BYTES * 2];
        let (used, found) = scan.advance(&flood);
        assert_eq!(found, Sequence::Nothing);
        assert!(scan.in_ground());
        assert_eq!(used, MAX_STRING_BYTES - 2);
        assert!(scan.body.capacity() <= 4096);
    }

    #[test]
    fn an_endless_csi_takes_little_memory() {
        let mut scan = Scanner::new();
        scan.begin();
        scan.advance(b"[");
        scan.advance(&vec![b'1'; 100_000]);
        assert!(scan.body.capacity() < 2 * MAX_CSI_BYTES + 16);
        assert_eq!(scan.advance(b"mX"), (2 - 1, Sequence::Nothing));
        assert!(scan.in_ground());
    }
}
