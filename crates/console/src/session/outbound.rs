//! The outgoing direction of a session: sizes, keys and the emulator's replies, in the order of their urgency.

use bytes::{Bytes, BytesMut};
use tokio::sync::{mpsc, watch};

use super::link::Writer;
use crate::{ResizeReports, Size};
use qdeck_model::Problem;

/// The longest frame sent; a long paste goes in several.
const MAX_FRAME_BYTES: usize = 16 * 1024;

/// The queues of one connection.
pub(super) struct Outbound<'a> {
    pub input: &'a mut mpsc::Receiver<Bytes>,
    pub replies: mpsc::Receiver<Bytes>,
    pub sizes: &'a mut watch::Receiver<Size>,
    pub resize: ResizeReports,
}

impl Outbound<'_> {
    /// Sends what is queued until the link breaks; returns why it did.
    pub async fn write_loop(&mut self, writer: &mut Writer) -> Problem {
        // The first report is the size at the start.
        self.sizes.mark_changed();
        let reports_size = !matches!(self.resize, ResizeReports::Ignored);
        loop {
            let mut bytes = tokio::select! {
                biased;
                Ok(()) = self.sizes.changed(), if reports_size => self.report_size(),
                Some(typed) = self.input.recv() => join_queued(typed, self.input),
                Some(reply) = self.replies.recv() => reply,
                // The handle is gone; the task is about to be cancelled.
                else => std::future::pending().await,
            };
            while !bytes.is_empty() {
                let part = bytes.split_to(bytes.len().min(MAX_FRAME_BYTES));
                if let Err(problem) = writer.send(part).await {
                    return problem;
                }
            }
        }
    }

    /// Reports the size. Returns the bytes to send for it, none where it travels beside them.
    fn report_size(&mut self) -> Bytes {
        let size = *self.sizes.borrow_and_update();
        let size = Size { columns: size.columns.max(2), rows: size.rows.max(2) };
        match &self.resize {
            ResizeReports::Ignored => Bytes::new(),
            // XTWINOPS 8.
            ResizeReports::Sequence => format!("\x1b[8;{};{}t", size.rows, size.columns).into(),
            ResizeReports::Channel(sizes) => {
                sizes.send_replace(size);
                Bytes::new()
            }
        }
    }
}

/// Joins what was typed meanwhile into one frame.
fn join_queued(first: Bytes, input: &mut mpsc::Receiver<Bytes>) -> Bytes {
    let Ok(second) = input.try_recv() else {
        return first;
    };
    let mut all = BytesMut::from(first);
    all.extend_from_slice(&second);
    while all.len() < MAX_FRAME_BYTES {
        let Ok(more) = input.try_recv() else { break };
        all.extend_from_slice(&more);
    }
    all.freeze()
}
