//! Borders, and rows written from both ends.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::symbols::{border, line};
use ratatui::widgets::{Block, Widget};
use unicode_width::UnicodeWidthStr;

use crate::tui::Look;

/// A piece of text with its style.
pub type Piece = (String, Style);

/// The characters of the boxes where only ASCII may be drawn.
const ASCII: border::Set<'static> = border::Set {
    top_left: "+",
    top_right: "+",
    bottom_left: "+",
    bottom_right: "+",
    vertical_left: "|",
    vertical_right: "|",
    horizontal_top: "-",
    horizontal_bottom: "-",
};

/// The characters of every box: single lines with square corners, or ASCII.
pub const fn border_set(look: &Look<'_>) -> border::Set<'static> {
    if look.ascii { ASCII } else { border::PLAIN }
}

/// Draws a box along the inner edge of `area`, in the colours of `style` but not its weight: texts are written over it and
/// must not take that.
pub fn draw_border(area: Rect, buf: &mut Buffer, look: &Look<'_>, style: Style) {
    let style = Style { add_modifier: Modifier::empty(), ..style };
    Block::bordered().border_set(border_set(look)).border_style(style).render(area, buf);
}

/// Draws a line across a box in the row `y`, joined to its sides.
pub fn draw_divider(area: Rect, y: u16, buf: &mut Buffer, look: &Look<'_>, style: Style) {
    let across = border_set(look).horizontal_top;
    let (left, right) =
        if look.ascii { ("+", "+") } else { (line::NORMAL.vertical_right, line::NORMAL.vertical_left) };
    for x in area.x + 1..area.right().saturating_sub(1) {
        buf.set_string(x, y, across, style);
    }
    buf.set_string(area.x, y, left, style);
    buf.set_string(area.right() - 1, y, right, style);
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
