//! The task that owns a websocket's connection.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio::time::{Instant, MissedTickBehavior};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Bytes, Error, Message, error::CapacityError};
use tokio_util::task::AbortOnDropHandle;

use super::super::cause::Cause;
use super::super::error::NetError;
use super::{Frame, Socket, SocketOptions, SocketReader, SocketWriter};

/// The limit on a closing handshake.
pub(super) const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// Frames that are queued between the task and the reader; when full, the task stops reading and TCP pushes back.
const MAX_QUEUED_FRAMES: usize = 32;

/// Bytes that are queued there. A key's echo waits behind them: at 20 MB/s this is 3 ms.
const MAX_QUEUED_BYTES: u32 = 64 << 10;

/// A received frame or the end, and the share of the queue that it takes.
pub(super) struct Queued {
    pub received: Result<Frame, NetError>,
    _permit: Option<OwnedSemaphorePermit>,
}

/// A request of a [`Socket`] to its task.
pub(super) enum Order {
    Frame(Frame),
    /// Close; the sender is dropped when the peer has answered.
    Close(oneshot::Sender<()>),
}

type Connection<S> = WebSocketStream<S>;

/// A byte stream under a websocket.
pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> Stream for S {}

/// Signs of life of the other side.
#[derive(Default)]
struct Pulse {
    /// Messages of any kind so far.
    received: AtomicU64,
    /// The queue is full and nothing is read: silence proves nothing.
    full: AtomicBool,
}

impl Pulse {
    fn beat(&self) {
        self.received.fetch_add(1, Ordering::Relaxed);
    }

    /// Messages so far; a full queue counts as one, since nothing is read meanwhile.
    fn so_far(&self) -> u64 {
        if self.full.load(Ordering::Relaxed) {
            self.beat();
        }
        self.received.load(Ordering::Relaxed)
    }
}

pub(super) async fn start(
    stream: impl Stream,
    protocol: Option<String>,
    base_error: NetError,
    options: &SocketOptions,
) -> Socket {
    let config = WebSocketConfig::default()
        .max_frame_size(Some(options.message_limit))
        .max_message_size(Some(options.message_limit))
        .read_buffer_size(64 << 10)
        .write_buffer_size(0) // keys leave at once
        .max_write_buffer_size(4 << 20);
    let connection = WebSocketStream::from_raw_socket(stream, Role::Client, Some(config)).await;
    let (sink, source) = connection.split();
    let (out, frames) = mpsc::channel(MAX_QUEUED_FRAMES);
    let (orders, requests) = mpsc::channel(MAX_QUEUED_FRAMES);
    let pulse = Arc::new(Pulse::default());
    let task = run(sink, source, requests, out, pulse, base_error.clone(), options.ping_every);
    let task = Arc::new(AbortOnDropHandle::new(tokio::spawn(task)));
    Socket {
        reader: SocketReader { frames, _task: task.clone() },
        writer: SocketWriter { orders, protocol, base_error, _task: task },
    }
}

async fn run<S: Stream>(
    sink: SplitSink<Connection<S>, Message>,
    source: SplitStream<Connection<S>>,
    orders: mpsc::Receiver<Order>,
    out: mpsc::Sender<Queued>,
    pulse: Arc<Pulse>,
    base_error: NetError,
    ping_every: Duration,
) {
    let end = tokio::select! {
        end = read(source, &out, &pulse) => end,
        cause = write(sink, orders, &pulse, ping_every) => Some(cause),
    };
    if let Some(cause) = end {
        // The receiver may be gone, which is an end as well.
        let _ = out
            .send(Queued { received: Err(NetError { cause: Box::new(cause), ..base_error }), _permit: None })
            .await;
    }
}

/// Hands frames on until the end. `None` is an orderly one.
async fn read<S: Stream>(
    mut source: SplitStream<Connection<S>>,
    out: &mpsc::Sender<Queued>,
    pulse: &Pulse,
) -> Option<Cause> {
    let bytes = Arc::new(Semaphore::new(MAX_QUEUED_BYTES as usize));
    loop {
        let message = source.next().await;
        pulse.beat();
        let frame = match classify(message) {
            Incoming::Frame(frame) => frame,
            Incoming::Alive => continue,
            Incoming::End(end) => return end,
        };
        pulse.full.store(true, Ordering::Relaxed);
        let handed_on = hand_on(frame, out, &bytes).await;
        pulse.full.store(false, Ordering::Relaxed);
        pulse.beat();
        if !handed_on {
            // Only the writing half is left: keep reading, for pongs and the close, and drop what comes.
            return drain(source, pulse).await;
        }
    }
}

/// Queues a frame, waiting for room. Returns whether the receiver still exists. A frame longer than the queue waits alone.
async fn hand_on(frame: Frame, out: &mpsc::Sender<Queued>, bytes: &Arc<Semaphore>) -> bool {
    let length = u32::try_from(frame.len()).unwrap_or(u32::MAX);
    let permit = Arc::clone(bytes).acquire_many_owned(length.min(MAX_QUEUED_BYTES));
    let queued = Queued {
        // The semaphore is never closed.
        _permit: permit.await.ok(),
        received: Ok(frame),
    };
    out.send(queued).await.is_ok()
}

