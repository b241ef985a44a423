//! One escape sequence taken apart: what a CSI holds, and where any sequence ends.

/// Longest string sequence (OSC, DCS) kept; a longer one is given up and its rest is text.
pub(super) const LONGEST_STRING: usize = 1024 * 1024;
/// Longest CSI kept. Thirty-two parameters of five digits fit.
const LONGEST_CSI: usize = 256;
/// Parameters of one CSI that are looked at.
const PARAMETERS: usize = 32;

/// The numbers of a CSI. A number left out reads as zero.
#[derive(Debug, Clone, Copy)]
pub(super) struct Params {
    values: [u16; PARAMETERS],
    /// Whether a value follows a colon: it belongs to the one before.
    sub: [bool; PARAMETERS],
    len: usize,
}

impl Params {
    fn parse(bytes: &[u8]) -> Option<Self> {
        let mut params = Self { values: [0; PARAMETERS], sub: [false; PARAMETERS], len: 1 };
        for byte in bytes {
            match byte {
                b'0'..=b'9' => {
                    let value = &mut params.values[params.len - 1];
                    *value = value.saturating_mul(10).saturating_add(u16::from(byte - b'0'));
                }
                b';' | b':' if params.len < PARAMETERS => {
                    params.sub[params.len] = *byte == b':';
                    params.len += 1;
                }
                b';' | b':' => break,
                _ => return None,
            }
        }
        Some(params)
    }

    /// The number at a place, zero if left out.
    pub fn get(&self, place: usize) -> u16 {
        self.values[..self.len].get(place).copied().unwrap_or(0)
    }

    /// The number at a place where zero means one.
    pub fn count(&self, place: usize) -> u16 {
        self.get(place).max(1)
    }

    /// All numbers.
    pub fn values(&self) -> &[u16] {
        &self.values[..self.len]
    }

    /// The parameters one by one, each with what follows it behind colons.
    pub fn groups(&self) -> impl Iterator<Item = &[u16]> {
        let mut at = 0;
        std::iter::from_fn(move || {
            (at < self.len).then(|| {
                let start = at;
                at += 1;
                while at < self.len && self.sub[at] {
                    at += 1;
                }
                &self.values[start..at]
            })
        })
    }
}

/// A whole `CSI` sequence.
#[derive(Debug, Clone, Copy)]
pub(super) struct Csi<'a> {
    /// `<`, `=`, `>` or `?`.
    pub private: Option<u8>,
    pub params: Params,
    pub intermediates: &'a [u8],
    pub action: u8,
}

impl<'a> Csi<'a> {
    /// Takes apart what stands between `CSI` and the last byte; `None` if it is malformed.
    pub fn parse(body: &'a [u8], action: u8) -> Option<Self> {
        let (private, rest) = match body.split_first() {
            Some((first @ 0x3c..=0x3f, rest)) => (Some(*first), rest),
            _ => (None, body),
        };
        let numbers = rest.iter().take_while(|byte| **byte >= 0x30).count();
        let (numbers, intermediates) = rest.split_at(numbers);
        if intermediates.iter().any(|byte| *byte >= 0x30) {
            return None;
        }
        Some(Self { private, params: Params::parse(numbers)?, intermediates, action })
    }
}

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

/// What a scan came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// All bytes were taken and the sequence goes on, or it ended with nothing to do.
    Nothing,
    /// A control inside a sequence: it acts at once.
    Control(u8),
    /// `ESC`, the intermediates in the body, and this.
    Escape(u8),
    /// `CSI`, the body, and this.
    Csi(u8),
    /// A string, its text in the body; whether `BEL` ended it.
    String(StringKind, bool),
}

/// Follows the bytes from an `ESC` to where the sequence ends, however they are cut. After Williams' state diagram of
/// the DEC parser (`vt100.net/emu/dec_ansi_parser`), with UTF-8 in strings and without 8-bit controls.
#[derive(Debug)]
pub(super) struct Scan {
    phase: Phase,
    body: Vec<u8>,
    /// Bytes of the string so far, kept or not.
    length: usize,
}

impl Scan {
    pub fn new() -> Self {
        Self { phase: Phase::Ground, body: Vec::new(), length: 0 }
    }

    /// Whether what comes next is text.
    pub fn in_ground(&self) -> bool {
        self.phase == Phase::Ground
    }

    /// An `ESC` was read.
    pub fn begin(&mut self) {
        self.phase = Phase::Escape;
        self.body.clear();
        self.length = 0;
    }

