//! Tables without a screen: which columns there are, what a filter lets through, in which order rows come, and the
//! rows that follow from all of it, as a screen or a file shows them.
//!
//! A [`Table`] asks a [`RowSource`] for rows and arranges them: at once where there are few, else as a [`Job`] to be
//! run beside the screen. A [`Column`] gives the typed [`Cell`] of a [`Row`]. Nothing here draws, waits or reads the
//! network.

mod arrange;
mod column;
pub mod export;
pub mod filter;
mod row;
mod rows;
mod source;
mod table;

pub use arrange::{Arranged, Job, Narrow, Sort};
pub use column::{Align, Cell, Column, ColumnSpec, Shown, Shrink, Tone, state_mark, words};
pub use filter::{Filter, FilterError};
pub use row::{Count, Row};
pub use rows::{OrderedIter, OrderedRows, Place, Rows};
pub use source::{Population, RowSource, Usage};
pub use table::{Progress, Table, TableState, Taken};
