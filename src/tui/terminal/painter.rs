//! Changed cells to the bytes that draw them, as few as a terminal surely understands.

use ratatui::buffer::{Buffer, Cell};
use unicode_width::UnicodeWidthStr as _;

use super::Abilities;
use super::pen::{Pen, is_erased_blank, write_number};

/// Changed blanks in a row that are worth erasing where text follows: less than that costs no more as blanks.
const MIN_ERASED_CELLS: usize = 9;
/// The same where none follows.
const MIN_ERASED_CELLS_AT_THE_END: usize = 4;

/// Blanks that have not changed are drawn again rather than stepped over, if they are this many at most.
const MAX_REDRAWN_BLANKS: u16 = 3;

/// A cell that changed, and where it is.
pub(super) type Change<'a> = (u16, u16, &'a Cell);

/// Draws cells with one pen.
pub(super) struct Painter {
    pen: Pen,
    /// The cursor of the terminal; `None` where it is not known.
    cursor: Option<Cursor>,
}

#[derive(Debug, Clone, Copy)]
struct Cursor {
    column: u16,
    row: u16,
    /// False behind characters that a few terminals draw wider. The next cell still follows, but nothing is counted from
    /// here.
    is_certain: bool,
}

impl Painter {
    pub(super) fn new(abilities: Abilities) -> Self {
        Self { pen: Pen::new(abilities), cursor: None }
    }

    /// Draws the changed cells of `frame`, and leaves the terminal with its default style.
    pub(super) fn paint(&mut self, changes: &[Change<'_>], frame: &Buffer, out: &mut Vec<u8>) {
        self.cursor = None;
        let mut rest = changes;
        while let Some(((column, row, cell), others)) = rest.split_first() {
            if let Some(after) = self.erase(rest, frame, out) {
                rest = after;
                continue;
            }
            self.move_to(*column, *row, frame, out);
            self.pen.change_to(cell, out);
            self.print(cell, *column, *row, frame.area.width, out);
            rest = others;
        }
        self.pen.reset(out);
    }

    /// Erases the blanks of the frame that begin with the first change, where enough of them have changed. Returns the
    /// changes behind them.
    fn erase<'c, 'b>(
        &mut self,
        changes: &'c [Change<'b>],
        frame: &Buffer,
        out: &mut Vec<u8>,
    ) -> Option<&'c [Change<'b>]> {
        let (column, row, cell) = changes.first()?;
        if !is_erased_blank(cell) {
            return None;
        }
        let width = frame.area.width;
        let end = (*column..width).find(|x| !is_erased_blank(&frame[(*x, *row)])).unwrap_or(width);
        let count = changes.iter().take_while(|(x, y, _)| y == row && *x < end).count();
        let is_last = end == width;
        if count < if is_last { MIN_ERASED_CELLS_AT_THE_END } else { MIN_ERASED_CELLS } {
            return None;
        }
        self.move_to(*column, *row, frame, out);
        // Terminals erase in the background of the pen.
        self.pen.change_to(cell, out);
        out.extend_from_slice(b"\x1b[");
        if is_last {
            out.push(b'K');
        } else {
            write_number(u32::from(end - column), out);
            out.push(b'X');
        }
        changes.get(count..)
    }

    fn move_to(&mut self, column: u16, row: u16, frame: &Buffer, out: &mut Vec<u8>) {
        match self.cursor {
            Some(cursor) if cursor.row == row && cursor.column == column => return,
            Some(cursor) if cursor.row == row && cursor.column < column && cursor.is_certain => {
                let gap = column - cursor.column;
                let is_blank = |x| is_erased_blank(&frame[(x, row)]);
                if gap <= MAX_REDRAWN_BLANKS
                    && self.pen.draws_plain_blanks()
                    && (cursor.column..column).all(is_blank)
                {
                    out.extend((0..gap).map(|_| b' '));
                } else {
                    out.extend_from_slice(b"\x1b[");
                    if gap > 1 {
                        write_number(u32::from(gap), out);
                    }
                    out.push(b'C');
                }
            }
            _ => {
                out.extend_from_slice(b"\x1b[");
                write_number(u32::from(row) + 1, out);
                if column > 0 {
                    out.push(b';');
                    write_number(u32::from(column) + 1, out);
                }
                out.push(b'H');
            }
        }
        self.cursor = Some(Cursor { column, row, is_certain: true });
    }

    fn print(&mut self, cell: &Cell, column: u16, row: u16, width: u16, out: &mut Vec<u8>) {
        let symbol = cell.symbol();
        out.extend_from_slice(if symbol.is_empty() { b" " } else { symbol.as_bytes() });
        let is_ascii = symbol.is_ascii();
        let was_certain = self.cursor.is_some_and(|cursor| cursor.is_certain);
        // At the edge a terminal has its cursor on the last column still, or not.
        let is_known = column + 1 < width && (is_ascii || (symbol.width() == 1 && !is_uncertain(cell)));
        self.cursor =
            is_known.then(|| Cursor { column: column + 1, row, is_certain: was_certain && is_ascii });
    }
}

/// Returns true for a cluster of several characters, such as a flag: some terminals draw it as one, others each by itself,
/// over more columns or fewer.
pub(super) fn is_uncertain(cell: &Cell) -> bool {
    let symbol = cell.symbol();
    !symbol.is_ascii() && symbol.chars().nth(1).is_some()
}

#[cfg(test)]
#[path = "painter_tests.rs"]
mod tests;
