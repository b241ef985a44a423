//! The one door to the network: an HTTP client, an event-stream reader and websockets. Knows no platform.
//!
//! Every request of the program leaves through [`Client`], so there is one place for TLS, proxies, timeouts,
//! retries, limits and the hiding of secrets. Nothing here may print a query, an `Authorization` header or a token.

mod address;
mod body;
mod client;
#[cfg(test)]
mod client_tests;
mod error;
mod events;
mod produce;
mod request;
mod retry;
mod socket;

pub use address::{http_address, ws_address};
pub use body::Answer;
pub use client::{Client, ClientOptions, Counters};
pub use error::{Cause, NetError};
pub use events::{Event, EventDecoder, EventOptions, StreamEvent};
pub use produce::produce;
pub use request::Request;
pub use socket::{Frame, Socket, SocketOptions, SocketReader, SocketWriter};