async fn drain<S: Stream>(mut source: SplitStream<Connection<S>>, pulse: &Pulse) -> Option<Cause> {
    loop {
        let message = source.next().await;
        pulse.beat();
        if let Incoming::End(end) = classify(message) {
            return end;
        }
    }
}

enum Incoming {
    Frame(Frame),
    Alive,
    End(Option<Cause>),
}

fn classify(message: Option<Result<Message, Error>>) -> Incoming {
    match message {
        Some(Ok(Message::Text(text))) => Incoming::Frame(Frame::Text(text.as_str().to_owned())),
        Some(Ok(Message::Binary(bytes))) => Incoming::Frame(Frame::Binary(bytes)),
        Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => Incoming::Alive,
        Some(Ok(Message::Close(frame))) => Incoming::End(close_cause(frame.as_ref())),
        Some(Err(error)) => Incoming::End(Some(broken_cause(&error))),
        // The stream ends after a close frame only, which has ended the loop already.
        None => Incoming::End(None),
    }
}

/// Sends what is requested, and pings at their interval. Returns the cause when the connection is lost.
async fn write<S: Stream>(
    mut sink: SplitSink<Connection<S>, Message>,
    mut orders: mpsc::Receiver<Order>,
    pulse: &Pulse,
    ping_every: Duration,
) -> Cause {
    let mut pings = tokio::time::interval_at(Instant::now() + ping_every, ping_every);
    pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut at_last_ping, mut missed, mut open) = (None, 0, true);
    loop {
        let message = tokio::select! {
            order = orders.recv(), if open => match order {
                Some(Order::Frame(Frame::Text(text))) => Message::text(text),
                Some(Order::Frame(Frame::Binary(bytes))) => Message::Binary(bytes),
                Some(Order::Close(done)) => return close(sink, done).await,
                // Only the reading half is left. Pings go on, so that it notices a dead link.
                None => {
                    open = false;
                    continue;
                }
            },
            _ = pings.tick() => {
                let received = pulse.so_far();
                missed = if at_last_ping == Some(received) { missed + 1 } else { 0 };
                if missed >= 2 {
                    return Cause::NoPong(ping_every * 2);
                }
                at_last_ping = Some(received);
                Message::Ping(Bytes::new())
            }
        };
        // A peer that reads nothing blocks this; silence for two pings' time ends it even so.
        let sent = tokio::select! {
            sent = sink.send(message) => sent,
            () = until_silent(pulse, ping_every * 2) => return Cause::NoPong(ping_every * 2),
        };
        if let Err(error) = sent {
            // What the reader finds is more precise: a close code rather than a broken pipe.
            tokio::time::sleep(Duration::from_millis(200)).await;
            return broken_cause(&error);
        }
    }
}

/// Ends when nothing was received for a whole `limit` although the queue had room.
async fn until_silent(pulse: &Pulse, limit: Duration) {
    let mut before = pulse.so_far();
    loop {
        tokio::time::sleep(limit).await;
        let received = pulse.so_far();
        if received == before {
            return;
        }
        before = received;
    }
}

/// Sends a close frame and waits: the reader ends the task when the peer's close arrives.
async fn close<S: Stream>(mut sink: SplitSink<Connection<S>, Message>, done: oneshot::Sender<()>) -> Cause {
    let frame = CloseFrame { code: CloseCode::Normal, reason: "".into() };
    let sent = tokio::time::timeout(CLOSE_TIMEOUT, sink.send(Message::Close(Some(frame)))).await;
    if matches!(sent, Ok(Ok(()))) {
        tokio::time::sleep(CLOSE_TIMEOUT).await;
    }
    drop(done);
    Cause::Link("the server did not answer the close frame".to_owned())
}

/// The cause in a close frame; `None` when it is an orderly end.
fn close_cause(frame: Option<&CloseFrame>) -> Option<Cause> {
    let frame = frame?;
    let code = u16::from(frame.code);
    let words = match code {
        1000 | 1001 => return None,
        1002 => "protocol error",
        1003 => "it does not accept this kind of data",
        1007 => "invalid UTF-8",
        1008 => "its policy forbids this",
        1009 => "a message was too long for it",
        1010 => "it requires an extension",
        1011 => "internal error",
        1012 => "it is restarting",
        1013 => "it is too busy, try again later",
        1014 => "a gateway behind it failed",
        3000 => "not signed in, or the token was used before",
        3003 => "not allowed",
        3008 => "it timed out",
        4000.. => "for a reason of its own",
        _ => "without a reason",
    };
    let reason: String = frame.reason.chars().filter(|c| !c.is_control()).collect();
    Some(Cause::Closed(if reason.is_empty() {
        format!("{words} (code {code})")
    } else {
        format!("{words} (code {code}: {reason})")
    }))
}

fn broken_cause(error: &Error) -> Cause {
    Cause::Link(match error {
        Error::Capacity(CapacityError::MessageTooLong { size, max_size }) => {
            format!("a message of {size} bytes is longer than the limit of {max_size}")
        }
        Error::Utf8(_) => "a text message held bytes that are not UTF-8".to_owned(),
        Error::Protocol(
            tokio_tungstenite::tungstenite::error::ProtocolError::ResetWithoutClosingHandshake,
        ) => "it ended without a close frame (1006)".to_owned(),
        Error::Io(error) => format!("it ended without a close frame (1006): {error}"),
        other => other.to_string(),
    })
}
