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
    /// A national replacement set: what it has in the places of [`REPLACED`].
    National(&'static str),
}

/// DEC Special Graphics from `_` to `~` (VT220 Programmer Reference, table 2-4).
const LINE_DRAWING: [char; 32] = [
    ' ', '◆', '▒', '␉', '␌', '␍', '␊', '°', '±', '␤', '␋', '┘', '┐', '┌', '└', '┼', '⎺', '⎻', '─', '⎼', '⎽',
    '├', '┤', '┴', '┬', '│', '≤', '≥', 'π', '≠', '£', '·',
];

/// The characters of ASCII that national sets replace.
const REPLACED: &str = r"#@[\]^_`{|}~";

/// The national replacement sets by the ends of their designations (VT420 Programmer Reference, tables 2-2 and 5-12).
const NATIONAL: [(&[&str], &str); 11] = [
    (&["4"], "£¾ĳ½|^_`¨ƒ¼´"),
    (&["5", "C"], "#@ÄÖÅÜ_éäöåü"),
    (&["R", "f"], "£à°ç§^_`éùè¨"),
    (&["Q", "9"], "#àâçêî_ôéùèû"),
    (&["K"], "#§ÄÖÜ^_`äöüß"),
    (&["Y"], "£§°çé^_ùàòèì"),
    (&["E", "6", "`"], "#ÄÆØÅÜ_äæøåü"),
    (&["%6"], "#@ÃÇÕ^_`ãçõ~"),
    (&["Z"], "£§¡Ñ¿^_`°ñç~"),
    (&["7", "H"], "#ÉÄÖÅÜ_éäöåü"),
    (&["="], "ùàéçêîèôäöüû"),
];

impl Charset {
    /// The set that a designation names by its intermediates and last byte: `-`, `.` and `/` are of sets of 96.
    /// National sets are there in their mode alone (DECNRCM).
    fn named(intermediates: &[u8], byte: u8, national: bool) -> Self {
        match (intermediates, byte) {
            ([b'-' | b'.' | b'/'], b'A') => Self::Latin1,
            ([b'-' | b'.' | b'/', ..], _) => Self::Ascii,
            ([_], b'0') => Self::Lines,
            ([_], b'A') => Self::British,
            ([_, prefix @ ..], _) if national => {
                let is_named = |name: &&str| name.bytes().eq(prefix.iter().copied().chain([byte]));
                NATIONAL
                    .iter()
                    .find(|(names, _)| names.iter().any(&is_named))
                    .map_or(Self::Ascii, |(_, replacements)| Self::National(replacements))
            }
            _ => Self::Ascii,
        }
    }

    /// Maps a character of a text through this set.
    pub fn map(self, c: char) -> char {
        match (self, c) {
            (Self::British, '#') => '£',
            (Self::Lines, '_'..='~') => LINE_DRAWING[c as usize - '_' as usize],
            (Self::Latin1, ' '..='~') => char::from(c as u8 | 0x80),
            (Self::National(replacements), ' '..='~') => {
                REPLACED.find(c).and_then(|place| replacements.chars().nth(place)).unwrap_or(c)
            }
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
    /// Designates a set as G0 to G3 by the first intermediate of the escape: `(`, `)`, `*`, `+`.
    pub fn designate(&mut self, intermediates: &[u8], set: u8, national: bool) {
        let place = match intermediates.first() {
            Some(b'(') => 0,
            Some(b')' | b'-') => 1,
            Some(b'*' | b'.') => 2,
            _ => 3,
        };
        self.sets[place] = Charset::named(intermediates, set, national);
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
