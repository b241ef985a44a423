//! Sessions on a remote screen: bytes to a grid of cells, keys and mouse back to bytes.

mod attached;
mod link;
mod session;

mod transport;

#[cfg(test)]
mod tests;

pub use qdeck_terminal::Size;
pub use session::{Connector, Session, SessionState};
pub use transport::Transport;
