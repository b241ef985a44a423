//! One line of typing at the foot of a view: a search, a filter.

use crossterm::event::{Event, KeyCode, KeyEventKind, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use tui_input::backend::crossterm::to_input_request;
use tui_input::{Input, InputRequest};
use unicode_width::UnicodeWidthStr;

use crate::tui::Look;

/// The outcome of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Typed {
    /// The text changed.
    Changed,
    /// It moved only the cursor, or did nothing.
    Nothing,
    /// Enter: the text is wanted.
    Accepted,
    /// Esc, Ctrl-c, or Backspace in an empty line: it is not.
    Cancelled,
}

/// Characters that a line holds. What is typed or pasted beyond is left out: no name, filter or pattern is longer, and each
/// change is searched for at once.
const MAX_CHARS: usize = 1000;

/// The note in a line that a paste did not fit into.
const CUT_NOTE: &str = "pasted text cut to 1,000 characters";

/// A line being typed.
#[derive(Debug, Clone, Default)]
pub struct Prompt {
    label: &'static str,
    input: Input,
    /// All of the text is selected: what is typed replaces it.
    is_selected: bool,
    /// The last paste was longer than what fits.
    is_cut: bool,
}

impl Prompt {
    /// A prompt with a label such as `/` and a text to begin with.
    pub fn new(label: &'static str, text: &str) -> Self {
        Self { label, input: Input::new(text.to_owned()), is_selected: false, is_cut: false }
    }

    /// A prompt whose text is selected, so that typing replaces it and an arrow key edits it.
    pub fn selected(label: &'static str, text: &str) -> Self {
        Self { is_selected: !text.is_empty(), ..Self::new(label, text) }
    }

    /// The text typed so far.
    pub fn text(&self) -> &str {
        self.input.value()
    }

    /// Returns true if a key closes a line that is typed, whatever it is bound to elsewhere.
    pub fn is_cancel(event: &Event) -> bool {
        matches!(event, Event::Key(key)
            if key.code == KeyCode::Esc
                || (key.code == KeyCode::Char('c') && key.modifiers == KeyModifiers::CONTROL))
    }

    /// Takes a key or a paste; line ends in a paste become blanks.
    pub fn type_event(&mut self, event: &Event) -> Typed {
        let had_selection = match event {
            Event::Key(key) if key.kind == KeyEventKind::Release => return Typed::Nothing,
            Event::Key(_) | Event::Paste(_) => std::mem::take(&mut self.is_selected),
            _ => return Typed::Nothing,
        };
        self.is_cut = false;
        match event {
            Event::Key(key) => match (key.code, key.modifiers) {
                (KeyCode::Enter, _) => return Typed::Accepted,
                _ if Self::is_cancel(event) => return Typed::Cancelled,
                (KeyCode::Backspace, _) if self.input.value().is_empty() => return Typed::Cancelled,
                _ => {}
            },
            Event::Paste(text) => {
                if had_selection {
                    self.input.reset();
                }
                return self.paste(text);
            }
            _ => return Typed::Nothing,
        }
        let Some(request) = to_input_request(event) else {
            return Typed::Nothing;
        };
        match request {
            InputRequest::InsertChar(_) if had_selection => self.input.reset(),
            InputRequest::InsertChar(_) if self.text().chars().count() >= MAX_CHARS => return Typed::Nothing,
            InputRequest::DeletePrevChar | InputRequest::DeleteNextChar | InputRequest::DeletePrevWord
                if had_selection =>
            {
                self.input.reset();
                return Typed::Changed;
            }
            _ => {}
        }
        let changed = self.input.handle(request).is_some_and(|changed| changed.value);
        if changed { Typed::Changed } else { Typed::Nothing }
    }

    /// Inserts a text at the cursor, as much of it as fits.
    fn paste(&mut self, text: &str) -> Typed {
        let (cursor, old) = (self.input.cursor(), self.input.value());
        let room = MAX_CHARS.saturating_sub(old.chars().count());
        let mut rest = text.trim_end().chars();
        let pasted: String = rest.by_ref().take(room).map(|c| if c.is_control() { ' ' } else { c }).collect();
        self.is_cut = rest.next().is_some();
        let at = old.char_indices().nth(cursor).map_or(old.len(), |(at, _)| at);
        let new = format!("{}{pasted}{}", &old[..at], &old[at..]);
        self.input = Input::new(new).with_cursor(cursor + pasted.chars().count());
        Typed::Changed
    }

