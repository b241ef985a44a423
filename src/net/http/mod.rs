//! Requests and their answers: limits, retries of reads, and refusals in the remote's words.

pub(super) mod body;
mod client;
mod request;
mod retry;
#[cfg(test)]
mod tests;
mod wire;

pub use body::Answer;
pub use client::{Client, ClientOptions, Counters};
pub use request::Request;
