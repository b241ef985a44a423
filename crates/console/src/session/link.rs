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
pub(crate) struct Reader {
    source: Source,
    /// The problem that [`Self::try_recv`] came to, for the next [`Self::recv`].
    broken: Option<Problem>,
}

enum Source {
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
                Self {
                    reader: Source::Socket(reader).into(),
                    writer: Writer::Socket(writer),
                    takes_input,
                    resize,
                }
            }
            ByteStream::Channel { from, to } => Self {
                takes_input: to.is_some(),
                reader: Source::Channel(from).into(),
                writer: Writer::Channel(to),
                resize,
            },
        }
    }
}

impl From<Source> for Reader {
    fn from(source: Source) -> Self {
        Self { source, broken: None }
    }
}

impl Reader {
    /// The next bytes, or `None` at an orderly end. Cancel-safe.
    pub async fn recv(&mut self) -> Result<Option<Bytes>, Problem> {
        if let Some(problem) = self.broken.take() {
            return Err(problem);
        }
        match &mut self.source {
            Source::Socket(socket) => Ok(socket.recv().await?.map(into_bytes)),
            Source::Channel(from) => from.recv().await.transpose(),
        }
    }

    /// The next bytes, if they have arrived already. The end is left to [`Self::recv`].
    pub fn try_recv(&mut self) -> Option<Bytes> {
        if self.broken.is_some() {
            return None;
        }
        let received = match &mut self.source {
            Source::Socket(socket) => socket.try_recv()?.map(into_bytes),
            Source::Channel(from) => from.try_recv().ok()?,
        };
        received.map_err(|problem| self.broken = Some(problem)).ok()
    }
}

fn into_bytes(frame: Frame) -> Bytes {
    match frame {
        Frame::Text(text) => Bytes::from(text),
        Frame::Binary(bytes) => bytes,
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
