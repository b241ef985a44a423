//! A session over a websocket on loopback, against a server in this file.

use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role};

use super::connector::connector;
use super::flood::{LINES, assert_end_of_flood, log_lines};
use super::*;
use crate::Retry;
use qdeck_net::SocketOptions;

type Server = WebSocketStream<TcpStream>;

/// Accepts a connection and answers its upgrade; what follows are frames.
pub(super) async fn upgrade(listener: &TcpListener) -> TcpStream {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    let head = String::from_utf8(head).unwrap();
    let key = head
        .lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(name, _)| name.eq_ignore_ascii_case("sec-websocket-key"))
        .map(|(_, key)| derive_accept_key(key.as_bytes()))
        .unwrap();
    let answer = format!(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {key}\r\n\r\n"
    );
    stream.write_all(answer.as_bytes()).await.unwrap();
    stream
}

/// Listens on loopback; the address of the console there.
pub(super) async fn listen() -> (TcpListener, url::Url) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}/console", listener.local_addr().unwrap()).parse().unwrap();
    (listener, url)
}

async fn accept(listener: &TcpListener) -> Server {
    WebSocketStream::from_raw_socket(upgrade(listener).await, Role::Server, None).await
}

/// A session and the server that it is connected to.
async fn attached() -> (TerminalSession, Server) {
    let (listener, url) = listen().await;
    let terminal =
        |stream| Opened::Terminal(Transport { stream, resize: ResizeReports::Sequence, reached: None });
    let session = TerminalSession::start(connector(url, SocketOptions::default(), terminal), SIZE, no_wake());
    let server = tokio::time::timeout(DEADLINE, accept(&listener)).await.unwrap();
    (session, server)
}

async fn next(server: &mut Server) -> Message {
    tokio::time::timeout(DEADLINE, server.next()).await.unwrap().unwrap().unwrap()
}

#[tokio::test]
async fn keys_and_sizes_go_out_as_binary_frames() {
    let (session, mut server) = attached().await;
    assert_eq!(next(&mut server).await, Message::binary(&b"\x1b[8;24;80t"[..]));
    server.send(Message::text("héllo ")).await.unwrap();
    server.send(Message::binary(&b"w\xc3"[..])).await.unwrap();
    server.send(Message::binary(&b"\xb6rld\x1b[6n"[..])).await.unwrap();
    shows(&session, "héllo wörld").await;
    assert_eq!(next(&mut server).await, Message::binary(&b"\x1b[1;12R"[..]));
    session.send(&key('q'));
    assert_eq!(next(&mut server).await, Message::binary(&b"q"[..]));
}

#[tokio::test]
async fn a_close_in_the_middle_of_an_escape_is_reported_and_leaves_a_working_screen() {
    let (session, mut server) = attached().await;
    server.send(Message::text("before \x1b[38;2;1")).await.unwrap();
    let reason = CloseFrame { code: CloseCode::Error, reason: "host lost".into() };
    server.close(Some(reason)).await.unwrap();
    until("end", || matches!(session.state(), SessionState::Reconnecting(_))).await;
    let SessionState::Reconnecting(Retry { problem, .. }) = session.state() else { panic!() };
    assert!(problem.message.contains("1011"), "{problem}");
    assert_eq!(rows(&session)[0], "before");
}

#[tokio::test]
async fn an_orderly_close_is_no_problem() {
    let (session, mut server) = attached().await;
    server.send(Message::text("logout")).await.unwrap();
    server.close(Some(CloseFrame { code: CloseCode::Normal, reason: "".into() })).await.unwrap();
    until("end", || session.state() == SessionState::Ended(None)).await;
    assert_eq!(rows(&session)[0], "logout");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_through_the_websocket_loses_nothing_and_lets_keys_through() {
    const PARTS: usize = 4;
    let (session, mut server) = attached().await;
    assert_eq!(next(&mut server).await, Message::binary(&b"\x1b[8;24;80t"[..]));
    let (mut sink, mut stream) = server.split();
    let flooding = tokio::spawn(async move {
        for part in 0..PARTS {
            let bytes = log_lines(part * LINES);
            // Frames are cut anywhere, as a PTY's reads are.
            for frame in bytes.chunks(10_007) {
                sink.send(Message::binary(frame.to_vec())).await.unwrap();
            }
        }
        sink.send(Message::text("the end")).await.unwrap();
        sink
    });
    let mut echoes = 0;
    while !flooding.is_finished() {
        session.send(&key('k'));
        let frame = tokio::time::timeout(DEADLINE, stream.next()).await.unwrap().unwrap().unwrap();
        echoes += usize::from(frame == Message::binary(&b"k"[..]));
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert!(echoes > 0, "no key came through during the flood");
    shows(&session, "the end").await;
    assert_end_of_flood(&session, PARTS);
    drop(flooding.await.unwrap());
}
