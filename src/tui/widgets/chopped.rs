//! One row of a line that may be longer than the page is wide, with marks where it goes on.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::line::StyledLine;
use crate::tui::Look;

/// A line of which the columns from `left` on are shown.
pub struct Chopped<'a> {
    /// The line, or as much of it as was laid out.
    pub line: &'a StyledLine,
    /// There is more of it than was laid out.
    pub is_cut: bool,
    /// The first column shown.
    pub left: usize,
}

impl Chopped<'_> {
    /// Draws it in the first row of `area`. `styled` gives a part of it as it is to be drawn. A mark in the first or the
    /// last column shows that it goes on beyond. Returns the column after the text.
    pub fn draw(
        &self,
        area: Rect,
        styled: impl FnOnce(Range<usize>) -> StyledLine,
        buf: &mut Buffer,
        look: &Look<'_>,
    ) -> u16 {
        let (before, after) = if look.ascii { ("<", ">") } else { ("‹", "›") };
        let width = usize::from(area.width);
        let (mut x, mut end, mut left) = (area.x, area.right(), self.left);
        if width < 3 {
            return self.line.draw_row(left, x, end, area.y, buf);
        }
        let all = self.line.width();
        if left > 0 && all > 0 {
            buf.set_stringn(x, area.y, before, 1, look.theme.dim);
            (x, left) = (x + 1, left + 1);
        }
        let goes_on = self.is_cut || all > self.left + width;
        if goes_on {
            end -= 1;
            buf.set_stringn(end, area.y, after, 1, look.theme.dim);
        }
        let (part, skip) = self.line.at_columns(left..left + usize::from(end - x));
        let drawn = styled(part).draw_row(skip, x, end, area.y, buf);
        if goes_on { end + 1 } else { drawn }
    }
}

#[cfg(test)]
mod tests {
    use ratatui::style::Style;

    use super::*;
    use crate::fleet::Store;
    use crate::model::Timestamp;
    use crate::tui::widgets::testing::{text, theme};

    fn drawn(line: &str, is_cut: bool, left: usize, width: u16) -> String {
        let (theme, store) = (theme(), Store::new(&[]));
        let look = Look { theme: &theme, store: &store, now: Timestamp::now(), ascii: false };
        let line = StyledLine::new(line, Style::new());
        let mut buf = Buffer::empty(Rect::new(0, 0, width, 1));
        Chopped { line: &line, is_cut, left }.draw(buf.area, |part| line.slice(part), &mut buf, &look);
        text(&buf).trim_end().to_owned()
    }

    #[test]
    fn a_mark_shows_on_which_side_a_line_goes_on() {
        assert_eq!(drawn("0123456789", false, 0, 10), "0123456789");
        assert_eq!(drawn("0123456789a", false, 0, 10), "012345678›");
        assert_eq!(drawn("0123456789a", false, 1, 10), "‹23456789a");
        assert_eq!(drawn("0123456789ab", false, 1, 10), "‹23456789›");
        assert_eq!(drawn("0123", false, 8, 10), "‹");
        assert_eq!(drawn("0123", true, 0, 10), "0123     ›");
        assert_eq!(drawn("", false, 8, 10), "");
        assert_eq!(drawn("日本語日本語", false, 0, 10).replace(' ', ""), "日本語日›");
        assert_eq!(drawn("日本語", false, 1, 10).replace(' ', ""), "‹本語");
    }
}
