//! A websocket as a stream of byte frames.

use crate::model::Problem;

/// One message of a websocket, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// UTF-8 text.
    Text(String),
    /// Bytes.
    Binary(bytes::Bytes),
}

/// An open websocket. Pings and pongs, size limits and the closing handshake are handled inside.
///
/// `recv` is cancel-safe. Dropping the socket drops the connection; [`Socket::close`] says good-bye first.
pub struct Socket {
    _private: (),
}

impl Socket {
    /// The next frame. `Ok(None)` is an orderly close (1000, 1001); any other close or a broken link is a
    /// [`Problem`] that tells the close code in words.
    pub async fn recv(&mut self) -> Result<Option<Frame>, Problem> {
        std::future::pending().await
    }

    /// Sends one frame; waits while the peer does not read.
    pub async fn send(&mut self, _frame: Frame) -> Result<(), Problem> {
        std::future::pending().await
    }

    /// The subprotocol that the peer chose of those offered.
    pub fn subprotocol(&self) -> Option<&str> {
        None
    }

    /// Sends a close frame and waits for the peer's, a second at most.
    pub async fn close(self) {}
}
