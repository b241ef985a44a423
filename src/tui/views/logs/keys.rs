//! What the keys do in a log view.

use std::time::Duration;

use crossterm::event::Event as TerminalEvent;

use super::source::Link;
use super::tape::{Entry, Key, What};
use super::{Filter, LogView, SEARCHED, Times, Typing};
use crate::model::LogStart;
use crate::tui::widgets::ansi;
use crate::tui::widgets::pattern::Pattern;
use crate::tui::widgets::prompt::{Prompt, Typed};
use crate::tui::{Effect, Intent};

/// The presets of "since", by their digits from 1 on.
const SINCE: [(&str, u64); 6] = [
    ("1m", 60),
    ("5m", 300),
    ("15m", 900),
    ("1h", 3600),
    ("6h", 21_600),
    ("24h", 86_400),
];

impl LogView {
    pub(super) fn offers(&self) -> Vec<(Intent, &'static str)> {
        let mut hints = vec![(Intent::Follow, if self.follows() { "pause" } else { "follow" })];
        hints.push((Intent::Search, "search"));
        if self.search.is_some() {
            hints.push((Intent::NextMatch, "next"));
            hints.push((Intent::PreviousMatch, "previous"));
        } else if !self.marks.is_empty() {
            hints.push((Intent::NextMatch, "next mark"));
        }
        hints.extend([
            (Intent::KeepLines, "keep or !drop"),
            (Intent::Timestamps, "times"),
            (Intent::Wide, if self.wrap { "no wrap" } else { "wrap" }),
            (Intent::MarkLine, "mark"),
            (Intent::Since(3), "since 15m"),
            (Intent::Copy, "copy"),
            (Intent::Save, "save"),
        ]);
        if self
            .sources
            .iter()
            .any(|source| matches!(source.link, Link::Ended(_)))
        {
            hints.push((Intent::Refresh, "open again"));
        }
        hints.push((Intent::Close, "back"));
        hints
    }

    pub(super) fn answer(&mut self, intent: Intent, count: Option<u32>) -> Vec<Effect> {
        if intent == Intent::Bottom && count.is_none() {
            self.follow();
            return Vec::new();
        }
        if self.turn_pages(intent, count) {
            return Vec::new();
        }
        match intent {
            Intent::Back if self.search.is_some() => self.search = None,
            Intent::Back if !self.sieve.is_open() => {
                self.sieve = super::Sieve::default();
                self.sift();
            }
            Intent::Back | Intent::Close => return vec![Effect::CloseView],
            Intent::Follow if self.follows() => self.pause(),
            Intent::Follow => self.follow(),
            Intent::Wide => self.wrap = !self.wrap,
            Intent::Timestamps => {
                self.times = match self.times {
                    Times::Off => Times::Clock,
                    Times::Clock => Times::Full,
                    Times::Full => Times::Off,
                }
            }
            Intent::MarkLine => self.mark(),
            Intent::Since(preset) => self.since(preset),
            Intent::Search => self.typing = Some(Typing::Search(Prompt::new("/", ""), self.cursor)),
            Intent::KeepLines => self.typing = Some(Typing::Filter(Prompt::new("&", ""))),
            Intent::NextMatch => self.next(true),
            Intent::PreviousMatch => self.next(false),
            Intent::Copy => return self.copy(count),
            Intent::CopyMenu => return self.copy_page(),
            Intent::Save => return self.save(),
            Intent::Refresh => return self.open_again(),
            _ => {}
        }
        Vec::new()
    }

    fn turn_pages(&mut self, intent: Intent, count: Option<u32>) -> bool {
        self.locate();
        if self.follows() {
            // Moving on from the end leads nowhere; moving sideways does not leave it.
            if matches!(intent, Intent::Down | Intent::PageDown | Intent::HalfPageDown) {
                return true;
            }
            if self.tape.shown().is_empty() {
                return matches!(
                    intent,
                    Intent::Up | Intent::PageUp | Intent::HalfPageUp | Intent::Top
                );
            }
            // The page ends with the last line, so its top is where the last draw put it.
            if let Some(top) = self.top {
                self.pager.top = self.tape.position(top);
            }
        }
        let total = self.tape.shown().len();
        if !self.pager.apply(intent, count, total) {
            return false;
        }
        self.pager.left = self.pager.left.min(self.widest);
        if !matches!(intent, Intent::Left | Intent::Right) {
            if self.follows() {
                self.pause();
            }
            self.remember();
        }
        true
    }

    fn pause(&mut self) {
        self.cursor = self.tape.shown().back().map(|entry| entry.key);
        self.left_at = self.cursor;
    }

    fn follow(&mut self) {
        self.cursor = None;
        self.left_at = None;
    }

    /// Lines that came since the reader left the end.
    pub(super) fn unread(&self) -> usize {
        let shown = self.tape.shown();
        self.left_at.map_or(0, |key| {
            shown.len() - shown.partition_point(|entry| entry.key <= key)
        })
    }

    fn mark(&mut self) {
        let key = self
            .cursor
            .or_else(|| self.tape.shown().back().map(|entry| entry.key));
        if let Some(key) = key
            && !self.marks.remove(&key)
        {
            self.marks.insert(key);
        }
    }

    fn since(&mut self, preset: u8) {
        self.sieve.since = usize::from(preset)
            .checked_sub(1)
            .and_then(|preset| SINCE.get(preset))
            .map(|&(word, seconds)| ((self.clock)().before(Duration::from_secs(seconds)), word));
        self.sift();
    }

