//! The requests for updates: one at a time, or updates without requests from servers that have them.

use super::events::Event;
use super::outgoing;
use super::session::Session;

/// Updates that may come without a request while none of them is used; then requests are needed again.
const MAX_UNUSED_UPDATES: u8 = 4;

/// The requests that are on their way.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// A request was sent, and no update has ended since.
    in_flight: bool,
    /// The server has continuous updates.
    has_continuous: bool,
    /// It was asked for them.
    is_continuous: bool,
    /// Updates since the last that was used.
    unused: u8,
}

impl Session {
    /// See [`Client::request_update`](super::Client::request_update).
    pub(super) fn request_update(&mut self) {
        self.pace.unused = 0;
        if self.pace.has_continuous && !self.pace.is_continuous {
            self.set_continuous(true);
        }
        if !self.pace.is_continuous && !self.pace.in_flight {
            self.repeat_request();
        }
    }

    /// See [`Client::repeat_request`](super::Client::repeat_request).
    pub(super) fn repeat_request(&mut self) {
        self.pace.in_flight = true;
        outgoing::update_request(&mut self.output, true, self.screen.bounds());
    }

    /// See [`Client::refresh`](super::Client::refresh).
    pub(super) fn refresh(&mut self) {
        self.pace.in_flight = true;
        outgoing::update_request(&mut self.output, false, self.screen.bounds());
    }

    /// Takes in that an update has ended.
    pub(super) fn end_update(&mut self) {
        self.pace.in_flight = false;
        self.events.push(Event::Updated);
        if self.pace.is_continuous {
            self.pace.unused += 1;
            if self.pace.unused >= MAX_UNUSED_UPDATES {
                self.set_continuous(false);
            }
        }
    }

    /// Takes in `EndOfContinuousUpdates`: the first one announces that the server has them, later ones confirm an end.
    pub(super) fn continuous_updates_ended(&mut self) {
        if !self.pace.has_continuous {
            self.pace.has_continuous = true;
            self.set_continuous(true);
        }
    }

    /// Takes in another size of the screen, for which updates without requests are asked anew.
    pub(super) fn renew_continuous(&mut self) {
        if self.pace.is_continuous {
            self.set_continuous(true);
        }
    }

    fn set_continuous(&mut self, on: bool) {
        self.pace.is_continuous = on;
        outgoing::continuous_updates(&mut self.output, on, self.screen.bounds());
    }
}
