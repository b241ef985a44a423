//! The five tables: their columns, their order, and where the eye is in each.

mod arrange;
mod choice;
mod column;
mod figures;
mod narrow;
mod order;
mod pane;
mod search;
mod words;

pub use arrange::{Arranged, Job};
pub use column::{Column, Shape, mark, word};
pub use narrow::Narrow;
pub use order::Sort;
pub use pane::Pane;
pub use words::used_by;
