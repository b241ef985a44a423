//! Geometry of the text: the characters of a line, and the rows in which a view of some width shows it.
//!
//! ```text
//! line 7   "the quick brown fox"      rows at 10 columns: 7, 0..10   the quick
//!                                                         7, 10..19  brown fox
//! ```

use std::ops::Range;

use unicode_width::UnicodeWidthChar;

use crate::console::{Line, Place, TextScreen, ViewRow};

/// More rows than any screen has.
const MAX_SCREEN_ROWS: u16 = 2000;

/// A character of a line with the combining marks on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Glyph {
    /// The columns that it takes.
    pub columns: Range<u32>,
    /// Its first character.
    pub first: char,
    /// Its bytes in the text of the line.
    pub bytes: Range<usize>,
}

/// The characters of a line.
pub(super) fn glyphs(line: &Line) -> Vec<Glyph> {
    let mut glyphs: Vec<Glyph> = Vec::with_capacity(line.text.len());
    let mut column = 0;
    for (byte, first) in line.text.char_indices() {
        let end = byte + first.len_utf8();
        match (first.width().unwrap_or(0), glyphs.last_mut()) {
            (0, Some(last)) => last.bytes.end = end,
            (0, None) => {}
            (width, _) => {
                let next = column + if width == 1 { 1 } else { 2 };
                glyphs.push(Glyph { columns: column..next, first, bytes: byte..end });
                column = next;
            }
        }
    }
    glyphs
}

/// The position in `glyphs` of the one that covers a column, else of the last; zero where there are none.
pub(super) fn glyph_at(glyphs: &[Glyph], column: u32) -> usize {
    glyphs.partition_point(|glyph| glyph.columns.start <= column).saturating_sub(1)
}

/// The column of the character that covers a column, else of the last.
fn snapped(line: &Line, column: u32) -> u32 {
    let glyphs = glyphs(line);
    glyphs.get(glyph_at(&glyphs, column)).map_or(0, |glyph| glyph.columns.start)
}

/// The part of a line in these columns, characters at the edges whole, without blanks at its end.
pub(super) fn slice<'a>(line: &'a Line, columns: &Range<u32>) -> &'a str {
    let glyphs = glyphs(line);
    let mut within =
        glyphs.iter().filter(|glyph| glyph.columns.start < columns.end && columns.start < glyph.columns.end);
    let Some(first) = within.next() else { return "" };
    let end = within.next_back().unwrap_or(first).bytes.end;
    line.text.get(first.bytes.start..end).unwrap_or_default().trim_end()
}

/// The number of the last line that has text, or the cursor of the guest: below it the screen is empty.
pub(super) fn last_line(text: &dyn TextScreen) -> u64 {
    let lines = text.lines();
    let last = lines.end.saturating_sub(1).max(lines.start);
    let of_cursor = text.cursor_place().line.clamp(lines.start, last);
    let is_empty = |number| text.line(number).is_none_or(|line| line.text.is_empty());
    (of_cursor..=last).rev().find(|number| !is_empty(*number)).unwrap_or(of_cursor)
}

/// The end of the text: its last character.
pub(super) fn end(text: &dyn TextScreen) -> Place {
    clamp(text, Place { line: u64::MAX, column: u32::MAX })
}

/// The nearest place that has a character, or begins an empty line.
pub(super) fn clamp(text: &dyn TextScreen, place: Place) -> Place {
    let lines = text.lines();
    if place.line < lines.start {
        return Place { line: lines.start, column: 0 };
    }
    let line =
        if place.line < text.cursor_place().line { place.line } else { place.line.min(last_line(text)) };
    let column = text.line(line).map_or(0, |line| snapped(&line, place.column));
    Place { line, column }
}

/// The start of a row.
pub(super) const fn start(row: &ViewRow) -> Place {
    Place { line: row.line, column: row.columns.start }
}

/// The rows of the live screen.
pub(super) fn live_rows(text: &dyn TextScreen) -> Vec<ViewRow> {
    text.view_rows(text.live_top(), MAX_SCREEN_ROWS)
}

/// The position in `rows` of the one that shows a place: the last that begins before it or at it.
pub(super) fn row_at(rows: &[ViewRow], place: Place) -> Option<usize> {
    rows.partition_point(|row| start(row) <= place).checked_sub(1)
}

/// The row that shows a place; `None` where nothing is held.
pub(super) fn row_of(text: &dyn TextScreen, place: Place) -> Option<ViewRow> {
    if place < text.live_top() {
        return text.view_rows(text.step_rows(place, 0), 1).into_iter().next();
    }
    let mut rows = live_rows(text);
    row_at(&rows, place).map(|at| rows.swap_remove(at))
}

/// The row so many rows below that of a place (above it if negative), as far as there are any.
pub(super) fn step(text: &dyn TextScreen, place: Place, rows: i64) -> Option<ViewRow> {
    let from = row_of(text, place)?;
    let count = u16::try_from(rows.unsigned_abs()).unwrap_or(u16::MAX - 1);
    if rows >= 0 {
        return text.view_rows(start(&from), count.saturating_add(1)).pop();
    }
    let mut live = live_rows(text);
    let count = usize::from(count);
    match row_at(&live, start(&from)).filter(|_| start(&from) >= text.live_top()) {
        Some(at) if at >= count => Some(live.swap_remove(at - count)),
        Some(at) => above(text, text.live_top(), count - at),
        None => above(text, start(&from), count),
    }
}

fn above(text: &dyn TextScreen, place: Place, rows: usize) -> Option<ViewRow> {
    let rows = i64::try_from(rows).unwrap_or(i64::MAX);
    text.view_rows(text.step_rows(place, -rows), 1).into_iter().next()
}

/// The place at a column of a row on the screen, moved onto the text of that row.
pub(super) fn place_in(text: &dyn TextScreen, row: &ViewRow, x: u32) -> Place {
    let last = row.columns.end.saturating_sub(1).max(row.columns.start);
    clamp(text, Place { line: row.line, column: row.columns.start.saturating_add(x).min(last) })
}

/// The column of a place on the screen.
pub(super) fn x_of(text: &dyn TextScreen, place: Place) -> u32 {
    row_of(text, place).map_or(0, |row| place.column.saturating_sub(row.columns.start))
}
