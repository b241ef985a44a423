//! Full-screen views above the panes, one folder each.
pub mod telemetry;
