//! One line of text with styles: measured, wrapped, highlighted and drawn by terminal columns.
//!
//! Holds only text that may be drawn: its callers have made it harmless (see [`super::ansi`]).

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// A line of text in which every stretch has a style.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StyledLine {
    text: String,
    /// The end of each stretch in bytes and its style, ascending.
    runs: Vec<(usize, Style)>,
}

impl StyledLine {
    /// A line in one style.
    pub fn new(text: &str, style: Style) -> Self {
        let mut line = Self::default();
        line.push(text, style);
        line
    }

    /// Appends a stretch.
    pub fn push(&mut self, text: &str, style: Style) {
        if text.is_empty() {
            return;
        }
        self.text.push_str(text);
        let end = self.text.len();
        match self.runs.last_mut() {
            Some((last, same)) if *same == style => *last = end,
            _ => self.runs.push((end, style)),
        }
    }

    /// Forgets everything from the start on; used for a carriage return.
    pub fn clear(&mut self) {
        self.text.clear();
        self.runs.clear();
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Columns it takes.
    pub fn width(&self) -> usize {
        columns(&self.text)
    }

    /// Columns of a part of its text.
    pub fn slice_width(&self, bytes: Range<usize>) -> usize {
        self.text.get(bytes).map_or(0, columns)
    }

    /// The bytes of its text that take these columns. The second value is how many columns of the first letter are before
    /// them.
    pub fn at_columns(&self, columns: Range<usize>) -> (Range<usize>, usize) {
        if self.text.is_ascii() {
            return (columns.start.min(self.text.len())..columns.end.min(self.text.len()), 0);
        }
        let (mut column, mut first) = (0, None);
        for (at, grapheme) in self.text.grapheme_indices(true) {
            if column >= columns.end {
                let (start, skip) = first.unwrap_or((at, 0));
                return (start..at, skip);
            }
            let after = column + grapheme.width();
            if first.is_none() && after > columns.start {
                first = Some((at, columns.start - column));
            }
            column = after;
        }
        let (start, skip) = first.unwrap_or((self.text.len(), 0));
        (start..self.text.len(), skip)
    }

    /// A part of it as a line of its own.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Self {
        let mut part = Self::default();
        let mut start = self.runs.partition_point(|(end, _)| *end <= range.start);
        let mut from = range.start;
        while let Some(&(end, style)) = self.runs.get(start).filter(|_| from < range.end) {
            let to = end.min(range.end);
            part.push(&self.text[from..to], style);
            (from, start) = (to, start + 1);
        }
        part
    }

    /// Lays `style` over the bytes of `range`, such as a match of a search.
    pub fn patch(&mut self, range: Range<usize>, style: Style) {
        if range.is_empty() || range.start >= self.text.len() {
            return;
        }
        let mut start = 0;
        let mut patched = Vec::with_capacity(self.runs.len() + 2);
        for &(end, old) in &self.runs {
            let from = range.start.clamp(start, end);
            let to = range.end.clamp(start, end);
            for (cut, style) in [(from, old), (to, old.patch(style)), (end, old)] {
                if cut > start {
                    patched.push((cut, style));
                    start = cut;
                }
            }
        }
        self.runs = patched;
    }

    /// Cuts it into rows of at most `width` columns; see [`cut_rows`].
    pub fn rows(&self, width: usize, hang: usize) -> Vec<Range<usize>> {
        cut_rows(&self.text, width, hang)
    }

    /// Draws the bytes of `range` from column `x` to before `end`, leaving out the first `skip` columns. Returns the
    /// column after the last one drawn.
    pub fn draw(&self, range: Range<usize>, skip: usize, x: u16, end: u16, y: u16, buf: &mut Buffer) -> u16 {
        let mut x = x;
        let mut skip = skip;
        let mut start = 0;
        for &(stop, style) in &self.runs {
            let from = range.start.clamp(start, stop);
            let to = range.end.clamp(start, stop);
            start = stop;
            let mut piece = &self.text[from..to];
            if skip > 0 {
                let (rest, over) = skipped(piece, &mut skip);
                piece = rest;
                for _ in 0..over {
                    if x < end {
                        (x, _) = buf.set_stringn(x, y, " ", 1, style);
                    }
                }
            }
            if x >= end {
                break;
            }
            (x, _) = buf.set_stringn(x, y, piece, usize::from(end - x), style);
        }
        x
    }

    /// Draws the whole line but its first `skip` columns in one row.
    pub fn draw_row(&self, skip: usize, x: u16, end: u16, y: u16, buf: &mut Buffer) -> u16 {
        self.draw(0..self.text.len(), skip, x, end, y, buf)
    }
}

/// Columns of a text that may be drawn. Quick for ASCII, of which a line may have a million.
pub fn columns(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.width() }
}

/// Cuts a text into rows of at most `width` columns; all but the first are `hang` columns narrower. Prefers to cut after
/// a space. There is always at least one row, and every row but an empty line's holds something.
pub fn cut_rows(text: &str, width: usize, hang: usize) -> Vec<Range<usize>> {
    let width = width.max(2);
    let hang = if hang + 8 > width { 0 } else { hang };
    let mut cutter = Cutter { text, width, hang, rows: Vec::new(), start: 0, used: 0, space: None };
    if text.is_ascii() {
        for (at, byte) in text.bytes().enumerate() {
            cutter.place(at, 1, byte == b' ', 1);
        }
    } else {
        for (at, grapheme) in text.grapheme_indices(true) {
            cutter.place(at, grapheme.len(), grapheme == " ", grapheme.width());
        }
    }
    cutter.rows.push(cutter.start..text.len());
    cutter.rows
}

