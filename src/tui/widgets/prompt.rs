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

/// A line being typed.
#[derive(Debug, Clone, Default)]
pub struct Prompt {
    label: &'static str,
    input: Input,
}

impl Prompt {
    /// A prompt with a label such as `/` and a text to begin with.
    pub fn new(label: &'static str, text: &str) -> Self {
        Self { label, input: Input::new(text.to_owned()) }
    }

    /// The text typed so far.
    pub fn text(&self) -> &str {
        self.input.value()
    }

    /// Takes a key or a paste; line ends in a paste become blanks.
    pub fn type_event(&mut self, event: &Event) -> Typed {
        match event {
            Event::Key(key) if key.kind == KeyEventKind::Release => return Typed::Nothing,
            Event::Key(key) => match (key.code, key.modifiers) {
                (KeyCode::Enter, _) => return Typed::Accepted,
                (KeyCode::Esc, _) | (KeyCode::Char('c'), KeyModifiers::CONTROL) => return Typed::Cancelled,
                (KeyCode::Backspace, _) if self.input.value().is_empty() => return Typed::Cancelled,
                _ => {}
            },
            Event::Paste(text) => {
                for c in text.trim_end().chars() {
                    let c = if c.is_control() { ' ' } else { c };
                    self.input.handle(InputRequest::InsertChar(c));
                }
                return Typed::Changed;
            }
            _ => return Typed::Nothing,
        }
        let changed = to_input_request(event)
            .and_then(|request| self.input.handle(request))
            .is_some_and(|changed| changed.value);
        if changed { Typed::Changed } else { Typed::Nothing }
    }

    /// Draws it over one row, with `note` (such as `3/17`) at its right end, and returns where the cursor belongs.
    pub fn draw(&self, area: Rect, note: &str, buf: &mut Buffer, look: &Look<'_>) -> Position {
        let theme = look.theme;
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
        super::line::StyledLine::new(self.text(), Style::new()).draw_row(scroll, x, end, y, buf);
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
