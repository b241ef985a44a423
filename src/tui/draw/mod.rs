//! From state to cells. Pure but for what the state remembers of the layout: how many rows fit, how wide columns are.

mod banner;
mod cells;
mod detail;
mod empty;
mod header;
mod hints;
mod layout;
mod measure;
mod table;

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::app::App;
use super::ui::Ui;
use super::widgets::ansi::visible;
pub(in crate::tui) use measure::{beginning, without_middle};

/// Smaller than this nothing useful can be shown.
const MIN_SCREEN_SIZE: (u16, u16) = (30, 6);

/// Draws everything; returns where the cursor belongs.
pub fn frame(ui: &mut Ui, area: Rect, buf: &mut Buffer) -> Option<Position> {
    let app = &mut ui.app;
    buf.set_style(area, app.theme.text);
    if area.width < MIN_SCREEN_SIZE.0 || area.height < MIN_SCREEN_SIZE.1 {
        let text = format!(
            "{}x{} is too small: make it {}x{}",
            area.width, area.height, MIN_SCREEN_SIZE.0, MIN_SCREEN_SIZE.1
        );
        for (y, line) in wrap(&text, area.width).into_iter().take(area.height.into()).enumerate() {
            put(buf, area.x, area.y + u16::try_from(y).unwrap_or(0), area.width, &line, Style::new());
        }
        return None;
    }
    let header = header::draw(app, ui.layers.key_context(), area, buf);
    let body = Rect::new(area.x, header.bottom(), area.width, area.height - header.height - 1);
    app.header_area = header;
    let foot = Rect::new(area.x, area.bottom() - 1, area.width, 1);
    hints::draw(app, &ui.layers, &ui.keys, foot, buf);
    let cursor = ui.layers.draw(body, buf, app);
    if app.options.ascii {
        only_ascii(area, buf);
    }
    cursor
}

/// Draws the table in front, with its box and what is known of the selected row.
pub(super) fn table(app: &mut App, area: Rect, buf: &mut Buffer) {
    table::draw(app, area, buf);
}

/// The last word on ASCII: whatever a remote or a cut text brought in.
fn only_ascii(area: Rect, buf: &mut Buffer) {
    for at in area.positions() {
        let cell = &mut buf[at];
        if !cell.symbol().is_ascii() {
            cell.set_symbol(if cell.symbol() == "…" { "~" } else { "?" });
        }
    }
}

/// Writes a text into at most `width` columns; returns the column after it. One that is too long ends in `…`, behind a whole
/// word where that can be.
pub(super) fn put(buf: &mut Buffer, x: u16, y: u16, width: u16, text: &str, style: Style) -> u16 {
    let room = width.min(buf.area.right().saturating_sub(x));
    let text = &*whole_words(visible(text), room);
    let room = usize::from(room);
    if room == 0 || y >= buf.area.bottom() {
        return x;
    }
    if text.width() <= room {
        return buf.set_stringn(x, y, text, room, style).0;
    }
    let (end, _) = buf.set_stringn(x, y, text, room - 1, style);
    buf.set_stringn(end, y, "…", 1, style).0
}

/// The pieces of a word that fit into a line each: the word where it does.
fn pieces(word: &str, width: u16) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = word;
    while columns(rest) > width.max(2) {
        let mut used = 0;
        let end = rest.char_indices().find(|(_, letter)| {
            used += letter.width().unwrap_or(0);
            used > usize::from(width.max(2))
        });
        let (piece, after) = rest.split_at(end.map_or(rest.len(), |(at, _)| at));
        pieces.push(piece);
        rest = after;
    }
    pieces.push(rest);
    pieces
}

/// A text of words that ends with a whole one, and `…`, where it is wider than `width`; cut inside a word only where the
/// words before it are less than half of the room.
pub(super) fn whole_words(text: Cow<'_, str>, width: u16) -> Cow<'_, str> {
    let room = usize::from(width.saturating_sub(1));
    if text.width() <= usize::from(width) || !text.contains(' ') {
        return text;
    }
    let ends =
        text.match_indices(' ').map(|(at, _)| text[..at].trim_end_matches([' ', ',', ';', ':', '(', '·']));
    let fitting = ends.take_while(|words| words.width() <= room).last();
    match fitting.filter(|words| words.width() * 2 >= room) {
        Some(words) => format!("{words}…").into(),
        None => text,
    }
}

/// Writes a text that ends before `right`, at most `width` columns; returns the column it begins at.
pub(super) fn put_right(buf: &mut Buffer, right: u16, y: u16, width: u16, text: &str, style: Style) -> u16 {
    let wide = columns(text).min(width);
    let x = right.saturating_sub(wide);
    put(buf, x, y, wide, text, style);
    x
}

/// The columns that a text takes.
pub(super) fn columns(text: &str) -> u16 {
    u16::try_from(visible(text).width()).unwrap_or(u16::MAX)
}

/// Breaks a text at blanks into lines of at most `width` columns, and a word that is longer than a line where the line ends.
pub(super) fn wrap(text: &str, width: u16) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace().flat_map(|word| pieces(word, width)) {
        let line = lines.last_mut();
        let fits =
            line.as_ref().is_some_and(|line| line.is_empty() || columns(line) + 1 + columns(word) <= width);
        match line {
            Some(line) if fits => {
                if !line.is_empty() {
                    line.push(' ');
                }
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_hold_whole_words_and_a_word_longer_than_a_line_goes_on_in_the_next() {
        assert_eq!(wrap("could not list instances", 10), ["could not", "list", "instances"]);
        assert_eq!(wrap("GET https://api.example/v1 now", 10), ["GET", "https://ap", "i.example/", "v1 now"]);
        assert_eq!(wrap("日本語日本語", 5), ["日本", "語日", "本語"]);
        assert_eq!(wrap("", 10), [""]);
    }

    #[test]
    fn a_text_of_words_ends_with_a_whole_one() {
        let cut = |text: &'static str, width| whole_words(text.into(), width).into_owned();
        assert_eq!(cut("Amsterdam, Netherlands", 22), "Amsterdam, Netherlands");
        assert_eq!(cut("Amsterdam, Netherlands", 17), "Amsterdam…");
        assert_eq!(cut("small 1x medium 2x large 3x", 20), "small 1x medium 2x…");
        assert_eq!(cut("a Donaudampfschifffahrt", 12), "a Donaudampfschifffahrt", "too little would be left");
        assert_eq!(cut("registry.example/app", 9), "registry.example/app", "no words");
        assert_eq!(cut("日本 日本 日本", 11), "日本 日本…");
    }
}
