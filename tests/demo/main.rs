//! The demo cloud as a client sees it: over real sockets, written from the APIs' documents.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test may stop where something is not as it must be"
)]

mod changes;
mod client;
mod console;
mod elasticbox;
mod exoscale;
mod faults;
mod gcore;
mod lists;
#[cfg(feature = "system-tests")]
mod official;
mod schema;
mod ssh;
mod telemetry;
mod vnc;
