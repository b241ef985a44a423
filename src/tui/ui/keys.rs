//! From keys to commands: counts and sequences.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::Ui;
use crate::model::Timestamp;
use crate::tui::keymap::{Chord, Lookup};
use crate::tui::{Command, Effect, KeyContext};

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
        let is_console = matches!(context, KeyContext::Console | KeyContext::CopyMode);
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
                self.run_bound(command)
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

    /// Takes a digit that belongs to a count. One that is bound, as those of the panes are, begins none: it does at once what
    /// it is bound to, whatever follows it.
    fn digit(&mut self, chord: Chord, place: KeyContext) -> bool {
        let Some(digit) = chord.digit() else {
            return false;
        };
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

    fn run_bound(&mut self, command: Command) -> Vec<Effect> {
        let count = self.keys.count.take();
        self.keys = PendingKeys::default();
        self.dispatch(command, count)
    }
}
