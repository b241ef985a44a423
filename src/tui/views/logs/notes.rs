//! The notes between the lines: gaps, interruptions, ends, marks.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::draw::clock;
use super::reader::NOTE_INDENT;
use super::{LogView, counted};
use crate::fleet::logs::{Line, Marker};
use crate::model::Timestamp;
use crate::tui::Look;
use crate::tui::widgets::ansi;
use crate::tui::widgets::chopped::Chopped;
use crate::tui::widgets::line::StyledLine;

/// The dashes before a note.
const LEAD: &str = " ── ";
const ASCII_LEAD: &str = " -- ";

impl LogView {
    /// A marker as a line; the name of its source in the colour it is known by where a look is given.
    pub(super) fn note(
        &self,
        marker: &Marker,
        line: &Line<'_>,
        style: Style,
        look: Option<&Look<'_>>,
    ) -> StyledLine {
        let lead = if look.is_some_and(|look| look.ascii) { ASCII_LEAD } else { LEAD };
        let mut note = StyledLine::new(lead, style);
        let source = line.source.place();
        if let Some(tail) = self.tails.get(source).filter(|_| self.tails.len() > 1) {
            note.push(&format!("{} ", tail.name), look.map_or(style, |look| Self::colour(source, look)));
        }
        note.push(&text(marker, line.at), style);
        note
    }

    /// Draws a marker from its row `skip` on. Returns the row after it.
    pub(super) fn paint_marker(
        &self,
        (marker, line): (&Marker, &Line<'_>),
        skip: usize,
        area: Rect,
        buf: &mut Buffer,
        look: &Look<'_>,
    ) -> u16 {
        let loss = matches!(marker, Marker::Skipped { .. } | Marker::Seam);
        let style = if loss { look.theme.warn } else { look.theme.dim };
        let note = self.note(marker, line, style, Some(look));
        let width = usize::from(area.width);
        if !self.wrap {
            paint_rule(&note, if note.width() > width { self.place.left } else { 0 }, style, area, buf, look);
            return area.y + 1;
        }
        let rows = note.rows(width, NOTE_INDENT);
        let last = rows.len() - 1;
        let mut y = area.y;
        for (nth, range) in rows.into_iter().enumerate().skip(skip).take(usize::from(area.height)) {
            let indent = u16::try_from(if nth == 0 { 0 } else { NOTE_INDENT }).unwrap_or(0).min(area.width);
            let row = Rect { x: area.x + indent, y, width: area.width - indent, height: 1 };
            if nth == last {
                paint_rule(&note.slice(range), 0, style, row, buf, look);
            } else {
                note.draw(range, 0, row.x, row.right(), y, buf);
            }
            y += 1;
        }
        y
    }
}

/// Draws the rule below a marked line.
pub(super) fn paint_mark(at: Timestamp, area: Rect, buf: &mut Buffer, look: &Look<'_>) {
    let style = look.theme.marked;
    let lead = if look.ascii { ASCII_LEAD } else { LEAD };
    let note = StyledLine::new(&format!("{lead}marked {}", clock(at)), style);
    paint_rule(&note, 0, style, area, buf, look);
}

/// Draws a note and fills its row with a rule.
fn paint_rule(note: &StyledLine, left: usize, style: Style, area: Rect, buf: &mut Buffer, look: &Look<'_>) {
    let rule = if look.ascii { "-" } else { "─" };
    let row = Rect { height: 1, ..area };
    let x = Chopped { line: note, is_cut: false, left }.draw(row, |part| note.slice(part), buf, look);
    let room = usize::from(row.right().saturating_sub(x + 2));
    buf.set_stringn((x + 1).min(row.right().saturating_sub(1)), row.y, rule.repeat(room), room, style);
}

/// The text of a marker.
pub(super) fn text(marker: &Marker, at: Timestamp) -> String {
    match marker {
        Marker::Skipped { lines, why, after } => {
            let count = lines.map_or_else(|| "lines".to_owned(), |lines| counted(lines, "line"));
            let from = after.map_or_else(String::new, |after| format!("{} to ", clock(after)));
            format!("{count} skipped {from}{}: {}", clock(at), ansi::plain(why))
        }
        Marker::Interrupted(problem) => {
            format!("interrupted {}: {}", clock(at), ansi::plain(&problem.message))
        }
        Marker::Seam => format!("reconnected {}, lines in between may be missing", clock(at)),
        Marker::Ended => format!("ended {}", clock(at)),
    }
}
