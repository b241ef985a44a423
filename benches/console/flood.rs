//! A flood of coloured log lines through a whole session over a websocket, with someone typing and a screen drawing.

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use futures_util::{FutureExt, SinkExt, StreamExt};
use quarterdeck::console::{
    ByteStream, Connector, Opened, RemoteScreen, ResizeReports, SessionState, Size, TerminalSession,
    Transport,
};
use quarterdeck::net::{Client, ClientOptions, SocketOptions};
use quarterdeck::terminal::Emulator;
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

/// A key every so often, whether or not the ones before have come back.
const BETWEEN_KEYS: Duration = Duration::from_millis(15);

/// Send buffer of the far side's socket, as console servers keep it.
const SEND_BUFFER: u32 = 128 * 1024;

/// Sends `parts` MiB, types all the while and draws every 16 ms. The far side writes each key's echo behind what it has
/// already written, as a number in the title: so the log has the whole screen and goes into the scrollback as it does
/// for a person. A key's time is from the call that sends it until a look at the title finds its number, or a later one.
pub async fn run(parts: usize, size: Size) -> Result<String, Error> {
    let (session, server) = attached(size).await?;
    let before = resident();
    let start = Instant::now();
    let over = Arc::new(AtomicBool::new(false));
    let flooding = tokio::spawn(far_side(server, parts, Arc::clone(&over)));
    let screen = tokio::task::spawn_blocking({
        let session = Arc::clone(&session);
        move || draw_until_alone(&session, size)
    });
    let (echoes, memory) = type_through(&session, &over).await;
    let server = flooding.await??;
    let whole = is_whole(&session, size, parts).await;
    let took = start.elapsed();
    let after = resident();
    drop((session, server));
    let drawn = screen.await?;
    let bare = bare(parts, size);
    let tmux = match tmux(parts, size) {
        Ok(tmux) => format!("{tmux:.2?}, {:.2} of its time", took.as_secs_f64() / tmux.as_secs_f64()),
        Err(error) => format!("not measured: {error}"),
    };
    Ok(format!(
        "{parts} MiB in {took:.2?}; the last screen is whole: {whole}\n\
         the bare emulator: {bare:.2?}, {:.2} of its rate; a pane of tmux: {tmux}\n{}\n{}\n\
         resident KiB: {before} before, {memory:?} in each quarter of the flood at most, {after} after",
        bare.as_secs_f64() / took.as_secs_f64(),
        told("keys echoed", echoes),
        told("pictures drawn", drawn),
    ))
}

/// The time for the same bytes on an emulator alone.
fn bare(parts: usize, size: Size) -> Duration {
    let mut emulator = Emulator::new(size);
    let mut took = Duration::ZERO;
    for part in 0..parts {
        let lines = log_lines(part);
        let start = Instant::now();
        for slice in lines.chunks(FRAME) {
            emulator.feed(slice);
        }
        took += start.elapsed();
    }
    took
}

/// The time for the same bytes in a pane of tmux that no client shows, from `cat` to its end.
fn tmux(parts: usize, size: Size) -> Result<Duration, Error> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("flood");
    let lines: Vec<Bytes> = (0..parts).map(log_lines).collect();
    std::fs::write(&file, lines.concat())?;
    let socket = folder.path().join("socket");
    let tmux = |arguments: &[&str]| {
        let mut command = std::process::Command::new("tmux");
        command.arg("-S").arg(&socket).args(["-f", "/dev/null"]).args(arguments);
        command.env_remove("TMUX").status()
    };
    let (columns, rows) = (size.columns.to_string(), size.rows.to_string());
    let shell =
        format!("sleep 0.5; cat '{}'; tmux -S '{}' wait-for -S over", file.display(), socket.display());
    tmux(&["new-session", "-d", "-x", &columns, "-y", &rows, &shell])?;
    let start = Instant::now();
    tmux(&["wait-for", "over"])?;
    let took = start.elapsed().saturating_sub(Duration::from_millis(500));
    Ok(took)
}

