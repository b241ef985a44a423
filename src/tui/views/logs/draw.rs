//! Drawing the lines on the page of a log view; the frame around them is in `head`.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use unicode_width::UnicodeWidthStr;

use super::laid::{Laid, Part};
use super::notes::paint_mark;
use super::reader::Shape;
use super::{LogView, Times, Typing};
use crate::fleet::logs::{Line, LineBody};
use crate::model::{Bytes, LogLevel, Timestamp};
use crate::tui::Look;
use crate::tui::widgets::chopped::Chopped;
use crate::tui::widgets::line::StyledLine;

/// The widest name before a line.
const WIDEST_NAME: usize = 12;

impl LogView {
    pub(super) fn paint(&mut self, area: Rect, buf: &mut Buffer, look: &Look<'_>) {
        self.screen_cursor = None;
        let mut body = self.frame(area, buf, look);
        if body.is_empty() {
            return;
        }
        if let Some(Typing::Search(prompt, _) | Typing::Filter(prompt)) = &self.typing {
            let foot = Rect { y: body.bottom() - 1, height: 1, ..body };
            let note = match (&self.misread, &self.typing) {
                (Some(why), _) => why.clone(),
                (None, Some(Typing::Filter(_))) => "keep what matches, ! drops it, /regex/".to_owned(),
                (None, _) => self.found(),
            };
            self.screen_cursor = Some(prompt.draw(foot, &note, buf, look));
            body.height -= 1;
        }
        if body.height > 4 {
            body = self.paint_state(body, buf, look);
        }
        if body.height > 4 && self.is_narrowed() {
            body = self.paint_filters(body, buf, look);
        }
        if self.total() == 0 {
            self.paint_empty(body, buf, look);
        } else {
            self.paint_lines(body, buf, look);
        }
    }

    fn paint_lines(&mut self, area: Rect, buf: &mut Buffer, look: &Look<'_>) {
        let width = usize::from(area.width);
        let columns = self.text_columns(width, look);
        self.shape = Shape { width, columns, base: look.theme.text, widest: 0 };
        self.locate();
        self.with_pager(|pager, log| pager.settle(usize::from(area.height), log));
        self.remember();
        let (mut y, mut at, mut skip) = (area.y, self.pager.top, self.pager.skip);
        while y < area.bottom() {
            let Some(line) = self.line(at) else { break };
            let under = !self.follows() && at == self.pager.cursor;
            let entry = Rect { y, height: area.bottom() - y, ..area };
            let (next, width) = self.paint_entry(&line, skip, under, entry, buf, look);
            self.shape.widest = self.shape.widest.max(width);
            (y, at, skip) = (next, at + 1, 0);
        }
    }

    /// Columns of the text of a line: those of the page without the level's bar, the time and the name.
    fn text_columns(&self, width: usize, look: &Look<'_>) -> usize {
        let last = self.total().checked_sub(1).and_then(|last| self.line(last));
        let before = last.map_or(0, |line| self.before(&line, look).width());
        width.saturating_sub(before + 2).max(2)
    }

    /// Draws a line from its row `skip` on. Returns the row after it and the width of its text.
    fn paint_entry(
        &self,
        line: &Line<'_>,
        skip: usize,
        under: bool,
        area: Rect,
        buf: &mut Buffer,
        look: &Look<'_>,
    ) -> (u16, usize) {
        let (mut y, width) = match line.body {
            LineBody::Marker(marker) => {
                let width = self.note(marker, line, look.theme.text, None).width();
                (self.paint_marker((marker, line), skip, area, buf, look), width)
            }
            LineBody::Text(text) => {
                let seen = self.place.left + self.shape.columns;
                let part = if self.wrap { Part::Wrapped(self.shape.columns) } else { Part::Columns(seen) };
                let laid = self.laid.borrow_mut().get(text, self.shape.base, part);
                (
                    self.paint_text(line, &laid, skip, area, buf, look),
                    laid.line.width().min(Part::Columns(seen).bytes()),
                )
            }
        };
        if under {
            let height = y - area.y;
            buf.set_style(Rect { height, ..area }, look.theme.selected);
        }
        if self.marks.contains(&line.number) && y < area.bottom() {
            paint_mark(line.at, Rect { y, height: 1, ..area }, buf, look);
            y += 1;
        }
        (y, width)
    }

