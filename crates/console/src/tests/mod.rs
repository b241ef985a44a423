//! A session over a transport inside the program, and over a websocket.

#[cfg(feature = "system-tests")]
mod programs;
mod registry;
mod websocket;

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use tokio::sync::{mpsc, watch};

use super::{
    ByteStream, Connector, Opened, RemoteScreen, ResizeReports, SessionState, Size, TerminalSession,
    TextScreen, Transport,
};
use qdeck_model::{Problem, ProblemKind};

const SIZE: Size = Size { columns: 80, rows: 24 };
const DEADLINE: Duration = Duration::from_secs(20);

/// The far side of one connection.
struct Guest {
    say: mpsc::Sender<Result<Bytes, Problem>>,
    hear: mpsc::Receiver<Bytes>,
}

impl Guest {
    async fn say(&self, words: impl Into<Bytes>) {
        self.say.send(Ok(words.into())).await.unwrap();
    }

    /// What was typed, once it ends with `end`.
    async fn hears(&mut self, end: &str) -> String {
        let mut heard = String::new();
        let wait = async {
            while !heard.ends_with(end) {
                let bytes = self.hear.recv().await.unwrap();
                heard.push_str(std::str::from_utf8(&bytes).unwrap());
            }
        };
        assert!(tokio::time::timeout(DEADLINE, wait).await.is_ok(), "heard only {heard:?}");
        heard
    }
}

/// A connector, and the guests of its connections in their order.
fn guests(size_reports: bool, input: bool) -> (Connector, mpsc::Receiver<Guest>) {
    let (arrivals, arrived) = mpsc::channel(4);
    let connector: Connector = Arc::new(move || {
        let arrivals = arrivals.clone();
        Box::pin(async move {
            let (say, from) = mpsc::channel(4);
            let (to, hear) = mpsc::channel(4);
            arrivals.send(Guest { say, hear }).await.unwrap();
            let to = input.then_some(to);
            let resize = if size_reports { ResizeReports::Sequence } else { ResizeReports::Ignored };
            Ok(Opened::Terminal(Transport { stream: ByteStream::Channel { from, to }, resize }))
        })
    });
    (connector, arrived)
}

