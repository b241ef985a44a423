//! The four character sets G0 to G3, and which of them is in use.

/// A set of 94 characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Charset {
    /// ASCII, and any set that is not implemented.
    #[default]
    Ascii,
    /// ASCII with a pound sign for `#`.
    British,
    /// DEC Special Graphics: lines and corners.
    Lines,
    /// The upper half of ISO 8859-1, a set of 96.
    Latin1,
}

/// DEC Special Graphics from `_` to `~` (VT220 Programmer Reference, table 2-4).
const LINE_DRAWING: [char; 32] = [
    ' ', '◆', '▒', '␉', '␌', '␍', '␊', '°', '±', '␤', '␋', '┘', '┐', '┌', '└', '┼', '⎺', '⎻', '─', '⎼', '⎽',
    '├', '┤', '┴', '┬', '│', '≤', '≥', 'π', '≠', '£', '·',
];

impl Charset {
    /// The set that a designation names by its intermediate and last byte: `-`, `.` and `/` are of sets of 96.
    fn named(intermediate: u8, byte: u8) -> Self {
        match (intermediate, byte) {
            (b'-' | b'.' | b'/', b'A') => Self::Latin1,
            (b'-' | b'.' | b'/', _) => Self::Ascii,
            (_, b'0') => Self::Lines,
            (_, b'A') => Self::British,
            _ => Self::Ascii,
        }
    }

    /// Maps a character of a text through this set.
    pub fn map(self, c: char) -> char {
        match (self, c) {
            (Self::British, '#') => '£',
            (Self::Lines, '_'..='~') => LINE_DRAWING[c as usize - '_' as usize],
            (Self::Latin1, ' '..='~') => char::from(c as u8 | 0x80),
            _ => c,
        }
    }
}

/// The designated sets and the one in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Charsets {
    sets: [Charset; 4],
    in_use: usize,
    /// For one character only (SS2, SS3).
    single: Option<usize>,
}

impl Charsets {
    /// Designates a set as G0 to G3 by the intermediate of the escape: `(`, `)`, `*`, `+`.
    pub fn designate(&mut self, intermediate: u8, set: u8) {
        let place = match intermediate {
            b'(' => 0,
            b')' | b'-' => 1,
            b'*' | b'.' => 2,
            _ => 3,
        };
        self.sets[place] = Charset::named(intermediate, set);
    }

    /// Locking shift.
    pub fn shift(&mut self, place: usize) {
        self.in_use = place.min(3);
    }

    /// Single shift.
    pub fn shift_once(&mut self, place: usize) {
        self.single = Some(place.min(3));
    }

    /// Whether text is plain ASCII.
    pub fn is_plain(&self) -> bool {
        self.sets[self.in_use] == Charset::Ascii && self.single.is_none()
    }

    /// Maps the next character of a text through the set in use.
    pub fn map(&mut self, c: char) -> char {
        let place = self.single.take().unwrap_or(self.in_use);
        self.sets[place].map(c)
    }
}
