//! The screen as output that draws it: where a recording begins or goes on in the middle of a session.

use std::fmt::Write as _;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use unicode_width::UnicodeWidthStr as _;

use qdeck_terminal::Emulator;

/// The codes of attributes, as SGR has them.
const ATTRIBUTES: [(Modifier, u8); 9] = [
    (Modifier::BOLD, 1),
    (Modifier::DIM, 2),
    (Modifier::ITALIC, 3),
    (Modifier::UNDERLINED, 4),
    (Modifier::SLOW_BLINK, 5),
    (Modifier::RAPID_BLINK, 6),
    (Modifier::REVERSED, 7),
    (Modifier::HIDDEN, 8),
    (Modifier::CROSSED_OUT, 9),
];

/// Output that draws the screen anew: the picture and the cursor. The program's modes are not in it, but the alternate
/// screen.
pub(super) fn redraw(emulator: &mut Emulator) -> String {
    let size = emulator.size();
    let area = Rect::new(0, 0, size.columns, size.rows);
    let mut cells = Buffer::empty(area);
    emulator.draw(area, &mut cells);
    let screen = if emulator.alternate_screen() { 'h' } else { 'l' };
    let mut out = format!("\x1b[?1049{screen}\x1b[0m\x1b[r\x1b[?6l\x1b[H\x1b[2J");
    for y in 0..size.rows {
        draw_row(&cells, y, &mut out);
    }
    let cursor = emulator.cursor();
    let shown = if cursor.visible { 'h' } else { 'l' };
    let _ = write!(out, "\x1b[0m\x1b[{};{}H\x1b[?25{shown}", cursor.row + 1, cursor.column + 1);
    out
}

fn draw_row(cells: &Buffer, y: u16, out: &mut String) {
    let blank = |x: u16| {
        cells[(x, y)].symbol() == " "
            && cells[(x, y)].style() == Buffer::empty(Rect::new(0, 0, 1, 1))[(0, 0)].style()
    };
    let Some(last) = (0..cells.area.width).rev().find(|x| !blank(*x)) else { return };
    let _ = write!(out, "\x1b[{};1H", y + 1);
    let mut style = None;
    let mut x = 0;
    while x <= last {
        let cell = &cells[(x, y)];
        if style != Some(cell.style()) {
            style = Some(cell.style());
            set_style(cell.style(), out);
        }
        out.push_str(cell.symbol());
        x += u16::try_from(cell.symbol().width()).unwrap_or(1).max(1);
    }
    out.push_str("\x1b[0m");
}

fn set_style(style: Style, out: &mut String) {
    out.push_str("\x1b[0");
    for (attribute, code) in ATTRIBUTES {
        if style.add_modifier.contains(attribute) {
            let _ = write!(out, ";{code}");
        }
    }
    for (color, base) in [(style.fg, 30), (style.bg, 40)] {
        let _ = match color {
            None | Some(Color::Reset) => Ok(()),
            Some(Color::Indexed(index)) => write!(out, ";{};5;{index}", base + 8),
            Some(Color::Rgb(red, green, blue)) => write!(out, ";{};2;{red};{green};{blue}", base + 8),
            Some(named) => write!(out, ";{}", base + named_code(named)),
        };
    }
    out.push('m');
}

/// The code of a named colour, above that of black.
const fn named_code(color: Color) -> u8 {
    match color {
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 60,
        Color::LightRed => 61,
        Color::LightGreen => 62,
        Color::LightYellow => 63,
        Color::LightBlue => 64,
        Color::LightMagenta => 65,
        Color::LightCyan => 66,
        Color::White => 67,
        _ => 0,
    }
}
