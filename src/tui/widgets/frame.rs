//! Borders, and rows written from both ends.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use crate::tui::Look;

/// A piece of text with its style.
pub type Piece = (String, Style);

/// A border of single lines, or of ASCII.
pub fn draw_border(area: Rect, buf: &mut Buffer, look: &Look<'_>, style: Style) {
    let [across, down, corners @ ..] =
        if look.ascii { ["-", "|", "+", "+", "+", "+"] } else { ["─", "│", "╭", "╮", "╰", "╯"] };
    let (right, bottom) = (area.right() - 1, area.bottom() - 1);
    for x in area.left()..=right {
        buf[(x, area.y)].set_symbol(across).set_style(style);
        buf[(x, bottom)].set_symbol(across).set_style(style);
    }
    for y in area.top()..=bottom {
        buf[(area.x, y)].set_symbol(down).set_style(style);
        buf[(right, y)].set_symbol(down).set_style(style);
    }
    for ((x, y), corner) in
        [(area.x, area.y), (right, area.y), (area.x, bottom), (right, bottom)].into_iter().zip(corners)
    {
        buf[(x, y)].set_symbol(corner);
    }
}

/// Writes pieces from the left; the column after the last.
pub fn put(pieces: &[Piece], row: Rect, buf: &mut Buffer) -> u16 {
    let mut x = row.x;
    for (text, style) in pieces {
        let room = row.right().saturating_sub(x);
        if room == 0 {
            break;
        }
        x = buf.set_stringn(x, row.y, text, room.into(), *style).0;
    }
    x
}

/// Writes pieces to the right end, leaving out the first ones when there is no room; the column of the first.
pub fn put_right(pieces: &[Piece], row: Rect, buf: &mut Buffer) -> u16 {
    let mut first = pieces.len();
    let mut width = 0;
    for (nth, (text, _)) in pieces.iter().enumerate().rev() {
        if width + text.width() > usize::from(row.width) {
            break;
        }
        width += text.width();
        first = nth;
    }
    let x = row.right() - u16::try_from(width).unwrap_or(row.width).min(row.width);
    put(&pieces[first..], Rect { x, width: row.right() - x, ..row }, buf);
    x
}
