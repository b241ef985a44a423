//! The marks of a session: what happened in it while no view showed it.

use std::time::Duration;

use qdeck_model::Timestamp;

use crate::SessionState;

/// One mark of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mark {
    /// The link is down, and no longer opened again.
    Broken,
    /// The bell rang.
    Bell,
    /// The remote side ended the session.
    Ended,
    /// No output came for the time that was asked for.
    Silence,
    /// There was output.
    Activity,
}

impl Mark {
    /// All marks, the most urgent first.
    pub const ALL: [Self; 5] = [Self::Broken, Self::Bell, Self::Ended, Self::Silence, Self::Activity];

    /// The mark as one cell; each differs in shape, not only in colour.
    pub const fn symbol(self, ascii: bool) -> &'static str {
        match (self, ascii) {
            (Self::Broken, false) => "✗",
            (Self::Broken, true) => "x",
            (Self::Bell, false) => "♪",
            (Self::Bell, true) => "!",
            (Self::Ended, false) => "○",
            (Self::Ended, true) => "o",
            (Self::Silence, _) => "~",
            (Self::Activity, false) => "»",
            (Self::Activity, true) => "#",
        }
    }

    /// The mark as a word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Broken => "broken",
            Self::Bell => "bell",
            Self::Ended => "ended",
            Self::Silence => "silence",
            Self::Activity => "activity",
        }
    }
}

/// A set of marks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Marks(u8);

impl Marks {
    /// Returns true if `mark` is set.
    pub const fn has(self, mark: Mark) -> bool {
        self.0 & (1 << mark as u8) != 0
    }

    /// Sets a mark, or removes it.
    pub const fn set(&mut self, mark: Mark, on: bool) {
        if on {
            self.0 |= 1 << mark as u8;
        } else {
            self.0 &= !(1 << mark as u8);
        }
    }

    /// Returns true if none is set.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Those that are set, the most urgent first.
    pub fn iter(self) -> impl Iterator<Item = Mark> {
        Mark::ALL.into_iter().filter(move |mark| self.has(*mark))
    }

    /// The most urgent one.
    pub fn first(self) -> Option<Mark> {
        self.iter().next()
    }

    /// Those that are set here or there.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// What a session reported since it was last polled.
pub(super) struct Report {
    pub is_dirty: bool,
    pub rang: bool,
    pub has_output: bool,
    pub state: SessionState,
}

/// Changes of a session that a view has not dealt with yet.
#[derive(Debug)]
pub(super) struct Activity {
    /// The time of the last change, or of the opening.
    pub changed_at: Timestamp,
    /// The time of the last output, or of the opening.
    pub output_at: Timestamp,
    /// There is something that has not been drawn.
    pub undrawn: bool,
    /// The bell rang since the last key typed into it.
    pub rang: bool,
    /// What happened since its screen was last in view.
    pub unseen: Marks,
    /// How the session had ended when it was last polled.
    end: Option<Mark>,
    /// When its screen was last in view, or when it was opened.
    pub looked_at: Timestamp,
    /// The frame in which its screen was last in view.
    pub seen_in_frame: Option<u64>,
    /// Time without output after which it is marked.
    pub silence_after: Option<Duration>,
    /// The silence since the last output was marked already.
    silence_marked: bool,
}

impl Activity {
    pub fn new(now: Timestamp) -> Self {
        Self {
            changed_at: now,
            output_at: now,
            undrawn: true,
            rang: false,
            unseen: Marks::default(),
            end: None,
            looked_at: now,
            seen_in_frame: None,
            silence_after: None,
            silence_marked: false,
        }
    }

