//! A screen as both terminals report it, and the difference of two.

use std::fmt::{self, Write as _};

use crate::meant::without_meant;

/// A colour by what was asked for, not by what it looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Colour {
    #[default]
    Default,
    Index(u8),
    Rgb(u8, u8, u8),
}

/// The attributes compared. Concealed text is not: xterm's report leaves it out.
pub(crate) const ATTRIBUTES: [(u16, &str); 8] = [
    (1, "bold"),
    (1 << 1, "faint"),
    (1 << 2, "italic"),
    (1 << 3, "underline"),
    (1 << 4, "blink"),
    (1 << 5, "reverse"),
    (1 << 6, "strike"),
    (1 << 7, "double underline"),
];

/// The text of the second cell of a wide character.
pub(crate) const WIDE_TAIL: u16 = 0xffff;

/// A cell: its first code point and the sum of the others, both modulo 65,536 (which is what a checksum gives), its
/// colours and attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Cell {
    pub text: u16,
    pub combining: u16,
    pub foreground: Colour,
    pub background: Colour,
    pub attributes: u16,
    /// A half of a wide character alone, whose other attributes are chance.
    pub is_half: bool,
    /// Beyond the edge of a line of double width, where nothing shows.
    pub is_hidden: bool,
}

/// Everything that is compared after a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Screen {
    pub columns: u16,
    pub cells: Vec<Cell>,
    /// The replies to the case's own queries and to the closing cursor report.
    pub replies: Vec<u8>,
}

/// The first difference of two screens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Difference {
    pub what: &'static str,
    pub detail: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.what, self.detail)
    }
}

impl Screen {
    /// The first difference from what xterm shows.
    pub(crate) fn difference(&self, xterm: &Self, with_colours: bool) -> Option<Difference> {
        let cells = self.cells.iter().zip(&xterm.cells).enumerate();
        for (at, (ours, theirs)) in cells {
            if let Some((what, detail)) = ours.difference(*theirs) {
                let columns = usize::from(self.columns);
                let place = format!("row {}, column {}", at / columns + 1, at % columns + 1);
                return Some(Difference { what, detail: format!("{place}: {detail}") });
            }
        }
        let (ours, theirs) =
            (without_meant(&self.replies, with_colours), without_meant(&xterm.replies, with_colours));
        (ours != theirs).then(|| Difference {
            what: "replies",
            detail: format!("xterm {}, ours {}", escaped(&theirs), escaped(&ours)),
        })
    }
}

impl Cell {
    fn difference(self, xterm: Self) -> Option<(&'static str, String)> {
        if self.is_hidden {
            return None;
        }
        if self.text != xterm.text {
            return Some(("text", format!("xterm {}, ours {}", shown(xterm.text), shown(self.text))));
        }
        // The second half of a wide character is drawn with the first.
        if self.text == WIDE_TAIL || xterm.is_half {
            return None;
        }
        if self.combining != xterm.combining {
            return Some((
                "combining",
                format!("xterm {}, ours {}", shown(xterm.combining), shown(self.combining)),
            ));
        }
        if self.background != xterm.background {
            return Some(("background", format!("xterm {:?}, ours {:?}", xterm.background, self.background)));
        }
        // xterm has both underlines where one follows the other; ours has the last one.
        let both = (1 << 3) | (1 << 7);
        let is_either = xterm.attributes & both == both && self.attributes & both != 0;
        let ignored = if is_either { both } else { 0 };
        if (self.attributes ^ xterm.attributes) & !ignored != 0 {
            let detail = format!("xterm [{}], ours [{}]", names(xterm.attributes), names(self.attributes));
            return Some(("attributes", detail));
        }
        // The foreground of a blank shows only where something is drawn with it.
        let drawn = xterm.text != u16::from(b' ') || xterm.attributes & 0b1110_1000 != 0;
        (drawn && self.foreground != xterm.foreground)
            .then(|| ("foreground", format!("xterm {:?}, ours {:?}", xterm.foreground, self.foreground)))
    }
}

fn shown(text: u16) -> String {
    match char::from_u32(u32::from(text)) {
        _ if text == WIDE_TAIL => "half a wide character".to_owned(),
        Some(character) => format!("{character:?}"),
        None => format!("{text:#x}"),
    }
}

fn names(attributes: u16) -> String {
    let set: Vec<_> =
        ATTRIBUTES.iter().filter(|(bit, _)| attributes & bit != 0).map(|(_, name)| *name).collect();
    set.join(", ")
}

/// Bytes in the notation of a Rust literal.
pub(crate) fn escaped(bytes: &[u8]) -> String {
    let mut text = String::from("\"");
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '\x1b' => text.push_str("\\x1b"),
                c if c.is_ascii_control() && !matches!(c, '\r' | '\n' | '\t') => {
                    let _ = write!(text, "\\x{:02x}", u32::from(c));
                }
                c if c.is_ascii() => text.extend(c.escape_default()),
                c => text.push(c),
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text + "\""
}
