//! Parts that the faces' websockets share: frames of both kinds, injected cuts, and the closing frame.

use std::pin::Pin;

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, header};
use futures_util::stream::{SplitSink, SplitStream, TakeUntil};
use futures_util::{SinkExt as _, StreamExt as _};

use crate::faults::CutSocket;

/// Returns whether a websocket's upgrade may be answered: one that a page of another origin opened is refused, and so is one
/// that came by a name which merely resolves to this machine. A browser sends both headers and lets no page forge them.
pub(crate) fn is_own(headers: &HeaderMap) -> bool {
    let text = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let Some(host) = text(header::HOST).filter(|host| is_loopback(host)) else {
        return false;
    };
    // A client that is no browser sends none.
    text(header::ORIGIN).is_none_or(|origin| origin.split_once("://").is_some_and(|(_, from)| from == host))
}

/// The authority by which a client reached this cloud, for the addresses in its answer: the port may be forwarded.
/// `own` is the cloud's.
pub(crate) fn authority_for<'a>(headers: &'a HeaderMap, own: &'a str) -> &'a str {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    host.filter(|host| is_loopback(host)).unwrap_or(own)
}

/// Returns whether a `Host` is an address of this machine, whatever the port: one may be forwarded.
fn is_loopback(host: &str) -> bool {
    let Ok(authority) = host.parse::<Authority>() else {
        return false;
    };
    let name = authority.host().trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost") || name.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
}

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

/// The receiving half; it ends when the socket is cut.
pub(crate) type Receiver = TakeUntil<SplitStream<WebSocket>, Over>;

/// The moment of the cut.
type Over = Pin<Box<dyn Future<Output = ()> + Send + Sync>>;

/// Splits a socket; `cut` is the fault that may have struck its upgrade.
pub(crate) fn split(socket: WebSocket, cut: Option<CutSocket>) -> (Sender, Receiver) {
    let (sink, stream) = socket.split();
    // A socket on which nothing is said is cut by the clock.
    let over: Over = match cut {
        Some(cut) => Box::pin(tokio::time::sleep(cut.within())),
        None => Box::pin(std::future::pending()),
    };
    (Sender { sink, left: cut.map(|c| usize::from(c.0)), text_next: false }, stream.take_until(over))
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

    /// Sends bytes in one binary frame.
    pub(crate) async fn binary(&mut self, bytes: Vec<u8>) -> Result<(), Gone> {
        self.message(Message::binary(bytes)).await
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
        let frame = CloseFrame { code, reason: reason.into() };
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
pub(crate) async fn gone(stream: &mut Receiver) {
    while let Some(Ok(message)) = stream.next().await {
        if matches!(message, Message::Close(_)) {
            return;
        }
    }
}

/// A part of a client's frame.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Typed {
    /// Keys.
    Keys(Vec<u8>),
    /// Another size of the terminal: rows and columns.
    Resize(u16, u16),
}

/// The next frame from the client, taken apart.
pub(crate) async fn typed(stream: &mut Receiver) -> Result<Vec<Typed>, Gone> {
    loop {
        match stream.next().await {
            Some(Ok(Message::Binary(bytes))) => return Ok(parse(&bytes)),
            Some(Ok(Message::Text(text))) => return Ok(parse(text.as_bytes())),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(Gone),
        }
    }
}

/// Takes size reports out of a frame. Only whole ones count: a lone escape is a key.
fn parse(mut bytes: &[u8]) -> Vec<Typed> {
    let mut found = Vec::new();
    let mut keys = Vec::new();
    while let Some(at) = memchr::memmem::find(bytes, b"\x1b[8;") {
        let (before, report) = bytes.split_at(at);
        keys.extend_from_slice(before);
        let whole = report.iter().position(|b| *b == b't');
        if let Some(((rows, columns), end)) = whole.and_then(|end| Some((size(report.get(4..end)?)?, end))) {
            if !keys.is_empty() {
                found.push(Typed::Keys(std::mem::take(&mut keys)));
            }
            found.push(Typed::Resize(rows, columns));
            bytes = report.get(end + 1..).unwrap_or_default();
        } else {
            keys.extend_from_slice(b"\x1b[8;");
            bytes = report.get(4..).unwrap_or_default();
        }
    }
    keys.extend_from_slice(bytes);
    if !keys.is_empty() {
        found.push(Typed::Keys(keys));
    }
    found
}

/// `rows;columns`, both from 1 to 1000.
fn size(text: &[u8]) -> Option<(u16, u16)> {
    let (rows, columns) = std::str::from_utf8(text).ok()?.split_once(';')?;
    let inside = |n: &str| n.parse::<u16>().ok().filter(|n| (1..=1000).contains(n));
    Some((inside(rows)?, inside(columns)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn size_reports_are_taken_out_of_the_keys() {
        let keys = |k: &[u8]| Typed::Keys(k.to_vec());
        assert_eq!(parse(b"ls\x1b[8;40;120t\r"), [keys(b"ls"), Typed::Resize(40, 120), keys(b"\r")]);
        assert_eq!(parse(b"\x1b"), [keys(b"\x1b")]);
        assert_eq!(parse(b"\x1b[8;0;1t\x1b[8;x"), [keys(b"\x1b[8;0;1t\x1b[8;x")]);
        assert_eq!(parse(b""), []);
    }

    #[test]
    fn only_this_machine_may_open_a_websocket() {
        for (host, origin, own) in [
            (Some("127.0.0.1:8080"), None, true),
            (Some("localhost:8080"), None, true),
            (Some("[::1]:8080"), None, true),
            (Some("127.0.0.1:8080"), Some("http://127.0.0.1:8080"), true),
            (Some("127.0.0.1:8080"), Some("http://127.0.0.1:3000"), false),
            (Some("127.0.0.1:8080"), Some("https://elsewhere.example.com"), false),
            (Some("127.0.0.1:8080"), Some("null"), false),
            (Some("elsewhere.example.com:8080"), None, false),
            (Some("elsewhere.example.com:8080"), Some("http://elsewhere.example.com:8080"), false),
            (Some("127.0.0.1.example.com"), None, false),
            (Some("127.0.0.1:8080@elsewhere.example.com"), None, false),
            (None, None, false),
        ] {
            let mut headers = HeaderMap::new();
            for (name, value) in [(header::HOST, host), (header::ORIGIN, origin)] {
                if let Some(value) = value {
                    headers.insert(name, value.parse().expect("a value"));
                }
            }
            assert_eq!(is_own(&headers), own, "{host:?} {origin:?}");
        }
    }
}
