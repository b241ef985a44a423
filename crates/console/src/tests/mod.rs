//! Sessions over channels, over a websocket and over a PTY, and the registry.

#[path = "../../tests/kit/connector.rs"]
mod connector;
mod encodings;
mod flood;
mod frames;
mod passthrough;
#[cfg(feature = "system-tests")]
mod programs;
mod reconnect;
mod recorded;
mod registry;
mod vnc;
#[cfg(feature = "system-tests")]
#[path = "../../tests/kit/vnc.rs"]
mod vnc_connector;
#[cfg(feature = "system-tests")]
mod vnc_servers;
mod websocket;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use tokio::sync::{mpsc, watch};

use super::{
    ByteStream, Connector, Opened, PixelTransport, RemoteScreen, ResizeReports, SessionState, Size,
    TerminalSession, TextScreen, Transport,
};
use qdeck_model::{Problem, ProblemKind};

const SIZE: Size = Size { columns: 80, rows: 24 };
const DEADLINE: Duration = Duration::from_secs(20);

/// The remote end of one connection.
struct Remote {
    output: mpsc::Sender<Result<Bytes, Problem>>,
    input: mpsc::Receiver<Bytes>,
}

impl Remote {
    async fn print(&self, text: impl Into<Bytes>) {
        self.output.send(Ok(text.into())).await.unwrap();
    }

    /// Reads what was typed until it ends with `end`.
    async fn reads(&mut self, end: &str) -> String {
        let mut read = String::new();
        let wait = async {
            while !read.ends_with(end) {
                let bytes = self.input.recv().await.unwrap();
                read.push_str(std::str::from_utf8(&bytes).unwrap());
            }
        };
        assert!(tokio::time::timeout(DEADLINE, wait).await.is_ok(), "read only {read:?}");
        read
    }
}

/// The remote end of a connection, and the stream to it.
fn connection(takes_input: bool) -> (Remote, ByteStream) {
    let (output, from) = mpsc::channel(4);
    let (to, input) = mpsc::channel(4);
    (Remote { output, input }, ByteStream::Channel { from, to: takes_input.then_some(to) })
}

/// A connector, and the remote ends of its connections in their order.
fn remotes(size_reports: bool, takes_input: bool) -> (Connector, mpsc::Receiver<Remote>) {
    let (arrivals, arrived) = mpsc::channel(4);
    let connector: Connector = Arc::new(move || {
        let arrivals = arrivals.clone();
        Box::pin(async move {
            let (remote, stream) = connection(takes_input);
            arrivals.send(remote).await.unwrap();
            let resize = if size_reports { ResizeReports::Sequence } else { ResizeReports::Ignored };
            Ok(Opened::Terminal(Transport { stream, resize, reached: None }))
        })
    });
    (connector, arrived)
}

fn no_wake() -> Arc<dyn Fn() + Send + Sync> {
    Arc::new(|| {})
}

/// Asserts that a row reads `── reconnected 14:03:22 after 12 s ──`.
fn assert_seam(row: &str) {
    let inner = row.strip_prefix("── reconnected ").and_then(|row| row.strip_suffix(" ──"));
    let (clock, span) =
        inner.and_then(|inner| inner.split_once(" after ")).unwrap_or_else(|| panic!("{row:?}"));
    let shape: String = clock.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    assert_eq!(shape, "00:00:00");
    assert!(span.ends_with(" s") || span.ends_with(" min"), "{row:?}");
}

fn key(c: char) -> Event {
    Event::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE))
}

fn rows(session: &TerminalSession) -> Vec<String> {
    let area = Rect::new(0, 0, 80, 24);
    let mut buf = Buffer::empty(area);
    session.draw(area, &mut buf);
    (0..24).map(|y| (0..80).map(|x| buf[(x, y)].symbol()).collect::<String>().trim_end().to_owned()).collect()
}

