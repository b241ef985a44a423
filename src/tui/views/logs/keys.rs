//! Keys of a log view.

use std::time::Duration;

use crossterm::event::Event as TerminalEvent;

use super::{LogView, Times, Typing, counted};
use crate::fleet::logs::{Line, LineBody, Pattern, Sieve, SourceState};
use crate::model::LogStart;
use crate::tui::command::{LogCommand, Movement};
use crate::tui::effect::Work;
use crate::tui::layer::Handled;
use crate::tui::widgets::ansi;
use crate::tui::widgets::prompt::{Prompt, Typed};
use crate::tui::{Command, Effect};

/// The presets of "since", by their digits from 1 on.
const SINCE: [(&str, u64); 6] =
    [("1m", 60), ("5m", 300), ("15m", 900), ("1h", 3600), ("6h", 21_600), ("24h", 86_400)];

impl LogView {
    pub(super) fn offers(&self) -> Vec<(Command, &'static str)> {
        let mut hints = vec![(Command::Follow, if self.follows() { "pause" } else { "follow" })];
        hints.push((Command::Search, "search"));
        if self.buffer.search().is_some() {
            hints.push((Command::NextMatch, "next"));
            hints.push((Command::PreviousMatch, "previous"));
        } else if !self.marks.is_empty() {
            hints.push((Command::NextMatch, "next mark"));
        }
        hints.extend([
            (Command::KeepLines, "keep or !drop"),
            (Command::Timestamps, "times"),
            (Command::Wide, if self.wrap { "no wrap" } else { "wrap" }),
            (Command::MarkLine, "mark"),
            (Command::Since(3), "since 15m"),
            (Command::Copy, "copy"),
            (Command::Save, "save"),
        ]);
        if self.has_ended() {
            hints.push((Command::Refresh, "open again"));
        }
        hints.push((Command::Close, "back"));
        hints
    }

    pub(super) fn act(&mut self, command: LogCommand, count: Option<u32>) -> Handled {
        match command {
            LogCommand::Move(Movement::Bottom) if count.is_none() => self.follow(),
            LogCommand::Move(movement) => self.travel(movement, count),
            LogCommand::Left => self.shift(false, count),
            LogCommand::Right => self.shift(true, count),
            LogCommand::Back if self.buffer.search().is_some() => self.set_search(None),
            LogCommand::Back if self.is_narrowed() => {
                self.since = None;
                self.sift(Sieve::default());
            }
            LogCommand::Back | LogCommand::Close => return Effect::close().into(),
            LogCommand::Follow if self.follows() => self.leave_the_end(),
            LogCommand::Follow => self.follow(),
            LogCommand::Wide => self.wrap = !self.wrap,
            LogCommand::Timestamps => {
                self.times = match self.times {
                    Times::Off => Times::Clock,
                    Times::Clock => Times::Full,
                    Times::Full => Times::Off,
                }
            }
            LogCommand::MarkLine => self.mark(),
            LogCommand::Since(preset) => self.since(preset),
            LogCommand::Search => {
                self.typing = Some(Typing::Search(Prompt::new("/", ""), self.place.clone()));
            }
            LogCommand::KeepLines => self.typing = Some(Typing::Filter(Prompt::new("&", ""))),
            LogCommand::NextMatch => self.next(true),
            LogCommand::PreviousMatch => self.next(false),
            LogCommand::Copy => return self.copy(count).into(),
            LogCommand::CopyMenu => return self.copy_page().into(),
            LogCommand::Save => return self.save().into(),
            LogCommand::Refresh if self.has_ended() => return self.open_again().into(),
            // The fleet is listed again.
            LogCommand::Refresh => return Handled::Ignored,
        }
        Handled::done()
    }

    /// Returns true if filters hide lines.
    pub(super) fn is_narrowed(&self) -> bool {
        self.since.is_some() || !self.buffer.sieve().is_open()
    }

    fn has_ended(&self) -> bool {
        let mut states = self.buffer.sources();
        states.any(|(_, _, state)| matches!(state, SourceState::Ended(_)))
    }

    fn mark(&mut self) {
        if let Some(number) = self.place.cursor.or_else(|| self.last())
            && !self.marks.remove(&number)
        {
            self.marks.insert(number);
        }
    }

    fn since(&mut self, preset: u8) {
        self.since = usize::from(preset)
            .checked_sub(1)
            .and_then(|preset| SINCE.get(preset))
            .map(|&(word, seconds)| ((self.clock)().before(Duration::from_secs(seconds)), word));
    }

