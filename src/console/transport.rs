//! What a session's bytes travel over.

use crate::net::Socket;

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
}