    /// Takes the body of the sequence just found.
    pub fn take_body(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.body)
    }

    /// Gives the memory of a body back; a large one is freed.
    pub fn give_back(&mut self, mut body: Vec<u8>) {
        body.clear();
        body.shrink_to(4096);
        self.body = body;
    }

    /// Reads on; returns how many bytes were taken and what was found. Takes at least one byte of a non-empty slice,
    /// but for a byte that turned out to be text.
    pub fn advance(&mut self, bytes: &[u8]) -> (usize, Found) {
        let mut at = 0;
        while at < bytes.len() && self.phase != Phase::Ground {
            if let Phase::String(kind) = self.phase {
                let (used, found) = self.string(kind, &bytes[at..]);
                at += used;
                if found != Found::Nothing {
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
            if found != Found::Nothing {
                return (at, found);
            }
        }
        (at, Found::Nothing)
    }

    fn byte(&mut self, byte: u8) -> Found {
        match byte {
            0x1b => self.begin(),
            0x18 | 0x1a => self.phase = Phase::Ground,
            0x00..=0x1f => return Found::Control(byte),
            _ => match self.phase {
                Phase::Escape => return self.escape(byte),
                Phase::EscapeMore => match byte {
                    0x20..=0x2f => self.push(byte),
                    0x30..=0x7e => return self.end(Found::Escape(byte)),
                    _ => {}
                },
                Phase::Csi => match byte {
                    0x20..=0x3f => self.push(byte),
                    0x40..=0x7e if self.body.len() > LONGEST_CSI => self.phase = Phase::Ground,
                    0x40..=0x7e => return self.end(Found::Csi(byte)),
                    _ => {}
                },
                Phase::Ground | Phase::String(_) => {}
            },
        }
        Found::Nothing
    }

    fn escape(&mut self, byte: u8) -> Found {
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
            _ => return self.end(Found::Escape(byte)),
        }
        Found::Nothing
    }

    fn push(&mut self, byte: u8) {
        if self.body.len() <= LONGEST_CSI {
            self.body.push(byte);
        }
    }

    fn end(&mut self, found: Found) -> Found {
        self.phase = Phase::Ground;
        found
    }

    fn string(&mut self, kind: StringKind, bytes: &[u8]) -> (usize, Found) {
        let stop =
            bytes.iter().position(|byte| matches!(byte, 0x07 | 0x18 | 0x1a | 0x1b)).unwrap_or(bytes.len());
        let room = LONGEST_STRING - self.length;
        if stop > room {
            self.phase = Phase::Ground;
            self.give_back(Vec::new());
            return (room, Found::Nothing);
        }
        self.length += stop;
        if kind != StringKind::Other {
            self.body.extend_from_slice(&bytes[..stop]);
        }
        let Some(byte) = bytes.get(stop) else {
            return (stop, Found::Nothing);
        };
        let found = match byte {
            0x1b => {
                // `ESC \` is the proper end; any other `ESC` ends it too and begins the next sequence. The body is
                // still needed, so the escape is read on from here without clearing it.
                self.phase = Phase::Escape;
                self.length = 0;
                Found::String(kind, false)
            }
            0x07 if kind == StringKind::Osc => self.end(Found::String(kind, true)),
            0x07 => Found::Nothing, // a BEL inside a DCS is part of nothing
            _ => self.end(Found::Nothing),
        };
        (stop + 1, found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_csi_is_taken_apart() {
        let csi = Csi::parse(b"?1;2:3;$", b'p').unwrap();
        assert_eq!(csi.private, Some(b'?'));
        assert_eq!(csi.intermediates, b"$");
        let groups: Vec<Vec<u16>> = csi.params.groups().map(<[u16]>::to_vec).collect();
        assert_eq!(groups, [vec![1], vec![2, 3], vec![0]]);
        assert_eq!(csi.params.count(3), 1);
        assert!(Csi::parse(b"1?2", b'h').is_none());
        assert!(Csi::parse(b"$1", b'h').is_none());
    }

    #[test]
    fn numbers_saturate_and_parameters_are_bounded() {
        let many = ";".repeat(100);
        let csi = Csi::parse(many.as_bytes(), b'm').unwrap();
        assert_eq!(csi.params.values().len(), PARAMETERS);
        assert_eq!(Csi::parse(b"99999999", b'A').unwrap().params.get(0), u16::MAX);
    }

    #[test]
    fn an_endless_string_is_given_up_at_the_limit() {
        let mut scan = Scan::new();
        scan.begin();
        assert_eq!(scan.advance(b"]2;"), (3, Found::Nothing));
        let flood = vec![b'x'; LONGEST_STRING * 2];
        let (used, found) = scan.advance(&flood);
        assert_eq!(found, Found::Nothing);
        assert!(scan.in_ground());
        assert_eq!(used, LONGEST_STRING - 2);
        assert!(scan.body.capacity() <= 4096);
    }

    #[test]
    fn an_endless_csi_holds_little() {
        let mut scan = Scan::new();
        scan.begin();
        scan.advance(b"[");
        scan.advance(&vec![b'1'; 100_000]);
        assert!(scan.body.capacity() < 2 * LONGEST_CSI + 16);
        assert_eq!(scan.advance(b"mX"), (2 - 1, Found::Nothing));
        assert!(scan.in_ground());
    }
}
