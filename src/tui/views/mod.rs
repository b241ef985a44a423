//! Full-screen views above the panes, one folder each.
pub mod document;
pub mod telemetry;