fn quiet() -> Arc<dyn Fn() + Send + Sync> {
    Arc::new(|| {})
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
async fn what_the_guest_says_is_drawn_and_what_is_typed_is_sent() {
    let (connector, mut arrivals) = guests(false, true);
    let session = TerminalSession::start(connector, SIZE, quiet());
    let mut guest = arrivals.recv().await.unwrap();
    guest.say("login: ").await;
    shows(&session, "login:").await;
    assert_eq!(session.state(), SessionState::Live);
    let area = Rect::new(3, 2, 80, 24);
    let cursor = session.draw(area, &mut Buffer::empty(Rect::new(0, 0, 90, 30)));
    assert_eq!(cursor, Some(Position::new(10, 2)));
    session.send(&key('r'));
    session.send(&Event::Paste("oot\n".to_owned()));
    assert_eq!(guest.hears("\r").await, "root\r");
}

#[tokio::test]
async fn answers_go_back_to_the_guest() {
    let (connector, mut arrivals) = guests(false, true);
    let session = TerminalSession::start(connector, SIZE, quiet());
    let mut guest = arrivals.recv().await.unwrap();
    guest.say("ab\x1b[6n").await;
    assert_eq!(guest.hears("R").await, "\x1b[1;3R");
    drop(session);
}

#[tokio::test]
async fn a_far_side_that_takes_nothing_is_sent_nothing() {
    let (connector, mut arrivals) = guests(true, false);
    let session = TerminalSession::start(connector, SIZE, quiet());
    let mut guest = arrivals.recv().await.unwrap();
    guest.say("\x1b[cready").await;
    shows(&session, "ready").await;
    assert!(!session.takes_input());
    session.send(&key('x'));
    session.resize(Size { columns: 90, rows: 30 });
    guest.say("\x1b[c then").await;
    shows(&session, "then").await;
    assert!(guest.hear.try_recv().is_err());
}

#[tokio::test]
async fn the_size_is_told_at_the_start_and_when_it_changes() {
    let (connector, mut arrivals) = guests(true, true);
    let session = TerminalSession::start(connector, SIZE, quiet());
    let mut guest = arrivals.recv().await.unwrap();
    assert_eq!(guest.hears("t").await, "\x1b[8;24;80t");
    session.resize(SIZE);
    session.resize(Size { columns: 100, rows: 1 });
    assert_eq!(guest.hears("t").await, "\x1b[8;2;100t", "the same size again is not told");
    let (connector, mut arrivals) = guests(false, true);
    let session = TerminalSession::start(connector, SIZE, quiet());
    let mut guest = arrivals.recv().await.unwrap();
    session.resize(Size { columns: 100, rows: 30 });
    until("live", || session.takes_input()).await;
    session.send(&key('x'));
    assert_eq!(guest.hears("x").await, "x", "where sizes mean nothing none is told");
}

#[tokio::test]
async fn a_pty_gets_the_size_beside_the_bytes() {
    let (sizes, mut resized) = watch::channel(Size { columns: 0, rows: 0 });
    let (_say, from) = mpsc::channel(4);
    let (to, mut hear) = mpsc::channel(4);
    let link = std::sync::Mutex::new(Some((sizes, from, to)));
    let connector: Connector = Arc::new(move || {
        let (sizes, from, to) = link.lock().unwrap().take().unwrap();
        let stream = ByteStream::Channel { from, to: Some(to) };
        let transport = Transport { stream, resize: ResizeReports::Channel(sizes) };
        Box::pin(async move { Ok(Opened::Terminal(transport)) })
    });
    let session = TerminalSession::start(connector, SIZE, quiet());
    resized.wait_for(|size| *size == SIZE).await.unwrap();
    let larger = Size { columns: 132, rows: 50 };
    session.resize(larger);
    resized.wait_for(|size| *size == larger).await.unwrap();
    session.send(&key('x'));
    assert_eq!(hear.recv().await.as_deref(), Some(&b"x"[..]), "and nothing among them");
}

#[tokio::test]
async fn the_screen_outlives_the_link_and_a_new_one_is_marked() {
    let (connector, mut arrivals) = guests(false, true);
    let session = TerminalSession::start(connector, SIZE, quiet());
    let guest = arrivals.recv().await.unwrap();
    guest.say("first life\x1b[?1000h\x1b[?2026h, last words").await;
    until("mouse", || session.wants_mouse()).await;
    drop(guest);
    until("end", || session.state() == SessionState::Ended(None)).await;
    assert_eq!(rows(&session)[0], "first life, last words", "an update that never ended is shown");
    assert!(!session.takes_input());
    session.send(&key('x'));

    session.reconnect();
    let mut guest = arrivals.recv().await.unwrap();
    guest.say("second life").await;
    shows(&session, "second life").await;
    assert_eq!(rows(&session)[..3], ["first life, last words", "── connected again ──", "second life"]);
    assert!(!session.wants_mouse());
    session.send(&key('y'));
    assert_eq!(guest.hears("y").await, "y", "what was typed into a dead link does not wait for the next");

    let broken = Problem::new(ProblemKind::Unreachable, "the cable was cut");
    guest.say.send(Err(broken.clone())).await.unwrap();
    until("end", || session.state() == SessionState::Ended(Some(broken.clone()))).await;
}

#[tokio::test]
async fn a_link_that_ends_inside_a_sequence_leaves_nothing_to_the_next() {
    for cut in [&b"\x1b"[..], b"\x1b[38;2;1", b"\x1b]2;ti", b"\x1bP$q", b"\xe2\x82", b"\x1b[8m"] {
        let (connector, mut arrivals) = guests(false, true);
        let session = TerminalSession::start(connector, SIZE, quiet());
        let guest = arrivals.recv().await.unwrap();
        guest.say([b"before ", cut].concat()).await;
        drop(guest);
        until("end", || session.state() == SessionState::Ended(None)).await;
        session.reconnect();
        let guest = arrivals.recv().await.unwrap();
        guest.say(&b"\xacm fresh"[..]).await;
        shows(&session, "m fresh").await;
        assert_eq!(
            rows(&session)[..3],
            ["before", "\u{2500}\u{2500} connected again \u{2500}\u{2500}", "m fresh"],
            "{cut:?}"
        );
        assert_eq!(session.title(), None);
    }
}

#[tokio::test]
async fn a_link_that_never_opens_says_why_and_can_be_tried_again() {
    let tries = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&tries);
    let refused = Problem::new(ProblemKind::Forbidden, "not you");
    let problem = refused.clone();
    let connector: Connector = Arc::new(move || {
        counted.fetch_add(1, Ordering::SeqCst);
        let problem = problem.clone();
        Box::pin(async move { Err(problem) })
    });
    let session = TerminalSession::start(connector, SIZE, quiet());
    let ended = SessionState::Ended(Some(refused));
    until("refusal", || session.state() == ended).await;
    session.reconnect();
    until("second try", || tries.load(Ordering::SeqCst) == 2).await;
    until("refusal", || session.state() == ended).await;
    assert_eq!(tries.load(Ordering::SeqCst), 2, "nobody tries but the person");
}

