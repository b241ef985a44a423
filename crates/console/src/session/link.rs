//! The two directions of an open transport, taken apart so that one never waits for the other.

use std::time::Duration;

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::{ByteStream, ResizeReports, Transport};
use qdeck_model::{Problem, ProblemKind};
use qdeck_net::{Frame, SocketReader, SocketWriter};

/// Time for which a link that no longer takes what is sent is still read.
const CLOSE_GRACE: Duration = Duration::from_secs(1);

/// An open transport, taken apart.
pub(crate) struct Link {
    pub reader: Reader,
    pub writer: Writer,
    pub takes_input: bool,
    pub resize: ResizeReports,
}

/// The incoming direction.
pub(crate) enum Reader {
    Socket(SocketReader),
    Channel(mpsc::Receiver<Result<Bytes, Problem>>),
}

/// The outgoing direction.
pub(crate) enum Writer {
    Socket(SocketWriter),
    Channel(Option<mpsc::Sender<Bytes>>),
}

impl From<Transport> for Link {
    fn from(Transport { stream, resize, reached: _ }: Transport) -> Self {
        match stream {
            ByteStream::Socket { socket, takes_input } => {
                let (reader, writer) = socket.split();
                Self { reader: Reader::Socket(reader), writer: Writer::Socket(writer), takes_input, resize }
            }
            ByteStream::Channel { from, to } => Self {
                takes_input: to.is_some(),
                reader: Reader::Channel(from),
                writer: Writer::Channel(to),
                resize,
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

/// Reads and writes until either ends. What still arrives after the writing has failed may be the last output, or report
/// why the link broke.
pub(crate) async fn carry<E: From<Problem>>(
    reading: impl Future<Output = Result<(), E>>,
    writing: impl Future<Output = Problem>,
) -> Result<(), E> {
    tokio::pin!(reading);
    tokio::select! {
        biased;
        problem = writing => match timeout(CLOSE_GRACE, &mut reading).await {
            Ok(end) => end,
            Err(_) => Err(problem.into()),
        },
        end = &mut reading => end,
    }
}

/// Closes both directions in an orderly way.
pub(crate) async fn close(mut reader: Reader, writer: Writer) {
    // The closing handshake ends only if the other side's frames are read meanwhile.
    let drain = async { while let Ok(Some(_)) = reader.recv().await {} };
    tokio::select! {
        () = writer.close() => {}
        () = drain => {}
    }
}

impl Writer {
    /// Sends bytes; waits while the remote side does not read.
    pub async fn send(&mut self, bytes: Bytes) -> Result<(), Problem> {
        match self {
            Self::Socket(socket) => socket.send(Frame::Binary(bytes)).await,
            Self::Channel(Some(to)) => to
                .send(bytes)
                .await
                .map_err(|_| Problem::new(ProblemKind::Unreachable, "the remote side no longer reads")),
            Self::Channel(None) => Ok(()),
        }
    }

    /// Closes the link in an orderly way, where the transport has one.
    async fn close(self) {
        if let Self::Socket(socket) = self {
            socket.close().await;
        }
    }
}
