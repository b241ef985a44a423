//! The two directions of an open transport, so that one never waits for the other.

use bytes::Bytes;
use tokio::sync::mpsc;

use super::Transport;
use qdeck_model::{Problem, ProblemKind};
use qdeck_net::{Frame, SocketReader, SocketWriter};

/// An open transport, taken apart.
pub(super) struct Link {
    pub reader: Reader,
    pub writer: Writer,
    /// Whether what is typed goes anywhere.
    pub input: bool,
    /// Whether the far side is told the size.
    pub size_reports: bool,
}

/// Where bytes come from.
pub(super) enum Reader {
    Socket(SocketReader),
    Channel(mpsc::Receiver<Result<Bytes, Problem>>),
}

/// Where bytes go.
pub(super) enum Writer {
    Socket(SocketWriter),
    Channel(Option<mpsc::Sender<Bytes>>),
}

impl From<Transport> for Link {
    fn from(transport: Transport) -> Self {
        match transport {
            Transport::Socket { socket, input, size_reports } => {
                let (reader, writer) = socket.split();
                Self { reader: Reader::Socket(reader), writer: Writer::Socket(writer), input, size_reports }
            }
            Transport::Channel { from, to, size_reports } => Self {
                input: to.is_some(),
                reader: Reader::Channel(from),
                writer: Writer::Channel(to),
                size_reports,
            },
        }
    }
}

impl Reader {
    /// The next bytes, or `None` at an orderly end. Cancel-safe.
    pub async fn recv(&mut self) -> Result<Option<Bytes>, Problem> {
        match self {
            Self::Socket(socket) => Ok(socket.recv().await?.map(|frame| match frame {
                Frame::Text(text) => Bytes::from(text),
                Frame::Binary(bytes) => bytes,
            })),
            Self::Channel(from) => from.recv().await.transpose(),
        }
    }
}

impl Writer {
    /// Sends bytes; waits while the far side does not read.
    pub async fn send(&mut self, bytes: Bytes) -> Result<(), Problem> {
        match self {
            Self::Socket(socket) => socket.send(Frame::Binary(bytes)).await,
            Self::Channel(Some(to)) => to
                .send(bytes)
                .await
                .map_err(|_| Problem::new(ProblemKind::Unreachable, "the far side no longer reads")),
            Self::Channel(None) => Ok(()),
        }
    }

    /// Says good-bye where the transport has a word for it.
    pub async fn close(self) {
        if let Self::Socket(socket) = self {
            socket.close().await;
        }
    }
}
