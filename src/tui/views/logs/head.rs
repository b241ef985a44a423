//! What stands around the lines: the frame, how the sources fare, the filters, and why there is nothing yet.

use ratatui::buffer::Buffer;
use ratatui::layout::{Alignment, Rect};
use ratatui::style::Style;
use ratatui::symbols::border;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Widget};
use unicode_width::UnicodeWidthStr;

use super::draw::clock;
use super::source::{Link, Source};
use super::{LogView, grouped};
use crate::model::{Bytes, age};
use crate::tui::widgets::ansi;
use crate::tui::widgets::line::StyledLine;
use crate::tui::{Look, View as _};

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

impl LogView {
    pub(super) fn frame(&self, area: Rect, buf: &mut Buffer, look: &Look<'_>) -> Rect {
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
        let name = self.title();
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
    pub(super) fn paint_state(&self, area: Rect, buf: &mut Buffer, look: &Look<'_>) -> Rect {
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
    pub(super) fn paint_filters(&self, area: Rect, buf: &mut Buffer, look: &Look<'_>) -> Rect {
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

    pub(super) fn paint_empty(&self, area: Rect, buf: &mut Buffer, look: &Look<'_>) {
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
}

/// A source's mark, word and style.
fn told(source: &Source, look: &Look<'_>) -> (&'static str, String, Style) {
    let theme = look.theme;
    let mark = |shape, plain| if look.ascii { plain } else { shape };
    match &source.link {
        Link::Opening(_) => (mark("◌", "o"), "connecting".to_owned(), theme.moving),
        Link::Live(_) => (mark("●", "*"), "live".to_owned(), theme.good),
        Link::Interrupted(problem, since) => {
            let away = age(look.now.since(*since));
            let word = format!("{} {away}, reconnecting", problem.kind.word());
            (mark("◐", "~"), word, theme.warn)
        }
        Link::Ended(None) => (mark("○", "-"), "ended".to_owned(), theme.off),
        Link::Ended(Some(problem)) => (
            mark("✗", "x"),
            format!("ended, {}", problem.kind.word()),
            theme.bad,
        ),
    }
}

/// Why a source shows no line, and what happens next.
fn nothing_yet(source: &Source, look: &Look<'_>) -> Vec<(String, Style)> {
    let theme = look.theme;
    let name = ansi::plain(&source.name);
    match &source.link {
        Link::Opening(since) => {
            let waited = look.now.since(*since).as_secs();
            let waited = if waited > 0 {
                format!(", {waited} s")
            } else {
                String::new()
            };
            vec![(format!("{name}: connecting{waited}"), theme.moving)]
        }
        Link::Live(since) => vec![(
            format!("{name}: connected, nothing printed yet (since {})", clock(*since)),
            theme.dim,
        )],
        Link::Interrupted(problem, _) => {
            let mut lines = vec![(format!("{name}: {}", ansi::plain(&problem.message)), theme.warn)];
            lines.extend(problem.hint.as_ref().map(|hint| (ansi::plain(hint), theme.dim)));
            lines.push(("It connects again by itself.".to_owned(), theme.dim));
            lines
        }
        Link::Ended(problem) => {
            let Some(problem) = problem else {
                return vec![(format!("{name}: ended without a line"), theme.off)];
            };
            let mut lines = vec![(format!("{name}: {}", ansi::plain(&problem.message)), theme.bad)];
            lines.extend(problem.hint.as_ref().map(|hint| (ansi::plain(hint), theme.dim)));
            lines
        }
    }
}
