//! The screen as output that draws it: where a recording begins or goes on in the middle of a session.

use std::fmt::Write as _;

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::Color;
use unicode_width::UnicodeWidthStr as _;

use qdeck_terminal::Emulator;
use qdeck_terminal::extended::{self, Underline};
use qdeck_terminal::sgr;

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
    let blank = Cell::default();
    let Some(last) = (0..cells.area.width).rev().find(|x| cells[(*x, y)] != blank) else { return };
    let _ = write!(out, "\x1b[{};1H", y + 1);
    let mut before = None;
    let mut x = 0;
    while x <= last {
        let cell = &cells[(x, y)];
        if before.is_none_or(|before| !is_styled_alike(before, cell)) {
            set_style(cell, out);
        }
        if before.and_then(extended::link) != extended::link(cell) {
            let uri = extended::link(cell).and_then(extended::link_uri);
            let _ = write!(out, "\x1b]8;;{}\x1b\\", uri.as_deref().unwrap_or_default());
        }
        before = Some(cell);
        out.push_str(cell.symbol());
        x += u16::try_from(cell.symbol().width()).unwrap_or(1).max(1);
    }
    if before.and_then(extended::link).is_some() {
        out.push_str("\x1b]8;;\x1b\\");
    }
    out.push_str("\x1b[0m");
}

fn is_styled_alike(one: &Cell, other: &Cell) -> bool {
    let style = |cell: &Cell| (cell.fg, cell.bg, cell.underline_color, cell.modifier);
    style(one) == style(other)
}

fn set_style(cell: &Cell, out: &mut String) {
    out.push_str("\x1b[0");
    for (attribute, code) in sgr::MODIFIERS {
        if cell.modifier.contains(attribute) {
            let _ = write!(out, ";{code}");
        }
    }
    match extended::underline(cell.modifier) {
        None => {}
        Some(Underline::Single) => out.push_str(";4"),
        Some(kind) => {
            let _ = write!(out, ";4:{}", kind.number());
        }
    }
    let underline = extended::underline_color(cell);
    for (color, base) in [(cell.fg, 30), (cell.bg, 40), (underline, 50)] {
        let _ = match (color, sgr::palette_index(color)) {
            (Color::Indexed(index), _) => write!(out, ";{};5;{index}", base + 8),
            (Color::Rgb(red, green, blue), _) => write!(out, ";{};2;{red};{green};{blue}", base + 8),
            // An underline has no short codes.
            (_, Some(index)) if base == 50 => write!(out, ";58;5;{index}"),
            (_, Some(index)) => write!(out, ";{}", sgr::palette_parameter(index, base)),
            (_, None) => Ok(()),
        };
    }
    out.push('m');
}