/// Waits until the condition holds.
async fn until(what: &str, holds: impl Fn() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < DEADLINE, "never came: {what}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

async fn shows(session: &TerminalSession, text: &str) {
    until(text, || rows(session).iter().any(|row| row.contains(text))).await;
}

#[tokio::test]
async fn output_is_drawn_and_input_is_sent() {
    let (connector, mut arrivals) = remotes(false, true);
    let session = TerminalSession::start(connector, SIZE, no_wake());
    let mut remote = arrivals.recv().await.unwrap();
    remote.print("login: ").await;
    shows(&session, "login:").await;
    assert_eq!(session.state(), SessionState::Live);
    let area = Rect::new(3, 2, 80, 24);
    let cursor = session.draw(area, &mut Buffer::empty(Rect::new(0, 0, 90, 30)));
    assert_eq!(cursor, Some(Position::new(10, 2)));
    session.send(&key('r'));
    session.send(&Event::Paste("oot\n".to_owned()));
    assert_eq!(remote.reads("\r").await, "root\r");
}

#[tokio::test]
async fn replies_are_sent_back() {
    let (connector, mut arrivals) = remotes(false, true);
    let session = TerminalSession::start(connector, SIZE, no_wake());
    let mut remote = arrivals.recv().await.unwrap();
    remote.print("ab\x1b[6n").await;
    assert_eq!(remote.reads("R").await, "\x1b[1;3R");
    drop(session);
}

#[tokio::test]
async fn a_console_that_takes_no_input_is_sent_nothing() {
    let (connector, mut arrivals) = remotes(true, false);
    let session = TerminalSession::start(connector, SIZE, no_wake());
    let mut remote = arrivals.recv().await.unwrap();
    remote.print("\x1b[cready").await;
    shows(&session, "ready").await;
    assert!(!session.takes_input());
    session.send(&key('x'));
    session.resize(Size { columns: 90, rows: 30 });
    remote.print("\x1b[c then").await;
    shows(&session, "then").await;
    assert!(remote.input.try_recv().is_err());
}

#[tokio::test]
async fn the_size_is_reported_at_the_start_and_when_it_changes() {
    let (connector, mut arrivals) = remotes(true, true);
    let session = TerminalSession::start(connector, SIZE, no_wake());
    let mut remote = arrivals.recv().await.unwrap();
    assert_eq!(remote.reads("t").await, "\x1b[8;24;80t");
    session.resize(SIZE);
    session.resize(Size { columns: 100, rows: 1 });
    assert_eq!(remote.reads("t").await, "\x1b[8;2;100t", "the same size again is not reported");
    let (connector, mut arrivals) = remotes(false, true);
    let session = TerminalSession::start(connector, SIZE, no_wake());
    let mut remote = arrivals.recv().await.unwrap();
    session.resize(Size { columns: 100, rows: 30 });
    until("live", || session.takes_input()).await;
    session.send(&key('x'));
    assert_eq!(remote.reads("x").await, "x", "no size is sent where it is ignored");
}

#[tokio::test]
async fn a_pty_gets_the_size_beside_the_bytes() {
    let (sizes, mut resized) = watch::channel(Size { columns: 0, rows: 0 });
    let (_output, from) = mpsc::channel(4);
    let (to, mut typed) = mpsc::channel(4);
    let link = std::sync::Mutex::new(Some((sizes, from, to)));
    let connector: Connector = Arc::new(move || {
        let (sizes, from, to) = link.lock().unwrap().take().unwrap();
        let stream = ByteStream::Channel { from, to: Some(to) };
        let transport = Transport { stream, resize: ResizeReports::Channel(sizes), reached: None };
        Box::pin(async move { Ok(Opened::Terminal(transport)) })
    });
    let session = TerminalSession::start(connector, SIZE, no_wake());
    resized.wait_for(|size| *size == SIZE).await.unwrap();
    let larger = Size { columns: 132, rows: 50 };
    session.resize(larger);
    resized.wait_for(|size| *size == larger).await.unwrap();
    session.send(&key('x'));
    assert_eq!(typed.recv().await.as_deref(), Some(&b"x"[..]), "and nothing among them");
}

#[tokio::test]
async fn the_screen_outlives_the_link_and_a_reconnect_is_marked() {
    let (connector, mut arrivals) = remotes(false, true);
    let session = TerminalSession::start(connector, SIZE, no_wake());
    let remote = arrivals.recv().await.unwrap();
    remote.print("first life\x1b[?1000h\x1b[?2026h, last words").await;
    until("mouse", || session.wants_mouse()).await;
    drop(remote);
    until("end", || session.state() == SessionState::Ended(None)).await;
    assert_eq!(rows(&session)[0], "first life, last words", "an update that never ended is shown");
    assert!(!session.takes_input());
    session.send(&key('x'));

    session.reconnect();
    let mut remote = arrivals.recv().await.unwrap();
    remote.print("second life").await;
    shows(&session, "second life").await;
    let shown = rows(&session);
    assert_eq!((&*shown[0], &*shown[2]), ("first life, last words", "second life"));
    assert_seam(&shown[1]);
    assert!(!session.wants_mouse());
    session.send(&key('y'));
    assert_eq!(remote.reads("y").await, "y", "what was typed into a dead link does not wait for the next");

    let broken = Problem::new(ProblemKind::Unreachable, "the cable was cut");
    remote.output.send(Err(broken.clone())).await.unwrap();
    until("end", || matches!(session.state(), SessionState::Reconnecting(retry) if retry.problem == broken))
        .await;
}

#[tokio::test]
async fn a_link_that_ends_inside_a_sequence_leaves_nothing_for_the_next() {
    for cut in [&b"\x1b"[..], b"\x1b[38;2;1", b"\x1b]2;ti", b"\x1bP$q", b"\xe2\x82", b"\x1b[8m"] {
        let (connector, mut arrivals) = remotes(false, true);
        let session = TerminalSession::start(connector, SIZE, no_wake());
        let remote = arrivals.recv().await.unwrap();
        remote.print([b"before ", cut].concat()).await;
        drop(remote);
        until("end", || session.state() == SessionState::Ended(None)).await;
        session.reconnect();
        let remote = arrivals.recv().await.unwrap();
        remote.print(&b"\xacm fresh"[..]).await;
        shows(&session, "m fresh").await;
        let shown = rows(&session);
        assert_eq!((&*shown[0], &*shown[2]), ("before", "\u{fffd}m fresh"), "{cut:?}");
        assert_seam(&shown[1]);
        assert_eq!(session.title(), None);
    }
}

#[tokio::test]
async fn a_link_that_does_not_open_reports_why_and_can_be_retried() {
    let tries = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&tries);
    let refused = Problem::new(ProblemKind::Forbidden, "not you");
    let problem = refused.clone();
    let connector: Connector = Arc::new(move || {
        counted.fetch_add(1, Ordering::SeqCst);
        let problem = problem.clone();
        Box::pin(async move { Err(problem) })
    });
    let session = TerminalSession::start(connector, SIZE, no_wake());
    let ended = SessionState::Ended(Some(refused));
    until("refusal", || session.state() == ended).await;
    session.reconnect();
    until("second try", || tries.load(Ordering::SeqCst) == 2).await;
    until("refusal", || session.state() == ended).await;
    assert_eq!(tries.load(Ordering::SeqCst), 2, "it does not retry by itself");
}

