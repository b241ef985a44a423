//! The value of a field in its rows.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

use super::super::FormLayer;
use super::super::choices::Loading;
use super::super::edit::{TextEdit, shown};
use super::super::field::{Entry, FieldState};
use crate::model::{FieldKind, Timestamp};
use crate::tui::Look;
use crate::tui::draw::{columns, put};
use crate::tui::widgets::line::StyledLine;

/// Lines of a text that are shown at once.
const MAX_LINES: usize = 5;
/// The same on a small screen.
const FEW_LINES: usize = 3;
/// Rows from which on a screen is not small.
const MIN_TALL_ROWS: u16 = 14;

/// A value as it was drawn.
#[derive(Debug, Default)]
pub(super) struct DrawnValue {
    /// Where the cursor belongs.
    pub(super) cursor: Option<Position>,
    /// Columns of it that are scrolled away.
    pub(super) skip: usize,
}

/// The lines of a field that are shown, those around its cursor.
pub(super) fn lines_of(field: &FieldState, is_focused: bool, height: u16) -> Range<usize> {
    let Entry::Text(edit) = &field.entry else { return 0..1 };
    if !edit.has_lines() {
        return 0..1;
    }
    let all = edit.text().matches('\n').count() + 1;
    let most = if height < MIN_TALL_ROWS { FEW_LINES } else { MAX_LINES };
    let most = most.min(usize::from(height).max(1));
    let at = if is_focused { edit.position().0 } else { 0 };
    let first = (at + 1).saturating_sub(most);
    first..(first + most).min(all)
}

impl FormLayer {
    pub(super) fn draw_value(
        &self,
        at: usize,
        line: usize,
        area: Rect,
        buf: &mut Buffer,
        look: &Look<'_>,
    ) -> DrawnValue {
        let Some(field) = self.fields.get(at) else { return DrawnValue::default() };
        let is_focused = at == self.focus && !field.choices.is_open();
        match &field.entry {
            Entry::Text(edit) => {
                if field.is_empty() {
                    let text = empty_text(field);
                    put(buf, area.x, area.y, area.width, text, look.theme.dim);
                    let cursor = is_focused.then_some(Position::new(area.x, area.y));
                    return DrawnValue { cursor, skip: 0 };
                }
                let is_masked = field.is_secret() && !(is_focused && self.unmasked_until.is_some());
                draw_text(field, edit, line, is_focused, is_masked, self.now, area, buf, look)
            }
            Entry::Switch(on) => {
                let text = match on {
                    Some(true) => "[x] yes",
                    Some(false) => "[ ] no",
                    None if field.is_mixed => "[-] (mixed)",
                    None => "[ ] (not set)",
                };
                let style = if on.is_some() { look.theme.text } else { look.theme.dim };
                put(buf, area.x, area.y, area.width, text, style);
                DrawnValue::default()
            }
            Entry::One(value) => {
                draw_choice(field, value.as_deref(), area, buf, look);
                DrawnValue::default()
            }
            Entry::Several(all) => {
                let labels: Vec<&str> = all.iter().map(|value| field.choices.label(value)).collect();
                if labels.is_empty() {
                    put(buf, area.x, area.y, area.width, empty_text(field), look.theme.dim);
                } else {
                    put(buf, area.x, area.y, area.width, &labels.join(", "), look.theme.text);
                }
                DrawnValue::default()
            }
        }
    }
}

/// The text in the place of a value that is not there.
fn empty_text(field: &FieldState) -> &'static str {
    match field.field.kind {
        _ if field.is_mixed && !field.is_touched => "(mixed)",
        FieldKind::Choice(_) | FieldKind::Several(_) if matches!(field.choices.loading, Loading::Asked) => {
            "(loading)"
        }
        FieldKind::Choice(_) => "(not chosen)",
        FieldKind::Several(_) | FieldKind::List { .. } | FieldKind::Map { .. } => "(none)",
        _ => "(empty)",
    }
}

fn draw_choice(field: &FieldState, value: Option<&str>, area: Rect, buf: &mut Buffer, look: &Look<'_>) {
    let Some(value) = value else {
        put(buf, area.x, area.y, area.width, empty_text(field), look.theme.dim);
        return;
    };
    let end = put(buf, area.x, area.y, area.width, field.choices.label(value), look.theme.text);
    let note = field.choices.find(value).and_then(|choice| choice.note.as_deref());
    if let Some(note) = note {
        let room = area.right().saturating_sub(end + 2);
        // A note that is cut at once only disturbs.
        if columns(note).min(8) <= room {
            put(buf, end + 2, area.y, room, note, look.theme.dim);
        }
    }
}

#[expect(clippy::too_many_arguments, reason = "all of them are one text on the screen")]
fn draw_text(
    field: &FieldState,
    edit: &TextEdit,
    line: usize,
    is_focused: bool,
    is_masked: bool,
    now: Timestamp,
    area: Rect,
    buf: &mut Buffer,
    look: &Look<'_>,
) -> DrawnValue {
    let raw = edit.text().split('\n').nth(line).unwrap_or_default();
    let (cursor_line, mut column) = edit.position();
    let text = if is_masked {
        let dot = if look.ascii { "*" } else { "•" };
        column = edit.letters_before();
        dot.repeat(raw.graphemes(true).count())
    } else {
        shown(raw)
    };
    let has_cursor = is_focused && cursor_line == line;
    if !has_cursor {
        let end = put(buf, area.x, area.y, area.width, &text, look.theme.text);
        draw_meaning(field, &text, end, now, area, buf, look);
        return DrawnValue::default();
    }
    let room = usize::from(area.width.max(1));
    let skip = (column + 1).saturating_sub(room);
    let end = StyledLine::new(&text, Style::new()).draw_row(skip, area.x, area.right(), area.y, buf);
    if skip == 0 && text.width() < room {
        draw_meaning(field, &text, end, now, area, buf, look);
    }
    let x = area.x + u16::try_from(column - skip).unwrap_or(0);
    DrawnValue { cursor: Some(Position::new(x.min(area.right()), area.y)), skip }
}

/// Behind a number its unit, behind a date the moment that it means, behind a file its size.
fn draw_meaning(
    field: &FieldState,
    text: &str,
    end: u16,
    now: Timestamp,
    area: Rect,
    buf: &mut Buffer,
    look: &Look<'_>,
) {
    let meaning = match &field.field.kind {
        FieldKind::Number(rule) if !text.contains(char::is_alphabetic) => rule.unit.symbol.to_owned(),
        FieldKind::Date => match Timestamp::read(text, now) {
            Ok(moment) => format!("= {}", moment.local().get(..16).unwrap_or_default()),
            Err(_) => return,
        },
        _ => return,
    };
    let gap = if matches!(field.field.kind, FieldKind::Date) { 2 } else { 1 };
    put(buf, end + gap, area.y, area.right().saturating_sub(end + gap), &meaning, look.theme.dim);
}
