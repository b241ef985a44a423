//! The menus in which an action is chosen: on a row, on a context, by its name.

pub(in crate::tui::writes) mod actions;
mod create;
mod declared;

pub use actions::ActionMenu;
pub use create::{CreateMenu, Creation};
pub use declared::{Chosen, DeclaredActions, choose, delete_of, update_of};
