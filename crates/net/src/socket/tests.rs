//! Websockets against a server of this file's own over loopback.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role};

use super::super::ClientOptions;
use super::*;
use qdeck_model::ProblemKind;

type Server = WebSocketStream<TcpStream>;

/// A listener and the address of its websocket, with a token that no error may show.
async fn listen() -> (TcpListener, url::Url) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, format!("ws://127.0.0.1:{port}/console?token=fake-console-token").parse().unwrap())
}

async fn head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8(head).unwrap()
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}

async fn accept(listener: &TcpListener, extra: &str) -> (Server, String) {
    let (mut stream, _) = listener.accept().await.unwrap();
    let head = head(&mut stream).await;
    let key = derive_accept_key(header(&head, "sec-websocket-key").unwrap().as_bytes());
    let answer = format!(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {key}\r\n{extra}\r\n"
    );
    stream.write_all(answer.as_bytes()).await.unwrap();
    (WebSocketStream::from_raw_socket(stream, Role::Server, None).await, head)
}

fn client() -> Client {
    Client::new(ClientOptions {
        first_wait: Duration::from_millis(1),
        timeout: Duration::from_secs(10),
        ..ClientOptions::default()
    })
}

async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), future)
        .await
        .expect("it took longer than any machine needs")
}

/// A client and a server that have met.
async fn pair(options: SocketOptions) -> (Socket, Server) {
    let (listener, url) = listen().await;
    let client = client();
    let (socket, (server, _)) =
        within(async { tokio::join!(client.socket(url, options), accept(&listener, "")) }).await;
    (socket.unwrap(), server)
}

#[tokio::test]
async fn text_and_binary_frames_go_both_ways() {
    let (mut socket, mut server) = pair(SocketOptions::default()).await;
    server.send(Message::text("grüße")).await.unwrap();
    server.send(Message::Ping("are you there".into())).await.unwrap();
    server.send(Message::binary(vec![0, 255])).await.unwrap();
    socket.send(Frame::Binary("ls\r".into())).await.unwrap();
    socket.send(Frame::Text("x".into())).await.unwrap();
    assert_eq!(within(socket.recv()).await, Ok(Some(Frame::Text("grüße".into()))));
    assert_eq!(within(socket.recv()).await, Ok(Some(Frame::Binary(vec![0, 255].into()))));
    let mut received = Vec::new();
    while received.len() < 3 {
        received.push(within(server.next()).await.unwrap().unwrap());
    }
    assert!(received.contains(&Message::Pong("are you there".into())), "{received:?}");
    received.retain(|message| !message.is_pong());
    assert_eq!(received, [Message::binary("ls\r"), Message::text("x")]);
}

