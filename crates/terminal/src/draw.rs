//! Drawing of cells into a ratatui buffer.

use ratatui::buffer::{Buffer, Cell as Target};
use ratatui::layout::{Position, Rect};
use ratatui::style::{Color, Modifier};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::extended::{self, LinkId, OVERLINED, Underline};
use crate::machine::{Machine, Palette};
use crate::screen::{Cell, Colour, ColourKind, Flags, Glyph, Style};
use crate::sgr::NAMED_COLORS;

/// Draws cells into row `y` of `area`, from its left edge on; the rest of the row is blank.
pub(crate) fn row(cells: &[Cell], machine: &Machine, area: Rect, y: u16, buf: &mut Buffer) {
    let y = area.y.saturating_add(y);
    let mut x = area.x;
    let mut cells = cells.iter().peekable();
    let mut brush = Brush::new(Style::default(), machine);
    while x < area.right() {
        let Some(target) = buf.cell_mut(Position::new(x, y)) else { break };
        target.reset();
        x += 1;
        let cell = cells.next().copied().unwrap_or_default();
        // Most cells have the style of the one before.
        if brush.style != cell.style {
            brush = Brush::new(cell.style, machine);
        }
        brush.paint(target);
        if cell.glyph.is_space() {
            continue;
        }
        let is_wide = cells.peek().is_some_and(|next| next.is_wide_tail());
        // Half of a wide character that the area cuts is a blank.
        if !is_wide || x < area.right() {
            symbol(cell.glyph, if is_wide { 2 } else { 1 }, machine, target);
        }
    }
}

fn symbol(glyph: Glyph, width: usize, machine: &Machine, target: &mut Target) {
    let first = if let Some(number) = glyph.as_cluster() {
        let text = machine.cluster(number);
        if text.width() == width {
            target.set_symbol(text);
            return;
        }
        // A combination of another width would shift the rest of the line.
        text.chars().next()
    } else {
        glyph.as_char()
    };
    // Half of a wide character that the screen's edge cuts is a blank.
    if let Some(c) = first.filter(|c| *c < '\u{1100}' || c.width() == Some(width)) {
        target.set_char(c);
    }
}

/// A style as it is drawn.
struct Brush {
    style: Style,
    fg: Color,
    bg: Color,
    underline: Color,
    modifier: Modifier,
    link: Option<LinkId>,
}

impl Brush {
    fn new(style: Style, machine: &Machine) -> Self {
        let mut brush = Self {
            style,
            fg: colour(style.fg, &machine.palette),
            bg: colour(style.bg, &machine.palette),
            underline: Color::Reset,
            modifier: Modifier::empty(),
            link: None,
        };
        if !style.flags.is_empty() || machine.modes.reverse {
            brush.modifier = modifier(style.flags, machine.modes.reverse);
        }
        if style.extra != 0 {
            let extra = machine.extra_of(style);
            brush.underline = colour(extra.underline, &machine.palette);
            brush.link = extra.link;
        }
        brush
    }

    /// Gives a blank cell the style.
    fn paint(&self, target: &mut Target) {
        target.fg = self.fg;
        target.bg = self.bg;
        target.underline_color = self.underline;
        target.modifier = self.modifier;
        if let Some(link) = self.link {
            extended::set_link(target, link);
        }
    }
}

fn modifier(flags: Flags, is_reversed: bool) -> Modifier {
    let mut modifier = Modifier::empty();
    for (flag, on) in [
        (Flags::BOLD, Modifier::BOLD),
        (Flags::DIM, Modifier::DIM),
        (Flags::ITALIC, Modifier::ITALIC),
        (Flags::BLINK, Modifier::SLOW_BLINK),
        (Flags::STRIKE, Modifier::CROSSED_OUT),
        (Flags::OVERLINE, OVERLINED),
    ] {
        modifier.set(on, flags.contains(flag));
    }
    modifier.set(Modifier::REVERSED, flags.contains(Flags::REVERSE) != is_reversed);
    let underline = match flags.underline() {
        0 => None,
        kind => Some(Underline::from_number(kind)),
    };
    extended::with_underline(modifier, underline)
}

/// Converts a colour. The first sixteen stay names, so that the outer terminal's own colours show.
fn colour(colour: Colour, palette: &Palette) -> Color {
    match colour.kind() {
        ColourKind::Default => Color::Reset,
        ColourKind::Rgb(r, g, b) => Color::Rgb(r, g, b),
        ColourKind::Indexed(index) => match palette.overridden(index) {
            Some(own) => Color::Rgb(own.0, own.1, own.2),
            None => NAMED_COLORS.get(usize::from(index)).copied().unwrap_or(Color::Indexed(index)),
        },
    }
}
