//! The shared screen and the reader behind it, by counts and without a clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{channel, sync_channel};
use std::time::{Duration, Instant};

use bytes::Bytes;
use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};

use super::TerminalSession;
use super::link::Link;
use super::shared::SharedScreen;
use crate::{ByteStream, Connector, RemoteScreen, ResizeReports, SessionState, Size, TextScreen, Transport};
use qdeck_model::{Problem, ProblemKind};

const SIZE: Size = Size { columns: 80, rows: 24 };
const DEADLINE: Duration = Duration::from_secs(20);

fn shared() -> SharedScreen {
    SharedScreen::new(SIZE, Arc::new(|| {}))
}

/// A time that no test reaches.
fn never() -> Instant {
    Instant::now() + Duration::from_secs(3600)
}

#[test]
fn one_feed_takes_all_that_has_arrived() {
    let shared = shared();
    let mut pieces = (0..1000).map(|n| Bytes::from(format!("{n}\r\n")));
    let mut bytes = pieces.next().unwrap();
    let fed = shared.feed(&mut bytes, never(), || pieces.next());
    assert!(bytes.is_empty() && fed.replies.is_empty() && fed.hold_deadline.is_none());
    assert_eq!(shared.with(|screen| screen.emulator.row(22)), "999");
}

#[test]
fn a_feed_whose_time_is_up_leaves_the_rest_in_order() {
    let shared = shared();
    let mut bytes = Bytes::from("0123456789".repeat(1000));
    let mut feeds = 0;
    let mut more = Some(Bytes::from_static(b"\r\nthe end"));
    while !bytes.is_empty() {
        shared.feed(&mut bytes, Instant::now(), || more.take());
        feeds += 1;
    }
    assert_eq!(feeds, 4, "slices of 4 KiB, and what came behind them");
    let rows = shared.with(|screen| [22, 23].map(|row| screen.emulator.row(row)));
    assert_eq!(rows, ["0123456789".repeat(8), "the end".to_owned()]);
}

#[test]
fn a_feed_ends_where_a_reader_waits() {
    const MAX_PIECES: usize = 50_000_000;
    let shared = shared();
    let started = AtomicBool::new(false);
    let mut pieces = 0;
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !started.load(Ordering::Acquire) {
                std::thread::yield_now();
            }
            shared.with(|_| ());
        });
        let mut bytes = Bytes::from_static(b"x");
        shared.feed(&mut bytes, never(), || {
            started.store(true, Ordering::Release);
            pieces += 1;
            (pieces < MAX_PIECES).then(|| Bytes::from_static(b"x"))
        });
        assert!(pieces < MAX_PIECES, "the reader waited for the end of the feed");
        assert_eq!(bytes, "x", "the piece that was taken last is left");
    });
}

#[test]
fn replies_and_the_hold_of_a_feed_are_returned() {
    let shared = shared();
    let fed = shared.feed(&mut Bytes::from_static(b"\x1b[6n\x1b[?2026h"), never(), || None);
    assert_eq!(fed.replies, b"\x1b[1;1R");
    assert!(fed.hold_deadline.is_some());
    let fed = shared.feed(&mut Bytes::from_static(b"\x1b[?2026l"), never(), || None);
    assert!(fed.replies.is_empty() && fed.hold_deadline.is_none());
}

#[tokio::test]
async fn what_is_asked_most_is_answered_while_the_screen_is_taken() {
    let connector: Connector = Arc::new(|| Box::pin(std::future::pending()));
    let session = Arc::new(TerminalSession::start(connector, SIZE, Arc::new(|| {})));
    session.shared.status().state = SessionState::Live;
    session.shared.feed(
        &mut Bytes::from("\x1b]2;a title\x07\x07\x1b[?1h".to_owned() + &"x\r\n".repeat(100)),
        never(),
        || None,
    );
    let (release, released) = channel::<()>();
    let (taken, is_taken) = sync_channel(1);
    let holder = Arc::clone(&session);
    let holding = std::thread::spawn(move || {
        holder.shared.with(|_| {
            taken.send(()).unwrap();
            released.recv_timeout(DEADLINE).is_ok()
        })
    });
    is_taken.recv_timeout(DEADLINE).unwrap();
    assert_eq!(session.title().as_deref(), Some("a title"));
    assert!(session.take_bell() && !session.take_bell());
    assert!(session.takes_input() && session.take_output() && session.input_modes().application_cursor);
    assert_eq!(session.state(), SessionState::Live);
    assert!(session.history_bytes() > 0);
    session.send(&Event::Key(KeyEvent::new(KeyCode::Up, KeyModifiers::NONE)));
    assert_eq!(session.take_refused(), None);
    release.send(()).unwrap();
    assert!(holding.join().unwrap(), "one of these waited until the screen was free");
}

#[tokio::test]
async fn a_broken_link_is_reported_behind_what_arrived_before() {
    let (output, from) = tokio::sync::mpsc::channel(4);
    let stream = ByteStream::Channel { from, to: None };
    let mut reader = Link::from(Transport { stream, resize: ResizeReports::Ignored, reached: None }).reader;
    assert_eq!(reader.try_recv(), None);
    let problem = Problem::new(ProblemKind::Unreachable, "cut");
    for received in [Ok("a".into()), Ok("b".into()), Err(problem.clone())] {
        output.send(received).await.unwrap();
    }
    assert_eq!(reader.recv().await, Ok(Some("a".into())));
    assert_eq!(reader.try_recv(), Some("b".into()));
    assert_eq!((reader.try_recv(), reader.try_recv()), (None, None));
    assert_eq!(reader.recv().await, Err(problem));
    drop(output);
    assert_eq!(reader.try_recv(), None);
    assert_eq!(reader.recv().await, Ok(None));
}