/// A text being cut into rows.
struct Cutter<'a> {
    text: &'a str,
    width: usize,
    hang: usize,
    rows: Vec<Range<usize>>,
    /// The first byte of the row being filled, the columns it has used, and the byte after its last space.
    start: usize,
    used: usize,
    space: Option<usize>,
}

impl Cutter<'_> {
    /// Places the letter at a byte, which has so many bytes and columns.
    fn place(&mut self, at: usize, bytes: usize, is_space: bool, letter_columns: usize) {
        let room = if self.rows.is_empty() { self.width } else { self.width - self.hang };
        if self.used + letter_columns > room && at > self.start {
            // A word longer than a third of the row is cut where the row ends: a ragged edge would waste more.
            let cut = self.space.filter(|&space| (at - space) * 3 <= room).unwrap_or(at);
            self.rows.push(self.start..cut);
            self.used = columns(&self.text[cut..at]);
            self.start = cut;
            self.space = None;
        }
        self.used += letter_columns;
        if is_space {
            self.space = Some(at + bytes);
        }
    }
}

/// The rest of `piece` without its first `skip` columns, and how many columns of a cut wide character remain.
fn skipped<'a>(piece: &'a str, skip: &mut usize) -> (&'a str, usize) {
    if piece.is_ascii() {
        let skips = piece.len().min(*skip);
        *skip -= skips;
        return (&piece[skips..], 0);
    }
    for (at, grapheme) in piece.grapheme_indices(true) {
        if *skip == 0 {
            return (&piece[at..], 0);
        }
        let columns = grapheme.width();
        if columns > *skip {
            let over = columns - *skip;
            *skip = 0;
            return (&piece[at + grapheme.len()..], over);
        }
        *skip -= columns;
    }
    ("", 0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ratatui::layout::Rect;
    use ratatui::style::{Color, Modifier};

    use super::*;

    fn shown(line: &StyledLine, skip: usize, width: u16) -> String {
        let mut buf = Buffer::empty(Rect::new(0, 0, width, 1));
        line.draw_row(skip, 0, width, 0, &mut buf);
        (0..width).map(|x| buf[(x, 0)].symbol().to_owned()).collect()
    }

    #[test]
    fn a_wide_character_cut_at_the_left_edge_leaves_a_blank() {
        let line = StyledLine::new("日本語", Style::new());
        assert_eq!(shown(&line, 0, 6).replace(' ', ""), "日本語");
        assert!(shown(&line, 1, 6).starts_with(" 本"), "{}", shown(&line, 1, 6));
        assert_eq!(shown(&line, 0, 3).trim_end(), "日");
    }

    #[test]
    fn a_patch_splits_runs_and_keeps_the_colour_below() {
        let red = Style::new().fg(Color::Red);
        let mut line = StyledLine::new("abc", red);
        line.push("def", Style::new());
        line.patch(2..4, Style::new().add_modifier(Modifier::REVERSED));
        let mut buf = Buffer::empty(Rect::new(0, 0, 6, 1));
        line.draw_row(0, 0, 6, 0, &mut buf);
        let reversed: Vec<bool> = (0..6).map(|x| buf[(x, 0)].modifier.contains(Modifier::REVERSED)).collect();
        assert_eq!(reversed, [false, false, true, true, false, false]);
        assert_eq!(buf[(2, 0)].fg, Color::Red);
        assert_eq!(buf[(3, 0)].fg, Color::Reset);
    }

    #[test]
    fn rows_prefer_the_gap_between_words() {
        let line = StyledLine::new("one two three four", Style::new());
        let rows: Vec<&str> = line.rows(10, 0).into_iter().map(|row| &line.text()[row]).collect();
        assert_eq!(rows, ["one two ", "three four"]);
    }

    #[test]
    fn a_part_keeps_its_styles() {
        let red = Style::new().fg(Color::Red);
        let mut line = StyledLine::new("abc", red);
        line.push("def", Style::new());
        let mut part = StyledLine::new("c", red);
        part.push("de", Style::new());
        assert_eq!(line.slice(2..5), part);
        assert_eq!(line.slice(3..3), StyledLine::default());
        assert_eq!(line.slice(0..6), line);
        assert_eq!(StyledLine::new("日本", red).slice_width(3..6), 2);
    }

    proptest! {
        #[test]
        fn rows_cover_the_text_and_fit(text in "\\PC{0,80}", width in 2_usize..30, hang in 0_usize..30) {
            let line = StyledLine::new(&text, Style::new());
            let rows = line.rows(width, hang);
            let joined: String = rows.iter().map(|row| &text[row.clone()]).collect();
            prop_assert_eq!(joined, text.as_str());
            for row in &rows {
                let piece = &text[row.clone()];
                prop_assert!(piece.width() <= width || piece.graphemes(true).count() == 1);
            }
        }

        #[test]
        fn drawing_never_leaves_its_columns(text in "\\PC{0,60}", skip in 0_usize..70, end in 0_u16..20) {
            let line = StyledLine::new(&text, Style::new());
            let mut buf = Buffer::empty(Rect::new(0, 0, 24, 1));
            let x = line.draw_row(skip, 0, end, 0, &mut buf);
            prop_assert!(x <= end);
            for x in end..24 {
                prop_assert_eq!(buf[(x, 0)].symbol(), " ");
            }
        }
    }
}
