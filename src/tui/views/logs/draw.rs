//! Drawing the lines on the page of a log view; what stands around them is in `head`.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use unicode_width::UnicodeWidthStr;

use super::level::level;
use super::tape::{Entry, What};
use super::{LogView, Times, Typing};
use crate::model::{Bytes, LogLevel, Timestamp};
use crate::tui::Look;
use crate::tui::widgets::ansi;
use crate::tui::widgets::line::StyledLine;

/// The widest name before a line.
const WIDEST_NAME: usize = 12;
/// A line is styled no further than this many bytes of its text.
const LONGEST: usize = 64 * 1024;

/// A line of the tape, ready to be drawn.
struct Ready {
    /// What stands before the text: time and name.
    before: StyledLine,
    text: StyledLine,
    level: Option<LogLevel>,
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
            let foot = Rect {
                y: body.bottom() - 1,
                height: 1,
                ..body
            };
            let note = match &self.typing {
                Some(Typing::Filter(_)) => "keep lines that match, ! drops them",
                _ => "",
            };
            self.screen_cursor = Some(prompt.draw(foot, note, buf, look));
            body.height -= 1;
        }
        if body.height > 4 {
            body = self.paint_state(body, buf, look);
        }
        if body.height > 4 && !self.sieve.is_open() {
            body = self.paint_filters(body, buf, look);
        }
        if self.tape.shown().is_empty() {
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
            let Some(entry) = self.tape.shown().get(at) else {
                return 1;
            };
            let mark = usize::from(self.marks.contains(&entry.key));
            match &entry.what {
                What::Line { text, .. } if self.wrap && text.len() > widest => {
                    let ready = self.ready(entry, widest * page, look);
                    ready
                        .text
                        .rows(widest, 0)
                        .len()
                        .min(page.saturating_sub(mark).max(1))
                        + mark
                }
                _ => 1 + mark,
            }
        };
        pager.settle(self.tape.shown().len(), page, height);
        self.widest = 0;
        let mut y = area.y;
        let mut at = pager.top;
        while y < area.bottom() {
            let Some(entry) = self.tape.shown().get(at) else {
                break;
            };
            let under = !self.follows() && at == pager.cursor;
            let (next, width) = self.paint_entry(
                entry,
                under,
                pager.left,
                Rect {
                    y,
                    height: area.bottom() - y,
                    ..area
                },
                buf,
                look,
            );
            self.widest = self.widest.max(width);
            y = next;
            at += 1;
        }
        self.pager = pager;
        self.remember();
    }

    /// Columns of the text of a line: those of the page without the level's bar, the time and the name.
    fn page_width(&self, width: usize, look: &Look<'_>) -> usize {
        let before = self
            .tape
            .shown()
            .back()
            .map_or(0, |entry| self.before(entry, look).width());
        width.saturating_sub(before + 2).max(2)
    }

    /// Draws an entry from the first row of `area` on. Returns the row after it and the width of its text.
    fn paint_entry(
        &self,
        entry: &Entry,
        under: bool,
        left: usize,
        area: Rect,
        buf: &mut Buffer,
        look: &Look<'_>,
    ) -> (u16, usize) {
        let end = area.right();
        let mut y = area.y;
        let mut width = 0;
        match &entry.what {
            What::Rule { text, loss } => {
                self.paint_rule(
                    text,
                    *loss,
                    Some(entry.source),
                    Rect { height: 1, ..area },
                    buf,
                    look,
                );
                y += 1;
            }
            What::Line { .. } => {
                let columns = usize::from(area.width);
                let rows = usize::from(area.height);
                let limit = if self.wrap { columns * rows } else { left + columns };
                let ready = self.ready(entry, limit, look);
                width = ready.text.width();
                Self::paint_level(ready.level, area, buf, look);
                let x = ready.before.draw_row(0, area.x + 1, end, y, buf);
                if self.wrap {
                    let room = usize::from(end.saturating_sub(x + 1)).max(2);
                    for range in ready.text.rows(room, 0) {
                        if y >= area.bottom() {
                            break;
                        }
                        ready.text.draw(range, 0, x, end, y, buf);
                        y += 1;
                    }
                } else {
                    ready.text.draw_row(left, x, end, y, buf);
                    y += 1;
                }
                if let Some(bytes) = ready.cut {
                    note_cut(
                        bytes,
                        Rect {
                            y: y - 1,
                            height: 1,
                            ..area
                        },
                        buf,
                        look,
                    );
                }
            }
        }
        if under {
            let rows = Rect {
                height: y - area.y,
                ..area
            };
            buf.set_style(rows, look.theme.selected);
        }
        if self.marks.contains(&entry.key) && y < area.bottom() {
            let text = format!("marked {}", clock(entry.key.order));
            self.paint_rule(&text, false, None, Rect { y, height: 1, ..area }, buf, look);
            y += 1;
        }
        (y, width)
    }

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
        let mark = if source.is_none() {
            look.theme.marked
        } else {
            look.theme.dim
        };
        let style = if loss { look.theme.warn } else { mark };
        let mut line = StyledLine::new(&format!(" {} ", rule.repeat(2)), style);
        if let Some(source) = source.filter(|_| self.sources.len() > 1) {
            let name = self.sources.get(source).map_or("", |source| &source.name);
            line.push(&format!("{} ", ansi::plain(name)), Self::colour(source, look));
        }
        line.push(text, style);
        line.push(" ", style);
        let x = line.draw_row(0, area.x, area.right(), area.y, buf);
        let room = usize::from(area.right().saturating_sub(x + 1));
        buf.set_stringn(x, area.y, rule.repeat(room), room, style);
    }

    /// The time and the name before a line.
    fn before(&self, entry: &Entry, look: &Look<'_>) -> StyledLine {
        let mut before = StyledLine::default();
        if let What::Line { at, exact, .. } = &entry.what {
            let time = match self.times {
                Times::Off => None,
                Times::Clock => Some(at.clock()),
                Times::Full => Some(at.local()),
            };
            if let Some(time) = time {
                // A time that is not the platform's own but ours, when the line came, is told apart.
                let sure = if *exact { " " } else { "~" };
                before.push(&format!("{sure}{time} "), look.theme.dim);
            }
        }
        if self.sources.len() > 1 {
            let width = self
                .sources
                .iter()
                .map(|source| source.name.width())
                .max()
                .unwrap_or(0)
                .min(WIDEST_NAME);
            let name = self.sources.get(entry.source).map_or("", |source| &source.name);
            let mut short = ansi::plain(name);
            while short.width() > width {
                short.pop();
            }
            let gap = " ".repeat(width - short.width());
            let bar = if look.ascii { "|" } else { "│" };
            before.push(&short, Self::colour(entry.source, look));
            before.push(&format!("{gap} {bar} "), look.theme.dim);
        }
        before
    }

    /// Makes a line ready: about `columns` of its text.
    fn ready(&self, entry: &Entry, columns: usize, look: &Look<'_>) -> Ready {
        let raw = match &entry.what {
            What::Line { text, .. } | What::Rule { text, .. } => text,
        };
        let limit = columns.saturating_mul(4).clamp(1024, LONGEST);
        let (mut text, cut) = ansi::styled(raw, look.theme.text, limit);
        let level = level(text.text());
        if let Some((level, range)) = &level {
            text.patch(range.clone(), look.theme.level(*level));
        }
        if let Some(search) = &self.search {
            let found: Vec<_> = search.find(text.text()).collect();
            for range in found {
                text.patch(range, look.theme.matched.add_modifier(Modifier::REVERSED));
            }
        }
        Ready {
            before: self.before(entry, look),
            text,
            level: level.map(|(level, _)| level),
            // Only where the end of what is styled can be reached is it said that the line goes on.
            cut: (cut && limit == LONGEST).then_some(raw.len()),
        }
    }

    /// The colour by which a source is known.
    pub(super) fn colour(source: usize, look: &Look<'_>) -> Style {
        let theme = look.theme;
        let colours = [
            theme.accent,
            theme.chart_second,
            theme.moving,
            theme.good,
            theme.key,
            theme.chart,
        ];
        colours[source % colours.len()]
    }
}

/// Says at the end of a row how long the line is that does not show whole.
fn note_cut(bytes: usize, area: Rect, buf: &mut Buffer, look: &Look<'_>) {
    let note = format!(" line of {}, shown in part ", Bytes(bytes as u64));
    let width = u16::try_from(note.width()).unwrap_or(u16::MAX);
    if area.width > width {
        buf.set_stringn(
            area.right() - width,
            area.y,
            note,
            usize::from(width),
            look.theme.warn,
        );
    }
}

/// `HH:MM:SS` of the machine's zone.
pub(super) fn clock(at: Timestamp) -> String {
    at.clock().chars().take(8).collect()
}