/// A session and the far side of its websocket.
async fn attached(size: Size) -> Result<(Arc<TerminalSession>, WebSocketStream<TcpStream>), Error> {
    let socket = tokio::net::TcpSocket::new_v4()?;
    // Inherited by the accepted connection.
    socket.set_send_buffer_size(SEND_BUFFER)?;
    socket.bind("127.0.0.1:0".parse()?)?;
    let listener = socket.listen(1)?;
    let url: url::Url = format!("ws://{}/", listener.local_addr()?).parse()?;
    let client = Client::new(ClientOptions::default());
    let connector: Connector = Arc::new(move || {
        let (client, url) = (client.clone(), url.clone());
        Box::pin(async move {
            let socket = client.socket(url, SocketOptions::default()).await?;
            let stream = ByteStream::Socket { socket, takes_input: true };
            Ok(Opened::Terminal(Transport { stream, resize: ResizeReports::Ignored }))
        })
    });
    let session = Arc::new(TerminalSession::start(connector, size, Arc::new(|| {})));
    let server = accept(&listener).await?;
    while session.state() != SessionState::Live {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    Ok((session, server))
}

/// Types until the flood is over; the keys' times, and the most memory in each quarter of them.
async fn type_through(session: &TerminalSession, over: &AtomicBool) -> (Vec<Duration>, [u64; 4]) {
    let key = Event::Key(KeyEvent::new(KeyCode::Char('k'), KeyModifiers::NONE));
    let mut sent: Vec<Instant> = Vec::new();
    let (mut echoes, mut memory): (Vec<Duration>, Vec<u64>) = (Vec::new(), Vec::new());
    let mut looked: Option<Instant> = None;
    let mut looking = tokio::time::interval(Duration::from_micros(500));
    while !over.load(Ordering::Relaxed) || echoes.len() < sent.len() {
        looking.tick().await;
        let over = over.load(Ordering::Relaxed);
        if !over && looked.is_none_or(|last| last.elapsed() >= BETWEEN_KEYS) {
            looked = Some(Instant::now());
            memory.push(resident());
            sent.push(Instant::now());
            session.send(&key);
        }
        let seen = number_shown(session).min(sent.len());
        while echoes.len() < seen {
            echoes.push(sent[echoes.len()].elapsed());
        }
        if over && sent.last().is_some_and(|last| last.elapsed() > Duration::from_secs(10)) {
            break; // lost: the count of keys tells
        }
    }
    let quarter = memory.len().div_ceil(4).max(1);
    let most = |n: usize| memory.chunks(quarter).nth(n).and_then(|part| part.iter().max().copied());
    (echoes, [0, 1, 2, 3].map(|n| most(n).unwrap_or_default()))
}

/// The number in the title; zero if there is none.
fn number_shown(session: &TerminalSession) -> usize {
    session.title().and_then(|title| title.parse().ok()).unwrap_or_default()
}

/// What happens at the other end of the wire: the flood, and an echo as soon as a key is there.
async fn far_side(
    mut server: WebSocketStream<TcpStream>,
    parts: usize,
    over: Arc<AtomicBool>,
) -> Result<WebSocketStream<TcpStream>, Error> {
    let mut echoed = 0;
    for part in 0..parts {
        let mut rest = log_lines(part);
        while !rest.is_empty() {
            while let Some(Some(typed)) = server.next().now_or_never() {
                echo(&mut server, typed?, &mut echoed).await?;
            }
            // At the end of a line: an echo inside a sequence would break it.
            let most = rest.len().min(FRAME);
            let end = memchr::memrchr(b'\n', &rest[..most]).map_or(most, |at| at + 1);
            server.send(Message::Binary(rest.split_to(end))).await?;
        }
    }
    over.store(true, Ordering::Relaxed);
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
        server.send(Message::text(format!("\x1b]2;{echoed}\x07"))).await?;
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

fn draw_until_alone(session: &Arc<TerminalSession>, size: Size) -> Vec<Duration> {
    let area = Rect::new(0, 0, size.columns, size.rows);
    let mut buf = Buffer::empty(area);
    let mut waits = Vec::new();
    while Arc::strong_count(session) > 1 {
        let asked = Instant::now();
        session.draw(area, &mut buf);
        waits.push(asked.elapsed());
        std::thread::sleep(Duration::from_millis(16));
    }
    waits
}

/// Whether the rows of the log come to be those of an emulator that was fed the last part alone.
async fn is_whole(session: &TerminalSession, size: Size, parts: usize) -> bool {
    let area = Rect::new(0, 0, size.columns, size.rows);
    let mut reference = Emulator::new(size);
    reference.feed(&log_lines(parts - 1));
    let (mut expected, mut shown) = (Buffer::empty(area), Buffer::empty(area));
    reference.draw(area, &mut expected);
    let start = Instant::now();
    loop {
        session.draw(area, &mut shown);
        let whole = shown.content == expected.content;
        if whole || start.elapsed() > Duration::from_secs(10) {
            return whole;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Resident memory in KiB, where `/proc` tells it; else zero.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok()).unwrap_or_default()
}

fn told(what: &str, mut times: Vec<Duration>) -> String {
    times.sort();
    let at = |percent: usize| times.get(times.len() * percent / 100).copied().unwrap_or_default();
    let slowest = times.last().copied().unwrap_or_default();
    format!("{what}: {}, median {:.1?}, p95 {:.1?}, slowest {slowest:.1?}", times.len(), at(50), at(95))
}
