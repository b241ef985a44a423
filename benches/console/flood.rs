//! A flood of coloured log lines through a whole session over a websocket, with someone typing and a screen drawing.

use std::fmt::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use futures_util::{FutureExt, SinkExt, StreamExt};
use quarterdeck::console::terminal::Emulator;
use quarterdeck::console::{Connector, Session, SessionState, Size, Transport};
use quarterdeck::net::{Client, ClientOptions, SocketOptions};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;

/// Whatever ends a measurement.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// Bytes of one frame, as a PTY's reads give them.
const FRAME: usize = 16 * 1024;

/// Sends `parts` MiB, types a key every 10 ms and draws every 16 ms. A key's time is until its echo, which the far side
/// writes behind what it has already written, is in the emulator: keys echo as titles with a number, which can be told
/// from the flood.
pub async fn run(parts: usize, size: Size) -> Result<String, Error> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url: url::Url = format!("ws://{}/", listener.local_addr()?).parse()?;
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::new(ClientOptions::default());
    let connector: Connector = Arc::new(move || {
        let (client, url) = (client.clone(), url.clone());
        Box::pin(async move {
            Ok(Transport::Socket {
                socket: client.socket(url, SocketOptions::default()).await?,
                input: true,
                size_reports: false,
            })
        })
    });
    let session = Arc::new(Session::start(connector, size, Arc::new(|| {})));
    let server = accept(&listener).await?;
    while session.state() != SessionState::Live {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let before = resident();
    let start = Instant::now();
    let flooding = tokio::spawn(far_side(server, parts));
    let screen = tokio::task::spawn_blocking({
        let session = Arc::clone(&session);
        move || draw_until_alone(&session, size)
    });
    let mut echoes = Vec::new();
    while !flooding.is_finished() {
        let echo = Some((echoes.len() + 1).to_string());
        let typed = Instant::now();
        session.send(&Event::Key(KeyEvent::new(KeyCode::Char('k'), KeyModifiers::NONE)));
        while session.title() != echo && typed.elapsed() < Duration::from_secs(10) {
            tokio::time::sleep(Duration::from_micros(500)).await;
        }
        echoes.push(typed.elapsed());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let server = flooding.await??;
    let whole = is_whole(&session, size, &log_lines(parts - 1)).await;
    let took = start.elapsed();
    let after = resident();
    drop((session, server));
    let drawn = screen.await?;
    Ok(format!(
        "{parts} MiB in {took:.1?}; the last screen is whole: {whole}\n{}\n{}\nresident KiB before and after: {before:?} {after:?}",
        told("keys echoed", echoes),
        told("pictures drawn", drawn),
    ))
}

/// What happens at the other end of the wire: the flood, and an echo as soon as a key is there.
async fn far_side(
    mut server: WebSocketStream<TcpStream>,
    parts: usize,
) -> Result<WebSocketStream<TcpStream>, Error> {
    let mut echoed = 0;
    for part in 0..parts {
        for frame in log_lines(part).chunks(FRAME) {
            while let Some(Some(typed)) = server.next().now_or_never() {
                echo(&mut server, typed?, &mut echoed).await?;
            }
            server
                .send(Message::binary(Bytes::copy_from_slice(frame)))
                .await?;
        }
    }
    while let Ok(Some(typed)) = tokio::time::timeout(Duration::from_millis(100), server.next()).await {
        echo(&mut server, typed?, &mut echoed).await?;
    }
    Ok(server)
}

async fn echo(
    server: &mut WebSocketStream<TcpStream>,
    typed: Message,
    echoed: &mut usize,
) -> Result<(), Error> {
    for _ in &typed.into_data()[..] {
        *echoed += 1;
        server.send(Message::text(format!("\x1b]0;{echoed}\x07"))).await?;
    }
    Ok(())
}

async fn accept(listener: &TcpListener) -> Result<WebSocketStream<TcpStream>, Error> {
    let (mut stream, _) = listener.accept().await?;
    stream.set_nodelay(true)?;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    let head = String::from_utf8(head)?;
    let key = head
        .lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(name, _)| name.eq_ignore_ascii_case("sec-websocket-key"))
        .map(|(_, key)| derive_accept_key(key.as_bytes()))
        .ok_or("no key")?;
    let answer = format!(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {key}\r\n\r\n"
    );
    stream.write_all(answer.as_bytes()).await?;
    Ok(WebSocketStream::from_raw_socket(stream, Role::Server, None).await)
}

/// One MiB and a little of coloured log lines.
fn log_lines(part: usize) -> Bytes {
    let mut text = String::with_capacity(1024 * 1024 + 256);
    let mut n = 0;
    while text.len() < 1024 * 1024 {
        let (colour, took) = (31 + n % 6, n % 1000);
        let _ = write!(
            text,
            "\x1b[2m{part:>4}.{n:<6}\x1b[m \x1b[{colour}mINFO\x1b[m request \x1b[1mdone\x1b[m in {took} ms\r\n"
        );
        n += 1;
    }
    text.into()
}

fn draw_until_alone(session: &Arc<Session>, size: Size) -> Vec<Duration> {
    let area = Rect::new(0, 0, size.columns, size.rows);
    let mut buf = Buffer::empty(area);
    let mut waits = Vec::new();
    while Arc::strong_count(session) > 1 {
        let asked = Instant::now();
        session.draw(area, &mut buf, 0);
        waits.push(asked.elapsed());
        std::thread::sleep(Duration::from_millis(16));
    }
    waits
}

/// Whether the last screen comes to be that of an emulator that was fed the last part alone.
async fn is_whole(session: &Session, size: Size, last: &[u8]) -> bool {
    let area = Rect::new(0, 0, size.columns, size.rows);
    let mut reference = Emulator::new(size, 0);
    reference.feed(last);
    let (mut expected, mut shown) = (Buffer::empty(area), Buffer::empty(area));
    reference.draw(area, &mut expected, 0);
    let start = Instant::now();
    while shown != expected && start.elapsed() < Duration::from_secs(10) {
        session.draw(area, &mut shown, 0);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    shown == expected
}

/// Resident memory in KiB, where `/proc` tells it.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

fn told(what: &str, mut times: Vec<Duration>) -> String {
    times.sort();
    let at = |percent: usize| {
        times
            .get(times.len() * percent / 100)
            .copied()
            .unwrap_or_default()
    };
    let slowest = times.last().copied().unwrap_or_default();
    format!(
        "{what}: {}, median {:.1?}, p95 {:.1?}, slowest {slowest:.1?}",
        times.len(),
        at(50),
        at(95)
    )
}