#[tokio::test]
async fn a_dropped_session_lets_go_of_its_link() {
    let (connector, mut arrivals) = guests(false, true);
    let session = TerminalSession::start(connector, SIZE, quiet());
    let guest = arrivals.recv().await.unwrap();
    until("live", || session.state() == SessionState::Live).await;
    drop(session);
    let closed = tokio::time::timeout(DEADLINE, guest.say.closed()).await;
    assert!(closed.is_ok());
}

#[tokio::test]
async fn news_wakes_once_until_it_is_taken() {
    let (connector, mut arrivals) = guests(false, true);
    let wakes = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&wakes);
    let session = TerminalSession::start(
        connector,
        SIZE,
        Arc::new(move || {
            counted.fetch_add(1, Ordering::SeqCst);
        }),
    );
    let guest = arrivals.recv().await.unwrap();
    for n in 0..50 {
        guest.say(format!("{n}\r\n")).await;
    }
    guest.say("done").await;
    shows(&session, "done").await;
    assert_eq!(wakes.load(Ordering::SeqCst), 1);
    assert!(session.take_dirty() && !session.take_dirty());
    guest.say("more").await;
    shows(&session, "donemore").await;
    until("a second wake", || wakes.load(Ordering::SeqCst) == 2).await;
}

#[tokio::test]
async fn a_held_picture_is_shown_in_time_without_another_byte() {
    let (connector, mut arrivals) = guests(false, true);
    let session = TerminalSession::start(connector, SIZE, quiet());
    let guest = arrivals.recv().await.unwrap();
    guest.say("\x1b[?2026hhalf a frame").await;
    shows(&session, "half a frame").await;
}

#[tokio::test]
async fn a_guest_that_asks_and_never_reads_is_owed_little() {
    let (connector, mut arrivals) = guests(false, true);
    let session = TerminalSession::start(connector, SIZE, quiet());
    let guest = arrivals.recv().await.unwrap();
    // Far more answers than the channels between hold, while nobody reads them.
    for _ in 0..200 {
        guest.say("\x1b[c".repeat(1000)).await;
    }
    guest.say("still here").await;
    shows(&session, "still here").await;
    assert_eq!(session.state(), SessionState::Live);
}

/// About a megabyte of coloured log lines, numbered.
fn log_lines(from: usize) -> Bytes {
    let mut text = String::with_capacity(1024 * 1024);
    for n in 0..LINES {
        let colour = 31 + n % 6;
        let number = from + n;
        let _ = write!(text, "\x1b[{colour}m{number:>9}\x1b[m \x1b[1mINFO\x1b[m request done in 1 ms\r\n");
    }
    text.into()
}

/// Lines of one part of the flood.
const LINES: usize = 16 * 1024;

/// The last screen of a flood of so many parts that ended with "the end".
fn assert_end_of_flood(session: &TerminalSession, parts: usize) {
    for (row, text) in rows(session)[..23].iter().enumerate() {
        let number = parts * LINES - 23 + row;
        assert_eq!(text.trim_start(), format!("{number} INFO request done in 1 ms"), "row {row}");
    }
    assert_eq!(session.history(), (parts * LINES - 23) as u64);
}

/// 64 MiB are measured by the benchmark; here a few are enough to see that nothing is lost and no key waits for the end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_delays_no_key_and_loses_no_line() {
    const PARTS: usize = 6;
    let (connector, mut arrivals) = guests(false, true);
    let session = TerminalSession::start(connector, SIZE, quiet());
    let Guest { say, mut hear } = arrivals.recv().await.unwrap();
    until("live", || session.takes_input()).await;
    let mut flooding = tokio::spawn(async move {
        for part in 0..PARTS {
            say.send(Ok(log_lines(part * LINES))).await.unwrap();
        }
        // Once there is room for more, all but the last parts have been drawn.
        say.send(Ok("the end".into())).await.unwrap();
        say
    });
    let mut keys_meanwhile = 0;
    let _say = loop {
        session.send(&key('k'));
        let heard = tokio::time::timeout(DEADLINE, hear.recv()).await;
        assert_eq!(heard, Ok(Some(Bytes::from_static(b"k"))));
        rows(&session);
        tokio::select! {
            biased;
            say = &mut flooding => break say.unwrap(),
            () = tokio::time::sleep(Duration::from_millis(1)) => keys_meanwhile += 1,
        }
    };
    assert!(keys_meanwhile > 2, "{keys_meanwhile} keys came through during the flood");
    shows(&session, "the end").await;
    assert_end_of_flood(&session, PARTS);
}
