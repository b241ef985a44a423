//! Whether the user is at the terminal, by what they type and by the focus where the terminal reports it.

use std::time::{Duration, Instant};

use crossterm::event::Event;

/// A terminal must be without focus this long: a look at another window is no leaving.
const FOCUS_GRACE: Duration = Duration::from_secs(60);

/// What is known of the user's presence.
#[derive(Debug)]
pub(super) struct Presence {
    /// Without a key for this long the user is away. `None`: never.
    away_after: Option<Duration>,
    last_input: Instant,
    /// Since when the terminal has had no focus.
    unfocused: Option<Instant>,
}

impl Presence {
    /// The user who has just started the program.
    pub const fn new(away_after: Option<Duration>, now: Instant) -> Self {
        Self { away_after, last_input: now, unfocused: None }
    }

    /// Takes note of an event of the terminal. A user who types is there, whatever was reported of the focus.
    pub fn take(&mut self, event: &Event, now: Instant) {
        match event {
            Event::FocusLost => {
                self.unfocused.get_or_insert(now);
            }
            Event::FocusGained | Event::Key(_) | Event::Mouse(_) | Event::Paste(_) => {
                self.unfocused = None;
                self.last_input = now;
            }
            Event::Resize(..) => {}
        }
    }

    /// From when on the user counts as away, if nothing happens until then.
    pub fn away_at(&self) -> Option<Instant> {
        let after = self.away_after?;
        let idle = self.last_input + after;
        let unfocused = self.unfocused.map(|since| since + FOCUS_GRACE.min(after));
        Some(unfocused.map_or(idle, |unfocused| unfocused.min(idle)))
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn a_user_is_away_without_a_key_or_the_focus_for_long_and_back_with_either() {
        let start = Instant::now();
        let key = Event::Key(KeyEvent::new(KeyCode::Char('j'), KeyModifiers::NONE));
        let mut presence = Presence::new(Some(MINUTE * 10), start);
        assert_eq!(presence.away_at(), Some(start + MINUTE * 10));
        presence.take(&key, start + MINUTE);
        assert_eq!(presence.away_at(), Some(start + MINUTE * 11));
        presence.take(&Event::FocusLost, start + MINUTE * 2);
        presence.take(&Event::FocusLost, start + MINUTE * 3);
        assert_eq!(presence.away_at(), Some(start + MINUTE * 3), "a minute after it was lost first");
        presence.take(&Event::FocusGained, start + MINUTE * 4);
        assert_eq!(presence.away_at(), Some(start + MINUTE * 14));
        presence.take(&Event::FocusLost, start + MINUTE * 5);
        presence.take(&key, start + MINUTE * 6);
        assert_eq!(
            presence.away_at(),
            Some(start + MINUTE * 16),
            "a terminal may report no focus that came back"
        );
        presence.take(&Event::Resize(80, 24), start + MINUTE * 7);
        assert_eq!(presence.away_at(), Some(start + MINUTE * 16), "a size is not the user's");
    }
}
