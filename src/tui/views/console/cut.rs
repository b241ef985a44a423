//! Names that are longer than their room.

use std::borrow::Cow;

use unicode_width::UnicodeWidthStr;

use crate::tui::draw::beginning;

/// A text in so many columns of the screen; where it is longer its end is replaced by an ellipsis.
pub(super) fn cut(text: &str, columns: usize, ascii: bool) -> Cow<'_, str> {
    if text.width() <= columns {
        return text.into();
    }
    let ellipsis = if ascii { "~" } else { "…" };
    let room = u16::try_from(columns.saturating_sub(ellipsis.width())).unwrap_or(u16::MAX);
    format!("{}{ellipsis}", beginning(text, room)).into()
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
