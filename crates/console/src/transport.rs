//! What a session's bytes travel over.

use bytes::Bytes;
use tokio::sync::mpsc;

use qdeck_model::Problem;
use qdeck_net::Socket;

/// An open byte stream to a remote screen.
pub enum Transport {
    /// A websocket; text and binary frames are bytes alike.
    Socket {
        /// The socket.
        socket: Socket,
        /// Whether what is typed is sent (as binary frames).
        input: bool,
        /// Whether the size is reported as `CSI 8 ; rows ; columns t`.
        size_reports: bool,
    },
    /// Two bounded channels, for what runs inside this program.
    Channel {
        /// What the far side sends. The end of the channel is an orderly end, a problem a broken link.
        from: mpsc::Receiver<Result<Bytes, Problem>>,
        /// What is typed, unless it goes nowhere.
        to: Option<mpsc::Sender<Bytes>>,
        /// Whether the size is reported as `CSI 8 ; rows ; columns t`.
        size_reports: bool,
    },
}
