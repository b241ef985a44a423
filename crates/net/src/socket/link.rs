//! The task that owns a websocket's connection.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use reqwest::Upgraded;
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

/// How long a good-bye may take.
pub(super) const FAREWELL: Duration = Duration::from_secs(1);

/// Frames that wait between the task and the reader; when full, the task stops reading and TCP pushes back.
const WAITING: usize = 32;

/// Bytes that wait there. A key's echo waits behind them: at 20 MB/s this is 3 ms.
const WAITING_BYTES: u32 = 64 << 10;

/// What came, and the room that it takes while it waits.
pub(super) struct Waiting {
    pub heard: Result<Frame, NetError>,
    _room: Option<OwnedSemaphorePermit>,
}

/// What a [`Socket`] asks of its task.
pub(super) enum Order {
    Frame(Frame),
    /// Say good-bye; the sender is dropped when the peer has answered.
    Close(oneshot::Sender<()>),
}

type Connection = WebSocketStream<Upgraded>;

/// Whether the far side still answers.
#[derive(Default)]
struct Pulse {
    /// Messages of any sort that came.
    heard: AtomicU64,
    /// Nobody takes frames, so nothing can be heard: silence proves nothing.
    full: AtomicBool,
}

impl Pulse {
    fn beat(&self) {
        self.heard.fetch_add(1, Ordering::Relaxed);
    }

    /// What was heard so far, counting the time in which nobody listened as a word.
    fn so_far(&self) -> u64 {
        if self.full.load(Ordering::Relaxed) {
            self.beat();
        }
        self.heard.load(Ordering::Relaxed)
    }
}

pub(super) async fn start(
    stream: Upgraded,
    protocol: Option<String>,
    named: NetError,
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
    let (out, frames) = mpsc::channel(WAITING);
    let (orders, requests) = mpsc::channel(WAITING);
    let pulse = Arc::new(Pulse::default());
    let task = run(sink, source, requests, out, pulse, named.clone(), options.ping_every);
    let task = Arc::new(AbortOnDropHandle::new(tokio::spawn(task)));
    Socket {
        reader: SocketReader { frames, _task: task.clone() },
        writer: SocketWriter { orders, protocol, named, _task: task },
    }
}

async fn run(
    sink: SplitSink<Connection, Message>,
    source: SplitStream<Connection>,
    orders: mpsc::Receiver<Order>,
    out: mpsc::Sender<Waiting>,
    pulse: Arc<Pulse>,
    named: NetError,
    ping_every: Duration,
) {
    let end = tokio::select! {
        end = read(source, &out, &pulse) => end,
        cause = write(sink, orders, &pulse, ping_every) => Some(cause),
    };
    if let Some(cause) = end {
        // Nobody may be listening any more, which is an end as well.
        let _ =
            out.send(Waiting { heard: Err(NetError { cause: Box::new(cause), ..named }), _room: None }).await;
    }
}

