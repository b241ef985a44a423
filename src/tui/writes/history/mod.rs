//! Changes that were made: the journal, its records, and revisions compared.

mod compare;
mod journal;
mod record;

pub use compare::Compare;
pub use journal::JournalMenu;
pub(in crate::tui::writes) use journal::outcome;
