//! The style that the terminal draws with, and the shortest way from one style to the next.

use std::io::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};

use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};

use super::Abilities;
use super::pictures::is_picture;
use crate::terminal::extended::{self, LinkId, OVERLINED, Underline};
use crate::terminal::sgr;
use crate::tui::theme::{self, Depth};

/// The modifiers that show on a blank.
const SHOWN_ON_BLANK: Modifier =
    Modifier::UNDERLINED.union(Modifier::REVERSED).union(Modifier::CROSSED_OUT).union(OVERLINED);
const WEIGHT: Modifier = Modifier::BOLD.union(Modifier::DIM);
const BLINK: Modifier = Modifier::SLOW_BLINK.union(Modifier::RAPID_BLINK);

/// The parameter that switches each off; it switches off all that is named.
const UNSET: [(Modifier, u8); 8] = [
    (WEIGHT, 22),
    (Modifier::ITALIC, 23),
    (Modifier::UNDERLINED, 24),
    (BLINK, 25),
    (Modifier::REVERSED, 27),
    (Modifier::HIDDEN, 28),
    (Modifier::CROSSED_OUT, 29),
    (OVERLINED, 55),
];

/// True once a link was written. Process-wide, because the terminal is given back without any handle.
static HAS_WRITTEN_LINK: AtomicBool = AtomicBool::new(false);

/// Ends a link, as one may be open where a frame was cut short. Empty where the terminal never got one: it may be one
/// that does not know them.
pub(super) fn end_of_links() -> &'static [u8] {
    if HAS_WRITTEN_LINK.load(Ordering::Relaxed) { END_LINK } else { b"" }
}

const END_LINK: &[u8] = b"\x1b]8;;\x1b\\";

/// A style, link included, as far as the terminal can show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Style {
    fg: Color,
    bg: Color,
    modifier: Modifier,
    underline: Option<Underline>,
    underline_color: Color,
    link: Option<LinkId>,
}

impl Style {
    const PLAIN: Self = Self {
        fg: Color::Reset,
        bg: Color::Reset,
        modifier: Modifier::empty(),
        underline: None,
        underline_color: Color::Reset,
        link: None,
    };

    fn of(cell: &Cell, abilities: Abilities) -> Self {
        let color = |color| if abilities.colors == Depth::None { Color::Reset } else { color };
        let underline = extended::underline(cell.modifier);
        let kinds = abilities.underline_kinds;
        Self {
            fg: color(cell.fg),
            bg: color(cell.bg),
            modifier: cell.modifier.intersection(Modifier::all().union(OVERLINED)),
            underline: underline.map(|kind| if kinds { kind } else { Underline::Single }),
            underline_color: if kinds { color(extended::underline_color(cell)) } else { Color::Reset },
            link: extended::link(cell).filter(|_| abilities.links),
        }
    }
}

/// Returns true for a blank that erasing leaves as well. One that an image is drawn over would lose it.
pub(super) fn is_erased_blank(cell: &Cell) -> bool {
    cell.symbol() == " "
        && cell.bg == Color::Reset
        && !cell.modifier.intersects(SHOWN_ON_BLANK)
        && extended::link(cell).is_none()
        && !is_picture(cell)
}

/// Colours of text, background and underline, and the modifier, as a cell has them.
type Attributes = (Color, Color, Color, Modifier);

/// The terminal's current style.
pub(super) struct Pen {
    abilities: Abilities,
    style: Style,
    /// The attributes of the cell that it last changed to, where they are those of the style.
    cell: Option<Attributes>,
    /// Room for the parameters of a change, and for those of a change that begins with a reset.
    change: Vec<u8>,
    anew: Vec<u8>,
}

impl Pen {
    /// A pen at a terminal's default style.
    pub(super) fn new(abilities: Abilities) -> Self {
        Self { abilities, style: Style::PLAIN, cell: None, change: Vec::new(), anew: Vec::new() }
    }

    /// Returns true if a blank looks as an erased one in the current style.
    pub(super) fn draws_plain_blanks(&self) -> bool {
        let style = &self.style;
        style.bg == Color::Reset && style.link.is_none() && !style.modifier.intersects(SHOWN_ON_BLANK)
    }

    /// Changes to the style of a cell. What does not show on a blank stays as it is for one.
    pub(super) fn change_to(&mut self, cell: &Cell, out: &mut Vec<u8>) {
        let attributes = (cell.fg, cell.bg, cell.underline_color, cell.modifier);
        if self.cell == Some(attributes) {
            return;
        }
        self.cell = Some(attributes);
        let mut style = Style::of(cell, self.abilities);
        if cell.symbol() == " " && !style.modifier.intersects(SHOWN_ON_BLANK) {
            self.cell = None;
            style.fg = self.style.fg;
            style.modifier = self.style.modifier.difference(SHOWN_ON_BLANK);
        }
        if style.underline.is_none() {
            style.underline_color = self.style.underline_color;
        }
        self.set(style, out);
    }

    /// Changes to the terminal's default style.
    pub(super) fn reset(&mut self, out: &mut Vec<u8>) {
        self.cell = None;
        self.set(Style::PLAIN, out);
    }

    fn set(&mut self, mut style: Style, out: &mut Vec<u8>) {
        if style == self.style {
            return;
        }
        if style.link != self.style.link {
            style.link = write_link(style.link, self.style.link.is_some(), out);
        }
        if is_default(&style) {
            if !is_default(&self.style) || style.underline_color != self.style.underline_color {
                out.extend_from_slice(b"\x1b[m");
                style.underline_color = Color::Reset;
            }
        } else {
            self.write_change(&mut style, out);
        }
        self.style = style;
    }

