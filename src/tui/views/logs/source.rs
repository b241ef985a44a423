//! One tail: how it fares, how fast it prints, and which lines of a replay are known already.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::fleet::TailId;
use crate::model::{LogLine, Problem, ResourceId, Timestamp};

/// Texts remembered to recognise a replay whose lines have no time of their own.
const REMEMBERED: usize = 512;

/// How a tail fares.
#[derive(Debug, Clone)]
pub(super) enum Link {
    /// Asked for, since then.
    Opening(Timestamp),
    /// Connected, since then.
    Live(Timestamp),
    /// Broken since then; it reconnects by itself.
    Interrupted(Problem, Timestamp),
    /// Over, with the cause where one was told.
    Ended(Option<Problem>),
}

/// One source of lines.
pub(super) struct Source {
    pub(super) id: ResourceId,
    pub(super) name: String,
    pub(super) tail: Option<TailId>,
    pub(super) link: Link,
    /// Lines received, those known already left out.
    pub(super) received: u64,
    replaying: bool,
    last: Option<Timestamp>,
    /// The latest lines' texts.
    recent: VecDeque<Arc<str>>,
    /// How many of them have the time `last`.
    at_last: usize,
}

impl Source {
    pub(super) fn new(id: ResourceId, name: String, now: Timestamp) -> Self {
        Self {
            id,
            name,
            tail: None,
            link: Link::Opening(now),
            received: 0,
            replaying: false,
            last: None,
            recent: VecDeque::with_capacity(REMEMBERED),
            at_last: 0,
        }
    }

    /// It is connected. Returns since when the link had been broken, where it had been.
    pub(super) fn connected(&mut self, replayed: bool, now: Timestamp) -> Option<Timestamp> {
        self.replaying = replayed && self.received > 0;
        match std::mem::replace(&mut self.link, Link::Live(now)) {
            Link::Interrupted(_, since) => Some(since),
            _ => None,
        }
    }

    /// Takes the lines that are new; after a reconnect what the remote repeats is left out.
    pub(super) fn fresh(&mut self, mut lines: Vec<LogLine>) -> Vec<LogLine> {
        if self.replaying {
            let known = if lines.iter().all(|line| line.exact) {
                self.known_by_time(&lines)
            } else {
                self.replaying = false;
                self.known_by_text(&lines)
            };
            if known < lines.len() {
                self.replaying = false;
            }
            lines.drain(..known);
        }
        for line in &lines {
            self.at_last = if self.last == Some(line.at) {
                self.at_last + 1
            } else {
                1
            };
            self.last = Some(line.at);
            if self.recent.len() == REMEMBERED {
                self.recent.pop_front();
            }
            self.recent.push_back(line.text.clone());
        }
        self.received += lines.len() as u64;
        lines
    }

    /// How many of the first lines are older than the last one known, or are among those of its moment.
    fn known_by_time(&self, lines: &[LogLine]) -> usize {
        let Some(last) = self.last else { return 0 };
        let same = self.recent.len().saturating_sub(self.at_last);
        lines
            .iter()
            .take_while(|line| {
                line.at < last
                    || (line.at == last && self.recent.iter().skip(same).any(|text| *text == line.text))
            })
            .count()
    }

    /// How many of the first lines are the last ones known: the longest stretch that ends with the last line.
    fn known_by_text(&self, lines: &[LogLine]) -> usize {
        (1..=lines.len())
            .rev()
            .find(|&length| {
                lines[..length]
                    .iter()
                    .rev()
                    .zip(self.recent.iter().rev())
                    .all(|(line, text)| line.text == *text)
            })
            .unwrap_or(0)
    }
}

/// Lines a second over the last few seconds.
#[derive(Debug, Default)]
pub(super) struct Rate {
    /// Second and lines in it, the latest last.
    seconds: VecDeque<(i64, u64)>,
}

impl Rate {
    /// Whole seconds that are looked at.
    const SPAN: i64 = 3;

    pub(super) fn count(&mut self, lines: usize, now: Timestamp) {
        let second = now.as_millis().div_euclid(1000);
        match self.seconds.back_mut() {
            Some((last, count)) if *last >= second => *count += lines as u64,
            _ => self.seconds.push_back((second, lines as u64)),
        }
        while self.seconds.len() > 8 {
            self.seconds.pop_front();
        }
    }

    /// Lines a second, the running second left out.
    pub(super) fn per_second(&self, now: Timestamp) -> u64 {
        let second = now.as_millis().div_euclid(1000);
        let lines: u64 = self
            .seconds
            .iter()
            .filter(|(at, _)| (second - Self::SPAN..second).contains(at))
            .map(|(_, count)| count)
            .sum();
        lines.div_ceil(Self::SPAN.unsigned_abs())
    }

    /// Whether lines came so lately that the rate will change by itself.
    pub(super) fn is_moving(&self, now: Timestamp) -> bool {
        let second = now.as_millis().div_euclid(1000);
        self.seconds
            .back()
            .is_some_and(|(at, _)| *at >= second - Self::SPAN)
    }
}
