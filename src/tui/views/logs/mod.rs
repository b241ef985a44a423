//! The live tail of one resource or of several, merged by time.
//!
//! Lines go into the fleet's buffer as they come and cost nothing more until they are on the page: only visible lines
//! are sanitised, coloured and measured.

mod draw;
mod head;
mod keys;
mod laid;
mod notes;
mod rate;
mod reader;
#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::time::Duration;

use crossterm::event::Event as TerminalEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use self::laid::LaidLines;
use self::rate::Rate;
use self::reader::{Place, Shape};
use crate::fleet::logs::{Line, LogBuffer, Sieve, Source};
use crate::model::{Bytes, LogEvent, LogStart, ResourceId, Timestamp};
use crate::tui::app::App;
use crate::tui::command::LogCommand;
use crate::tui::effect::Work;
use crate::tui::layer::{Answer, Handled, Hint, Layer, Question, Ticket};
use crate::tui::widgets::ansi;
use crate::tui::widgets::number::grouped;
use crate::tui::widgets::pager::{Pager, wheel};
use crate::tui::widgets::prompt::Prompt;
use crate::tui::{Command, Effect, KeyContext, Look};

/// While only lines arrive, frames come at most this often.
const MIN_FRAME_INTERVAL: Duration = Duration::from_millis(33);
/// Lines that are sifted and searched a frame after a filter or a search changed: a few milliseconds of work.
const LINES_SIFTED_PER_FRAME: usize = 20_000;

/// The kind of times shown before the lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Times {
    Off,
    Clock,
    Full,
}

/// The prompt that is open.
#[derive(Debug)]
enum Typing {
    /// A search, and where the reader was before.
    Search(Prompt, Place),
    /// A filter.
    Filter(Prompt),
}

/// One tail, beside its state in the buffer.
struct Tail {
    id: ResourceId,
    name: String,
    source: Source,
    /// The question for its lines, while it is open.
    ticket: Option<Ticket>,
    /// Asked for, and nothing has come since.
    opening: bool,
    /// When its state last changed.
    since: Timestamp,
    /// The time of its latest line.
    latest: Option<Timestamp>,
}

impl Tail {
    /// Asks for its lines.
    fn ask(&mut self, start: LogStart) -> Effect {
        let ticket = Ticket::new();
        self.ticket = Some(ticket);
        self.opening = true;
        Work::Ask(ticket, Question::Tail(self.id.clone(), start)).into()
    }
}

/// Lines that come sooner after the link is up were there before.
const BACKLOG_WINDOW: Duration = Duration::from_secs(1);

/// The live tail of one or several resources.
#[expect(clippy::struct_excessive_bools, reason = "four facts that do not exclude one another")]
pub struct LogView {
    tails: Vec<Tail>,
    buffer: LogBuffer,
    /// Bytes of lines kept for each source.
    kept: usize,
    /// Only lines after this moment, and the word for it: `15m`.
    since: Option<(Timestamp, &'static str)>,
    rate: Rate,
    place: Place,
    /// The number of the last line there was when the reader left the end.
    left_at: Option<u64>,
    marks: BTreeSet<u64>,
    /// The error of the pattern being typed.
    misread: Option<String>,
    /// Lines are still being sifted or searched.
    sifting: bool,
    /// The place in positions, which hold until a line comes or goes.
    pager: Pager,
    shape: Shape,
    laid: RefCell<LaidLines>,
    wrap: bool,
    times: Times,
    typing: Option<Typing>,
    screen_cursor: Option<Position>,
    dirty: bool,
    counting: bool,
    clock: fn() -> Timestamp,
}

impl LogView {
    /// A view of these resources, each with its name, that keeps this much of each.
    /// [`Layer::open`] asks for the tails.
    pub fn new(sources: Vec<(ResourceId, String)>, kept: Bytes) -> Self {
        let kept = usize::try_from(kept.0).unwrap_or(usize::MAX);
        Self::bounded(sources, kept, Timestamp::now)
    }

    fn bounded(sources: Vec<(ResourceId, String)>, kept: usize, clock: fn() -> Timestamp) -> Self {
        let since = clock();
        let mut buffer = LogBuffer::new(kept);
        let tails = sources
            .into_iter()
            .map(|(id, name)| Tail {
                source: buffer.add_source(name.as_str()),
                id,
                name: ansi::plain(&name),
                ticket: None,
                opening: true,
                since,
                latest: None,
            })
            .collect();
        Self {
            tails,
            buffer,
            kept,
            since: None,
            rate: Rate::default(),
            place: Place::default(),
            left_at: None,
            marks: BTreeSet::new(),
            misread: None,
            sifting: false,
            pager: Pager::default(),
            shape: Shape::default(),
            laid: RefCell::default(),
            wrap: false,
            times: Times::Off,
            typing: None,
            screen_cursor: None,
            dirty: true,
            counting: true,
            clock,
        }
    }

