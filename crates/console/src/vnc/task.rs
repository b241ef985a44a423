//! The task behind a session: opens the transport, carries its bytes, and opens it again when it breaks.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use qdeck_model::{Problem, ProblemKind};
use qdeck_vnc::{Options, ProtocolError};
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use zeroize::Zeroizing;

use super::shared::{Changes, Shared};
use super::typing::KEY_PAUSE;
use crate::session::link::{self, Link, Reader, Writer, close};
use crate::session::retries::{Retries, wait_for_next};
use crate::{Connector, Opened, PixelTransport, ResizeReports, SessionState, Transport};

/// Time without an update after which what has changed is asked for again: a server may drop a request, as some do when
/// the screen gets another size.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(1);
/// Time that a server may take within the handshake and within an update. Between updates it may be silent for ever.
const STALL_TIMEOUT: Duration = Duration::from_secs(30);
/// Time after which a part of an update is drawn.
const MAX_UPDATE_TIME: Duration = Duration::from_millis(250);
/// Bytes that are fed under one lock, at most.
const MAX_SLICE_BYTES: usize = 64 << 10;
/// The same at least: a few bytes may be a picture of one colour.
const MIN_SLICE_BYTES: usize = 64;
/// Time under one lock that is aimed at: a frame and a key press wait no longer.
const MAX_LOCK_TIME: Duration = Duration::from_millis(3);

/// The task's half of a session.
pub(super) struct Task {
    pub shared: Arc<Shared>,
    pub connector: Connector,
    pub reconnects: mpsc::Receiver<()>,
    pub cancel: CancellationToken,
}

impl Task {
    /// Runs until the handle is dropped, or the console turns out to be a page.
    pub async fn run(mut self, mut first: Option<PixelTransport>) {
        let cancel = self.cancel.clone();
        let mut retries = Retries::new();
        let mut was_live = false;
        while !cancel.is_cancelled() {
            let opened = if let Some(transport) = first.take() {
                Ok(Opened::Framebuffer(transport))
            } else {
                tokio::select! {
                    biased;
                    () = cancel.cancelled() => return,
                    opened = (self.connector)() => opened,
                }
            };
            let end = match opened {
                Ok(Opened::Framebuffer(transport)) => {
                    let began_at = Instant::now();
                    let end = self.carry(transport).await;
                    was_live |= self.shared.with(|screen| screen.client.is_running());
                    retries.lasted(began_at.elapsed());
                    end
                }
                Ok(Opened::Terminal(_)) => Some(Problem::new(
                    ProblemKind::Unsupported,
                    "the platform now offers a terminal here instead of a screen of pixels",
                )),
                Ok(Opened::Page(page)) => return self.shared.enter(SessionState::Page(page)),
                Err(problem) => Some(problem),
            };
            // A console that has never opened is not tried again by itself: the user is looking at the reason.
            let retries = was_live.then_some(&mut retries);
            tokio::select! {
                biased;
                () = cancel.cancelled() => return,
                () = wait_for_next(end, retries, &mut self.reconnects, |state| self.shared.enter(state)) => {}
            }
        }
    }

    /// Carries bytes both ways until one side ends; returns the problem, if the end was not orderly.
    async fn carry(&self, transport: PixelTransport) -> Option<Problem> {
        let PixelTransport { stream, password } = transport;
        let Link { mut reader, mut writer, takes_input, .. } =
            Transport { stream, resize: ResizeReports::Ignored, reached: None }.into();
        let password = password.map(|password| Zeroizing::new(password.expose().to_owned()));
        let options = Options { password, ..Options::default() };
        self.shared.with(|screen| screen.begin(options, takes_input));
        let end = {
            let mut reading = Reading {
                shared: &self.shared,
                slice_bytes: MAX_SLICE_BYTES,
                received_at: Instant::now(),
                updated_at: Instant::now(),
                drawn_at: Instant::now(),
            };
            tokio::select! {
                biased;
                () = self.cancel.cancelled() => {
                    self.shared.with(|screen| screen.client.release_all());
                    // A server that does not take it in time finds out by the end of the connection.
                    let _ = tokio::time::timeout(MAX_UPDATE_TIME, send_waiting(&self.shared, &mut writer)).await;
                    None
                }
                end = link::carry(reading.run(&mut reader), write_loop(&self.shared, &mut writer)) => end.err(),
            }
        };
        close(reader, writer).await;
        end
    }
}

/// Sends what the client has for the server, and types what waits, until the link breaks; returns why it did.
async fn write_loop(shared: &Shared, writer: &mut Writer) -> Problem {
    loop {
        if let Err(problem) = send_waiting(shared, writer).await {
            return problem;
        }
        if shared.with(|screen| screen.typing.is_empty()) {
            shared.outgoing.notified().await;
        } else {
            tokio::time::sleep(KEY_PAUSE).await;
            shared.with(super::shared::Screen::type_next);
        }
    }
}

