//! Log lines and metrics, both polled.

pub(super) mod log;
pub(super) mod metrics;
