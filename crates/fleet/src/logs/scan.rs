//! Sifting and searching: each line once when it comes, and those that were there before bit by bit.

use super::Pattern;
use super::buffer::LogBuffer;
use super::line::{Body, Entry, Source};
use qdeck_model::LogLevel;

/// A choice of lines to show. Markers always are.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sieve {
    /// A line must match all of these.
    pub keep: Vec<Pattern>,
    /// A line may match none of these.
    pub drop: Vec<Pattern>,
    /// A line must have at least this level; those without one are left out.
    pub level: Option<LogLevel>,
    /// Sources that are not shown.
    pub hidden: Vec<Source>,
}

impl Sieve {
    /// Returns whether it lets everything pass.
    pub fn is_open(&self) -> bool {
        *self == Self::default()
    }

    pub(super) fn passes(&self, entry: &Entry) -> bool {
        let Body::Text(text) = &entry.body else {
            return true;
        };
        if self.hidden.contains(&entry.source) || self.level.is_some_and(|least| entry.level < Some(least)) {
            return false;
        }
        self.keep.iter().all(|pattern| pattern.is_in(text)) && !self.drop.iter().any(|it| it.is_in(text))
    }
}

impl LogBuffer {
    /// The choice of lines.
    pub fn sieve(&self) -> &Sieve {
        &self.sieve
    }

    /// Shows only the lines that pass. They are sifted by [`LogBuffer::work`], the newest first.
    pub fn set_sieve(&mut self, sieve: Sieve) {
        if sieve == self.sieve {
            return;
        }
        self.sieve = sieve;
        self.shown.reset(self.end_number());
        if self.sieve.is_open() {
            self.entries.iter_mut().for_each(|entry| entry.shown = true);
        }
    }

    /// The pattern that is searched for.
    pub fn search(&self) -> Option<&Pattern> {
        self.search.as_ref()
    }

    /// Searches for a pattern, or for nothing. Lines are searched by [`LogBuffer::work`], the newest first.
    pub fn set_search(&mut self, search: Option<Pattern>) {
        if search == self.search {
            return;
        }
        self.search = search;
        self.found.reset(self.end_number());
        self.entries.iter_mut().for_each(|entry| entry.hit = false);
    }

    /// Sifts and searches up to `lines` of the lines that have not been looked at since the filter or the search
    /// changed. Returns whether there is more to do.
    pub fn work(&mut self, lines: usize) -> bool {
        let mut left = lines;
        while left > 0 && self.is_sifting() {
            self.sift_one();
            left -= 1;
        }
        while left > 0 && self.is_searching() {
            self.search_one();
            left -= 1;
        }
        self.make_room();
        self.is_sifting() || self.is_searching()
    }

    /// The number of shown lines that match, as far as they have been searched.
    pub fn hits(&self) -> usize {
        if self.sieve.is_open() {
            return self.found.len();
        }
        let found = (0..self.found.len()).filter_map(|at| self.found.get(at));
        found.filter(|number| self.is_shown(*number)).count()
    }

    /// The number of the found line that follows (or, if not `forward`, precedes) the one with this number among
    /// those shown. Lines not searched yet are searched on the way.
    pub fn next_hit(&mut self, number: u64, forward: bool) -> Option<u64> {
        while self.is_sifting() {
            self.sift_one();
        }
        if forward {
            while self.is_searching() && self.found.tested_from() > number {
                self.search_one();
            }
            let after = self.found.before(number.saturating_add(1));
            let mut following = (after..self.found.len()).filter_map(|at| self.found.get(at));
            return following.find(|number| self.is_shown(*number));
        }
        loop {
            let before = self.found.before(number);
            let mut preceding = (0..before).rev().filter_map(|at| self.found.get(at));
            if let Some(hit) = preceding.find(|number| self.is_shown(*number)) {
                return Some(hit);
            }
            if !self.is_searching() {
                return None;
            }
            self.search_one();
        }
    }

    pub(super) fn end_number(&self) -> u64 {
        self.first + self.entries.len() as u64
    }

    fn entry_mut(&mut self, number: u64) -> Option<&mut Entry> {
        self.entries.get_mut(usize::try_from(number.checked_sub(self.first)?).ok()?)
    }

    fn is_shown(&self, number: u64) -> bool {
        let offset = number.checked_sub(self.first).and_then(|at| usize::try_from(at).ok());
        offset.and_then(|at| self.entries.get(at)).is_some_and(|entry| entry.shown)
    }

    pub(super) fn is_sifting(&self) -> bool {
        !self.sieve.is_open() && self.shown.tested_from() > self.first
    }

    pub(super) fn is_searching(&self) -> bool {
        self.search.is_some() && self.found.tested_from() > self.first
    }

    pub(super) fn sift_one(&mut self) {
        let number = self.shown.tested_from() - 1;
        let sieve = std::mem::take(&mut self.sieve);
        let passed = self.entry_mut(number).is_some_and(|entry| {
            entry.shown = sieve.passes(entry);
            entry.shown
        });
        self.sieve = sieve;
        self.shown.prepend(number, passed);
    }

    pub(super) fn search_one(&mut self) {
        let number = self.found.tested_from() - 1;
        let search = self.search.take();
        let passed = self.entry_mut(number).is_some_and(|entry| {
            entry.hit = is_hit(search.as_ref(), entry);
            entry.hit
        });
        self.search = search;
        self.found.prepend(number, passed);
    }
}

pub(super) fn is_hit(search: Option<&Pattern>, entry: &Entry) -> bool {
    match (&entry.body, search) {
        (Body::Text(text), Some(search)) => search.is_in(text),
        _ => false,
    }
}
