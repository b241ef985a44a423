//! Drawing the lines on the page of a log view; the frame around them is in `head`.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use unicode_width::UnicodeWidthStr;

use super::head::said;
use super::{LogView, Times, Typing};
use crate::fleet::logs::{Line, LineBody, Marker};
use crate::model::{Bytes, LogLevel, Timestamp};
use crate::tui::Look;
use crate::tui::widgets::ansi;
use crate::tui::widgets::line::StyledLine;
use crate::tui::widgets::pager::Pager;

/// The widest name before a line.
const WIDEST_NAME: usize = 12;
/// A line is styled no further than this many bytes of its text.
const MAX_STYLED_BYTES: usize = 64 * 1024;

/// A line of the buffer, ready to be drawn.
struct Ready {
    /// The prefix of the text: time and name.
    before: StyledLine,
    text: StyledLine,
    /// Something was cut off; how long the line is.
    cut: Option<usize>,
}

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
        let page = usize::from(area.height);
        self.locate();
        let widest = self.page_width(usize::from(area.width), look);
        let mut pager = std::mem::take(&mut self.pager);
        let height = |at: usize| {
            let Some(line) = self.line(at) else { return 1 };
            let mark = usize::from(self.marks.contains(&line.number));
            match line.body {
                LineBody::Text(text) if self.wrap && text.len() > widest => {
                    let rows = self.ready(&line, text, widest * page, look).text.rows(widest, 0);
                    rows.len().min(page.saturating_sub(mark).max(1)) + mark
                }
                _ => 1 + mark,
            }
        };
        pager.settle(self.total(), page, height);
        let mut seen = 0;
        let mut y = area.y;
        let mut at = pager.top;
        if self.follows() {
            let used: usize = (pager.top..self.total()).map(height).sum();
            y = self.paint_tail_of(&pager, page.saturating_sub(used), area, buf, look);
        }
        while y < area.bottom() {
            let Some(line) = self.line(at) else { break };
            let under = !self.follows() && at == pager.cursor;
            let height = area.bottom() - y;
            let (next, width) =
                self.paint_entry(&line, under, pager.left, Rect { y, height, ..area }, buf, look);
            seen = seen.max(width);
            y = next;
            at += 1;
        }
        self.widest = seen;
        self.pager = pager;
        self.remember();
    }

    /// While following, fills the rows above the first whole line with the end of the line before it, which is too
    /// long for them. Returns the row after.
    fn paint_tail_of(&self, pager: &Pager, gap: usize, area: Rect, buf: &mut Buffer, look: &Look<'_>) -> u16 {
        let before = pager.top.checked_sub(1).and_then(|at| self.line(at));
        let (true, true, Some(line)) = (self.wrap, gap > 0, before) else {
            return area.y;
        };
        let LineBody::Text(text) = line.body else {
            return area.y;
        };
        let columns = usize::from(area.width);
        let ready = self.ready(&line, text, columns * usize::from(area.height), look);
        let x = area.x + 1 + u16::try_from(ready.before.width()).unwrap_or(0);
        let rows = ready.text.rows(usize::from(area.right().saturating_sub(x + 1)).max(2), 0);
        let mut y = area.y;
        for range in rows.iter().skip(rows.len().saturating_sub(gap)) {
            ready.text.draw(range.clone(), 0, x, area.right(), y, buf);
            y += 1;
        }
        y
    }

    /// Columns of the text of a line: those of the page without the level's bar, the time and the name.
    fn page_width(&self, width: usize, look: &Look<'_>) -> usize {
        let last = self.total().checked_sub(1).and_then(|last| self.line(last));
        let before = last.map_or(0, |line| self.before(&line, look).width());
        width.saturating_sub(before + 2).max(2)
    }

    /// Draws a line from the first row of `area` on. Returns the row after it and the width of its text.
    fn paint_entry(
        &self,
        line: &Line<'_>,
        under: bool,
        left: usize,
        area: Rect,
        buf: &mut Buffer,
        look: &Look<'_>,
    ) -> (u16, usize) {
        let (mut y, mut width) = (area.y, 0);
        match line.body {
            LineBody::Marker(marker) => {
                let loss = matches!(marker, Marker::Skipped { .. } | Marker::Seam);
                let text = said(marker, line.at);
                self.paint_rule(
                    &text,
                    loss,
                    Some(line.source.place()),
                    Rect { height: 1, ..area },
                    buf,
                    look,
                );
                y += 1;
            }
            LineBody::Text(text) => {
                let (columns, rows) = (usize::from(area.width), usize::from(area.height));
                let limit = if self.wrap { columns * rows } else { left + columns };
                let ready = self.ready(line, text, limit, look);
                width = ready.text.width();
                paint_level(line.level, area, buf, look);
                y = self.paint_text(&ready, left, area, buf);
                if let Some(bytes) = ready.cut {
                    note_cut(bytes, Rect { y: y - 1, height: 1, ..area }, buf, look);
                }
            }
        }
        if under {
            let height = y - area.y;
            buf.set_style(Rect { height, ..area }, look.theme.selected);
        }
        if self.marks.contains(&line.number) && y < area.bottom() {
            let text = format!("marked {}", clock(line.at));
            self.paint_rule(&text, false, None, Rect { y, height: 1, ..area }, buf, look);
            y += 1;
        }
        (y, width)
    }

    /// Draws the prefix of a line and its text, in one row or wrapped. Returns the row after.
    fn paint_text(&self, ready: &Ready, left: usize, area: Rect, buf: &mut Buffer) -> u16 {
        let (mut y, end) = (area.y, area.right());
        let x = ready.before.draw_row(0, area.x + 1, end, y, buf);
        if !self.wrap {
            ready.text.draw_row(left, x, end, y, buf);
            return y + 1;
        }
        for range in ready.text.rows(usize::from(end.saturating_sub(x + 1)).max(2), 0) {
            if y >= area.bottom() {
                break;
            }
            ready.text.draw(range, 0, x, end, y, buf);
            y += 1;
        }
        y
    }

    fn paint_rule(
        &self,
        text: &str,
        loss: bool,
        source: Option<usize>,
        area: Rect,
        buf: &mut Buffer,
        look: &Look<'_>,
    ) {
        let rule = if look.ascii { "-" } else { "─" };
        let mark = if source.is_none() { look.theme.marked } else { look.theme.dim };
        let style = if loss { look.theme.warn } else { mark };
        let mut line = StyledLine::new(&format!(" {} ", rule.repeat(2)), style);
        if let Some(source) = source.filter(|_| self.tails.len() > 1) {
            let name = self.tails.get(source).map_or("", |tail| &tail.name);
            line.push(&format!("{name} "), Self::colour(source, look));
        }
        line.push(text, style);
        line.push(" ", style);
        let x = line.draw_row(0, area.x, area.right(), area.y, buf);
        let room = usize::from(area.right().saturating_sub(x + 1));
        buf.set_stringn(x, area.y, rule.repeat(room), room, style);
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

    /// Makes a line ready: about `columns` of its text.
    fn ready(&self, line: &Line<'_>, raw: &str, columns: usize, look: &Look<'_>) -> Ready {
        let limit = columns.saturating_mul(4).clamp(1024, MAX_STYLED_BYTES);
        let (mut text, cut) = ansi::styled(raw, look.theme.text, limit);
        if let Some(level) = line.level
            && let Some(range) = level_word(text.text(), level)
        {
            text.patch(range, look.theme.level(level));
        }
        if let Some(search) = self.buffer.search() {
            let found: Vec<_> = search.ranges(text.text()).collect();
            for range in found {
                text.patch(range, look.theme.matched.add_modifier(Modifier::REVERSED));
            }
        }
        Ready {
            before: self.before(line, look),
            text,
            // The note that the line goes on is drawn only where its styled end can be reached.
            cut: (cut && limit == MAX_STYLED_BYTES).then_some(raw.len()),
        }
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

/// Says at the end of a row how long the line is that does not show whole.
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
