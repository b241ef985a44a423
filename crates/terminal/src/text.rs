//! Places, lines and rows of a terminal's text, as a view of the scrollback and a selection name them.

use std::ops::Range;

use unicode_width::UnicodeWidthChar;

/// A cell of the text: a line as its author made it, by its number since the start, and a column in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Place {
    /// The number of the line. It stays when the screen is resized or the oldest lines are dropped.
    pub line: u64,
    /// The column in the line, beyond the width of the screen where the line is wrapped.
    pub column: u32,
}

/// The part of a line that one row of a view shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewRow {
    /// The number of the line.
    pub line: u64,
    /// The cells of the line that the row shows.
    pub columns: Range<u32>,
    /// The line goes on in the next row.
    pub continues: bool,
}

/// A line as text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Line {
    /// The text, without blanks at its end.
    pub text: String,
    /// A shell's prompt begins here (OSC 133 A).
    pub is_prompt: bool,
}

impl Line {
    /// The column of the character that begins at or before `byte`.
    pub fn column_of(&self, byte: usize) -> u32 {
        Columns::of(&self.text).at(byte)
    }

    /// The columns of parts of the text that are in their order: in one pass, however many there are.
    pub fn columns_of(
        &self,
        parts: impl IntoIterator<Item = Range<usize>>,
    ) -> impl Iterator<Item = Range<u32>> {
        columns_of(&self.text, parts)
    }

    /// The byte at which the character in `column` begins; the text's length behind its end.
    pub fn byte_of(&self, column: u32) -> usize {
        let mut at = 0;
        for (byte, c) in self.text.char_indices() {
            let width = width(c);
            if width > 0 && at + width > column {
                return byte;
            }
            at += width;
        }
        self.text.len()
    }

    /// Its length in cells.
    pub fn width(&self) -> u32 {
        self.text.chars().map(width).sum()
    }
}

/// The columns of parts of a text that are in their order.
pub(crate) fn columns_of(
    text: &str,
    parts: impl IntoIterator<Item = Range<usize>>,
) -> impl Iterator<Item = Range<u32>> {
    let mut columns = Columns::of(text);
    parts.into_iter().map(move |part| columns.at(part.start)..columns.at(part.end))
}

/// The way through a text from column to column.
struct Columns<'a> {
    rest: std::str::Chars<'a>,
    byte: usize,
    column: u32,
}

impl<'a> Columns<'a> {
    fn of(text: &'a str) -> Self {
        Self { rest: text.chars(), byte: 0, column: 0 }
    }

    /// The column of a byte that is not before the last one.
    fn at(&mut self, byte: usize) -> u32 {
        let mut ahead = self.rest.clone();
        while let Some(c) = ahead.next().filter(|c| self.byte + c.len_utf8() <= byte) {
            self.byte += c.len_utf8();
            self.column += width(c);
            self.rest = ahead.clone();
        }
        self.column
    }
}

fn width(c: char) -> u32 {
    match c.width() {
        Some(0) | None => 0,
        Some(1) => 1,
        Some(_) => 2,
    }
}

/// A match of a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// The number of the line.
    pub line: u64,
    /// Its cells in the line.
    pub columns: Range<u32>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_and_bytes_are_of_the_same_character() {
        let line = Line { text: "a漢e\u{301}z".to_owned(), is_prompt: false };
        assert_eq!(line.width(), 5);
        for (column, byte) in [(0, 0), (1, 1), (2, 1), (3, 4), (4, 7), (5, 8), (99, 8)] {
            assert_eq!(line.byte_of(column), byte, "column {column}");
        }
        for (byte, column) in [(0, 0), (1, 1), (4, 3), (7, 4), (8, 5)] {
            assert_eq!(line.column_of(byte), column, "byte {byte}");
        }
        let parts: Vec<_> = line.columns_of([0..1, 1..4, 4..4, 4..7, 7..8]).collect();
        assert_eq!(parts, [0..1, 1..3, 3..3, 3..4, 4..5]);
    }
}
