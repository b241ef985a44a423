//! Requests and their answers: limits, retries of reads, and refusals in the remote's words.

pub(super) mod body;
#[cfg(test)]
mod certificates;
mod client;
mod curl;
#[cfg(test)]
mod gate;
mod haste;
mod request;
mod retry;
#[cfg(test)]
mod tests;
mod wire;

pub use body::Answer;
pub use client::{Client, ClientOptions, Counters};
pub use curl::CurlLine;
pub use haste::in_haste;
pub use request::Request;
