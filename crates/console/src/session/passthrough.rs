//! A console without an emulator: its bytes as they are, for the caller's own terminal, a file or a pipe.

use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

use super::link::{self, Link, Reader, Writer, close};
use super::outbound::Outbound;
use crate::{ResizeReports, Size, Transport};
use qdeck_model::Problem;

/// Time that a remote side has to take what was typed before the end.
const FLUSH_TIMEOUT: Duration = Duration::from_millis(500);

/// An open console whose bytes are passed as they are.
pub struct Passthrough {
    link: Link,
}

impl From<Transport> for Passthrough {
    fn from(transport: Transport) -> Self {
        Self { link: transport.into() }
    }
}

impl Passthrough {
    /// True if what is typed is sent.
    pub fn takes_input(&self) -> bool {
        self.link.takes_input
    }

    /// Carries bytes both ways until the remote side ends the console, which is `None`, or `enough` completes, whose value
    /// it returns. Nothing more is read from the link while `output` waits. The remote side learns each of the `sizes`, the
    /// first at once; without them none.
    ///
    /// # Errors
    /// When the link breaks, or `output` fails.
    pub async fn carry<T, E: From<Problem>>(
        self,
        input: mpsc::Receiver<Bytes>,
        sizes: Option<watch::Receiver<Size>>,
        mut output: impl AsyncFnMut(Bytes) -> Result<(), E>,
        enough: impl Future<Output = T>,
    ) -> Result<Option<T>, E> {
        let Link { mut reader, mut writer, takes_input, resize } = self.link;
        // Where nothing is sent, the reader of the input must not wait for room. A channel without a sender is one on which
        // nothing comes.
        let mut input = if takes_input {
            input
        } else {
            drop(input);
            mpsc::channel(1).1
        };
        let (resize, mut sizes) = match sizes {
            Some(sizes) => (resize, sizes),
            None => (ResizeReports::Ignored, watch::channel(Size { columns: 80, rows: 24 }).1),
        };
        let end = {
            let reading = read_loop(&mut reader, &mut output);
            let replies = mpsc::channel(1).1;
            let mut outbound = Outbound { input: &mut input, replies, sizes: &mut sizes, resize };
            tokio::select! {
                biased;
                why = enough => Ok(Some(why)),
                end = link::carry(reading, outbound.write_loop(&mut writer)) => end.map(|()| None),
            }
        };
        if matches!(end, Ok(Some(_))) {
            // A remote side that does not take it in time goes without.
            let _ = timeout(FLUSH_TIMEOUT, flush(&mut input, &mut writer)).await;
        }
        close(reader, writer).await;
        end
    }
}

/// Hands on what arrives until an orderly end.
async fn read_loop<E: From<Problem>>(
    reader: &mut Reader,
    output: &mut impl AsyncFnMut(Bytes) -> Result<(), E>,
) -> Result<(), E> {
    while let Some(bytes) = reader.recv().await? {
        output(bytes).await?;
    }
    Ok(())
}

/// Sends what is queued.
async fn flush(input: &mut mpsc::Receiver<Bytes>, writer: &mut Writer) {
    while let Ok(bytes) = input.try_recv() {
        if writer.send(bytes).await.is_err() {
            return;
        }
    }
}
