//! The task behind a session: opens the transport, feeds the emulator in slices, and sends what is typed at once.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::link::{Link, Reader};
use super::outbound::Outbound;
use super::shared::SharedScreen;
use crate::{Connector, Opened, SessionState, Size};
use qdeck_model::Problem;

/// Time for which a link that no longer takes what is sent is still read.
const CLOSE_GRACE: Duration = Duration::from_secs(1);
/// Replies that may wait for the wire. A remote side that asks without end and does not read loses replies.
const REPLY_QUEUE_LENGTH: usize = 16;

/// The task's half of a session.
pub(super) struct SessionTask {
    pub shared: Arc<SharedScreen>,
    pub connector: Connector,
    pub input: mpsc::Receiver<Bytes>,
    pub sizes: watch::Receiver<Size>,
    pub reconnects: mpsc::Receiver<()>,
    pub cancel: CancellationToken,
}

impl SessionTask {
    /// Runs until the handle is dropped, or the console turns out to be a page.
    pub async fn run(mut self) {
        let cancel = self.cancel.clone();
        let mut is_first = true;
        while !cancel.is_cancelled() {
            let opened = tokio::select! {
                biased;
                () = cancel.cancelled() => return,
                opened = (self.connector)() => opened,
            };
            let end = match opened {
                Ok(Opened::Terminal(transport)) => {
                    let link = Link::from(transport);
                    self.begin(is_first, link.takes_input);
                    is_first = false;
                    self.carry(link).await
                }
                Ok(Opened::Page(page)) => return self.shared.enter(SessionState::Page(page)),
                Err(problem) => Some(problem),
            };
            self.shared.enter(SessionState::Ended(end));
            tokio::select! {
                biased;
                () = cancel.cancelled() => return,
                reconnect = self.reconnects.recv() => if reconnect.is_none() { return },
            }
            self.shared.enter(SessionState::Connecting);
        }
    }

    /// Marks the start of a connection.
    fn begin(&mut self, is_first: bool, takes_input: bool) {
        // What was typed for the connection before is not for this one.
        while self.input.try_recv().is_ok() {}
        {
            let mut screen = self.shared.lock();
            if !is_first {
                screen.emulator.begin_connection("reconnected");
                screen.record_seam("reconnected");
            }
            screen.state = SessionState::Live;
            screen.transport_takes_input = takes_input;
        }
        self.shared.mark_dirty();
    }

    /// Carries bytes both ways until one side ends; returns the problem, if the end was not orderly.
    async fn carry(&mut self, link: Link) -> Option<Problem> {
        let Link { mut reader, mut writer, takes_input, resize } = link;
        let (reply_sender, replies) = mpsc::channel(REPLY_QUEUE_LENGTH);
        let cancel = self.cancel.clone();
        let end = {
            // Both halves live in this task: a slice of feeding never delays a key by more than itself.
            let reading = read_loop(&self.shared, &mut reader, takes_input.then_some(&reply_sender));
            tokio::pin!(reading);
            let mut outbound = Outbound { input: &mut self.input, replies, sizes: &mut self.sizes, resize };
            tokio::select! {
                biased;
                () = cancel.cancelled() => None,
                // What still arrives may be the last output, or report why the link broke.
                problem = outbound.write_loop(&mut writer) => {
                    match tokio::time::timeout(CLOSE_GRACE, &mut reading).await {
                        Ok(end) => end.err(),
                        Err(_) => Some(problem),
                    }
                },
                end = &mut reading => end.err(),
            }
        };
        // The closing handshake ends only if the other side's frames are read meanwhile.
        let drain = async { while let Ok(Some(_)) = reader.recv().await {} };
        tokio::select! {
            () = writer.close() => {}
            () = drain => {}
        }
        end
    }
}

/// Feeds what arrives to the emulator until the end.
async fn read_loop(
    shared: &SharedScreen,
    reader: &mut Reader,
    replies: Option<&mpsc::Sender<Bytes>>,
) -> Result<(), Problem> {
    loop {
        let deadline = shared.lock().emulator.hold_deadline();
        let received = tokio::select! {
            biased;
            received = reader.recv() => received?,
            () = sleep_until(deadline) => {
                if shared.lock().emulator.end_overdue_hold(Instant::now()) {
                    shared.mark_dirty();
                }
                continue;
            }
        };
        let Some(mut bytes) = received else { return Ok(()) };
        while !bytes.is_empty() {
            let (reply, is_held) = shared.feed(&mut bytes);
            if let (Some(replies), false) = (replies, reply.is_empty()) {
                // Full: the remote side does not read its replies, so it goes without.
                let _ = replies.try_send(reply.into());
            }
            if !is_held {
                shared.mark_dirty();
            }
            shared.yield_to_readers().await;
        }
    }
}

async fn sleep_until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at.into()).await,
        None => std::future::pending().await,
    }
}
