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
        self.text.width()
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

    /// Cuts it into rows of at most `width` columns; all but the first are `hang` columns narrower. Prefers to cut
    /// after a space. There is always at least one row, and every row but an empty line's holds something.
    pub fn rows(&self, width: usize, hang: usize) -> Vec<Range<usize>> {
        let width = width.max(2);
        let hang = if hang + 8 > width { 0 } else { hang };
        let mut rows = Vec::new();
        let (mut start, mut used, mut space) = (0, 0, None::<usize>);
        for (at, grapheme) in self.text.grapheme_indices(true) {
            let room = if rows.is_empty() { width } else { width - hang };
            let columns = grapheme.width();
            if used + columns > room && at > start {
                // A word longer than a third of the row is cut where the row ends: a ragged edge would waste more.
                let cut = space.filter(|&space| (at - space) * 3 <= room).unwrap_or(at);
                rows.push(start..cut);
                used = self.text[cut..at].width();
                start = cut;
                space = None;
            }
            used += columns;
            if grapheme == " " {
                space = Some(at + 1);
            }
        }
        rows.push(start..self.text.len());
        rows
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

/// The rest of `piece` without its first `skip` columns, and how many columns of a cut wide character remain.
fn skipped<'a>(piece: &'a str, skip: &mut usize) -> (&'a str, usize) {
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
