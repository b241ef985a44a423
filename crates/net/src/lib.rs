//! The one door to the network: an HTTP client, an event-stream reader and websockets. Knows no platform.
//!
//! Every request of the program leaves through [`Client`], so there is one place for TLS, proxies, timeouts,
//! retries, limits and redaction. Nothing here may print a query, an `Authorization` header or a token.

mod address;
mod backoff;
mod cause;
mod error;
mod events;
mod http;
mod produce;
mod socket;

pub use address::{http_address, ws_address};
pub use backoff::Backoff;
pub use cause::{Cause, Phase};
pub use error::NetError;
pub use events::{Event, EventDecoder, EventOptions, LineSplitter, StreamEvent};
pub use http::{
    Answer, Client, ClientOptions, Counters, CurlLine, Intake, JsonText, Meter, Request, ShellCredentials,
    fail_fast, quoted,
};
pub use produce::produce;
pub use socket::{Frame, Socket, SocketOptions, SocketReader, SocketWriter};
