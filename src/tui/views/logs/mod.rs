//! The live tail of one resource or of several, merged by time.
//!
//! Lines go into the `tape` as they come and cost nothing more until they are on the page: only visible lines are
//! sanitised, coloured and measured.

mod draw;
mod head;
mod keys;
mod level;
mod source;
mod tape;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use crossterm::event::Event as TerminalEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use self::source::{Link, Rate, Source};
use self::tape::{Entry, Key, Tape, What};
use crate::fleet::TailId;
use crate::model::{LogEvent, LogStart, ResourceId, Timestamp, age};
use crate::tui::widgets::ansi;
use crate::tui::widgets::pager::Pager;
use crate::tui::widgets::pattern::Pattern;
use crate::tui::widgets::prompt::Prompt;
use crate::tui::{Effect, Intent, Look, Place, View};

/// Bytes of lines kept for each source.
const KEPT: usize = 32 << 20;
/// A line is searched and filtered by this many bytes of its text.
const SEARCHED: usize = 64 * 1024;
/// While only lines arrive, frames come at most this often.
const FRAME: Duration = Duration::from_millis(33);

/// Which times are shown before the lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Times {
    Off,
    Clock,
    Full,
}

/// What is being typed.
#[derive(Debug)]
enum Typing {
    /// A search, and where the reader was before: the cursor, `None` while following.
    Search(Prompt, Option<Key>),
    /// A filter.
    Filter(Prompt),
}

/// Lines that match are kept, or dropped.
#[derive(Debug, Clone)]
struct Filter {
    pattern: Pattern,
    keep: bool,
}

/// Which lines show.
#[derive(Debug, Clone, Default)]
struct Sieve {
    filters: Vec<Filter>,
    /// Only lines after this moment, and the word for it: `15m`.
    since: Option<(Timestamp, &'static str)>,
}

impl Sieve {
    fn is_open(&self) -> bool {
        self.filters.is_empty() && self.since.is_none()
    }

    /// Whether an entry shows. Rules always do, but for those from before the time chosen.
    fn passes(&self, at: Timestamp, text: Option<&str>) -> bool {
        if self.since.is_some_and(|(since, _)| at < since) {
            return false;
        }
        let Some(text) = text.filter(|_| !self.filters.is_empty()) else {
            return true;
        };
        let text = ansi::plain_to(text, SEARCHED);
        self.filters
            .iter()
            .all(|filter| filter.pattern.is_match(&text) == filter.keep)
    }
}

fn entry_passes(sieve: &Sieve, entry: &Entry) -> bool {
    match &entry.what {
        What::Line { text, .. } => sieve.passes(entry.key.order, Some(text)),
        What::Rule { .. } => sieve.passes(entry.key.order, None),
    }
}

/// The live tail of one or several resources.
pub struct LogView {
    sources: Vec<Source>,
    tape: Tape,
    sieve: Sieve,
    rate: Rate,
    /// The line under the cursor; `None` while following the end.
    cursor: Option<Key>,
    /// The first line on the page, where the reader is not at the end.
    top: Option<Key>,
    /// The last line there was when the reader left the end.
    left_at: Option<Key>,
    pager: Pager,
    wrap: bool,
    times: Times,
    marks: BTreeSet<Key>,
    search: Option<Pattern>,
    typing: Option<Typing>,
    screen_cursor: Option<Position>,
    dirty: bool,
    counting: bool,
    /// Columns of the widest line on the page, as of the last draw.
    widest: usize,
    clock: fn() -> Timestamp,
}

impl LogView {
    /// A view of these resources, each with the name a person knows it by. [`View::open`] asks for the tails.
    pub fn new(sources: Vec<(ResourceId, String)>) -> Self {
        Self::bounded(sources, KEPT, Timestamp::now)
    }

    fn bounded(sources: Vec<(ResourceId, String)>, kept: usize, clock: fn() -> Timestamp) -> Self {
        let now = clock();
        let sources: Vec<Source> = sources
            .into_iter()
            .map(|(id, name)| Source::new(id, name, now))
            .collect();
        Self {
            tape: Tape::new(sources.len(), kept),
            sources,
            sieve: Sieve::default(),
            rate: Rate::default(),
            cursor: None,
            top: None,
            left_at: None,
            pager: Pager::default(),
            wrap: false,
            times: Times::Off,
            marks: BTreeSet::new(),
            search: None,
            typing: None,
            screen_cursor: None,
            dirty: true,
            counting: true,
            widest: 0,
            clock,
        }
    }

    fn rule(&mut self, source: usize, text: String, loss: bool) {
        let text: Arc<str> = text.into();
        // Beside the last line of its source: the platform's clock and ours may differ.
        let at = self.tape.last(source).unwrap_or_else(self.clock);
        let passes = self.sieve.passes(at, None);
        self.tape.push(source, at, What::Rule { text, loss }, passes);
        self.tape.settle();
    }

