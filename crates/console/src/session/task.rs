//! The task behind a session: opens the transport, carries its bytes, and opens it again when it breaks.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use bytes::Bytes;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::link::{self, Link, close};
use super::outbound::Outbound;
use super::reading::Reading;
use super::replay::Recent;
use super::retries::{Retries, wait_for_next};
use super::shared::SharedScreen;
use crate::transport::is_reached;
use crate::{Connector, Opened, PixelTransport, ResizeReports, SessionState, Size};
use qdeck_model::{Problem, ProblemKind};

/// Replies that may wait for the wire. A remote side that asks without end and does not read loses replies.
const REPLY_QUEUE_LENGTH: usize = 16;

/// Takes over a console that turned out to be a screen of pixels.
pub(crate) type OnPixels = Box<dyn FnOnce(PixelTransport) + Send>;

/// The task's half of a session.
pub(super) struct SessionTask {
    pub shared: Arc<SharedScreen>,
    pub connector: Connector,
    pub input: mpsc::Receiver<Bytes>,
    pub sizes: watch::Receiver<Size>,
    pub reconnects: mpsc::Receiver<()>,
    /// Takes over where the platform opens a screen of pixels instead.
    pub on_pixels: Option<OnPixels>,
    pub cancel: CancellationToken,
}

/// What a session remembers of its connections.
struct Past {
    retries: Retries,
    /// The newest output.
    recent: Recent,
    /// When the last connection ended that was live; `None` before there was one.
    ended_at: Option<Instant>,
}

impl SessionTask {
    /// Runs until the handle is dropped, or the console turns out to be a page.
    pub async fn run(mut self) {
        let cancel = self.cancel.clone();
        let mut past = Past { retries: Retries::new(), recent: Recent::default(), ended_at: None };
        while !cancel.is_cancelled() {
            let opened = tokio::select! {
                biased;
                () = cancel.cancelled() => return,
                opened = (self.connector)() => opened,
            };
            let end = match opened {
                Ok(Opened::Terminal(transport)) => {
                    let began_at = Instant::now();
                    let reached = transport.reached.clone();
                    let end = self.carry(transport.into(), reached.clone(), &mut past).await;
                    past.retries.lasted(began_at.elapsed());
                    let was_live = self.shared.status().state == SessionState::Live;
                    if was_live && is_reached(reached.as_ref()) {
                        past.ended_at = Some(Instant::now());
                    }
                    end
                }
                Ok(Opened::Framebuffer(transport)) => match self.on_pixels.take() {
                    Some(on_pixels) => return on_pixels(transport),
                    None => Some(Problem::new(
                        ProblemKind::Unsupported,
                        "the platform opened a screen of pixels, and this session shows text",
                    )),
                },
                Ok(Opened::Page(page)) => return self.shared.enter(SessionState::Page(page)),
                Err(problem) => Some(problem),
            };
            // A console that has never opened is not tried again by itself: the user is looking at the reason.
            let retries = past.ended_at.is_some().then_some(&mut past.retries);
            tokio::select! {
                biased;
                () = cancel.cancelled() => return,
                () = wait_for_next(end, retries, &mut self.reconnects, |state| self.shared.enter(state)) => {}
            }
        }
    }

    /// Marks the start of a connection; `is_live` is false where its first output has to show that.
    fn begin(&mut self, takes_input: bool, resize: &ResizeReports, is_live: bool) {
        // What was typed for the connection before is not for this one.
        while self.input.try_recv().is_ok() {}
        self.shared.with(|screen| {
            // A reply about the size must not look like a report of one.
            let is_sequence = matches!(resize, ResizeReports::Sequence);
            screen.emulator.set_sequence_size_reports(is_sequence);
            screen.emulator.set_prompts_redrawn(!matches!(resize, ResizeReports::Ignored));
            let mut status = self.shared.status();
            if is_live {
                status.state = SessionState::Live;
            }
            status.transport_takes_input = takes_input;
            status.was_typed_into = false;
        });
        self.shared.mark_dirty();
    }

    /// Carries bytes both ways until one side ends; returns the problem, if the end was not orderly.
    async fn carry(
        &mut self,
        link: Link,
        reached: Option<Arc<AtomicBool>>,
        past: &mut Past,
    ) -> Option<Problem> {
        let Link { mut reader, mut writer, takes_input, resize } = link;
        self.begin(takes_input, &resize, past.ended_at.is_none() || reached.is_none());
        let (reply_sender, replies) = mpsc::channel(REPLY_QUEUE_LENGTH);
        let cancel = self.cancel.clone();
        let end = {
            let mut reading = Reading {
                shared: &self.shared,
                replies: takes_input.then_some(&reply_sender),
                recent: &mut past.recent,
                hold_deadline: None,
                reached,
            };
            // Both halves live in this task: a slice of feeding never delays a key by more than itself.
            let reading = reading.run(&mut reader, past.ended_at);
            let mut outbound = Outbound { input: &mut self.input, replies, sizes: &mut self.sizes, resize };
            tokio::select! {
                biased;
                () = cancel.cancelled() => None,
                end = link::carry(reading, outbound.write_loop(&mut writer)) => end.err(),
            }
        };
        close(reader, writer).await;
        end
    }
}
