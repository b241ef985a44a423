//! The push channels of Cycle: log lines from the console, notifications, and the snapshots that samples are made of.

pub(super) mod log;
pub(super) mod push;
pub(super) mod telemetry;
