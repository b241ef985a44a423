//! The requests for updates.

use super::outgoing;
use super::session::Session;

/// The requests that are on their way.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// A request was sent, and no update has ended since.
    in_flight: bool,
}

impl Session {
    /// See [`Client::request_update`](super::Client::request_update).
    pub(super) fn request_update(&mut self) {
        if !self.pace.in_flight {
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
        self.events.push(super::Event::Updated);
    }
}
