//! Finding text in a document.

use std::ops::Range;

use crossterm::event::Event as TerminalEvent;

use super::DocumentView;
use super::sheet::Sheet;
use crate::tui::widgets::pattern::Pattern;
use crate::tui::widgets::prompt::{Prompt, Typed};

/// More matches than this are not counted: the search was for something that is everywhere.
const MAX_MATCHES: usize = 100_000;

/// A search and what it found.
pub(super) struct Search {
    pub(super) pattern: Pattern,
    /// Row of the sheet and bytes of each match, ascending.
    pub(super) hits: Vec<(usize, Range<usize>)>,
    /// The match that was gone to.
    pub(super) at: usize,
}

impl Search {
    fn new(pattern: Pattern, sheet: &Sheet) -> Self {
        let mut search = Self { pattern, hits: Vec::new(), at: 0 };
        search.run(sheet);
        search
    }

    /// Finds everything anew, after the rows changed.
    pub(super) fn run(&mut self, sheet: &Sheet) {
        self.hits.clear();
        for row in 0..sheet.len() {
            let found = self.pattern.find(sheet.text(row));
            self.hits.extend(found.map(|range| (row, range)));
            if self.hits.len() >= MAX_MATCHES {
                self.hits.truncate(MAX_MATCHES);
                break;
            }
        }
        self.at = self.at.min(self.hits.len().saturating_sub(1));
    }

    /// `3/17`, or that there is none.
    pub(super) fn count(&self) -> String {
        match self.hits.len() {
            0 => "no match".to_owned(),
            MAX_MATCHES => format!("{}/{MAX_MATCHES}+", self.at + 1),
            all => format!("{}/{all}", self.at + 1),
        }
    }
}

impl DocumentView {
    pub(super) fn start_search(&mut self) {
        self.prompt = Some((Prompt::new("/", ""), self.pager.clone()));
    }

    pub(super) fn type_search(&mut self, event: &TerminalEvent) {
        let Some((prompt, before)) = &mut self.prompt else {
            return;
        };
        match prompt.type_event(event) {
            Typed::Nothing => {}
            Typed::Changed => {
                self.pager = before.clone();
                self.search = Pattern::parse(prompt.text()).map(|pattern| Search::new(pattern, &self.sheet));
                self.go_to_hit(|search, row| search.hits.partition_point(|(hit, _)| *hit < row));
            }
            Typed::Accepted => self.prompt = None,
            Typed::Cancelled => {
                self.pager = before.clone();
                self.search = None;
                self.prompt = None;
            }
        }
    }

    /// Goes `steps` matches on, or back, around the ends.
    pub(super) fn next_hit(&mut self, steps: i64) {
        self.go_to_hit(|search, row| {
            let all = i64::try_from(search.hits.len()).unwrap_or(i64::MAX);
            let current = search.hits.get(search.at).is_some_and(|(hit, _)| *hit == row);
            let at = if current {
                i64::try_from(search.at).unwrap_or(0) + steps
            } else {
                // The reader has moved on: matches count from where they are now.
                let next = search.hits.partition_point(|(hit, _)| *hit <= row);
                let next = i64::try_from(next).unwrap_or(0);
                if steps > 0 { next + steps - 1 } else { next + steps }
            };
            usize::try_from(at.rem_euclid(all.max(1))).unwrap_or(0)
        });
    }

    fn go_to_hit(&mut self, which: impl FnOnce(&Search, usize) -> usize) {
        let row = self.row().unwrap_or(0);
        let Some(search) = &mut self.search else { return };
        if search.hits.is_empty() {
            return;
        }
        search.at = which(search, row) % search.hits.len();
        let (row, bytes) = search.hits[search.at].clone();
        self.go_to(row);
        self.show_bytes(row, bytes);
    }
}