    fn hear(&mut self, source: usize, event: LogEvent) {
        let now = (self.clock)();
        let clock = || now.clock().chars().take(8).collect::<String>();
        match event {
            LogEvent::Lines(lines) => {
                let lines = self.sources[source].fresh(lines);
                self.rate.count(lines.len(), now);
                for line in lines {
                    let passes = self.sieve.is_open() || self.sieve.passes(line.at, Some(&line.text));
                    let what = What::Line {
                        text: line.text,
                        at: line.at,
                        exact: line.exact,
                    };
                    self.tape.push(source, line.at, what, passes);
                }
                self.tape.settle();
                if let Link::Opening(_) = self.sources[source].link {
                    self.sources[source].link = Link::Live(now);
                }
            }
            LogEvent::Connected { replayed } => {
                if let Some(since) = self.sources[source].connected(replayed, now) {
                    let away = age(now.since(since));
                    let missing = if replayed {
                        ""
                    } else {
                        ", lines of that time may be missing"
                    };
                    self.rule(
                        source,
                        format!("reconnected {} after {away}{missing}", clock()),
                        !replayed,
                    );
                }
            }
            LogEvent::Skipped { lines, why } => {
                let count = match lines {
                    Some(1) => "1 line skipped".to_owned(),
                    Some(lines) => format!("{} lines skipped", grouped(lines)),
                    None => "lines skipped".to_owned(),
                };
                self.rule(
                    source,
                    format!("{count} {}: {}", clock(), ansi::plain(&why)),
                    true,
                );
            }
            LogEvent::Interrupted(problem) => {
                let since = if let Link::Interrupted(_, since) = &self.sources[source].link {
                    *since
                } else {
                    let text = format!("interrupted {}: {}", clock(), ansi::plain(&problem.message));
                    self.rule(source, text, false);
                    now
                };
                self.sources[source].link = Link::Interrupted(problem, since);
            }
        }
    }

    /// Whether the end is followed.
    fn follows(&self) -> bool {
        self.cursor.is_none()
    }

    fn sift(&mut self) {
        let sieve = &self.sieve;
        let passes = (!sieve.is_open()).then_some(|entry: &Entry| entry_passes(sieve, entry));
        self.tape.filter(passes);
    }

    /// Takes the reader's place from the keys into positions.
    fn locate(&mut self) {
        let last = self.tape.shown().len().saturating_sub(1);
        self.pager.cursor = self.cursor.map_or(last, |key| self.tape.position(key));
        self.pager.top = match (self.cursor, self.top) {
            (Some(_), Some(key)) => self.tape.position(key),
            _ => self.pager.cursor,
        };
    }

    /// Keeps the reader's place by key, so that it holds while lines come and go.
    fn remember(&mut self) {
        let shown = self.tape.shown();
        self.top = shown.get(self.pager.top).map(|entry| entry.key);
        if self.cursor.is_some() {
            self.cursor = shown.get(self.pager.cursor).map(|entry| entry.key);
        }
    }
}

/// A number with its thousands set apart: `12,345`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

impl View for LogView {
    fn open(&mut self) -> Vec<Effect> {
        self.sources
            .iter()
            .map(|source| Effect::OpenTail(source.id.clone(), LogStart::Backlog))
            .collect()
    }

    fn place(&self) -> Place {
        Place::Logs
    }

    fn title(&self) -> String {
        let names: Vec<&str> = self.sources.iter().map(|source| source.name.as_str()).collect();
        match names.as_slice() {
            [first, second, _, ..] => format!("{first}, {second} +{}", names.len() - 2),
            few => few.join(", "),
        }
    }

    fn subject(&self) -> Option<&ResourceId> {
        self.sources.first().map(|source| &source.id)
    }

    fn hints(&self) -> Vec<(Intent, &'static str)> {
        self.offers()
    }

    fn apply(&mut self, intent: Intent, count: Option<u32>) -> Vec<Effect> {
        self.dirty = true;
        self.answer(intent, count)
    }

    fn typing(&self) -> bool {
        self.typing.is_some()
    }

    fn type_event(&mut self, event: &TerminalEvent) -> Vec<Effect> {
        self.dirty = true;
        self.type_text(event);
        Vec::new()
    }

    fn tail_opened(&mut self, id: &ResourceId, tail: TailId) {
        self.dirty = true;
        let now = (self.clock)();
        if let Some(source) = self
            .sources
            .iter_mut()
            .find(|source| source.id == *id && source.tail.is_none())
        {
            source.tail = Some(tail);
            source.link = Link::Opening(now);
        }
    }

    fn log(&mut self, tail: TailId, event: Option<LogEvent>) {
        let Some(source) = self.sources.iter().position(|source| source.tail == Some(tail)) else {
            return;
        };
        self.dirty = true;
        if let Some(event) = event {
            self.hear(source, event);
            return;
        }
        let problem = match &self.sources[source].link {
            Link::Interrupted(problem, _) => Some(problem.clone()),
            _ => None,
        };
        let clock: String = (self.clock)().clock().chars().take(8).collect();
        self.sources[source].tail = None;
        self.sources[source].link = Link::Ended(problem);
        self.rule(source, format!("ended {clock}"), false);
    }

    fn is_dirty(&self) -> bool {
        self.dirty
    }

    fn patience(&self) -> Duration {
        FRAME
    }

    fn redraw_in(&self) -> Option<Duration> {
        self.counting.then_some(Duration::from_secs(1))
    }

    fn draw(&mut self, area: Rect, buf: &mut Buffer, look: &Look<'_>) {
        self.counting = self.rate.is_moving(look.now)
            || self
                .sources
                .iter()
                .any(|source| matches!(source.link, Link::Opening(_) | Link::Interrupted(..)));
        self.paint(area, buf, look);
        self.dirty = false;
    }

    fn cursor(&self) -> Option<Position> {
        self.screen_cursor
    }

    fn close(&mut self) -> Vec<Effect> {
        self.sources
            .iter_mut()
            .filter_map(|source| source.tail.take())
            .map(Effect::CloseTail)
            .collect()
    }
}