    /// Takes news of a tail; `None` when it ended for good.
    fn take_news(&mut self, at: usize, event: Option<LogEvent>) {
        let now = (self.clock)();
        let Some(tail) = self.tails.get_mut(at) else {
            return;
        };
        let state = |buffer: &LogBuffer| {
            let mut states = buffer.sources();
            states.nth(at).map(|(_, _, state)| std::mem::discriminant(state))
        };
        let before = state(&self.buffer);
        if let Some(LogEvent::Lines(lines)) = &event {
            // The backlog is no measure of the rate of lines.
            if now.since(tail.since) >= BACKLOG_WINDOW {
                self.rate.count(lines.len(), now);
            }
            tail.latest = lines.last().map(|line| line.at).or(tail.latest);
        }
        if let Some(event) = event {
            self.buffer.push_at(tail.source, event, now);
        } else {
            tail.ticket = None;
            self.buffer.end(tail.source, now);
        }
        if tail.opening || state(&self.buffer) != before {
            tail.opening = false;
            tail.since = now;
        }
    }

    /// The names of its sources, for the border.
    fn title(&self) -> String {
        let names: Vec<&str> = self.tails.iter().map(|tail| tail.name.as_str()).collect();
        match names.as_slice() {
            [first, second, _, ..] => format!("{first}, {second} +{}", names.len() - 2),
            few => few.join(", "),
        }
    }

    /// Does what a key is bound to.
    fn apply(&mut self, command: Command, count: Option<u32>) -> Handled {
        self.dirty = true;
        LogCommand::of(command).map_or(Handled::Ignored, |command| self.act(command, count))
    }

    fn is_typing(&self) -> bool {
        self.typing.is_some()
    }

    /// A key or a paste while a search or a filter is typed.
    fn type_event(&mut self, event: &TerminalEvent) {
        self.dirty = true;
        self.type_text(event);
    }

    fn render(&mut self, area: Rect, buf: &mut Buffer, look: &Look<'_>) {
        if self.sifting {
            self.sifting = self.buffer.work(LINES_SIFTED_PER_FRAME);
        }
        self.counting = self.rate.is_moving(look.now) || self.is_waiting();
        self.paint(area, buf, look);
        self.dirty = self.sifting;
    }

    fn sift(&mut self, sieve: Sieve) {
        self.buffer.set_sieve(sieve);
        self.sifting = true;
    }

    /// The number of lines that pass the filters but are too old to be shown.
    fn base(&self) -> usize {
        self.since.map_or(0, |(since, _)| self.buffer.place_at(since)).min(self.buffer.len())
    }

    /// The number of lines and markers that show.
    fn total(&self) -> usize {
        self.buffer.len() - self.base()
    }

    /// The line at a place among those that show.
    fn line(&self, at: usize) -> Option<Line<'_>> {
        self.buffer.line(self.base() + at)
    }

    /// The number of the line at a place.
    fn number(&self, at: usize) -> Option<u64> {
        self.buffer.number(self.base() + at)
    }

    /// The number of the last line that shows.
    fn last(&self) -> Option<u64> {
        self.total().checked_sub(1).and_then(|last| self.number(last))
    }

    /// The place of a line, or of the next one where it does not show.
    fn position(&self, number: u64) -> usize {
        let place = self.buffer.place(number).saturating_sub(self.base());
        place.min(self.total().saturating_sub(1))
    }
}

/// A number of things: `1 line`, `12,345 lines`.
fn counted(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", grouped(number), if number == 1 { "" } else { "s" })
}

impl Layer for LogView {
    fn open(&mut self) -> Vec<Effect> {
        self.tails.iter_mut().map(|tail| tail.ask(LogStart::Backlog)).collect()
    }

    fn key_context(&self) -> KeyContext {
        KeyContext::Logs
    }

    fn subject(&self) -> Option<&ResourceId> {
        self.tails.first().map(|tail| &tail.id)
    }

    fn hints(&self, _app: &App) -> Vec<Hint> {
        self.offers().into_iter().map(Hint::from).collect()
    }

    fn event(&mut self, event: &TerminalEvent, _app: &mut App) -> Handled {
        if let Some(forward) = wheel(event) {
            self.dirty = true;
            self.turn_wheel(forward);
        } else if self.is_typing() {
            self.type_event(event);
        } else {
            return Handled::Ignored;
        }
        Handled::done()
    }

    fn perform(&mut self, command: Command, count: Option<u32>, _app: &mut App) -> Handled {
        self.apply(command, count)
    }

    fn answer(&mut self, ticket: Ticket, answer: Answer) -> Vec<Effect> {
        let news = match answer {
            Answer::Log(event) => Some(event),
            Answer::EndOfLog => None,
            _ => return Vec::new(),
        };
        if let Some(at) = self.tails.iter().position(|tail| tail.ticket == Some(ticket)) {
            self.take_news(at, news);
            self.dirty = true;
        }
        Vec::new()
    }

    fn is_dirty(&self) -> bool {
        self.dirty
    }

    fn frame_wait(&self) -> Duration {
        MIN_FRAME_INTERVAL
    }

    fn redraw_in(&self, _app: &App) -> Option<Duration> {
        self.counting.then_some(Duration::from_secs(1))
    }

    fn draw(&mut self, area: Rect, buf: &mut Buffer, app: &mut App) {
        self.render(area, buf, &app.look());
    }

    fn cursor(&self) -> Option<Position> {
        self.screen_cursor
    }
}