    pub(super) fn type_text(&mut self, event: &TerminalEvent) {
        self.misread = None;
        match &mut self.typing {
            Some(Typing::Search(prompt, before)) => match prompt.type_event(event) {
                Typed::Nothing => {}
                Typed::Accepted => self.typing = None,
                Typed::Cancelled => {
                    self.place = before.clone();
                    self.set_search(None);
                    self.typing = None;
                }
                Typed::Changed => {
                    let text = prompt.text().to_owned();
                    self.place = before.clone();
                    self.search(&text, !self.follows());
                }
            },
            Some(Typing::Filter(prompt)) => match prompt.type_event(event) {
                Typed::Nothing | Typed::Changed => {}
                Typed::Cancelled => self.typing = None,
                Typed::Accepted => {
                    let text = prompt.text().to_owned();
                    self.add_filter(&text);
                }
            },
            None => {}
        }
    }

    fn set_search(&mut self, search: Option<Pattern>) {
        self.buffer.set_search(search);
        self.laid.borrow_mut().clear();
    }

    fn search(&mut self, text: &str, forward: bool) {
        if text.is_empty() {
            self.set_search(None);
            return;
        }
        match Pattern::parse(text) {
            Ok(pattern) => {
                self.set_search(Some(pattern));
                self.sifting = true;
                self.go_to_match(forward, true);
            }
            Err(why) => self.misread = Some(why),
        }
    }

    /// Adds a filter; an empty one takes all of them away. The prompt stays open over one that cannot be read.
    fn add_filter(&mut self, text: &str) {
        let (keep, text) = text.strip_prefix('!').map_or((true, text), |text| (false, text));
        let mut sieve = self.buffer.sieve().clone();
        if text.is_empty() {
            sieve = Sieve::default();
        } else {
            match Pattern::parse(text) {
                Ok(pattern) if keep => sieve.keep.push(pattern),
                Ok(pattern) => sieve.drop.push(pattern),
                Err(why) => {
                    self.misread = Some(why);
                    return;
                }
            }
        }
        self.typing = None;
        self.sift(sieve);
    }

    fn copy(&self, count: Option<u32>) -> Vec<Effect> {
        let at = self.place.cursor.or_else(|| self.last()).map(|number| self.position(number));
        let Some(at) = at else { return Vec::new() };
        let lines = self.texts(at, usize::try_from(count.unwrap_or(1).max(1)).unwrap_or(usize::MAX));
        let label = if lines.len() == 1 { "line".to_owned() } else { counted(lines.len() as u64, "line") };
        vec![Effect::copy_lines(lines, label)]
    }

    fn copy_page(&self) -> Vec<Effect> {
        let place = |number: Option<u64>| number.map_or(0, |number| self.position(number));
        let (top, bottom) = (place(self.place.top.map(|(top, _)| top)), place(self.place.bottom));
        let lines = self.texts(top, bottom + 1 - top.min(bottom));
        let label = format!("{}, the page", counted(lines.len() as u64, "line"));
        vec![Effect::copy_lines(lines, label)]
    }

    /// Up to `many` lines as plain text, from a place on.
    fn texts(&self, from: usize, many: usize) -> Vec<String> {
        let end = from.saturating_add(many).min(self.total());
        (from..end).filter_map(|at| self.line(at)).map(|line| written(&line)).collect()
    }

    /// Everything that passes the filters; with times and names where the screen shows them.
    fn save(&mut self) -> Vec<Effect> {
        while self.sifting {
            self.sifting = self.buffer.work(usize::MAX);
        }
        let base = self.base();
        let mut text = String::with_capacity(self.buffer.counts().bytes);
        for line in (base..self.buffer.len()).filter_map(|at| self.buffer.line(at)) {
            if self.times != Times::Off {
                text.push_str(&line.at.to_string());
                text.push(' ');
            }
            if self.tails.len() > 1
                && let Some(tail) = self.tails.get(line.source.place())
            {
                text.push_str(&ansi::plain(&tail.name));
                text.push_str(": ");
            }
            text.push_str(&written(&line));
            text.push('\n');
        }
        let names: Vec<&str> = self.tails.iter().take(3).map(|tail| tail.name.as_str()).collect();
        let stem = ansi::file_stem(&names.join("_"));
        let more = match self.tails.len() - names.len() {
            0 => String::new(),
            more => format!("_and_{more}_more"),
        };
        vec![Work::Save(format!("{stem}{more}.log"), text.into_bytes()).into()]
    }

    /// Opens the tails that have ended again, from where they ended.
    fn open_again(&mut self) -> Vec<Effect> {
        let now = (self.clock)();
        let mut effects = Vec::new();
        for tail in self.tails.iter_mut().filter(|tail| tail.ticket.is_none() && !tail.opening) {
            tail.since = now;
            effects.push(tail.ask(tail.latest.map_or(LogStart::Backlog, LogStart::Since)));
        }
        if effects.is_empty() {
            effects.push(Effect::report("The log is live; lines come by themselves".to_owned()));
        }
        effects
    }
}

/// A line as plain text, for the clipboard and for files.
fn written(line: &Line<'_>) -> String {
    match line.body {
        LineBody::Text(text) => ansi::plain(text),
        LineBody::Marker(marker) => format!("-- {} --", super::notes::text(marker, line.at)),
    }
}
