//! A cell: its glyph and its style, in sixteen bytes.

use std::ops::{BitAnd, BitOr, BitOrAssign, Not};

/// A colour: the default one, one of the 256 of the palette, or red, green and blue.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct Colour(u32);

/// The readable form of a [`Colour`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ColourKind {
    Default,
    Indexed(u8),
    Rgb(u8, u8, u8),
}

impl Colour {
    /// The default colour of text or background.
    pub const DEFAULT: Self = Self(0);
    const INDEXED: u32 = 1 << 24;
    const RGB: u32 = 2 << 24;

    pub const fn indexed(index: u8) -> Self {
        Self(Self::INDEXED | index as u32)
    }

    pub const fn rgb(r: u8, g: u8, b: u8) -> Self {
        Self(Self::RGB | (r as u32) << 16 | (g as u32) << 8 | b as u32)
    }

    pub fn kind(self) -> ColourKind {
        let [tag, r, g, b] = self.0.to_be_bytes();
        match tag {
            0 => ColourKind::Default,
            1 => ColourKind::Indexed(b),
            _ => ColourKind::Rgb(r, g, b),
        }
    }

    /// The colour as a number, for storing.
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// The colour of a stored number.
    pub const fn from_bits(bits: u32) -> Self {
        Self(bits)
    }
}

impl std::fmt::Debug for Colour {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.kind().fmt(f)
    }
}

/// The attributes of a cell that are on or off, and the kind of its underline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct Flags(u16);

impl Flags {
    pub const BOLD: Self = Self(1);
    pub const DIM: Self = Self(1 << 1);
    pub const ITALIC: Self = Self(1 << 2);
    /// Three bits: zero for none, else one of the `UNDERLINE_*` kinds.
    pub const UNDERLINE: Self = Self(7 << 3);
    pub const BLINK: Self = Self(1 << 6);
    pub const REVERSE: Self = Self(1 << 7);
    pub const CONCEAL: Self = Self(1 << 8);
    pub const STRIKE: Self = Self(1 << 9);
    pub const OVERLINE: Self = Self(1 << 10);
    /// Kept by the selective erases (DECSCA), or by every erase (SPA).
    pub const PROTECTED: Self = Self(1 << 11);

    /// The attributes that carry no protection.
    pub const RENDITION: Self = Self((1 << 11) - 1);

    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    pub const fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub fn set(&mut self, which: Self, on: bool) {
        *self = if on { *self | which } else { self.without(which) };
    }

    /// The kind of the underline: none 0, single 1, double 2, curly 3, dotted 4, dashed 5 (SGR 4 and its sub-parameter).
    pub const fn underline(self) -> u8 {
        ((self.0 >> 3) & 7) as u8
    }

    pub fn set_underline(&mut self, kind: u8) {
        *self = Self(self.0 & !Self::UNDERLINE.0 | u16::from(kind.min(5)) << 3);
    }

    pub const fn bits(self) -> u16 {
        self.0
    }

    pub const fn from_bits(bits: u16) -> Self {
        Self(bits)
    }
}

impl BitOr for Flags {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for Flags {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

impl BitAnd for Flags {
    type Output = Self;
    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl Not for Flags {
    type Output = Self;
    fn not(self) -> Self {
        Self(!self.0)
    }
}

/// The style of a cell. Underline colour and link are seldom there, so they are a number in [`super::Extras`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct Style {
    pub fg: Colour,
    pub bg: Colour,
    pub flags: Flags,
    /// Zero for none.
    pub extra: u16,
}

impl Style {
    /// The style of a cell that is erased while this one is set: its colours alone (background colour erase).
    pub fn erased(self) -> Self {
        Self { fg: self.fg, bg: self.bg, ..Self::default() }
    }
}

/// The content of a cell: a character, a cluster of several (a number in [`super::Clusters`]), or one of three that show
/// nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Glyph(u32);

impl Glyph {
    /// Never written to, or erased.
    pub const BLANK: Self = Self(0);
    /// The second half of the wide character before it.
    pub const WIDE_TAIL: Self = Self(0x11_0000);
    /// At the end of a row whose last character was wide and went to the next one. Moved elsewhere it is a blank.
    pub const FILLER: Self = Self(0x11_0001);
    const CLUSTER: u32 = 1 << 31;

    pub const fn char(c: char) -> Self {
        Self(c as u32)
    }

    pub const fn byte(byte: u8) -> Self {
        Self(byte as u32)
    }

    pub const fn cluster(number: u32) -> Self {
        Self(Self::CLUSTER | number)
    }

    pub const fn as_cluster(self) -> Option<u32> {
        if self.0 & Self::CLUSTER == 0 { None } else { Some(self.0 & !Self::CLUSTER) }
    }

    /// The character, for a cell of a single one; a space for blanks.
    pub fn as_char(self) -> Option<char> {
        match self {
            Self::BLANK | Self::FILLER => Some(' '),
            Self(code) => char::from_u32(code),
        }
    }

    /// Whether it shows as a space.
    pub fn is_space(self) -> bool {
        matches!(self, Self::BLANK | Self::FILLER | Self(0x20))
    }
}

/// One cell of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Cell {
    pub glyph: Glyph,
    pub style: Style,
}

impl Cell {
    pub const fn blank(style: Style) -> Self {
        Self { glyph: Glyph::BLANK, style }
    }

    pub fn is_wide_tail(self) -> bool {
        self.glyph == Glyph::WIDE_TAIL
    }

    /// Whether it shows anything: a glyph, a background, a line. The colour of a blank's text does not.
    pub fn shows(self) -> bool {
        const LINES: Flags =
            Flags(Flags::UNDERLINE.0 | Flags::REVERSE.0 | Flags::STRIKE.0 | Flags::OVERLINE.0);
        !matches!(self.glyph, Glyph::BLANK | Glyph::FILLER)
            || self.style.bg != Colour::DEFAULT
            || self.style.flags.intersects(LINES)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_takes_sixteen_bytes() {
        assert_eq!(size_of::<Cell>(), 16);
    }

    #[test]
    fn colours_and_flags_come_back_from_their_numbers() {
        for colour in [Colour::DEFAULT, Colour::indexed(0), Colour::indexed(255), Colour::rgb(1, 2, 3)] {
            assert_eq!(Colour::from_bits(colour.bits()), colour);
        }
        assert_eq!(Colour::rgb(1, 2, 3).kind(), ColourKind::Rgb(1, 2, 3));
        let mut flags = Flags::BOLD | Flags::OVERLINE;
        flags.set_underline(3);
        assert_eq!((flags.underline(), flags.contains(Flags::BOLD)), (3, true));
        flags.set_underline(0);
        assert_eq!(flags, Flags::BOLD | Flags::OVERLINE);
    }
}
