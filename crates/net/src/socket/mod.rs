//! A websocket as a stream of byte frames.
//!
//! `reqwest` makes the upgrade ([`handshake`]), so proxies, TLS and limits are those of every other request. One task
//! ([`link`]) owns the connection and serves its [`Socket`] over bounded channels: pings go out and pongs are
//! noticed whether or not a caller is waiting, and a full channel stops the reading, so that TCP pushes back.

mod handshake;
#[cfg(test)]
mod keep_alive;
mod link;
mod receive_buffer;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio_util::task::AbortOnDropHandle;

use super::cause::Cause;
use super::error::NetError;
use super::{Client, Request};
use qdeck_model::Problem;

/// One message of a websocket, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// UTF-8 text.
    Text(String),
    /// Bytes.
    Binary(bytes::Bytes),
}

impl Frame {
    fn len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Binary(bytes) => bytes.len(),
        }
    }
}

/// Limits and pings of a websocket. The defaults fit a console.
#[derive(Debug, Clone)]
pub struct SocketOptions {
    /// Subprotocols offered, the best first. A server that refuses them is asked once more without.
    pub protocols: Vec<String>,
    /// The longest message, in bytes; a longer one ends the link.
    pub message_limit: usize,
    /// Time between two pings; the connection ends when two in a row stay without an answer.
    pub ping_every: Duration,
    /// Bytes that the system keeps before they are read, where it can be asked to; without a number it finds its own,
    /// which grows to megabytes under a flood. A key's echo waits behind them; a link is no faster than these a round trip.
    pub receive_buffer: Option<usize>,
}

impl Default for SocketOptions {
    fn default() -> Self {
        Self {
            protocols: Vec::new(),
            message_limit: 1 << 20,
            ping_every: Duration::from_secs(20),
            receive_buffer: Some(128 << 10),
        }
    }
}

/// An open websocket. Pings and pongs, size limits and the closing handshake are handled inside.
///
/// `recv` is cancel-safe. Dropping the socket drops the connection; [`Socket::close`] sends a close frame first.
pub struct Socket {
    reader: SocketReader,
    writer: SocketWriter,
}

/// The receiving half of a [`Socket`]. The connection lives as long as either half.
pub struct SocketReader {
    frames: mpsc::Receiver<link::Queued>,
    _task: Arc<AbortOnDropHandle<()>>,
}

/// The sending half of a [`Socket`].
pub struct SocketWriter {
    orders: mpsc::Sender<link::Order>,
    protocol: Option<String>,
    base_error: NetError,
    _task: Arc<AbortOnDropHandle<()>>,
}

impl Socket {
    /// The next frame. `Ok(None)` is an orderly close (1000, 1001); any other close or a broken link is a
    /// [`Problem`] with the close code in words.
    pub async fn recv(&mut self) -> Result<Option<Frame>, Problem> {
        self.reader.recv().await
    }

    /// Sends one frame; waits while the peer does not read. Returns when the frame is queued, so a failure may show in the next call or in [`Socket::recv`].
    pub async fn send(&mut self, frame: Frame) -> Result<(), Problem> {
        self.writer.send(frame).await
    }

    /// The subprotocol that the peer chose of those offered.
    pub fn subprotocol(&self) -> Option<&str> {
        self.writer.protocol.as_deref()
    }

    /// Sends a close frame and waits for the peer's, a second at most.
    pub async fn close(self) {
        let (mut reader, writer) = self.split();
        // Frames on their way must be taken, or the task would wait for room in the queue and never see the close.
        tokio::join!(writer.close(), async { while let Ok(Some(_)) = reader.recv().await {} });
    }

    /// Two halves for two tasks, so that neither waits for the other.
    pub fn split(self) -> (SocketReader, SocketWriter) {
        (self.reader, self.writer)
    }
}

impl SocketReader {
    /// See [`Socket::recv`]. After an end or an error it is `Ok(None)` for ever.
    pub async fn recv(&mut self) -> Result<Option<Frame>, Problem> {
        match self.frames.recv().await {
            Some(queued) => Ok(Some(queued.received?)),
            None => Ok(None),
        }
    }

    /// The next frame or the problem that ended the link, if it has arrived already. An orderly end is left to
    /// [`Self::recv`].
    pub fn try_recv(&mut self) -> Option<Result<Frame, Problem>> {
        let queued = self.frames.try_recv().ok()?;
        Some(queued.received.map_err(Problem::from))
    }
}

impl SocketWriter {
    /// See [`Socket::send`].
    pub async fn send(&mut self, frame: Frame) -> Result<(), Problem> {
        self.orders.send(link::Order::Frame(frame)).await.map_err(|_| self.base_error.clone().into())
    }

    /// Sends a close frame and waits, a second at most, until the peer has answered it. The other half should be
    /// receiving meanwhile.
    pub async fn close(self) {
        let (done, closed) = oneshot::channel();
        let closing = async {
            if self.orders.send(link::Order::Close(done)).await.is_ok() {
                // An error means that the task has ended, which is what is waited for.
                let _ = closed.await;
            }
        };
        let _ = tokio::time::timeout(link::CLOSE_TIMEOUT, closing).await;
    }
}

impl Client {
    /// Opens a websocket at an address with any of the schemes ws, wss, http, https. The address may hold a token in
    /// its query; no error shows it.
    pub async fn socket(&self, url: url::Url, options: SocketOptions) -> Result<Socket, NetError> {
        self.socket_with(Request::get(url), options).await
    }

    /// Opens a websocket with the headers of `request`.
    pub async fn socket_with(&self, request: Request, options: SocketOptions) -> Result<Socket, NetError> {
        let (stream, protocol) = handshake::upgrade(self, request.clone(), &options).await?;
        let url = super::ws_address(&request.url).unwrap_or(request.url);
        let base_error = NetError::new("WEBSOCKET", &url, Cause::Link("it is already closed".to_owned()));
        Ok(link::start(stream, protocol, base_error, &options).await)
    }
}

impl std::fmt::Debug for Socket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Socket({})", self.writer.base_error.url)
    }
}