#[tokio::test]
async fn a_dropped_session_closes_its_link() {
    let (connector, mut arrivals) = remotes(false, true);
    let session = TerminalSession::start(connector, SIZE, no_wake());
    let remote = arrivals.recv().await.unwrap();
    until("live", || session.state() == SessionState::Live).await;
    drop(session);
    let closed = tokio::time::timeout(DEADLINE, remote.output.closed()).await;
    assert!(closed.is_ok());
}

#[tokio::test]
async fn a_change_wakes_once_until_it_is_taken() {
    let (connector, mut arrivals) = remotes(false, true);
    let wakes = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&wakes);
    let session = TerminalSession::start(
        connector,
        SIZE,
        Arc::new(move || {
            counted.fetch_add(1, Ordering::SeqCst);
        }),
    );
    let remote = arrivals.recv().await.unwrap();
    for n in 0..50 {
        remote.print(format!("{n}\r\n")).await;
    }
    remote.print("done").await;
    shows(&session, "done").await;
    assert_eq!(wakes.load(Ordering::SeqCst), 1);
    assert!(session.take_dirty() && !session.take_dirty());
    remote.print("more").await;
    shows(&session, "donemore").await;
    until("a second wake", || wakes.load(Ordering::SeqCst) == 2).await;
}

#[tokio::test]
async fn a_held_frame_is_shown_in_time_without_another_byte() {
    let (connector, mut arrivals) = remotes(false, true);
    let session = TerminalSession::start(connector, SIZE, no_wake());
    let remote = arrivals.recv().await.unwrap();
    remote.print("\x1b[?2026hhalf a frame").await;
    shows(&session, "half a frame").await;
}

#[tokio::test]
async fn replies_to_a_remote_that_never_reads_are_bounded() {
    let (connector, mut arrivals) = remotes(false, true);
    let session = TerminalSession::start(connector, SIZE, no_wake());
    let remote = arrivals.recv().await.unwrap();
    // Far more replies than the channels between hold, while none is read.
    for _ in 0..200 {
        remote.print("\x1b[c".repeat(1000)).await;
    }
    remote.print("still here").await;
    shows(&session, "still here").await;
    assert_eq!(session.state(), SessionState::Live);
}
