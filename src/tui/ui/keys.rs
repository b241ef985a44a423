//! From keys to commands: counts, sequences, and the digits that are both panes and counts.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::Ui;
use crate::model::Timestamp;
use crate::tui::command::Movement;
use crate::tui::keymap::{Chord, Lookup};
use crate::tui::{Command, Effect, KeyContext};

/// A pane's number followed by a motion within this time was a count: `5j` moves five down where `5` alone opens the
/// fifth pane. The pane opens at once all the same, without any wait.
const COUNT_WINDOW: Duration = Duration::from_millis(250);

/// The keys that may follow are shown after this time.
const CONTINUATIONS_DELAY: Duration = Duration::from_millis(300);

/// A count never exceeds this.
const MAX_COUNT: u32 = 999_999;

/// Keys typed so far that do not mean anything yet.
#[derive(Debug, Default)]
pub struct PendingKeys {
    /// The number typed before a key.
    pub count: Option<u32>,
    /// The beginning of a sequence.
    pub chords: Vec<Chord>,
    since: Option<Timestamp>,
    /// A pane that was opened by a digit that may yet be a count: when, from which pane, the digit.
    pane: Option<(Timestamp, usize, u32)>,
}

impl PendingKeys {
    /// When the continuations are to be shown.
    pub(super) fn hint_in(&self, now: Timestamp) -> Option<Duration> {
        let since = self.since.filter(|_| !self.chords.is_empty())?;
        CONTINUATIONS_DELAY.checked_sub(now.since(since)).filter(|left| !left.is_zero())
    }

    /// Returns true if the continuations are to be shown now.
    pub fn shows_continuations(&self, now: Timestamp) -> bool {
        !self.chords.is_empty() && self.since.is_some_and(|since| now.since(since) >= CONTINUATIONS_DELAY)
    }
}

/// Ctrl-C, however the keymap writes it.
const INTERRUPT: KeyEvent = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);

impl Ui {
    /// Returns true if Ctrl-C leaves the program now: it does not where text is typed, nor in a console.
    pub fn interrupt_leaves(&self) -> bool {
        let context = self.layers.key_context();
        let is_console = matches!(context, KeyContext::Console | KeyContext::Scrollback);
        let bound = self.app.keymap.look_up(context, &[Chord::of(INTERRUPT)]);
        !is_console && !self.layers.is_draft() && bound == Lookup::Bound(Command::Quit)
    }

    /// A key outside of any typing.
    pub(super) fn key(&mut self, event: KeyEvent) -> Vec<Effect> {
        let chord = Chord::of(event);
        let place = self.layers.key_context();
        if chord.is_escape() && (!self.keys.chords.is_empty() || self.keys.count.is_some()) {
            self.keys = PendingKeys::default();
            return Vec::new();
        }
        if self.keys.chords.is_empty() && self.digit(chord, place) {
            return Vec::new();
        }
        let mut typed = std::mem::take(&mut self.keys.chords);
        typed.push(chord);
        match self.app.keymap.look_up(place, &typed) {
            Lookup::Bound(command) => {
                let command = self.after_search(place, command, chord);
                self.run_bound(command, chord)
            }
            Lookup::Prefix => {
                self.keys.chords = typed;
                self.keys.since = Some(self.app.now);
                Vec::new()
            }
            Lookup::Unbound => {
                self.keys = PendingKeys::default();
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
            self.undo_pane_switch(before);
            self.keys.count = Some(first * 10 + digit);
            return true;
        }
        let bound = self.app.keymap.look_up(place, &[chord]) != Lookup::Unbound;
        if self.keys.count.is_none() && (bound || digit == 0) {
            return false;
        }
        let count = self.keys.count.unwrap_or(0);
        self.keys.count = Some((count * 10 + digit).min(MAX_COUNT));
        true
    }

    /// After a search the key that goes to the previous match in texts does so in a table too.
    fn after_search(&self, place: KeyContext, command: Command, chord: Chord) -> Command {
        let is_that_key =
            || self.app.keymap.look_up(KeyContext::Text, &[chord]) == Lookup::Bound(Command::PreviousMatch);
        let searched = place == KeyContext::Table && self.app.pane().has_searched();
        if searched && command == Command::SortByName && is_that_key() {
            Command::PreviousMatch
        } else {
            command
        }
    }

    fn run_bound(&mut self, command: Command, chord: Chord) -> Vec<Effect> {
        let mut count = self.keys.count.take();
        if let Some((_, before, first)) = self.recent_pane().filter(|_| Movement::of(command).is_some()) {
            self.undo_pane_switch(before);
            count = Some(first);
        }
        self.keys = PendingKeys::default();
        let before = self.app.active;
        let effects = self.dispatch(command, count);
        if let (Command::Pane(_), Some(digit)) = (command, chord.digit()) {
            self.keys.pane = Some((self.app.now, before, digit));
        }
        effects
    }

    fn recent_pane(&mut self) -> Option<(Timestamp, usize, u32)> {
        self.keys.pane.take().filter(|(at, ..)| self.app.now.since(*at) < COUNT_WINDOW)
    }

    fn undo_pane_switch(&mut self, before: usize) {
        if self.app.active != before {
            self.app.active = before;
            self.app.history.undo();
        }
    }
}
