//! Sessions on a remote screen: bytes to a grid of cells, keys and mouse back to bytes.

mod attached;
mod link;
mod session;
pub mod terminal;
mod transport;

#[cfg(test)]
mod tests;

pub use session::{Connector, Session, SessionState, Size};
pub use transport::Transport;
