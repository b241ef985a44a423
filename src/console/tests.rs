//! A session over a transport inside the program.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use tokio::sync::mpsc;

use super::{Connector, Session, SessionState, Size, Transport};
use crate::model::Problem;

const SIZE: Size = Size {
    columns: 80,
    rows: 24,
};
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
        assert!(
            tokio::time::timeout(DEADLINE, wait).await.is_ok(),
            "heard only {heard:?}"
        );
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
            Ok(Transport::Channel {
                from,
                to,
                size_reports,
            })
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

fn rows(session: &Session) -> Vec<String> {
    let area = Rect::new(0, 0, 80, 24);
    let mut buf = Buffer::empty(area);
    session.draw(area, &mut buf, 0);
    (0..24)
        .map(|y| {
            (0..80)
                .map(|x| buf[(x, y)].symbol())
                .collect::<String>()
                .trim_end()
                .to_owned()
        })
        .collect()
}

/// Waits until the condition holds.
async fn until(what: &str, holds: impl Fn() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < DEADLINE, "never came: {what}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

async fn shows(session: &Session, text: &str) {
    until(text, || rows(session).iter().any(|row| row.contains(text))).await;
}

#[tokio::test]
async fn what_the_guest_says_is_drawn_and_what_is_typed_is_sent() {
    let (connector, mut arrivals) = guests(false, true);
    let session = Session::start(connector, SIZE, quiet());
    let mut guest = arrivals.recv().await.unwrap();
    guest.say("login: ").await;
    shows(&session, "login:").await;
    assert_eq!(session.state(), SessionState::Live);
    let area = Rect::new(3, 2, 80, 24);
    let cursor = session.draw(area, &mut Buffer::empty(Rect::new(0, 0, 90, 30)), 0);
    assert_eq!(cursor, Some(Position::new(10, 2)));
    session.send(&key('r'));
    session.send(&Event::Paste("oot\n".to_owned()));
    assert_eq!(guest.hears("\r").await, "root\r");
}

#[tokio::test]
async fn answers_go_back_to_the_guest() {
    let (connector, mut arrivals) = guests(false, true);
    let session = Session::start(connector, SIZE, quiet());
    let mut guest = arrivals.recv().await.unwrap();
    guest.say("ab\x1b[6n").await;
    assert_eq!(guest.hears("R").await, "\x1b[1;3R");
    drop(session);
}