async fn send_waiting(shared: &Shared, writer: &mut Writer) -> Result<(), Problem> {
    loop {
        let bytes = shared.with(|screen| screen.client.take_output());
        if bytes.is_empty() {
            return Ok(());
        }
        writer.send(Bytes::from(bytes)).await?;
    }
}

/// The incoming direction of one connection.
struct Reading<'a> {
    shared: &'a Shared,
    /// Bytes that are fed under one lock now.
    slice_bytes: usize,
    received_at: Instant,
    /// When the last update ended, or was asked for again.
    updated_at: Instant,
    /// When something was last marked to be drawn.
    drawn_at: Instant,
}

impl Reading<'_> {
    async fn run(&mut self, reader: &mut Reader) -> Result<(), Problem> {
        loop {
            let watchdog = self.updated_at + REQUEST_TIMEOUT;
            tokio::select! {
                biased;
                received = reader.recv() => match received? {
                    Some(bytes) => {
                        self.received_at = Instant::now();
                        self.feed(bytes).await?;
                    }
                    None => return self.end(),
                },
                () = tokio::time::sleep_until(watchdog) => self.watch()?,
            }
        }
    }

    /// Feeds bytes in slices that take little time each.
    async fn feed(&mut self, mut bytes: Bytes) -> Result<(), Problem> {
        while !bytes.is_empty() {
            let slice = bytes.split_to(bytes.len().min(self.slice_bytes));
            let start = std::time::Instant::now();
            let (changes, is_within_update) = {
                let mut screen = self.shared.lock();
                let was_running = screen.client.is_running();
                let fed = screen.client.feed(&slice);
                let changes = screen.take_events();
                if !was_running && screen.client.is_running() {
                    screen.state = SessionState::Live;
                }
                fed.map_err(|error| problem(&error))?;
                (changes, screen.client.is_within_update())
            };
            let took = start.elapsed();
            if took > MAX_LOCK_TIME {
                self.slice_bytes = (self.slice_bytes / 2).max(MIN_SLICE_BYTES);
            } else if took < MAX_LOCK_TIME / 4 {
                self.slice_bytes = (self.slice_bytes * 2).min(MAX_SLICE_BYTES);
            }
            self.mark(changes, is_within_update);
            self.shared.outgoing.notify_one();
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    /// Marks what is to be drawn. An update is drawn when it is complete, or takes long.
    fn mark(&mut self, changes: Changes, is_within_update: bool) {
        let now = Instant::now();
        if changes.update {
            self.updated_at = now;
            self.shared.output.store(true, Ordering::Release);
        }
        let is_late = is_within_update && now - self.drawn_at >= MAX_UPDATE_TIME;
        if changes.update || changes.other || is_late {
            self.drawn_at = now;
            self.shared.mark_dirty();
        }
    }

    /// Asks again for what has changed; ends a connection that stopped in the middle.
    fn watch(&mut self) -> Result<(), Problem> {
        self.updated_at = Instant::now();
        let silent = self.received_at.elapsed();
        let (is_running, is_within_update) = self.shared.with(|screen| {
            let client = &mut screen.client;
            if client.is_running() && !client.is_within_update() {
                client.repeat_request();
            }
            (client.is_running(), client.is_within_update())
        });
        self.shared.outgoing.notify_one();
        if silent < STALL_TIMEOUT || (is_running && !is_within_update) {
            return Ok(());
        }
        let place = if is_running { "in the middle of a picture" } else { "before the screen was there" };
        Err(Problem::new(
            ProblemKind::Unreachable,
            format!("the VNC server stopped {place}: nothing came for {} s", STALL_TIMEOUT.as_secs()),
        ))
    }

    /// The end of the stream: orderly between two messages.
    fn end(&self) -> Result<(), Problem> {
        let (is_running, is_within_update) =
            self.shared.with(|screen| (screen.client.is_running(), screen.client.is_within_update()));
        let place = match (is_running, is_within_update) {
            (true, false) => return Ok(()),
            (true, true) => "in the middle of a picture",
            (false, _) => "before the screen was there",
        };
        Err(Problem::new(ProblemKind::Unreachable, format!("the VNC server closed the connection {place}")))
    }
}

/// A breach of the protocol as a problem. None of them passes by itself.
fn problem(error: &ProtocolError) -> Problem {
    let kind = match error {
        ProtocolError::PasswordNeeded | ProtocolError::Security(_) | ProtocolError::ScreenTooLarge { .. } => {
            ProblemKind::Unsupported
        }
        ProtocolError::Refused(_) => ProblemKind::Refused,
        ProtocolError::NotVnc(_) | ProtocolError::TooLong { .. } | ProtocolError::Malformed(_) => {
            ProblemKind::BadAnswer
        }
    };
    Problem::new(kind, error.to_string())
}
