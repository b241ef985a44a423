//! The one door to the network: an HTTP client, an event-stream reader and websockets. Knows no platform.

mod socket;

pub use socket::{Frame, Socket};
