//! Names that are longer than their room.

use std::borrow::Cow;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// A text in so many columns of the screen; where it is longer its end is replaced by an ellipsis.
pub(super) fn cut(text: &str, columns: usize, ascii: bool) -> Cow<'_, str> {
    if text.width() <= columns {
        return text.into();
    }
    let ellipsis = if ascii { "~" } else { "…" };
    let mut left = columns.saturating_sub(ellipsis.width());
    let fits = |c: &char| {
        let width = c.width().unwrap_or(0);
        let fits = width <= left;
        left = if fits { left - width } else { 0 };
        fits
    };
    let mut cut: String = text.chars().take_while(fits).collect();
    cut.push_str(ellipsis);
    cut.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_cut_shows_it_and_has_its_room() {
        for (text, columns, expected) in [
            ("mail", 4, "mail"),
            ("mailer", 4, "mai…"),
            ("日本語", 6, "日本語"),
            ("日本語", 5, "日本…"),
            ("日本語", 4, "日…"),
            ("e\u{301}e\u{301}e\u{301}", 2, "e\u{301}…"),
        ] {
            assert_eq!(cut(text, columns, false), expected);
        }
        assert_eq!(cut("mailer", 4, true), "mai~");
    }
}