    pub(super) fn type_text(&mut self, event: &TerminalEvent) {
        match &mut self.typing {
            Some(Typing::Search(prompt, before)) => match prompt.type_event(event) {
                Typed::Nothing => {}
                Typed::Accepted => self.typing = None,
                Typed::Cancelled => {
                    self.cursor = *before;
                    self.search = None;
                    self.typing = None;
                }
                Typed::Changed => {
                    self.search = Pattern::parse(prompt.text());
                    self.cursor = *before;
                    let forward = before.is_some();
                    self.go_to_match(forward, true);
                }
            },
            Some(Typing::Filter(prompt)) => match prompt.type_event(event) {
                Typed::Nothing | Typed::Changed => {}
                Typed::Cancelled => self.typing = None,
                Typed::Accepted => {
                    let text = prompt.text().to_owned();
                    self.typing = None;
                    self.add_filter(&text);
                }
            },
            None => {}
        }
    }

    /// Adds a filter; an empty one takes all of them away.
    fn add_filter(&mut self, text: &str) {
        let (keep, text) = text.strip_prefix('!').map_or((true, text), |text| (false, text));
        match Pattern::parse(text) {
            Some(pattern) => self.sieve.filters.push(Filter { pattern, keep }),
            None => self.sieve.filters.clear(),
        }
        self.sift();
    }

    fn next(&mut self, forward: bool) {
        if self.search.is_some() {
            self.go_to_match(forward, false);
        } else {
            self.go_to_mark(forward);
        }
    }

    /// Goes to the nearest line that matches, around the ends; `here` lets the line under the cursor count.
    fn go_to_match(&mut self, forward: bool, here: bool) {
        self.locate();
        let Some(pattern) = &self.search else { return };
        let shown = self.tape.shown();
        let total = shown.len();
        let from = self.pager.cursor;
        let first = usize::from(!here);
        let found = (first..total + first).map(|step| {
            if forward {
                (from + step) % total
            } else {
                (from + total - step % total) % total
            }
        });
        let found = found
            .into_iter()
            .find(|&at| shown.get(at).is_some_and(|entry| matches_line(pattern, entry)));
        if let Some(at) = found {
            self.go_to(at);
        }
    }

    fn go_to_mark(&mut self, forward: bool) {
        let here = self
            .cursor
            .or_else(|| self.tape.shown().back().map(|entry| entry.key));
        let Some(here) = here else { return };
        let key: Option<Key> = if forward {
            self.marks
                .range(here..)
                .find(|key| **key > here)
                .or_else(|| self.marks.first())
                .copied()
        } else {
            self.marks
                .range(..here)
                .next_back()
                .or_else(|| self.marks.last())
                .copied()
        };
        if let Some(key) = key {
            let at = self.tape.position(key);
            self.go_to(at);
        }
    }

    fn go_to(&mut self, at: usize) {
        if self.follows() {
            self.pause();
            if let Some(top) = self.top {
                self.pager.top = self.tape.position(top);
            }
        }
        self.pager.jump(at);
        self.remember();
    }

    fn copy(&self, count: Option<u32>) -> Vec<Effect> {
        let shown = self.tape.shown();
        if shown.is_empty() {
            return Vec::new();
        }
        let at = self.cursor.map_or(shown.len() - 1, |key| self.tape.position(key));
        let many = usize::try_from(count.unwrap_or(1).max(1)).unwrap_or(usize::MAX);
        let lines: Vec<String> = shown.range(at..).take(many).map(written).collect();
        let label = if lines.len() == 1 {
            "line".to_owned()
        } else {
            format!("{} lines", lines.len())
        };
        vec![Effect::Copy(lines.join("\n"), label)]
    }

    fn copy_page(&mut self) -> Vec<Effect> {
        let shown = self.tape.shown();
        let top = self.top.map_or(0, |key| self.tape.position(key)).min(shown.len());
        let lines: Vec<String> = shown.range(top..).take(self.pager.page).map(written).collect();
        let label = format!("{} lines, the page", lines.len());
        vec![Effect::Copy(lines.join("\n"), label)]
    }

    /// Everything that passes the filters; with times and names where the screen shows them.
    fn save(&self) -> Vec<Effect> {
        let mut text = String::with_capacity(self.tape.bytes());
        for entry in self.tape.shown() {
            if let What::Line { at, .. } = &entry.what
                && self.times != Times::Off
            {
                text.push_str(&at.to_string());
                text.push(' ');
            }
            if self.sources.len() > 1
                && let Some(source) = self.sources.get(entry.source)
            {
                text.push_str(&source.name);
                text.push_str(": ");
            }
            text.push_str(&written(entry));
            text.push('\n');
        }
        let names: Vec<&str> = self
            .sources
            .iter()
            .take(3)
            .map(|source| source.name.as_str())
            .collect();
        let stem = ansi::file_stem(&names.join("_"));
        vec![Effect::Save(format!("{stem}.log"), text.into_bytes())]
    }

    /// Opens the tails that have ended again, from where they ended.
    fn open_again(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        for (at, source) in self.sources.iter_mut().enumerate() {
            if let Link::Ended(_) = source.link {
                source.link = Link::Opening((self.clock)());
                let start = self.tape.last(at).map_or(LogStart::Backlog, LogStart::Since);
                effects.push(Effect::OpenTail(source.id.clone(), start));
            }
        }
        if effects.is_empty() {
            effects.push(Effect::Say(
                "The log is live; lines come by themselves".to_owned(),
            ));
        }
        effects
    }
}

fn matches_line(pattern: &Pattern, entry: &Entry) -> bool {
    match &entry.what {
        What::Line { text, .. } => pattern.is_match(&ansi::plain_to(text, SEARCHED)),
        What::Rule { .. } => false,
    }
}

/// An entry as plain text, for the clipboard and for files.
fn written(entry: &Entry) -> String {
    match &entry.what {
        What::Line { text, .. } => ansi::plain(text),
        What::Rule { text, .. } => format!("-- {text} --"),
    }
}
