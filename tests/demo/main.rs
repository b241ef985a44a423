//! The demo cloud as a client sees it: over real sockets, written from the APIs' documents.

mod client;
mod console;
mod lists;
mod telemetry;
