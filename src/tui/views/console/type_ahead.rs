//! Keys that were on their way when a console ended, or another one was closed: they were meant for what showed before.
//! So is the rest of a word whose first letters were not sent, since the console was not connected yet.
//!
//! ```text
//! typed   exit⏎             m ysql -e query      q         ls⏎
//! focus   shell ─────┤ ended ├───────────────────┤ another shell
//! acts    yes               m                    q: closes no
//! ```
//!
//! A key acts there only after a pause of the keyboard, since a person who types without one has not seen the change.

use std::time::Duration;

use crate::model::Timestamp;

/// The time without a key after which the next one is for what shows.
pub(super) const KEYBOARD_PAUSE: Duration = Duration::from_secs(1);

/// When keys were typed, and what changed under them.
#[derive(Default)]
pub(super) struct TypeAhead {
    last_key: Option<Timestamp>,
    /// A console was closed at this time, and another got the focus; until the next pause.
    focus_moved: Option<Timestamp>,
    /// The last key was ignored.
    has_ignored: bool,
}

impl TypeAhead {
    /// Takes note of a key or a paste, read at this time, for the console with the focus, where what keys do has changed
    /// at a time, if it has. Returns true if it may act.
    pub fn takes(&mut self, changed: Option<Timestamp>, read: Timestamp) -> bool {
        self.has_ignored = self.pause_left(changed, read).is_some();
        self.last_key = Some(read);
        if !self.has_ignored {
            self.focus_moved = None;
        }
        !self.has_ignored
    }

    /// Takes note that another console got the focus because one was closed.
    pub const fn move_focus(&mut self, now: Timestamp) {
        self.focus_moved = Some(now);
    }

    /// The time that is left until a key acts. `None` where it does.
    pub fn pause_left(&self, changed: Option<Timestamp>, now: Timestamp) -> Option<Duration> {
        let changed = changed.max(self.focus_moved)?;
        let quiet_since = self.last_key.map_or(changed, |key| key.max(changed));
        KEYBOARD_PAUSE.checked_sub(now.since(quiet_since)).filter(|left| !left.is_zero())
    }

    /// Returns true if a key was ignored and the next one would be, too.
    pub fn ignores(&self, changed: Option<Timestamp>, now: Timestamp) -> bool {
        self.has_ignored && self.pause_left(changed, now).is_some()
    }
}
