//! Streams: consoles, telemetry, and the hub's notifications.

pub(super) mod console;
pub(super) mod notify;
pub(super) mod telemetry;
pub(super) mod ticket;
