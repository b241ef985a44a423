//! The frame around the lines, the status of the sources, the filters, and the reason for an empty log.

use ratatui::buffer::Buffer;
use ratatui::layout::{Alignment, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Paragraph, Widget, Wrap};
use unicode_width::UnicodeWidthStr;

use super::draw::clock;
use super::{LogView, Tail, counted};
use crate::fleet::logs::SourceState;
use crate::model::{Bytes, Problem, age};
use crate::tui::Look;
use crate::tui::widgets::ansi;
use crate::tui::widgets::frame::border_set;
use crate::tui::widgets::line::StyledLine;
use crate::tui::widgets::number::grouped;

/// Below this width the title has the state and no key.
const SHORT_TITLE_BELOW: u16 = 50;

impl LogView {
    pub(super) fn frame(&self, area: Rect, buf: &mut Buffer, look: &Look<'_>) -> Rect {
        let theme = look.theme;
        let (dot, pause) = if look.ascii { ("*", "=") } else { ("●", "‖") };
        let follow = match (self.follows(), self.unread()) {
            (true, _) => Span::styled(format!(" {dot} following "), theme.good),
            (false, 0) => Span::styled(format!(" {pause} paused "), theme.warn),
            (false, new) => {
                let how = if area.width < SHORT_TITLE_BELOW { "" } else { " below, End follows" };
                Span::styled(format!(" {pause} paused, {} new{how} ", grouped(new)), theme.warn)
            }
        };
        let mut foot = Vec::new();
        if let Some(search) = self.buffer.search().filter(|_| self.typing.is_none()) {
            let text = ansi::plain(search.typed());
            foot.push(Span::styled(format!(" /{text} {} ", self.found()), theme.matched));
        }
        if self.wrap {
            foot.push(Span::styled(" wrap ", theme.dim));
        } else if self.place.left > 0 {
            foot.push(Span::styled(format!(" from column {} ", self.place.left + 1), theme.dim));
        }
        let all = self.total();
        if !self.follows() && all > 0 {
            let at = self.place.cursor.map_or(all, |key| self.position(key) + 1).min(all);
            foot.push(Span::styled(format!(" {}/{} ", grouped(at), grouped(all)), theme.dim));
        }
        let name = self.title();
        let title = vec![Span::styled(" logs ", theme.dim), Span::styled(format!("{name} "), theme.title)];
        let block = Block::bordered()
            .border_set(border_set(look))
            .border_style(theme.border)
            .title(Line::from(title))
            .title(Line::from(follow).alignment(Alignment::Right))
            .title_bottom(Line::from(foot).alignment(Alignment::Right));
        let inner = block.inner(area);
        block.render(area, buf);
        inner
    }

    /// One row: the status of each source, and the count of lines. Returns the area below it.
    pub(super) fn paint_state(&self, area: Rect, buf: &mut Buffer, look: &Look<'_>) -> Rect {
        let theme = look.theme;
        let counts = self.buffer.counts();
        let per_second = grouped(self.rate.per_second(look.now));
        let room = Bytes((self.kept as u64).saturating_mul(self.tails.len() as u64));
        let counts = if counts.evicted > 0 {
            let received = grouped(counts.received);
            format!("kept {} of {received}  {per_second}/s  {room} ", grouped(counts.held))
        } else {
            let bytes = Bytes(counts.bytes as u64);
            format!("{}  {per_second}/s  {bytes} of {room} ", counted(counts.held, "line"))
        };
        let counts_width = u16::try_from(counts.width()).unwrap_or(u16::MAX);
        let mut end = area.right();
        if area.width > counts_width.saturating_add(20) {
            end -= counts_width;
            buf.set_stringn(end, area.y, counts, usize::from(counts_width), theme.dim);
        }
        let mut x = area.x;
        for (at, (tail, state)) in self.states().enumerate() {
            let (mark, word, style) = status_label(tail, state, look);
            let room = |x: u16| usize::from(end.saturating_sub(x).saturating_sub(1));
            (x, _) = buf.set_stringn(x, area.y, format!(" {mark} "), room(x), style);
            if self.tails.len() > 1 {
                (x, _) = buf.set_stringn(x, area.y, &tail.name, room(x), Self::colour(at, look));
                if *state == SourceState::Live && !tail.opening {
                    continue;
                }
                (x, _) = buf.set_stringn(x, area.y, " ", room(x), theme.dim);
            }
            (x, _) = buf.set_stringn(x, area.y, word, room(x), style);
        }
        Rect { y: area.y + 1, height: area.height - 1, ..area }
    }

    /// One row: the filters as chips, and the number of lines they hide. Returns the area below it.
    pub(super) fn paint_filters(&self, area: Rect, buf: &mut Buffer, look: &Look<'_>) -> Rect {
        let theme = look.theme;
        let mut line = StyledLine::new(" ", theme.dim);
        if let Some((_, word)) = self.since {
            line.push(&format!("since {word}"), theme.key);
            line.push("  ", theme.dim);
        }
        let sieve = self.buffer.sieve();
        let kept = sieve.keep.iter().map(|pattern| ("keep ", pattern, theme.good));
        let dropped = sieve.drop.iter().map(|pattern| ("drop ", pattern, theme.bad));
        for (word, pattern, style) in kept.chain(dropped) {
            line.push(word, theme.dim);
            line.push(&ansi::plain(pattern.typed()), style);
            line.push("  ", theme.dim);
        }
        let more = if self.sifting { ", sifting" } else { "" };
        line.push(&format!("{} hidden{more}", grouped(self.hidden())), theme.dim);
        line.draw_row(0, area.x, area.right(), area.y, buf);
        Rect { y: area.y + 1, height: area.height - 1, ..area }
    }

