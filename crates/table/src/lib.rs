//! Tables without a screen: which columns there are, what a filter lets through, in which order rows come, and the
//! rows that follow from all of it.
//!
//! A [`Table`] asks a [`RowSource`] for rows and arranges them: at once where there are few, else as a [`Job`] to be
//! run beside the screen. Nothing here draws, waits or reads the network.

mod arrange;
mod choice;
mod column;
mod figures;
pub mod filter;
mod narrow;
mod order;
mod source;
mod state;
mod table;
mod words;

pub use arrange::{Arranged, Job};
pub use column::{Column, Shape, mark, word};
pub use filter::{Filter, FilterError};
pub use narrow::Narrow;
pub use order::Sort;
pub use source::{Population, RowSource, Usage};
pub use state::TableState;
pub use table::{Progress, Table};
pub use words::used_by;