/// Hands frames on until the end. `None` is an orderly one.
async fn read(
    mut source: SplitStream<Connection>,
    out: &mpsc::Sender<Waiting>,
    pulse: &Pulse,
) -> Option<Cause> {
    let bytes = Arc::new(Semaphore::new(WAITING_BYTES as usize));
    loop {
        let message = source.next().await;
        pulse.beat();
        let frame = match sorted(message) {
            Heard::Frame(frame) => frame,
            Heard::Pulse => continue,
            Heard::End(end) => return end,
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

/// Waits for room among what waits; whether anybody listens. A frame longer than all the room waits alone.
async fn hand_on(frame: Frame, out: &mpsc::Sender<Waiting>, bytes: &Arc<Semaphore>) -> bool {
    let length = u32::try_from(frame.len()).unwrap_or(u32::MAX);
    let room = Arc::clone(bytes).acquire_many_owned(length.min(WAITING_BYTES));
    let waiting = Waiting {
        // The semaphore is never closed.
        _room: room.await.ok(),
        heard: Ok(frame),
    };
    out.send(waiting).await.is_ok()
}

async fn drain(mut source: SplitStream<Connection>, pulse: &Pulse) -> Option<Cause> {
    loop {
        let message = source.next().await;
        pulse.beat();
        if let Heard::End(end) = sorted(message) {
            return end;
        }
    }
}

enum Heard {
    Frame(Frame),
    Pulse,
    End(Option<Cause>),
}

fn sorted(message: Option<Result<Message, Error>>) -> Heard {
    match message {
        Some(Ok(Message::Text(text))) => Heard::Frame(Frame::Text(text.as_str().to_owned())),
        Some(Ok(Message::Binary(bytes))) => Heard::Frame(Frame::Binary(bytes)),
        Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => Heard::Pulse,
        Some(Ok(Message::Close(frame))) => Heard::End(closed(frame.as_ref())),
        Some(Err(error)) => Heard::End(Some(broken(&error))),
        // The stream ends after a close frame only, which has ended the loop already.
        None => Heard::End(None),
    }
}

/// Sends what is ordered, and a ping every so often. Returns when the link is lost to it.
async fn write(
    mut sink: SplitSink<Connection, Message>,
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
                Some(Order::Close(done)) => return farewell(sink, done).await,
                // Only the reading half is left. Pings go on, so that it notices a dead link.
                None => {
                    open = false;
                    continue;
                }
            },
            _ = pings.tick() => {
                let heard = pulse.so_far();
                missed = if at_last_ping == Some(heard) { missed + 1 } else { 0 };
                if missed >= 2 {
                    return Cause::NoPong(ping_every * 2);
                }
                at_last_ping = Some(heard);
                Message::Ping(Bytes::new())
            }
        };
        // A peer that reads nothing blocks this; silence for two pings' time ends it even so.
        let sent = tokio::select! {
            sent = sink.send(message) => sent,
            () = silence(pulse, ping_every * 2) => return Cause::NoPong(ping_every * 2),
        };
        if let Err(error) = sent {
            // What the reader finds says more: a close code rather than a broken pipe.
            tokio::time::sleep(Duration::from_millis(200)).await;
            return broken(&error);
        }
    }
}

/// Ends when nothing was heard for a whole `limit` although somebody was listening.
async fn silence(pulse: &Pulse, limit: Duration) {
    let mut before = pulse.so_far();
    loop {
        tokio::time::sleep(limit).await;
        let heard = pulse.so_far();
        if heard == before {
            return;
        }
        before = heard;
    }
}

/// Says good-bye and waits: the reader ends the task when the peer's close arrives.
async fn farewell(mut sink: SplitSink<Connection, Message>, done: oneshot::Sender<()>) -> Cause {
    let good_bye = CloseFrame { code: CloseCode::Normal, reason: "".into() };
    let sent = tokio::time::timeout(FAREWELL, sink.send(Message::Close(Some(good_bye)))).await;
    if matches!(sent, Ok(Ok(()))) {
        tokio::time::sleep(FAREWELL).await;
    }
    drop(done);
    Cause::Link("the far side did not answer the good-bye".to_owned())
}

/// A close frame in words; `None` when it is an orderly end.
fn closed(frame: Option<&CloseFrame>) -> Option<Cause> {
    let frame = frame?;
    let code = u16::from(frame.code);
    let words = match code {
        1000 | 1001 => return None,
        1002 => "it met a breach of the protocol",
        1003 => "it does not take this sort of data",
        1007 => "it met text that is not UTF-8",
        1008 => "its policy forbids this",
        1009 => "a message was too long for it",
        1010 => "it misses an extension",
        1011 => "it failed inside",
        1012 => "it restarts",
        1013 => "it is too busy, try again later",
        1014 => "a gateway behind it failed",
        3000 => "not signed in, or the token is used up",
        3003 => "not allowed",
        3008 => "it waited too long",
        4000.. => "for a reason of its own",
        _ => "for no reason it may give",
    };
    let reason: String = frame.reason.chars().filter(|c| !c.is_control()).collect();
    Some(Cause::Closed(if reason.is_empty() {
        format!("{words} (code {code})")
    } else {
        format!("{words} (code {code}: {reason})")
    }))
}

fn broken(error: &Error) -> Cause {
    Cause::Link(match error {
        Error::Capacity(CapacityError::MessageTooLong { size, max_size }) => {
            format!("a message of {size} bytes came, more than the {max_size} that are taken")
        }
        Error::Utf8(_) => "a text message held bytes that are not UTF-8".to_owned(),
        Error::Protocol(
            tokio_tungstenite::tungstenite::error::ProtocolError::ResetWithoutClosingHandshake,
        ) => "it ended without a good-bye (1006)".to_owned(),
        Error::Io(error) => format!("it ended without a good-bye (1006): {error}"),
        other => other.to_string(),
    })
}
