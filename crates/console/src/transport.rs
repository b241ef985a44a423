//! Transports: what a session's bytes travel over.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use tokio::sync::{mpsc, watch};

use super::Size;
use qdeck_model::{Problem, Secret};
use qdeck_net::Socket;

/// An open connection to a remote terminal.
pub struct Transport {
    /// The bytes, both ways.
    pub stream: ByteStream,
    /// The way in which the remote side learns the size.
    pub resize: ResizeReports,
    /// Set once the remote side was reached, where an open transport alone does not show that: a link that breaks before
    /// is not opened again by itself.
    pub reached: Option<Arc<AtomicBool>>,
}

/// Returns whether the remote side itself was reached, by the mark of a [`Transport`]; without one an open transport shows it.
pub(crate) fn is_reached(mark: Option<&Arc<AtomicBool>>) -> bool {
    mark.is_none_or(|mark| mark.load(Ordering::Acquire))
}

/// An open connection to a screen of pixels.
pub struct PixelTransport {
    /// The bytes of the VNC protocol, both ways.
    pub stream: ByteStream,
    /// The password, where the platform gives one.
    pub password: Option<Secret>,
}

/// The two directions of a connection.
pub enum ByteStream {
    /// A websocket. Text and binary frames are read alike; what is typed goes out as binary frames.
    Socket {
        /// The open socket.
        socket: Socket,
        /// True if what is typed is sent.
        takes_input: bool,
    },
    /// Two bounded channels, for a program that runs on this machine: its reader and writer fill and drain them.
    Channel {
        /// Output of the program. The end of the channel is an orderly end, a problem a broken link.
        from: mpsc::Receiver<Result<Bytes, Problem>>,
        /// Input of the program; `None` where it reads none.
        to: Option<mpsc::Sender<Bytes>>,
    },
}

/// The way in which the remote side learns the size of the screen: at the start and at every change.
pub enum ResizeReports {
    /// It does not.
    Ignored,
    /// As `CSI 8 ; rows ; columns t` among the input, which console servers read as a size.
    Sequence,
    /// Beside the bytes, as a PTY wants it.
    Channel(watch::Sender<Size>),
}
