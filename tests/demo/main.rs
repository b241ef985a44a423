//! The demo cloud as a client sees it: over real sockets, written from the APIs' documents.

mod changes;
mod client;
mod console;
mod faults;
mod lists;
mod telemetry;
