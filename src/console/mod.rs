//! Sessions on a remote screen: bytes to a grid of cells, keys and mouse back to bytes.

mod session;
pub mod terminal;
mod transport;

pub use session::{Connector, Session, SessionState, Size};
pub use transport::Transport;
