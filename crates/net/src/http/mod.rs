//! Requests and their answers: limits, retries of reads, and refusals with the remote's message.

pub(super) mod body;
#[cfg(test)]
mod certificates;
mod client;
mod curl;
mod fail_fast;
#[cfg(test)]
mod gate;
mod meter;
mod pace;
mod redirect;
mod request;
mod retry;
#[cfg(test)]
mod tests;
mod wire;

pub use body::{Answer, Intake, JsonText};
pub use client::{Client, ClientOptions, Counters};
pub use curl::{CurlLine, ShellCredentials, quoted};
pub use fail_fast::fail_fast;
pub use meter::Meter;
pub use request::Request;
