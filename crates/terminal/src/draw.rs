//! Drawing of the emulator's cells into a ratatui buffer.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Color, Modifier, Style};
use unicode_width::UnicodeWidthStr;

use super::filter::Palette;
use super::sanitise;

/// The colours of the whole grid.
#[derive(Debug, Clone, Copy)]
pub(super) struct Colours<'a> {
    pub palette: &'a Palette,
    /// The whole screen in reverse video (DECSCNM).
    pub reverse: bool,
}

/// Draws a grid of `size` (rows, columns) at the top left of `area`; the rest of the area is blank.
pub(super) fn grid<'a>(
    (rows, columns): (u16, u16),
    cell: impl Fn(u16, u16) -> Option<&'a vt100::Cell>,
    colours: Colours<'_>,
    area: Rect,
    buf: &mut Buffer,
) {
    let area = area.intersection(buf.area);
    for y in 0..area.height {
        let mut x = 0;
        while x < area.width {
            let here = Position::new(area.x + x, area.y + y);
            let found = if y < rows && x < columns { cell(y, x) } else { None };
            let Some(target) = buf.cell_mut(here) else { break };
            target.reset();
            let Some(found) = found else {
                x += 1;
                continue;
            };
            let style = style(found, colours);
            target.set_style(style);
            let wide = found.is_wide() && x + 1 < columns;
            // Half of a wide character that the area cuts is a blank.
            if !wide || x + 1 < area.width {
                symbol(found.contents(), if wide { 2 } else { 1 }, target);
            }
            x += 1;
            if wide && x < area.width {
                if let Some(second) = buf.cell_mut(Position::new(area.x + x, area.y + y)) {
                    second.reset();
                    second.set_style(style);
                }
                x += 1;
            }
        }
    }
}

fn symbol(contents: &str, width: usize, target: &mut ratatui::buffer::Cell) {
    if let [byte @ 0x20..=0x7e] = contents.as_bytes() {
        target.set_char(char::from(*byte));
        return;
    }
    if contents.is_empty() {
        return;
    }
    let clean: String = contents.chars().filter(|c| sanitise::is_visible(*c)).collect();
    if clean.width() == width {
        target.set_symbol(&clean);
    } else if let Some(first) = clean.chars().next() {
        // A combination of another width would shift the rest of the line.
        let first = first.to_string();
        if first.width() == width {
            target.set_symbol(&first);
        }
    }
}

fn style(cell: &vt100::Cell, colours: Colours<'_>) -> Style {
    let mut modifier = Modifier::empty();
    modifier.set(Modifier::BOLD, cell.bold());
    modifier.set(Modifier::DIM, cell.dim());
    modifier.set(Modifier::ITALIC, cell.italic());
    modifier.set(Modifier::UNDERLINED, cell.underline());
    modifier.set(Modifier::REVERSED, cell.inverse() != colours.reverse);
    Style::new()
        .fg(colour(cell.fgcolor(), colours.palette))
        .bg(colour(cell.bgcolor(), colours.palette))
        .add_modifier(modifier)
}

/// Converts a colour. The first sixteen stay names, so that the outer terminal's own colours show.
fn colour(colour: vt100::Color, palette: &Palette) -> Color {
    const NAMES: [Color; 16] = [
        Color::Black,
        Color::Red,
        Color::Green,
        Color::Yellow,
        Color::Blue,
        Color::Magenta,
        Color::Cyan,
        Color::Gray,
        Color::DarkGray,
        Color::LightRed,
        Color::LightGreen,
        Color::LightYellow,
        Color::LightBlue,
        Color::LightMagenta,
        Color::LightCyan,
        Color::White,
    ];
    match colour {
        vt100::Color::Default => Color::Reset,
        vt100::Color::Rgb(r, g, b) => Color::Rgb(r, g, b),
        vt100::Color::Idx(index) => match palette.overridden(index) {
            Some(own) => Color::Rgb(own.0, own.1, own.2),
            None => NAMES.get(usize::from(index)).copied().unwrap_or(Color::Indexed(index)),
        },
    }
}
