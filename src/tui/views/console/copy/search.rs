//! The search in the text: all matches, the current one, and which comes next.

use crate::console::{Match, Place, TextScreen};
use crate::tui::widgets::number::grouped;
use crate::tui::widgets::pattern::Pattern;
use crate::tui::widgets::prompt::Prompt;

/// A search and its matches.
#[derive(Debug, Clone)]
pub(super) struct Search {
    pub pattern: Pattern,
    /// It goes towards older lines, as `?` does.
    pub older: bool,
    /// Oldest first, as they were at the last movement.
    matches: Vec<Match>,
    current: Option<usize>,
}

/// A search that is being typed.
pub(super) struct Typing {
    pub prompt: Prompt,
    pub older: bool,
    /// The cursor and the top of the view before it.
    pub start: (Place, Place),
    /// The search before it.
    pub before: Option<Search>,
}

const fn place(found: &Match) -> Place {
    Place { line: found.line, column: found.columns.start }
}

/// The first match beyond a place, and whether the search began anew at the other end of the text for it.
pub(super) fn beyond(matches: &[Match], from: Place, older: bool) -> Option<(usize, bool)> {
    let last = matches.len().checked_sub(1)?;
    if older {
        let before = matches.partition_point(|found| place(found) < from);
        Some(before.checked_sub(1).map_or((last, true), |at| (at, false)))
    } else {
        let after = matches.partition_point(|found| place(found) <= from);
        Some(if after > last { (0, true) } else { (after, false) })
    }
}

/// The first match beyond a place, else the nearest one on the other side.
fn nearest(matches: &[Match], from: Place, older: bool) -> Option<usize> {
    let (at, wrapped) = beyond(matches, from, older)?;
    Some(match (wrapped, older) {
        (false, _) => at,
        (true, true) => 0,
        (true, false) => matches.len() - 1,
    })
}

impl Search {
    /// Searches from a place on. The match is the nearest one, in the direction of the search if there is one.
    pub fn begin(text: &dyn TextScreen, pattern: Pattern, older: bool, from: Place) -> Self {
        let matches = text.search(pattern.regex());
        let current = nearest(&matches, from, older);
        Self { pattern, older, matches, current }
    }

    /// Goes to the `count`th match from a place on, in the direction of the search or against it. Returns a note where it
    /// went round the end of the text.
    pub fn step(
        &mut self,
        text: &dyn TextScreen,
        from: Place,
        reverse: bool,
        count: usize,
    ) -> Option<&'static str> {
        self.matches = text.search(self.pattern.regex());
        let older = self.older != reverse;
        let mut at = from;
        let mut note = None;
        for _ in 0..count.clamp(1, self.matches.len().max(1)) {
            let (found, wrapped) = beyond(&self.matches, at, older)?;
            self.current = Some(found);
            at = place(&self.matches[found]);
            if wrapped {
                note = Some(if older { "continued from the end" } else { "continued from the start" });
            }
        }
        note
    }

    /// The current match.
    pub fn current(&self) -> Option<&Match> {
        self.matches.get(self.current?)
    }

    /// The place of the current match.
    pub fn place(&self) -> Option<Place> {
        self.current().map(place)
    }

    /// The number of the current match among all: `3/17`.
    pub fn count(&self) -> String {
        match self.current {
            Some(at) => format!("{}/{}", grouped(at + 1), grouped(self.matches.len())),
            None => "no match".to_owned(),
        }
    }
}
