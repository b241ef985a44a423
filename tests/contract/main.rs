//! The providers against the demo's faces over real sockets. Each side was written from the API's documents apart from
//! the other, so what they disagree on is a mistake of one of them.
#![cfg(feature = "demo")]
#![expect(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test's helper fails the test")]

mod cloud;
mod coverage;
mod cycle;
mod elasticbox;
mod exoscale;
mod faults;
mod fleet;
mod gcore;
mod quasarch;
mod recorder;
mod requests;
