//! Attributes of a cell that `ratatui::buffer::Cell` has no field for: the kind of an underline, the overline, the link.
//!
//! They travel in bits of [`Modifier`] that ratatui does not use and keeps through styles, merges and comparisons:
//!
//! ```text
//!  bit  15 14   13     12      11 10 9      8 ... 0
//!       unused  link   overline underline    ratatui's own
//! ```
//!
//! The kind of an underline counts only while [`Modifier::UNDERLINED`] is set, so what ignores the kind shows a plain
//! underline. A link is a number in the cell's underline colour, which a linked cell therefore does not have; the URIs
//! are in one bounded table of the process.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};

/// The kind of an underline, by its number in SGR 4 (`4:3`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Underline {
    /// One line.
    Single = 1,
    /// Two lines.
    Double,
    /// A wavy line.
    Curly,
    /// Dots.
    Dotted,
    /// Dashes.
    Dashed,
}

impl Underline {
    const ALL: [Self; 5] = [Self::Single, Self::Double, Self::Curly, Self::Dotted, Self::Dashed];

    /// Its number.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The kind of a number; a number that no kind has is a single line.
    pub fn from_number(number: u8) -> Self {
        Self::ALL.into_iter().find(|kind| kind.number() == number).unwrap_or(Self::Single)
    }
}

/// A line above the text (SGR 53).
pub const OVERLINED: Modifier = Modifier::from_bits_retain(1 << 12);

const UNDERLINE_SHIFT: u32 = 9;
const UNDERLINE_BITS: Modifier = Modifier::from_bits_retain(0b111 << UNDERLINE_SHIFT);
/// Set where the underline colour is the number of a link.
const LINKED: Modifier = Modifier::from_bits_retain(1 << 13);

/// Returns the kind of underline; `None` without one.
pub fn underline(modifier: Modifier) -> Option<Underline> {
    let number = modifier.intersection(UNDERLINE_BITS).bits() >> UNDERLINE_SHIFT;
    modifier.contains(Modifier::UNDERLINED).then(|| Underline::from_number(number.to_le_bytes()[0] + 1))
}

/// Returns `modifier` with this kind of underline, or without one.
pub fn with_underline(modifier: Modifier, underline: Option<Underline>) -> Modifier {
    // A single line is no more than ratatui's own bit.
    let number = underline.map_or(0, |kind| u16::from(kind.number() - 1));
    let mut changed = modifier.difference(UNDERLINE_BITS.union(Modifier::UNDERLINED));
    changed.set(Modifier::UNDERLINED, underline.is_some());
    changed.union(Modifier::from_bits_retain(number << UNDERLINE_SHIFT))
}

/// The longest URI of a link, in bytes. Terminals accept about as much.
pub const MAX_LINK_BYTES: usize = 2048;
/// The links whose URIs are kept at a time. Beyond them the oldest loses its URI, and its text stays.
const MAX_LINKS: usize = 4096;
/// Numbers of links: as many as an RGB colour has.
const LINK_NUMBERS: u32 = 1 << 24;

/// A link's number in the table of URIs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LinkId(u32);

impl LinkId {
    /// The number, below 2^24.
    pub fn number(self) -> u32 {
        self.0
    }

    /// The link of a number that was kept.
    pub(crate) fn from_number(number: u32) -> Self {
        Self(number % LINK_NUMBERS)
    }

    fn of(cell: &Cell) -> Option<Self> {
        match cell.underline_color {
            Color::Rgb(high, middle, low) if cell.modifier.contains(LINKED) => {
                Some(Self(u32::from_be_bytes([0, high, middle, low])))
            }
            _ => None,
        }
    }
}

/// Enters a URI into the table of links. `None` where it is not harmless: a link may lead to a web page, an FTP server or
/// a mail, is printable ASCII without blanks, and at most [`MAX_LINK_BYTES`] long. A `file:` of the remote machine would
/// open another file on this one.
pub fn intern_link(uri: &str) -> Option<LinkId> {
    is_harmless(uri).then(|| links().intern(uri))
}

/// Makes the cell a part of a link. Its underline colour is lost.
pub fn set_link(cell: &mut Cell, link: LinkId) {
    let [_, high, middle, low] = link.0.to_be_bytes();
    cell.modifier.insert(LINKED);
    cell.underline_color = Color::Rgb(high, middle, low);
}

/// Returns the link that the cell is a part of.
pub fn link(cell: &Cell) -> Option<LinkId> {
    LinkId::of(cell)
}

/// Returns the URI of a link; `None` where others have replaced it.
pub fn link_uri(link: LinkId) -> Option<Arc<str>> {
    links().uri(link)
}

/// Returns the colour of the underline; [`Color::Reset`] where it is that of the text.
pub fn underline_color(cell: &Cell) -> Color {
    if cell.modifier.contains(LINKED) { Color::Reset } else { cell.underline_color }
}

