//! Changing things from the screen: the menu of actions, the question before a write is sent, and what is reported of it.
//!
//! [`ActionMenu`] asks for a write by a ticket, so that closing it gives the question up. The write is moved from the answer
//! into [`Confirm`], and from there into the effect that sends it: it cannot be sent twice.

mod actions;
mod confirm;
mod declared;
pub mod form;
mod report;

pub use actions::ActionMenu;
pub use confirm::Confirm;
pub use declared::{DeclaredActions, choose};
pub(super) use report::message;
