//! Drawing a log view: its frame, how its sources fare, the filters, and the lines on the page.

use ratatui::buffer::Buffer;
use ratatui::layout::{Alignment, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::symbols::border;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Widget};
use unicode_width::UnicodeWidthStr;

use super::level::level;
use super::source::Link;
use super::tape::{Entry, What};
use super::told::{nothing_yet, told};
use super::{LogView, Times, Typing, grouped};
use crate::model::{Bytes, LogLevel, Timestamp};
use crate::tui::Look;
use crate::tui::widgets::ansi;
use crate::tui::widgets::line::StyledLine;

/// The widest name before a line.
const WIDEST_NAME: usize = 12;
/// A line is styled no further than this many bytes of its text.
const LONGEST: usize = 64 * 1024;

const ASCII_BORDER: border::Set<'static> = border::Set {
    top_left: "+",
    top_right: "+",
    bottom_left: "+",
    bottom_right: "+",
    vertical_left: "|",
    vertical_right: "|",
    horizontal_top: "-",
    horizontal_bottom: "-",
};

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

    fn frame(&self, area: Rect, buf: &mut Buffer, look: &Look<'_>) -> Rect {
        let theme = look.theme;
        let (dot, pause) = if look.ascii { ("*", "=") } else { ("●", "‖") };
        let follow = match (self.follows(), self.unread()) {
            (true, _) => Span::styled(format!(" {dot} following "), theme.good),
            (false, 0) => Span::styled(format!(" {pause} paused "), theme.warn),
            (false, new) => {
                let new = grouped(new as u64);
                Span::styled(
                    format!(" {pause} paused, {new} new below, End follows "),
                    theme.warn,
                )
            }
        };
        let mut foot = Vec::new();
        if let Some(search) = self.search.as_ref().filter(|_| self.typing.is_none()) {
            foot.push(Span::styled(format!(" /{} ", search.text()), theme.matched));
        }
        if self.wrap {
            foot.push(Span::styled(" wrap ", theme.dim));
        } else if self.pager.left > 0 {
            foot.push(Span::styled(
                format!(" from column {} ", self.pager.left + 1),
                theme.dim,
            ));
        }
        if !self.follows() {
            let all = self.tape.shown().len();
            let at = self.cursor.map_or(all, |key| self.tape.position(key) + 1);
            foot.push(Span::styled(
                format!(" {}/{} ", grouped(at as u64), grouped(all as u64)),
                theme.dim,
            ));
        }
        let name = {
            use crate::tui::View as _;
            self.title()
        };
        let title = vec![
            Span::styled(" logs ", theme.dim),
            Span::styled(format!("{name} "), theme.title),
        ];
        let block = Block::bordered()
            .border_style(theme.border)
            .title(Line::from(title))
            .title(Line::from(follow).alignment(Alignment::Right))
            .title_bottom(Line::from(foot).alignment(Alignment::Right));
        let block = if look.ascii {
            block.border_set(ASCII_BORDER)
        } else {
            block
        };
        let inner = block.inner(area);
        block.render(area, buf);
        inner
    }

    /// One row: how each source fares, and how much has come. Returns the area below it.
    fn paint_state(&self, area: Rect, buf: &mut Buffer, look: &Look<'_>) -> Rect {
        let theme = look.theme;
        let mut counts = format!(
            "{} lines  {}/s  {} of {} ",
            grouped(self.tape.lines as u64),
            grouped(self.rate.per_second(look.now)),
            Bytes(self.tape.bytes() as u64),
            Bytes(self.tape.room() as u64),
        );
        let received: u64 = self.sources.iter().map(|source| source.received).sum();
        if self.tape.let_go > 0 {
            counts = format!(
                "kept {} of {}  {}/s  {} ",
                grouped(self.tape.lines as u64),
                grouped(received),
                grouped(self.rate.per_second(look.now)),
                Bytes(self.tape.room() as u64),
            );
        }
        let counts_width = u16::try_from(counts.width()).unwrap_or(u16::MAX);
        let mut end = area.right();
        if area.width > counts_width.saturating_add(20) {
            end -= counts_width;
            buf.set_stringn(end, area.y, counts, usize::from(counts_width), theme.dim);
        }
        let mut x = area.x;
        for (at, source) in self.sources.iter().enumerate() {
            let (mark, word, style) = told(source, look);
            let room = |x: u16| usize::from(end.saturating_sub(x).saturating_sub(1));
            (x, _) = buf.set_stringn(x, area.y, format!(" {mark} "), room(x), style);
            if self.sources.len() > 1 {
                (x, _) = buf.set_stringn(x, area.y, &source.name, room(x), Self::colour(at, look));
                if matches!(source.link, Link::Live(_)) {
                    continue;
                }
                (x, _) = buf.set_stringn(x, area.y, " ", room(x), theme.dim);
            }
            (x, _) = buf.set_stringn(x, area.y, word, room(x), style);
        }
        Rect {
            y: area.y + 1,
            height: area.height - 1,
            ..area
        }
    }

    /// One row: the filters as chips, and how much they hide. Returns the area below it.
    fn paint_filters(&self, area: Rect, buf: &mut Buffer, look: &Look<'_>) -> Rect {
        let theme = look.theme;
        let mut line = StyledLine::new(" ", theme.dim);
        if let Some((_, word)) = self.sieve.since {
            line.push(&format!("since {word}"), theme.key);
            line.push("  ", theme.dim);
        }
        for filter in &self.sieve.filters {
            line.push(if filter.keep { "keep " } else { "drop " }, theme.dim);
            line.push(
                filter.pattern.text(),
                if filter.keep { theme.good } else { theme.bad },
            );
            line.push("  ", theme.dim);
        }
        line.push(
            &format!("{} hidden", grouped(self.tape.hidden() as u64)),
            theme.dim,
        );
        line.draw_row(0, area.x, area.right(), area.y, buf);
        Rect {
            y: area.y + 1,
            height: area.height - 1,
            ..area
        }
    }

    fn paint_empty(&self, area: Rect, buf: &mut Buffer, look: &Look<'_>) {
        let mut lines: Vec<(String, Style)> = Vec::new();
        if self.tape.hidden() > 0 {
            let hidden = grouped(self.tape.hidden() as u64);
            lines.push((
                format!("All {hidden} lines are hidden by the filters; Esc takes them away."),
                look.theme.warn,
            ));
        } else {
            for source in &self.sources {
                lines.extend(nothing_yet(source, look));
            }
        }
        let first = area.y + (area.height / 3);
        for (y, (text, style)) in (first..area.bottom()).zip(lines) {
            let line = Line::from(Span::styled(text, style)).centered();
            line.render(Rect { y, height: 1, ..area }, buf);
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
    fn colour(source: usize, look: &Look<'_>) -> Style {
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