    /// Takes in what a session reported since the last time.
    pub fn take(&mut self, report: &Report, now: Timestamp) {
        if report.is_dirty || report.rang {
            self.changed_at = now;
            self.undrawn = true;
        }
        if report.rang {
            self.rang = true;
            self.unseen.set(Mark::Bell, true);
        }
        if report.has_output {
            self.output_at = now;
            self.silence_marked = false;
            self.unseen.set(Mark::Silence, false);
            self.unseen.set(Mark::Activity, true);
        }
        let end = match report.state {
            SessionState::Ended(None) => Some(Mark::Ended),
            SessionState::Ended(Some(_)) => Some(Mark::Broken),
            _ => None,
        };
        if end != self.end {
            self.end = end;
            for mark in [Mark::Ended, Mark::Broken] {
                self.unseen.set(mark, Some(mark) == end);
            }
        }
        let is_silent = self.silence_after.is_some_and(|after| now.since(self.output_at) >= after);
        if is_silent && end.is_none() && !self.silence_marked {
            self.silence_marked = true;
            self.unseen.set(Mark::Silence, true);
            self.undrawn = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use qdeck_model::{Problem, ProblemKind};

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000).unwrap()
    }

    fn quiet(state: SessionState) -> Report {
        Report { is_dirty: false, rang: false, has_output: false, state }
    }

    fn output() -> Report {
        Report { is_dirty: true, has_output: true, ..quiet(SessionState::Live) }
    }

    #[test]
    fn marks_are_listed_by_their_urgency() {
        let mut marks = Marks::default();
        assert!(marks.is_empty() && marks.first().is_none());
        for mark in [Mark::Activity, Mark::Bell, Mark::Silence] {
            marks.set(mark, true);
        }
        assert_eq!(marks.iter().collect::<Vec<_>>(), [Mark::Bell, Mark::Silence, Mark::Activity]);
        marks.set(Mark::Bell, false);
        assert_eq!(marks.first(), Some(Mark::Silence));
        for ascii in [false, true] {
            let symbols: std::collections::BTreeSet<_> =
                Mark::ALL.into_iter().map(|mark| mark.symbol(ascii)).collect();
            assert_eq!(symbols.len(), Mark::ALL.len());
        }
    }

    #[test]
    fn silence_is_marked_once_until_there_is_output() {
        let mut activity = Activity::new(at(0));
        activity.take(&output(), at(10));
        activity.unseen = Marks::default();
        activity.take(&quiet(SessionState::Live), at(1000));
        assert!(activity.unseen.is_empty(), "it was not asked for");
        activity.silence_after = Some(Duration::from_secs(30));
        activity.take(&quiet(SessionState::Live), at(1000));
        assert_eq!(activity.unseen.first(), Some(Mark::Silence));
        activity.unseen = Marks::default();
        activity.take(&quiet(SessionState::Live), at(2000));
        assert!(activity.unseen.is_empty(), "the same silence again");
        activity.take(&output(), at(2001));
        activity.take(&quiet(SessionState::Live), at(2032));
        assert_eq!(activity.unseen.iter().collect::<Vec<_>>(), [Mark::Silence, Mark::Activity]);
        activity.take(&output(), at(2033));
        assert_eq!(activity.unseen.first(), Some(Mark::Activity), "output ends the silence");
    }

    #[test]
    fn an_end_is_marked_when_it_comes_and_taken_back_by_a_reconnect() {
        let mut activity = Activity::new(at(0));
        activity.take(&quiet(SessionState::Ended(None)), at(1));
        assert_eq!(activity.unseen.first(), Some(Mark::Ended));
        activity.unseen = Marks::default();
        activity.take(&quiet(SessionState::Ended(None)), at(2));
        assert!(activity.unseen.is_empty(), "it was seen");
        let problem = Problem::new(ProblemKind::Unreachable, "reset");
        activity.take(&quiet(SessionState::Ended(Some(problem))), at(3));
        assert_eq!(activity.unseen.first(), Some(Mark::Broken));
        activity.take(&quiet(SessionState::Live), at(4));
        assert!(activity.unseen.is_empty());
    }

    #[test]
    fn a_change_without_output_is_no_activity() {
        let mut activity = Activity::new(at(0));
        activity.take(&Report { is_dirty: true, ..quiet(SessionState::Live) }, at(1));
        assert!(activity.unseen.is_empty() && activity.undrawn);
        assert_eq!(activity.changed_at, at(1));
    }
}