    /// Draws it over one row, with `note` (such as `3/17`) at its right end, and returns where the cursor belongs.
    pub fn draw(&self, area: Rect, note: &str, buf: &mut Buffer, look: &Look<'_>) -> Position {
        let theme = look.theme;
        let note = if self.is_cut { CUT_NOTE } else { note };
        buf.set_style(area, theme.text);
        let (mut x, y) = (area.x, area.y);
        let note_width = u16::try_from(note.width()).unwrap_or(u16::MAX).saturating_add(2);
        let end = if area.width > note_width.saturating_add(12) {
            buf.set_stringn(area.right() - note_width + 1, y, note, usize::from(note_width), theme.dim);
            area.right() - note_width
        } else {
            area.right()
        };
        (x, _) = buf.set_stringn(x, y, self.label, usize::from(end - x), theme.accent);
        let room = usize::from(end.saturating_sub(x).max(1));
        let scroll = self.input.visual_scroll(room.saturating_sub(1));
        let style = if self.is_selected { theme.selected } else { Style::new() };
        super::line::StyledLine::new(self.text(), style).draw_row(scroll, x, end, y, buf);
        let cursor = u16::try_from(self.input.visual_cursor().saturating_sub(scroll)).unwrap_or(0);
        Position::new(x.saturating_add(cursor).min(end.saturating_sub(1).max(area.x)), y)
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::KeyEvent;

    use super::*;

    fn key(code: KeyCode) -> Event {
        Event::Key(KeyEvent::new(code, KeyModifiers::NONE))
    }

    #[test]
    fn a_paste_is_bounded_in_length_and_time_and_says_so() {
        let megabyte = Event::Paste("paste ".repeat(180_000));
        let mut prompt = Prompt::new("/", "before");
        let began = std::time::Instant::now();
        assert_eq!(prompt.type_event(&megabyte), Typed::Changed);
        prompt.type_event(&megabyte);
        // Some milliseconds in a debug build; letter by letter it is quadratic.
        assert!(began.elapsed() < std::time::Duration::from_secs(2), "{:?}", began.elapsed());
        assert_eq!(prompt.text().chars().count(), MAX_CHARS);
        assert!(prompt.text().starts_with("beforepaste paste "));
        assert!(prompt.is_cut);
        assert_eq!(prompt.type_event(&key(KeyCode::Char('x'))), Typed::Nothing);
        assert!(!prompt.is_cut, "the note goes with the next key");
        assert_eq!(prompt.type_event(&key(KeyCode::Backspace)), Typed::Changed);
        assert_eq!(prompt.type_event(&key(KeyCode::Char('x'))), Typed::Changed);
    }

    #[test]
    fn a_selected_text_is_replaced_by_typing_and_edited_after_an_arrow_key() {
        for (keys, text) in [
            (vec![KeyCode::Char('x')], "x"),
            (vec![KeyCode::Left, KeyCode::Char('x')], "apxi"),
            (vec![KeyCode::Right, KeyCode::Char('x')], "apix"),
            (vec![KeyCode::Backspace], ""),
            (vec![KeyCode::Delete], ""),
            (vec![KeyCode::Char('x'), KeyCode::Char('y')], "xy"),
        ] {
            let mut prompt = Prompt::selected("/", "api");
            for code in &keys {
                prompt.type_event(&key(*code));
            }
            assert_eq!(prompt.text(), text, "{keys:?}");
        }
        let mut prompt = Prompt::selected("/", "api");
        assert_eq!(prompt.type_event(&Event::Paste("web".into())), Typed::Changed);
        assert_eq!(prompt.text(), "web");
        assert_eq!(Prompt::selected("/", "api").type_event(&key(KeyCode::Enter)), Typed::Accepted);
    }

    #[test]
    fn typing_pasting_and_leaving() {
        let mut prompt = Prompt::new("/", "");
        assert_eq!(prompt.type_event(&key(KeyCode::Char('é'))), Typed::Changed);
        assert_eq!(prompt.type_event(&Event::Paste("a\nb\r\n".into())), Typed::Changed);
        assert_eq!(prompt.text(), "éa b");
        assert_eq!(prompt.type_event(&key(KeyCode::Left)), Typed::Nothing);
        assert_eq!(prompt.type_event(&key(KeyCode::Enter)), Typed::Accepted);
        assert_eq!(prompt.type_event(&key(KeyCode::Esc)), Typed::Cancelled);
        assert_eq!(Prompt::new("/", "").type_event(&key(KeyCode::Backspace)), Typed::Cancelled);
    }
}
