//! Rows of the telemetry screen: shared out, and written from both ends.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use crate::tui::Look;

/// `count` rooms of nearly the same height, one upon the other; the first ones take what is left over.
pub(super) fn rows(area: Rect, count: usize) -> Vec<Rect> {
    let count = u16::try_from(count).unwrap_or(1).max(1);
    let (height, over) = (area.height / count, area.height % count);
    let mut y = area.y;
    (0..count)
        .map(|nth| {
            let room = Rect { y, height: height + u16::from(nth < over), ..area };
            y += room.height;
            room
        })
        .collect()
}

/// Draws lines in the middle of an area.
pub(super) fn draw_centered(lines: &[String], area: Rect, buf: &mut Buffer, look: &Look<'_>) {
    let count = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    let top = area.y + area.height.saturating_sub(count) / 2;
    for (nth, (line, y)) in lines.iter().zip(top..area.bottom()).enumerate() {
        let width = u16::try_from(line.width()).unwrap_or(u16::MAX);
        let x = area.x + area.width.saturating_sub(width) / 2;
        let style = if nth == 0 { look.theme.text } else { look.theme.dim };
        buf.set_stringn(x, y, line, area.right().saturating_sub(x).into(), style);
    }
}

/// One row, written from both ends.
pub(super) struct Line<'a> {
    left: u16,
    right: u16,
    y: u16,
    buf: &'a mut Buffer,
}

impl<'a> Line<'a> {
    pub(super) fn new(area: Rect, buf: &'a mut Buffer) -> Self {
        Self { left: area.left(), right: area.right(), y: area.y, buf }
    }

    pub(super) fn room(&self) -> usize {
        usize::from(self.right.saturating_sub(self.left))
    }

    pub(super) fn put(&mut self, text: &str, style: Style) {
        let room = self.room();
        if room > 0 {
            self.left = self.buf.set_stringn(self.left, self.y, text, room, style).0;
        }
    }

    /// Writes before what was written at the right; nothing where it does not fit.
    pub(super) fn right(&mut self, text: &str, style: Style) {
        let width = u16::try_from(text.width()).unwrap_or(u16::MAX);
        if usize::from(width) <= self.room() {
            self.right -= width;
            self.buf.set_string(self.right, self.y, text, style);
        }
    }
}
