//! From keys to commands: counts, sequences, and the digits that are both panes and counts.

use std::time::Duration;

use crossterm::event::{KeyEvent, KeyEventKind};

use super::App;
use crate::model::Timestamp;
use crate::tui::keymap::{Chord, Lookup};
use crate::tui::{Command, Effect, KeyContext};

/// A pane's number followed by a motion within this time was a count: `5j` moves five down where `5` alone opens the
/// fifth pane. The pane opens at once all the same, so that nobody waits for it.
const COUNT_WITHIN: Duration = Duration::from_millis(250);

/// The keys that may follow are shown after this time.
const HINT_AFTER: Duration = Duration::from_millis(300);

/// A count never exceeds this.
const MOST: u32 = 999_999;

/// Keys typed so far that do not mean anything yet.
#[derive(Debug, Default)]
pub struct Typing {
    /// The number typed before a key.
    pub count: Option<u32>,
    /// The beginning of a sequence.
    pub chords: Vec<Chord>,
    since: Option<Timestamp>,
    /// A pane that was opened by a digit that may yet be a count: when, from which pane, the digit.
    pane: Option<(Timestamp, usize, u32)>,
}

impl Typing {
    /// When the continuations are to be shown.
    pub(super) fn hint_in(&self, now: Timestamp) -> Option<Duration> {
        let since = self.since.filter(|_| !self.chords.is_empty())?;
        HINT_AFTER.checked_sub(now.since(since)).filter(|left| !left.is_zero())
    }

    /// Whether the continuations are to be shown now.
    pub fn shows_hint(&self, now: Timestamp) -> bool {
        !self.chords.is_empty() && self.since.is_some_and(|since| now.since(since) >= HINT_AFTER)
    }
}

const fn is_motion(command: Command) -> bool {
    matches!(
        command,
        Command::Down
            | Command::Up
            | Command::Top
            | Command::Bottom
            | Command::HalfPageDown
            | Command::HalfPageUp
            | Command::PageDown
            | Command::PageUp
    )
}

impl App {
    /// A key outside of any typing.
    pub(super) fn key(&mut self, event: KeyEvent) -> Vec<Effect> {
        if event.kind == KeyEventKind::Release {
            return Vec::new();
        }
        let chord = Chord::of(event);
        let place = self.key_context();
        if chord.is_escape() && (!self.typing.chords.is_empty() || self.typing.count.is_some()) {
            self.typing = Typing::default();
            return Vec::new();
        }
        if self.typing.chords.is_empty() && self.digit(chord, place) {
            return Vec::new();
        }
        let mut typed = std::mem::take(&mut self.typing.chords);
        typed.push(chord);
        match self.keymap.look_up(place, &typed) {
            Lookup::Bound(command) => {
                let command = self.after_search(place, command, chord);
                self.run_bound(command, chord)
            }
            Lookup::Prefix => {
                self.typing.chords = typed;
                self.typing.since = Some(self.now);
                Vec::new()
            }
            Lookup::Unbound => {
                self.typing = Typing::default();
                Vec::new()
            }
        }
    }

    /// Takes a digit that belongs to a count. One that is bound to something begins none.
    fn digit(&mut self, chord: Chord, place: KeyContext) -> bool {
        let Some(digit) = chord.digit() else {
            return false;
        };
        if let Some((_, before, first)) = self.recent_pane() {
            self.take_pane_back(before);
            self.typing.count = Some(first * 10 + digit);
            return true;
        }
        let bound = self.keymap.look_up(place, &[chord]) != Lookup::Unbound;
        if self.typing.count.is_none() && (bound || digit == 0) {
            return false;
        }
        let count = self.typing.count.unwrap_or(0);
        self.typing.count = Some((count * 10 + digit).min(MOST));
        true
    }

    /// After a search the key that goes to the previous match in texts does so in a table too.
    fn after_search(&self, place: KeyContext, command: Command, chord: Chord) -> Command {
        let is_that_key =
            || self.keymap.look_up(KeyContext::Text, &[chord]) == Lookup::Bound(Command::PreviousMatch);
        let searched = place == KeyContext::Table && self.pane().has_searched();
        if searched && command == Command::SortByName && is_that_key() {
            Command::PreviousMatch
        } else {
            command
        }
    }

    fn run_bound(&mut self, command: Command, chord: Chord) -> Vec<Effect> {
        let mut count = self.typing.count.take();
        if let Some((_, before, first)) = self.recent_pane().filter(|_| is_motion(command)) {
            self.take_pane_back(before);
            count = Some(first);
        }
        self.typing = Typing::default();
        let before = self.active;
        let effects = self.dispatch(command, count);
        if let (Command::Pane(_), Some(digit)) = (command, chord.digit()) {
            self.typing.pane = Some((self.now, before, digit));
        }
        effects
    }

    fn recent_pane(&mut self) -> Option<(Timestamp, usize, u32)> {
        self.typing.pane.take().filter(|(at, ..)| self.now.since(*at) < COUNT_WITHIN)
    }

    fn take_pane_back(&mut self, before: usize) {
        if self.active != before {
            self.active = before;
            self.history.unleave();
        }
    }
}