    /// Draws the prefix of a line and its text, in one row or wrapped. Returns the row after.
    fn paint_text(
        &self,
        line: &Line<'_>,
        laid: &Laid,
        skip: usize,
        area: Rect,
        buf: &mut Buffer,
        look: &Look<'_>,
    ) -> u16 {
        let (mut y, end) = (area.y, area.right());
        let before = self.before(line, look);
        let x = area.x + 1 + u16::try_from(before.width()).unwrap_or(0).min(area.width.saturating_sub(1));
        if skip == 0 {
            paint_level(line.level, area, buf, look);
            before.draw_row(0, area.x + 1, end, y, buf);
        }
        let styled = |part| self.styled(laid, line.level, part, look);
        if self.wrap {
            for range in laid.rows.iter().skip(skip).take(usize::from(area.height)) {
                let part = styled(range.clone());
                part.draw_row(0, x, end, y, buf);
                y += 1;
            }
            if laid.is_beyond_limit() && skip + usize::from(area.height) >= laid.rows.len() && y > area.y {
                note_cut(laid.bytes(), Rect { y: y - 1, height: 1, ..area }, buf, look);
            }
            return y;
        }
        let row = Rect { x, y, width: end.saturating_sub(x), height: 1 };
        let chopped = Chopped { line: &laid.line, is_cut: laid.is_cut, left: self.place.left };
        chopped.draw(row, styled, buf, look);
        if laid.is_beyond_limit() {
            note_cut(laid.bytes(), Rect { height: 1, ..area }, buf, look);
        }
        y + 1
    }

    /// A part of a line with the styles of its level and of what is searched for.
    fn styled(
        &self,
        laid: &Laid,
        level: Option<LogLevel>,
        part: Range<usize>,
        look: &Look<'_>,
    ) -> StyledLine {
        let mut styled = laid.line.slice(part.clone());
        let within = |range: &Range<usize>| {
            range.start.max(part.start) - part.start..range.end.min(part.end).saturating_sub(part.start)
        };
        if let Some(level) = level
            && let Some(range) = level_word(laid.line.text(), level)
        {
            styled.patch(within(&range), look.theme.level(level));
        }
        let found = laid.found(self.buffer.search());
        let first = found.partition_point(|range| range.end <= part.start);
        for range in found[first..].iter().take_while(|range| range.start < part.end) {
            styled.patch(within(range), look.theme.matched.add_modifier(Modifier::REVERSED));
        }
        styled
    }

    /// The time and the name before a line.
    fn before(&self, line: &Line<'_>, look: &Look<'_>) -> StyledLine {
        let mut before = StyledLine::default();
        let time = match self.times {
            Times::Off => None,
            Times::Clock => Some(line.at.clock()),
            Times::Full => Some(line.at.local()),
        };
        if let Some(time) = time {
            // A time that is not the platform's own but ours, when the line came, is marked.
            let sure = if line.exact { " " } else { "~" };
            before.push(&format!("{sure}{time} "), look.theme.dim);
        }
        if self.tails.len() > 1 {
            let widths = self.tails.iter().map(|tail| tail.name.width());
            let width = widths.max().unwrap_or(0).min(WIDEST_NAME);
            let source = line.source.place();
            let mut short = self.tails.get(source).map_or("", |tail| tail.name.as_str()).to_owned();
            while short.width() > width {
                short.pop();
            }
            let gap = " ".repeat(width - short.width());
            let bar = if look.ascii { "|" } else { "│" };
            before.push(&short, Self::colour(source, look));
            before.push(&format!("{gap} {bar} "), look.theme.dim);
        }
        before
    }

    /// The colour by which a source is known.
    pub(super) fn colour(source: usize, look: &Look<'_>) -> Style {
        let theme = look.theme;
        let colours = [theme.accent, theme.chart_second, theme.moving, theme.good, theme.key, theme.chart];
        colours[source % colours.len()]
    }
}

/// A bar at the start of a line of level warning or error.
fn paint_level(level: Option<LogLevel>, area: Rect, buf: &mut Buffer, look: &Look<'_>) {
    let Some(level) = level.filter(|level| *level >= LogLevel::Warn) else {
        return;
    };
    let bar = match (look.ascii, level) {
        (false, _) => "▌",
        (true, LogLevel::Error) => "!",
        (true, _) => "|",
    };
    buf.set_stringn(area.x, area.y, bar, 1, look.theme.level(level));
}

/// Notes at the end of a row the length of a line that does not show whole.
fn note_cut(bytes: usize, area: Rect, buf: &mut Buffer, look: &Look<'_>) {
    let note = format!(" line of {}, shown in part ", Bytes(bytes as u64));
    let width = u16::try_from(note.width()).unwrap_or(u16::MAX);
    if area.width > width {
        buf.set_stringn(area.right() - width, area.y, note, usize::from(width), look.theme.warn);
    }
}

/// `HH:MM:SS` of the machine's zone.
pub(super) fn clock(at: Timestamp) -> String {
    at.clock().chars().take(8).collect()
}

/// The bytes of the word that gives a line its level.
fn level_word(text: &str, level: LogLevel) -> Option<Range<usize>> {
    const LEVEL_SEARCH_BYTES: usize = 160;
    let names: &[&str] = match level {
        LogLevel::Error => &["error", "fatal", "panic", "critical", "crit", "err"],
        LogLevel::Warn => &["warning", "warn"],
        LogLevel::Info => &["info", "notice"],
        LogLevel::Debug => &["debug"],
        LogLevel::Trace => &["trace"],
    };
    let head = &text.as_bytes()[..text.len().min(LEVEL_SEARCH_BYTES)];
    names.iter().find_map(|name| {
        let found = head.windows(name.len()).position(|word| word.eq_ignore_ascii_case(name.as_bytes()));
        found.map(|start| start..start + name.len())
    })
}
