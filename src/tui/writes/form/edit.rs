//! A text being edited: one line or several, with the keys of every other line that is typed.

use crossterm::event::{Event, KeyCode, KeyEvent};
use tui_input::InputRequest;
use tui_input::backend::crossterm::to_input_request;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::tui::widgets::ansi::visible;

/// Bytes that a field holds. No platform takes as much; what is pasted beyond is left out.
const MAX_BYTES: usize = 256 << 10;

/// The outcome of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edit {
    /// The text changed.
    Changed,
    /// Only the cursor moved.
    Moved,
    /// The text has no use for it.
    Ignored,
}

/// A text with a cursor.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct TextEdit {
    text: String,
    /// The byte before which the cursor is, always between two graphemes.
    cursor: usize,
    has_lines: bool,
    /// The last paste was longer than what fits.
    is_cut: bool,
}

impl TextEdit {
    /// A text of one line or of several, with the cursor at its end.
    pub(super) fn new(text: &str, has_lines: bool) -> Self {
        Self { text: text.to_owned(), cursor: text.len(), has_lines, is_cut: false }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) const fn is_cut(&self) -> bool {
        self.is_cut
    }

    pub(super) const fn has_lines(&self) -> bool {
        self.has_lines
    }

    /// Returns true if the cursor is at the end.
    pub(super) const fn is_at_end(&self) -> bool {
        self.cursor == self.text.len()
    }

    /// Returns true if the cursor is at the end, in a line that holds nothing.
    pub(super) fn is_at_empty_end(&self) -> bool {
        self.is_at_end() && self.line_start() == self.cursor
    }

    /// Puts another text in its place, with the cursor at its end.
    pub(super) fn replace(&mut self, text: &str) {
        *self = Self::new(text, self.has_lines);
    }

    /// Takes a key.
    pub(super) fn key(&mut self, key: KeyEvent) -> Edit {
        match key.code {
            KeyCode::Enter if self.has_lines => return self.insert("\n"),
            KeyCode::Up if self.has_lines => return self.move_line(false),
            KeyCode::Down if self.has_lines => return self.move_line(true),
            _ => {}
        }
        match to_input_request(&Event::Key(key)) {
            Some(request) => self.request(request),
            None => Edit::Ignored,
        }
    }

    fn request(&mut self, request: InputRequest) -> Edit {
        let line = self.line_start()..self.line_end();
        let to = match request {
            InputRequest::InsertChar(c) => return self.insert(c.encode_utf8(&mut [0; 4])),
            InputRequest::GoToPrevChar => self.before(self.cursor),
            InputRequest::GoToNextChar => self.after(self.cursor),
            InputRequest::GoToPrevWord => self.word_before(),
            InputRequest::GoToNextWord => self.word_after(),
            InputRequest::GoToStart => line.start,
            InputRequest::GoToEnd => line.end,
            InputRequest::DeletePrevChar => return self.delete(self.before(self.cursor), self.cursor),
            InputRequest::DeleteNextChar => return self.delete(self.cursor, self.after(self.cursor)),
            InputRequest::DeletePrevWord => return self.delete(self.word_before(), self.cursor),
            InputRequest::DeleteNextWord => return self.delete(self.cursor, self.word_after()),
            InputRequest::DeleteLine => return self.delete(line.start, line.end),
            InputRequest::DeleteFromStart => return self.delete(line.start, self.cursor),
            InputRequest::DeleteTillEnd => return self.delete(self.cursor, line.end),
            InputRequest::SetCursor(_) | InputRequest::Yank => return Edit::Ignored,
        };
        self.cursor = to;
        Edit::Moved
    }

    /// Inserts what was pasted. In a text of one line the ends of lines become blanks; the other control characters stay, to
    /// be seen and refused.
    pub(super) fn paste(&mut self, text: &str) -> Edit {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        if self.has_lines {
            return self.insert(&text);
        }
        self.insert(&text.trim_end_matches('\n').replace(['\n', '\t'], " "))
    }