    /// Writes the shorter of both ways: from the current style, or from the default after a reset.
    fn write_change(&mut self, style: &mut Style, out: &mut Vec<u8>) {
        let direct = self.abilities.colors != Depth::Indexed;
        let mut before = self.style;
        self.change.clear();
        write_parameters(&before, style, direct, &mut self.change);
        if self.change.len() > 2 {
            self.anew.clear();
            push_number(0, &mut self.anew);
            write_parameters(&Style::PLAIN, style, direct, &mut self.anew);
            if self.anew.len() < self.change.len() {
                std::mem::swap(&mut self.anew, &mut self.change);
                before = Style::PLAIN;
                if style.underline.is_none() {
                    style.underline_color = Color::Reset;
                }
            }
        }
        if !self.change.is_empty() {
            out.extend_from_slice(b"\x1b[");
            out.extend_from_slice(&self.change);
            out.push(b'm');
        }
        write_underline(&before, style, direct, out);
    }
}

/// Returns true if nothing of the style but a link shows.
fn is_default(style: &Style) -> bool {
    style.fg == Color::Reset && style.bg == Color::Reset && style.modifier.is_empty()
}

/// Begins another link, or ends the one under way. Returns the link that is under way from there on: none where its URI
/// is not kept any more.
fn write_link(link: Option<LinkId>, is_open: bool, out: &mut Vec<u8>) -> Option<LinkId> {
    let uri = link.and_then(extended::link_uri);
    if let (Some(id), Some(uri)) = (link, uri) {
        HAS_WRITTEN_LINK.store(true, Ordering::Relaxed);
        // The same number makes one link of cells that are drawn apart.
        out.extend_from_slice(b"\x1b]8;id=qd");
        write_number(id.number(), out);
        out.push(b';');
        out.extend_from_slice(uri.as_bytes());
        out.extend_from_slice(b"\x1b\\");
        return Some(id);
    }
    if is_open {
        out.extend_from_slice(END_LINK);
    }
    None
}

/// Appends the parameters that lead from one style to another, but for kinds and colours of underlines.
fn write_parameters(from: &Style, to: &Style, direct: bool, parameters: &mut Vec<u8>) {
    let removed = from.modifier.difference(to.modifier);
    let mut added = to.modifier.difference(from.modifier);
    for (group, parameter) in UNSET {
        if removed.intersects(group) {
            push_number(parameter, parameters);
            added.insert(to.modifier.intersection(group));
        }
    }
    for (modifier, parameter) in sgr::MODIFIERS {
        if added.contains(modifier) {
            push_number(parameter, parameters);
        }
    }
    // A plain underline is also what a terminal shows that does not know the kind.
    let is_new = from.underline.is_none() && to.underline.is_some();
    let is_plain_again = to.underline == Some(Underline::Single) && from.underline != to.underline;
    if is_new || is_plain_again {
        push_number(4, parameters);
    }
    if from.fg != to.fg {
        push_color(to.fg, 30, direct, parameters);
    }
    if from.bg != to.bg {
        push_color(to.bg, 40, direct, parameters);
    }
}

/// Writes the kind and the colour of the underline, each in a sequence of its own: a terminal that does not know them
/// passes over that one alone.
fn write_underline(from: &Style, to: &Style, direct: bool, out: &mut Vec<u8>) {
    let Some(kind) = to.underline else { return };
    if kind != Underline::Single && from.underline != to.underline {
        out.extend_from_slice(&[0x1b, b'[', b'4', b':', b'0' + kind.number(), b'm']);
    }
    if from.underline_color == to.underline_color {
        return;
    }
    match lowered(to.underline_color, direct) {
        Color::Reset => out.extend_from_slice(b"\x1b[59m"),
        Color::Rgb(r, g, b) => {
            out.extend_from_slice(b"\x1b[58:2:");
            for part in [r, g, b] {
                out.push(b':');
                write_number(part.into(), out);
            }
            out.push(b'm');
        }
        other => {
            out.extend_from_slice(b"\x1b[58:5:");
            write_number(index(other).into(), out);
            out.push(b'm');
        }
    }
}

/// Appends a colour; `base` is 30 for the text and 40 for the background.
fn push_color(color: Color, base: u8, direct: bool, parameters: &mut Vec<u8>) {
    match lowered(color, direct) {
        Color::Reset => push_number(base + 9, parameters),
        Color::Rgb(r, g, b) => {
            for part in [base + 8, 2, r, g, b] {
                push_number(part, parameters);
            }
        }
        Color::Indexed(index) => {
            for part in [base + 8, 5, index] {
                push_number(part, parameters);
            }
        }
        named => push_number(sgr::palette_parameter(index(named), base), parameters),
    }
}

fn lowered(color: Color, direct: bool) -> Color {
    match color {
        Color::Rgb(r, g, b) if !direct => Color::Indexed(theme::nearest_of_256([r, g, b])),
        other => other,
    }
}

/// The number of a colour of the palette.
fn index(color: Color) -> u8 {
    match color {
        Color::Indexed(index) => index,
        named => sgr::palette_index(named).unwrap_or(7),
    }
}

/// Appends a parameter.
fn push_number(number: u8, parameters: &mut Vec<u8>) {
    if !parameters.is_empty() {
        parameters.push(b';');
    }
    write_number(number.into(), parameters);
}

/// Writes a decimal number.
pub(super) fn write_number(number: u32, out: &mut Vec<u8>) {
    if let Ok(digit) = u8::try_from(number)
        && digit < 10
    {
        out.push(b'0' + digit);
        return;
    }
    // A write into memory does not fail.
    let _ = write!(out, "{number}");
}