    pub(super) fn paint_empty(&self, area: Rect, buf: &mut Buffer, look: &Look<'_>) {
        let mut lines: Vec<(String, Style)> = Vec::new();
        if self.hidden() > 0 {
            let text = match self.hidden() {
                1 => "The only line is hidden by the filters.".to_owned(),
                hidden => format!("All {} are hidden by the filters.", counted(hidden, "line")),
            };
            lines.push((text, look.theme.warn));
            lines.push(("Esc removes the filters.".to_owned(), look.theme.dim));
        } else {
            for (tail, state) in self.states() {
                lines.extend(nothing_yet(tail, state, look));
                lines.extend(idle(tail, look).map(|text| (text, look.theme.dim)));
            }
        }
        let lines: Vec<Line<'_>> = lines.into_iter().map(|(text, style)| Line::styled(text, style)).collect();
        let below = area.height / 3;
        let area = Rect { y: area.y + below, height: area.height - below, ..area };
        Paragraph::new(lines).centered().wrap(Wrap { trim: true }).render(area, buf);
    }

    /// The tails, each with its state.
    fn states(&self) -> impl Iterator<Item = (&Tail, &SourceState)> {
        let states = self.buffer.sources().map(|(_, _, state)| state);
        self.tails.iter().zip(states)
    }

    /// Returns true if a wait is counted on the screen.
    pub(super) fn is_waiting(&self) -> bool {
        self.states().any(|(tail, state)| tail.opening || matches!(state, SourceState::Interrupted(_)))
    }

    /// Lines that filters hide.
    fn hidden(&self) -> u64 {
        self.buffer.counts().held.saturating_sub(self.total() as u64)
    }

    /// The number of matches of the search.
    pub(super) fn found(&self) -> String {
        match (self.buffer.search().map(|_| self.buffer.hits()), self.sifting) {
            (None, _) => String::new(),
            (Some(0), false) => "no match".to_owned(),
            (Some(hits), false) => format!("{} found", grouped(hits)),
            (Some(hits), true) => format!("{}+ found", grouped(hits)),
        }
    }
}

/// A source's mark, word and style.
fn status_label(tail: &Tail, state: &SourceState, look: &Look<'_>) -> (&'static str, String, Style) {
    let theme = look.theme;
    let mark = |shape, plain| if look.ascii { plain } else { shape };
    match state {
        _ if tail.opening => (mark("◌", "o"), "connecting".to_owned(), theme.moving),
        SourceState::Waiting => (mark("◌", "o"), "connecting".to_owned(), theme.moving),
        SourceState::Live => (mark("●", "*"), "live".to_owned(), theme.good),
        SourceState::Interrupted(problem) => {
            let away = age(look.now.since(tail.since));
            let word = format!("{} {away}, reconnecting", problem.kind.word());
            (mark("◐", "~"), word, theme.warn)
        }
        SourceState::Finished | SourceState::Ended(None) => (mark("○", "-"), "ended".to_owned(), theme.off),
        SourceState::Ended(Some(problem)) => {
            (mark("✗", "x"), format!("ended, {}", problem.kind.word()), theme.bad)
        }
    }
}

/// Why a source may stay without lines: its instance does not run.
fn idle(tail: &Tail, look: &Look<'_>) -> Option<String> {
    let row = look.store.get(&tail.id)?;
    let state = row.state().filter(|state| state.lifecycle.is_down())?;
    Some(format!("{} is {}, and prints nothing until it runs.", tail.name, ansi::plain(&state.word())))
}

/// The reason why a source shows no line, and what happens next.
fn nothing_yet(tail: &Tail, state: &SourceState, look: &Look<'_>) -> Vec<(String, Style)> {
    let theme = look.theme;
    let name = &tail.name;
    let waited = look.now.since(tail.since).as_secs();
    let waited = if waited > 0 { format!(", {waited} s") } else { String::new() };
    let why = |problem: &Problem, style| {
        let mut lines = vec![(format!("{name}: {}", ansi::plain(&problem.message)), style)];
        lines.extend(problem.hint.as_ref().map(|hint| (ansi::plain(hint), theme.dim)));
        lines
    };
    match state {
        _ if tail.opening => vec![(format!("{name}: connecting{waited}"), theme.moving)],
        SourceState::Waiting => vec![(format!("{name}: connecting{waited}"), theme.moving)],
        SourceState::Live => {
            vec![(format!("{name}: connected, nothing printed yet (since {})", clock(tail.since)), theme.dim)]
        }
        SourceState::Interrupted(problem) => {
            let mut lines = why(problem, theme.warn);
            lines.push(("It reconnects automatically.".to_owned(), theme.dim));
            lines
        }
        SourceState::Finished => vec![
            (format!("{name}: ended without output"), theme.off),
            ("It is asked for again by itself, ever more rarely.".to_owned(), theme.dim),
        ],
        SourceState::Ended(None) => vec![(format!("{name}: ended without output"), theme.off)],
        SourceState::Ended(Some(problem)) => why(problem, theme.bad),
    }
}
