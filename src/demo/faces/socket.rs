//! What the faces' websockets have in common: frames of both kinds, cuts on purpose, and a word at the end.

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt as _, StreamExt as _};

use crate::demo::faults::CutSocket;

/// The client has gone, or was cut off.
#[derive(Debug)]
pub(crate) struct Gone;

/// The sending half of a websocket.
pub(crate) struct Sender {
    sink: SplitSink<WebSocket, Message>,
    /// Bytes until it is cut on purpose.
    left: Option<usize>,
    text_next: bool,
}

/// Splits a socket; `cut` is the fault that may have struck its upgrade.
pub(crate) fn split(socket: WebSocket, cut: Option<CutSocket>) -> (Sender, SplitStream<WebSocket>) {
    let (sink, stream) = socket.split();
    (
        Sender {
            sink,
            left: cut.map(|c| usize::from(c.0)),
            text_next: false,
        },
        stream,
    )
}

impl Sender {
    /// Sends console bytes, by turns as binary and, where they are whole UTF-8, as text: the documents do not say
    /// which of the two the platform uses, so a client must take both.
    pub(crate) async fn bytes(&mut self, bytes: Vec<u8>) -> Result<(), Gone> {
        self.text_next = !self.text_next;
        let message = match (self.text_next, String::from_utf8(bytes)) {
            (true, Ok(text)) => Message::text(text),
            (_, Ok(text)) => Message::binary(text.into_bytes()),
            (_, Err(raw)) => Message::binary(raw.into_bytes()),
        };
        self.message(message).await
    }

    /// Sends one text frame.
    pub(crate) async fn text(&mut self, text: String) -> Result<(), Gone> {
        self.message(Message::text(text)).await
    }

    async fn message(&mut self, message: Message) -> Result<(), Gone> {
        if let Some(left) = &mut self.left {
            *left = left.checked_sub(message_len(&message)).ok_or(Gone)?;
        }
        self.sink.send(message).await.map_err(|_| Gone)
    }

    /// Says goodbye with a close code.
    pub(crate) async fn close(&mut self, code: u16, reason: &'static str) {
        let frame = CloseFrame {
            code,
            reason: reason.into(),
        };
        // If it cannot be said, the client has gone already.
        let _ = self.sink.send(Message::Close(Some(frame))).await;
    }
}

fn message_len(message: &Message) -> usize {
    match message {
        Message::Text(text) => text.len(),
        Message::Binary(bytes) | Message::Ping(bytes) | Message::Pong(bytes) => bytes.len(),
        Message::Close(_) => 0,
    }
}

/// Waits until the client has gone; what it says meanwhile is nothing to us.
pub(crate) async fn gone(stream: &mut SplitStream<WebSocket>) {
    while let Some(Ok(message)) = stream.next().await {
        if matches!(message, Message::Close(_)) {
            return;
        }
    }
}
