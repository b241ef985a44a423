//! One action on several rows: the menu of those that the rows have in common, the question that lists every target, and
//! the outcome of each while they are sent.

mod columns;
mod menu;
mod preview;
mod question;
mod run;

pub use menu::BulkMenu;
pub use question::BulkLayer;
pub use run::BulkRuns;