    fn insert(&mut self, text: &str) -> Edit {
        let room = MAX_BYTES.saturating_sub(self.text.len());
        let ends = text.char_indices().map(|(at, c)| at + c.len_utf8());
        let end = if text.len() <= room {
            text.len()
        } else {
            ends.take_while(|end| *end <= room).last().unwrap_or(0)
        };
        self.is_cut = end < text.len();
        self.text.insert_str(self.cursor, &text[..end]);
        self.cursor += end;
        // What was inserted may have joined the letter after it.
        if !self.is_boundary(self.cursor) {
            self.cursor = self.after(self.cursor);
        }
        if end == 0 { Edit::Moved } else { Edit::Changed }
    }

    fn delete(&mut self, from: usize, to: usize) -> Edit {
        self.is_cut = false;
        if from >= to {
            return Edit::Moved;
        }
        self.text.replace_range(from..to, "");
        self.cursor = from;
        if !self.is_boundary(self.cursor) {
            self.cursor = self.before(self.cursor);
        }
        Edit::Changed
    }

    /// To the line above or below, in the same column; ignored where there is none.
    fn move_line(&mut self, down: bool) -> Edit {
        let (start, end) = (self.line_start(), self.line_end());
        let column = shown(&self.text[start..self.cursor]).width();
        let from = if down {
            if end == self.text.len() {
                return Edit::Ignored;
            }
            end + 1
        } else {
            if start == 0 {
                return Edit::Ignored;
            }
            self.text[..start - 1].rfind('\n').map_or(0, |at| at + 1)
        };
        let line = self.text[from..].split('\n').next().unwrap_or_default();
        let mut used = 0;
        let at = line.grapheme_indices(true).find(|(_, grapheme)| {
            used += shown(grapheme).width();
            used > column
        });
        self.cursor = from + at.map_or(line.len(), |(at, _)| at);
        Edit::Moved
    }

    /// The number of the cursor's line, and the column in it.
    pub(super) fn position(&self) -> (usize, usize) {
        let line = self.text[..self.cursor].matches('\n').count();
        (line, shown(&self.text[self.line_start()..self.cursor]).width())
    }

    /// The number of letters between the beginning of the line and the cursor.
    pub(super) fn letters_before(&self) -> usize {
        self.text[self.line_start()..self.cursor].graphemes(true).count()
    }

    /// Puts the cursor at a line and a column.
    pub(super) fn point_at(&mut self, line: usize, column: usize) {
        let mut start = 0;
        for _ in 0..line {
            match self.text[start..].find('\n') {
                Some(at) => start += at + 1,
                None => break,
            }
        }
        self.cursor = start;
        while self.cursor < self.line_end() && self.position().1 < column {
            self.cursor = self.after(self.cursor);
        }
    }

    fn line_start(&self) -> usize {
        self.text[..self.cursor].rfind('\n').map_or(0, |at| at + 1)
    }

    fn line_end(&self) -> usize {
        self.text[self.cursor..].find('\n').map_or(self.text.len(), |at| self.cursor + at)
    }

    fn is_boundary(&self, at: usize) -> bool {
        at == self.text.len() || self.text.grapheme_indices(true).any(|(start, _)| start == at)
    }

    fn before(&self, at: usize) -> usize {
        // Within its line graphemes do not reach beyond it.
        let start = self.text[..at].rfind('\n').map_or(0, |end| if end + 1 == at { end } else { end + 1 });
        self.text[start..at].grapheme_indices(true).next_back().map_or(0, |(before, _)| start + before)
    }

    fn after(&self, at: usize) -> usize {
        let next = self.text[at..].graphemes(true).next();
        next.map_or(at, |grapheme| at + grapheme.len())
    }

    fn word_before(&self) -> usize {
        let mut words = self.text[..self.cursor].split_word_bound_indices().rev();
        words.find(|(_, word)| is_word(word)).map_or(0, |(at, _)| at)
    }

    fn word_after(&self) -> usize {
        let mut words = self.text[self.cursor..].split_word_bound_indices();
        let end = words.find(|(_, word)| is_word(word)).map(|(at, word)| self.cursor + at + word.len());
        end.unwrap_or(self.text.len())
    }
}

fn is_word(word: &str) -> bool {
    word.chars().any(char::is_alphanumeric)
}

/// A text of one line as it is drawn: a control character as a caret and a letter, what has no width left out.
pub(super) fn shown(text: &str) -> String {
    let mut drawn = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' => drawn.push(' '),
            '\n' => {}
            c if c.is_ascii_control() => {
                drawn.push('^');
                drawn.push(char::from((c as u8) ^ 0x40));
            }
            c if c.is_control() => drawn.push('?'),
            c => drawn.push(c),
        }
    }
    visible(&drawn).into_owned()
}