#[tokio::test]
async fn close_codes_are_reported_in_words_and_orderly_ones_end_well() {
    for (code, reason, expected) in [
        (1000, "bye", None),
        (1001, "", None),
        (1011, "", Some("internal error (code 1011)")),
        (1008, "token\u{1b}[2J used", Some("its policy forbids this (code 1008: token[2J used)")),
        (4001, "gone", Some("for a reason of its own (code 4001: gone)")),
    ] {
        let (mut socket, mut server) = pair(SocketOptions::default()).await;
        let frame = CloseFrame { code: code.into(), reason: reason.into() };
        server.send(Message::text("last words")).await.unwrap();
        server.close(Some(frame)).await.unwrap();
        assert_eq!(within(socket.recv()).await, Ok(Some(Frame::Text("last words".into()))));
        match (within(socket.recv()).await, expected) {
            (Ok(None), None) => {}
            (Err(problem), Some(expected)) => {
                assert!(problem.message.contains(expected), "{problem}");
                assert!(!format!("{problem} {problem:?}").contains("fake-console-token"));
            }
            (other, _) => panic!("{code}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_link_cut_mid_frame_is_a_problem_not_an_end() {
    let (mut socket, server) = pair(SocketOptions::default()).await;
    let mut raw = server.into_inner();
    raw.write_all(&[0x82, 0x05, b'a', b'b']).await.unwrap(); // announces five bytes, gives two
    drop(raw);
    let problem = within(socket.recv()).await.unwrap_err();
    assert_eq!(problem.kind, ProblemKind::Unreachable, "{problem}");
    assert!(problem.message.contains("1006"), "{problem}");
    assert_eq!(within(socket.recv()).await, Ok(None));
}

#[tokio::test]
async fn a_message_over_the_limit_ends_the_link_and_says_so() {
    let (mut socket, mut server) =
        pair(SocketOptions { message_limit: 1000, ..SocketOptions::default() }).await;
    server.send(Message::binary(vec![7; 1000])).await.unwrap();
    server.send(Message::binary(vec![7; 1001])).await.unwrap();
    assert!(matches!(within(socket.recv()).await, Ok(Some(Frame::Binary(bytes))) if bytes.len() == 1000));
    let problem = within(socket.recv()).await.unwrap_err();
    assert!(problem.message.contains("1001 bytes"), "{problem}");
}

#[tokio::test]
async fn two_pings_without_a_word_drop_the_link() {
    let (mut socket, server) =
        pair(SocketOptions { ping_every: Duration::from_millis(50), ..SocketOptions::default() }).await;
    // A server that is held but never read answers nothing.
    let problem = within(socket.recv()).await.unwrap_err();
    assert!(problem.message.contains("answered no ping"), "{problem}");
    drop(server);
}

#[tokio::test]
async fn a_server_that_answers_pings_is_kept_however_quiet() {
    let (mut socket, mut server) =
        pair(SocketOptions { ping_every: Duration::from_millis(20), ..SocketOptions::default() }).await;
    // Reading answers the pings; ten of them are five times what a dead link would be given.
    let mut pings = 0;
    while pings < 10 {
        tokio::select! {
            message = server.next() => pings += usize::from(message.unwrap().unwrap().is_ping()),
            frame = socket.recv() => panic!("{frame:?}"),
        }
    }
}

#[tokio::test]
async fn a_refused_subprotocol_is_not_offered_twice() {
    for refusal in [
        "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n".to_owned(),
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: other\r\nSec-WebSocket-Accept: KEY\r\n\r\n".to_owned(),
    ] {
        let (listener, url) = listen().await;
        let server = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            let first = head(&mut stream).await;
            let key = derive_accept_key(header(&first, "sec-websocket-key").unwrap().as_bytes());
            stream.write_all(refusal.replace("KEY", &key).as_bytes()).await.unwrap();
            drop(stream);
            let (server, second) = accept(&listener, "").await;
            (server, first, second)
        };
        let options = SocketOptions {
            protocols: vec!["binary".into()],
            ..SocketOptions::default()
        };
        let client = client();
        let (socket, (_server, first, second)) =
            within(async { tokio::join!(client.socket(url, options), server) }).await;
        assert_eq!(header(&first, "sec-websocket-protocol"), Some("binary"));
        assert_eq!(header(&second, "sec-websocket-protocol"), None);
        assert_eq!(socket.unwrap().subprotocol(), None);
    }
}

#[tokio::test]
async fn an_accepted_subprotocol_is_known() {
    let (listener, url) = listen().await;
    let options =
        SocketOptions { protocols: vec!["binary".into(), "base64".into()], ..SocketOptions::default() };
    let client = client();
    let (socket, (_server, head)) = within(async {
        tokio::join!(client.socket(url, options), accept(&listener, "Sec-WebSocket-Protocol: base64\r\n"))
    })
    .await;
    assert_eq!(header(&head, "sec-websocket-protocol"), Some("binary, base64"));
    assert!(head.starts_with("GET /console?token=fake-console-token HTTP/1.1\r\n"), "{head}");
    assert_eq!(socket.unwrap().subprotocol(), Some("base64"));
}

#[tokio::test]
async fn an_answer_that_is_no_websocket_is_reported_without_the_token() {
    for (answer, kind, expected) in [
        (
            "HTTP/1.1 401 Unauthorized\r\nContent-Length: 22\r\n\r\nfake-console-token bad",
            ProblemKind::Unauthorized,
            "bad",
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
            ProblemKind::BadAnswer,
            "answered with a document",
        ),
        (
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: wrong\r\n\r\n",
            ProblemKind::BadAnswer,
            "accept key",
        ),
        (
            "HTTP/1.1 302 Found\r\nLocation: ws://198.51.100.1/?token=fake-console-token\r\nContent-Length: 0\r\n\r\n",
            ProblemKind::BadAnswer,
            "198.51.100.1",
        ),
    ] {
        let (listener, url) = listen().await;
        let server = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            head(&mut stream).await;
            stream.write_all(answer.as_bytes()).await.unwrap();
            stream
        };
        let client = client();
        let (socket, _stream) =
            within(async { tokio::join!(client.socket(url, SocketOptions::default()), server) }).await;
        let problem = Problem::from(socket.unwrap_err());
        assert_eq!(problem.kind, kind, "{problem}");
        assert!(problem.message.contains(expected), "{problem}");
        assert!(!format!("{problem:?}").contains("fake-console-token"), "{problem:?}");
    }
}

#[tokio::test]
async fn an_unencrypted_websocket_elsewhere_is_refused_without_a_packet() {
    let url = "ws://198.51.100.7:9/console?token=fake-console-token".parse().unwrap();
    let client = client();
    let error = client.socket(url, SocketOptions::default()).await.unwrap_err();
    assert_eq!(*error.cause, Cause::Plaintext);
    assert_eq!(error.url, "ws://198.51.100.7:9/console");
    assert_eq!(client.counters().requests, 0);
}

#[tokio::test]
async fn a_full_reader_does_not_stop_the_writer_and_loses_nothing() {
    // More than the channel and every buffer on the way hold, so the server must wait for the reader.
    const FRAMES: usize = 400;
    let (mut socket, server) =
        pair(SocketOptions { ping_every: Duration::from_millis(40), ..SocketOptions::default() }).await;
    let flood = tokio::spawn(async move {
        let (mut sink, mut source) = server.split();
        let send = async {
            for n in 0..FRAMES {
                sink.send(Message::binary(vec![u8::try_from(n % 251).unwrap(); 64 << 10])).await.unwrap();
            }
        };
        let received = async {
            loop {
                if let Message::Text(text) = source.next().await.unwrap().unwrap() {
                    break text;
                }
            }
        };
        let ((), received) = tokio::join!(send, received);
        // The halves come back: dropped here with pongs unread, the kernel would reset what is still on its way.
        (received, sink, source)
    });
    socket.send(Frame::Text("q".into())).await.unwrap();
    // Long enough for pings to fall due while no frame is received; that silence must not count.
    tokio::time::sleep(Duration::from_millis(300)).await;
    for n in 0..FRAMES {
        match within(socket.recv()).await {
            Ok(Some(Frame::Binary(bytes))) => assert_eq!(usize::from(bytes[0]), n % 251),
            other => panic!("{n}: {other:?}"),
        }
    }
    assert_eq!(within(flood).await.unwrap().0.as_str(), "q");
}

#[tokio::test]
async fn a_reader_that_does_not_read_has_64_kib_waiting_and_stops_the_peer() {
    const FRAME: usize = 16 << 10;
    // More than the kernel's buffers hold.
    const FRAMES: usize = 4096;
    const FIT: usize = 4;
    let (mut socket, mut server) = pair(SocketOptions::default()).await;
    let sent = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counted = sent.clone();
    let flood = tokio::spawn(async move {
        for n in 0..FRAMES {
            let mut frame = vec![7; FRAME];
            frame[..8].copy_from_slice(&(n as u64).to_be_bytes());
            server.send(Message::binary(frame)).await.unwrap();
            counted.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        }
        server
    });
    within(async {
        let mut before = 0;
        loop {
            tokio::time::sleep(Duration::from_millis(100)).await;
            let now = sent.load(std::sync::atomic::Ordering::Relaxed);
            if now == before && socket.reader.frames.len() == FIT {
                break;
            }
            before = now;
        }
    })
    .await;
    assert!(!flood.is_finished());
    for n in 0..FRAMES {
        assert!(socket.reader.frames.len() <= FIT);
        match within(socket.recv()).await {
            Ok(Some(Frame::Binary(bytes))) => {
                assert_eq!(bytes.len(), FRAME);
                assert_eq!(bytes[..8], (n as u64).to_be_bytes());
            }
            other => panic!("{n}: {other:?}"),
        }
    }
    drop(within(flood).await.unwrap());
}

#[tokio::test]
async fn close_says_good_bye_and_does_not_wait_for_ever() {
    let (socket, mut server) = pair(SocketOptions::default()).await;
    let ((), message) = within(async { tokio::join!(socket.close(), server.next()) }).await;
    assert!(message.unwrap().unwrap().is_close());

    let (socket, _deaf) = pair(SocketOptions::default()).await;
    within(socket.close()).await;
}
