//! Changing things from the screen: the menus of actions, the form of one, the question before a write is sent, and what
//! is reported of it.
//!
//! ```text
//! menus ─▶ form, where it asks for values ─▶ Question::Write ─▶ confirm (bulk: of many) ─▶ Work::Send
//!                                            WriteEvent ─▶ report (messages) · shown (once) · history (journal)
//! ```
//!
//! [`ActionMenu`] asks for a write by a ticket, so that closing it gives the question up. The write is moved from the answer
//! into [`Confirm`], and from there into the effect that sends it: it cannot be sent twice.

mod bulk;
mod confirm;
pub mod form;
mod history;
mod menus;
pub(super) mod outside;
mod parts;
mod report;
mod shown;

pub use bulk::{BulkLayer, BulkMenu, BulkRuns};
pub use confirm::Confirm;
pub use history::{Compare, JournalMenu};
use menus::actions;
pub use menus::{ActionMenu, Chosen, CreateMenu, Creation, DeclaredActions, choose, delete_of, update_of};
pub(super) use parts::band;
use parts::{card, diff, text};
pub(super) use report::message;
pub use shown::ShownLayer;