#[cfg(test)]
mod tests {
    use crossterm::event::KeyModifiers;
    use proptest::prelude::*;

    use super::*;

    fn key(code: KeyCode) -> KeyEvent {
        KeyEvent::new(code, KeyModifiers::NONE)
    }

    #[test]
    fn a_line_is_edited_by_letters_as_they_are_read() {
        let mut edit = TextEdit::new("日本e\u{301}", false);
        assert_eq!(edit.position(), (0, 5));
        edit.key(key(KeyCode::Left));
        assert_eq!(edit.position(), (0, 4));
        edit.key(key(KeyCode::Backspace));
        assert_eq!((edit.text(), edit.position()), ("日e\u{301}", (0, 2)));
        assert_eq!(edit.key(key(KeyCode::Char('x'))), Edit::Changed);
        edit.key(key(KeyCode::Delete));
        assert_eq!(edit.text(), "日x");
        for ignored in [KeyCode::Enter, KeyCode::Up, KeyCode::Down, KeyCode::Tab] {
            assert_eq!(edit.key(key(ignored)), Edit::Ignored, "{ignored:?}");
        }
    }

    #[test]
    fn lines_are_moved_through_until_they_end() {
        let mut edit = TextEdit::new("one\ntwo two\n", true);
        assert_eq!(edit.position(), (2, 0));
        assert_eq!(edit.key(key(KeyCode::Down)), Edit::Ignored);
        edit.key(key(KeyCode::Up));
        edit.key(key(KeyCode::End));
        assert_eq!(edit.position(), (1, 7));
        edit.key(key(KeyCode::Up));
        assert_eq!(edit.position(), (0, 3));
        assert_eq!(edit.key(key(KeyCode::Up)), Edit::Ignored);
        edit.key(key(KeyCode::Enter));
        assert_eq!(edit.text(), "one\n\ntwo two\n");
        edit.point_at(2, 4);
        edit.key(KeyEvent::new(KeyCode::Char('k'), KeyModifiers::CONTROL));
        assert_eq!(edit.text(), "one\n\ntwo \n");
    }

    #[test]
    fn a_paste_keeps_what_can_be_seen_and_is_bounded() {
        let mut edit = TextEdit::new("ab", false);
        edit.key(key(KeyCode::Left));
        edit.paste("1\r\n2\t\u{1b}[m\n");
        assert_eq!(edit.text(), "a1 2 \u{1b}[mb");
        assert_eq!(shown(edit.text()), "a1 2 ^[[mb");
        edit.paste(&"x".repeat(MAX_BYTES));
        assert!(edit.is_cut() && edit.text().len() == MAX_BYTES);
        edit.key(key(KeyCode::Backspace));
        assert!(!edit.is_cut());
    }

    proptest! {
        #[test]
        fn any_keys_and_pastes_keep_the_cursor_in_the_text(
            start in "[a\u{301}日\u{1f468}\u{200d}\n\u{1f1e9} ]{0,12}",
            keys in proptest::collection::vec(0_usize..16, 0..60),
            lines in any::<bool>(),
        ) {
            let mut edit = TextEdit::new(&start, lines);
            for pick in keys {
                let control = |c| KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL);
                let key = match pick {
                    0 => key(KeyCode::Left), 1 => key(KeyCode::Right), 2 => key(KeyCode::Up), 3 => key(KeyCode::Down),
                    4 => key(KeyCode::Backspace), 5 => key(KeyCode::Delete), 6 => key(KeyCode::Enter),
                    7 => control('w'), 8 => control('u'), 9 => control('k'), 10 => key(KeyCode::Char('\u{301}')),
                    11 => key(KeyCode::Char('語')), 12 => KeyEvent::new(KeyCode::Right, KeyModifiers::CONTROL),
                    13 => KeyEvent::new(KeyCode::Left, KeyModifiers::CONTROL), 14 => key(KeyCode::Home),
                    _ => { edit.paste("\u{1f1ea}\r\n\u{200d}x"); continue; }
                };
                edit.key(key);
                prop_assert!(edit.text.is_char_boundary(edit.cursor));
                let (line, column) = edit.position();
                edit.point_at(line, column);
            }
        }
    }
}
