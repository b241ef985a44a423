//! The providers against the demo's faces over real sockets, and against a recorder. Providers and demo were written from
//! the API's documents apart from each other, so a disagreement is a mistake of one of them.
#![cfg(feature = "demo")]
#![expect(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test's helper fails the test")]

mod again;
mod check;
mod coverage;
#[cfg(feature = "system-tests")]
mod curl;
mod cycle;
mod duplicates;
mod elasticbox;
mod endless;
mod exoscale;
mod faults;
mod fleet;
mod gcore;
mod network;
#[cfg(feature = "system-tests")]
mod official;
mod origin;
mod past;
mod quasarch;
mod requests;
mod setup;
mod silent;
mod unreadable;
