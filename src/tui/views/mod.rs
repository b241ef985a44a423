//! Full-screen views above the panes, one folder each.
pub mod console;
pub mod document;
pub mod link;
pub mod logs;
pub mod page;
pub mod table;
pub mod telemetry;