fn is_harmless(uri: &str) -> bool {
    let Some((scheme, rest)) = uri.split_once(':') else { return false };
    let leads_somewhere = match scheme.to_ascii_lowercase().as_str() {
        "http" | "https" | "ftp" => {
            rest.strip_prefix("//").is_some_and(|host| !host.is_empty() && !host.starts_with('/'))
        }
        "mailto" => !rest.is_empty(),
        _ => false,
    };
    leads_somewhere && uri.len() <= MAX_LINK_BYTES && uri.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The URIs, each in the slot of its number; the next number takes the slot of the oldest.
struct Links {
    slots: Vec<(LinkId, Arc<str>)>,
    by_uri: HashMap<Arc<str>, LinkId>,
    next: u32,
}

static LINKS: LazyLock<Mutex<Links>> = LazyLock::new(|| Mutex::new(Links::new()));

fn links() -> MutexGuard<'static, Links> {
    LINKS.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Links {
    fn new() -> Self {
        Self { slots: Vec::new(), by_uri: HashMap::new(), next: 0 }
    }

    fn intern(&mut self, uri: &str) -> LinkId {
        if let Some(known) = self.by_uri.get(uri) {
            return *known;
        }
        let id = LinkId(self.next);
        self.next = (self.next + 1) % LINK_NUMBERS;
        let uri: Arc<str> = uri.into();
        match self.slots.get_mut(slot(id)) {
            Some(oldest) => {
                self.by_uri.remove(&oldest.1);
                *oldest = (id, Arc::clone(&uri));
            }
            None => self.slots.push((id, Arc::clone(&uri))),
        }
        self.by_uri.insert(uri, id);
        id
    }

    fn uri(&self, link: LinkId) -> Option<Arc<str>> {
        self.slots.get(slot(link)).filter(|(id, _)| *id == link).map(|(_, uri)| Arc::clone(uri))
    }
}

fn slot(link: LinkId) -> usize {
    link.0 as usize % MAX_LINKS
}

#[cfg(test)]
mod tests {
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    use super::*;

    const KINDS: [Option<Underline>; 6] = [
        None,
        Some(Underline::Single),
        Some(Underline::Double),
        Some(Underline::Curly),
        Some(Underline::Dotted),
        Some(Underline::Dashed),
    ];

    #[test]
    fn each_kind_of_underline_replaces_any_other() {
        for before in KINDS {
            for after in KINDS {
                let bold = with_underline(Modifier::BOLD | OVERLINED, before);
                let changed = with_underline(bold, after);
                assert_eq!(underline(changed), after);
                assert!(changed.contains(Modifier::BOLD | OVERLINED));
            }
        }
        assert_eq!(underline(Modifier::UNDERLINED), Some(Underline::Single));
    }

    #[test]
    fn styles_merges_and_comparisons_keep_the_extended_bits() {
        let curly = with_underline(OVERLINED, Some(Underline::Curly));
        let area = Rect::new(0, 0, 2, 1);
        let mut drawn = Buffer::empty(area);
        drawn.set_string(0, 0, "ab", Style::new().add_modifier(curly).underline_color(Color::Red));
        drawn.set_style(area, Style::new().fg(Color::Blue).add_modifier(Modifier::DIM));
        drawn.set_style(area, Style::new().remove_modifier(Modifier::DIM));
        let cell = &drawn[(1, 0)];
        assert_eq!(underline(cell.modifier), Some(Underline::Curly));
        assert!(cell.modifier.contains(OVERLINED));
        assert_eq!(underline_color(cell), Color::Red);
        assert_eq!(cell.style().add_modifier, curly);

        let mut dotted = drawn.clone();
        dotted[(1, 0)].modifier = with_underline(OVERLINED, Some(Underline::Dotted));
        assert_eq!(drawn.diff(&dotted).len(), 1, "another kind alone is a difference");
        let mut merged = Buffer::empty(area);
        merged.merge(&drawn);
        assert_eq!(merged, drawn);
    }

    #[test]
    fn a_cell_carries_its_link_until_it_is_reset() {
        let id = intern_link("https://example.org/a?b#c").expect("a harmless link");
        let mut cell = Cell::from('a');
        assert_eq!(link(&cell), None);
        set_link(&mut cell, id);
        cell.set_style(Style::new().fg(Color::Red).add_modifier(Modifier::BOLD));
        assert_eq!(link(&cell), Some(id));
        assert_eq!(link_uri(id).as_deref(), Some("https://example.org/a?b#c"));
        assert_eq!(underline_color(&cell), Color::Reset, "the number is no colour");
        cell.set_style(Style::reset());
        assert_eq!(link(&cell), None);
        cell.reset();
        assert_eq!(link(&cell), None);
    }

    #[test]
    fn only_harmless_links_are_kept() {
        for good in ["http://a", "HTTPS://example.org/%20", "ftp://host/file", "mailto:ops@example.org"] {
            assert!(intern_link(good).is_some(), "{good}");
        }
        let long = format!("https://a/{}", "x".repeat(MAX_LINK_BYTES));
        for bad in [
            "",
            "https:",
            "https://",
            "https:///path",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "ssh://-oProxyCommand=x",
            "/relative",
            "https://a/\u{1b}\\",
            "https://a/\u{7}",
            "https://a/b c",
            "https://a/é",
            long.as_str(),
        ] {
            assert_eq!(intern_link(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn the_oldest_link_goes_and_its_number_leads_nowhere_else() {
        let mut links = Links::new();
        let first = links.intern("https://first");
        assert_eq!(links.intern("https://first"), first, "one number a URI");
        for number in 0..MAX_LINKS {
            links.intern(&format!("https://{number}"));
        }
        assert_eq!(links.uri(first), None);
        assert_eq!(links.slots.len(), MAX_LINKS);
        assert_eq!(links.by_uri.len(), MAX_LINKS);
        let again = links.intern("https://first");
        assert_eq!(links.uri(again).as_deref(), Some("https://first"));
        links.next = LINK_NUMBERS - 1;
        let last = links.intern("https://last");
        let next = links.intern("https://next");
        assert_eq!((last.number(), next.number()), (LINK_NUMBERS - 1, 0));
        assert_eq!(links.uri(next).as_deref(), Some("https://next"));
        assert!(links.slots.len() <= MAX_LINKS);
    }
}
