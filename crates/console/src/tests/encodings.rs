//! Sessions whose remote side does not speak UTF-8, and what their scrollback may take.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::*;
use crate::{Encoding, OpenConsole, Opener, SessionOptions, Sessions};
use qdeck_model::{ContextName, Kind, ResourceId, ScreenKind};

fn id(context: &str, name: &str) -> ResourceId {
    ResourceId::new(&ContextName::new(context), Kind::Instance, name)
}

fn sessions(options: SessionOptions) -> (Sessions, mpsc::Receiver<Remote>) {
    let (connector, arrivals) = remotes(false, true);
    let opener: Opener = Arc::new(move |_, _| connector());
    (Sessions::with_options(opener, no_wake(), options), arrivals)
}

/// Reads the next thing that was typed.
async fn typed(remote: &mut Remote) -> Bytes {
    tokio::time::timeout(DEADLINE, remote.input.recv()).await.unwrap().unwrap()
}

fn line(console: &OpenConsole, number: u64) -> String {
    console.screen.text().unwrap().line(number).map(|line| line.text).unwrap_or_default()
}

#[tokio::test]
async fn a_context_chooses_the_encoding_of_what_is_shown_and_typed() {
    let encodings = HashMap::from([(ContextName::new("old"), Encoding::Cp437)]);
    let (sessions, mut arrivals) = sessions(SessionOptions { encodings, ..SessionOptions::default() });
    let old = sessions.attach(&id("old", "a"), "a", ScreenKind::Terminal);
    let mut remote = arrivals.recv().await.unwrap();
    assert_eq!(old.encoding(), Some(Encoding::Cp437));
    remote.print(&b"\xc9\xcd\xbb caf\x82"[..]).await;
    until("the box", || line(&old, 0) == "╔═╗ café").await;
    old.screen.send(&key('é'));
    assert_eq!(typed(&mut remote).await, &b"\x82"[..]);
    old.screen.send(&Event::Paste("ñ█\n".to_owned()));
    assert_eq!(typed(&mut remote).await, &b"\xa4\xdb\r"[..]);

    let new = sessions.attach(&id("new", "b"), "b", ScreenKind::Terminal);
    let mut remote = arrivals.recv().await.unwrap();
    until("live", || new.screen.takes_input()).await;
    assert_eq!(new.encoding(), Some(Encoding::Utf8));
    new.screen.send(&key('é'));
    assert_eq!(typed(&mut remote).await, "é");
    new.set_encoding(Encoding::Latin1);
    remote.print(&b"na\xefve"[..]).await;
    until("Latin-1", || line(&new, 0) == "naïve").await;
    new.screen.send(&key('é'));
    assert_eq!(typed(&mut remote).await, &b"\xe9"[..]);
}

#[tokio::test]
async fn what_an_encoding_does_not_have_is_refused_and_reported() {
    let (sessions, mut arrivals) = sessions(SessionOptions::default());
    let console = sessions.attach(&id("c", "a"), "a", ScreenKind::Terminal);
    let mut remote = arrivals.recv().await.unwrap();
    until("live", || console.screen.takes_input()).await;
    console.set_encoding(Encoding::Latin1);
    console.screen.send(&Event::Paste("5 €".to_owned()));
    assert_eq!(console.screen.take_refused(), Some('€'));
    assert_eq!(console.screen.take_refused(), None);
    console.screen.send(&key('Ω'));
    console.screen.send(&key('x'));
    assert_eq!(console.screen.take_refused(), None, "the last one was sent");
    assert_eq!(typed(&mut remote).await, "x", "and nothing of those before");
}

#[tokio::test]
async fn a_reply_about_the_size_is_no_report_of_a_size() {
    for (reports, reply) in [(true, "\x1b[8;24;80t\x1b[08;24;80t"), (false, "\x1b[8;24;80t")] {
        let (connector, mut arrivals) = remotes(reports, true);
        let _session = TerminalSession::start(connector, SIZE, no_wake());
        let mut remote = arrivals.recv().await.unwrap();
        if reports {
            // The report comes by itself, before any reply.
            assert_eq!(typed(&mut remote).await, "\x1b[8;24;80t");
        }
        remote.print("\x1b[18t").await;
        let expected = &reply[reply.rfind('\x1b').unwrap()..];
        assert_eq!(typed(&mut remote).await, expected);
    }
}

/// Prints ten thousand lines and waits until they are there.
async fn fill(remote: &Remote, console: &OpenConsole) {
    let text = console.screen.text().unwrap();
    let end = text.lines().end + 10_000;
    for _ in 0..10 {
        let mut lines = String::new();
        for n in 0..1000 {
            let _ = write!(lines, "line {n} of a log that is as long as any\r\n");
        }
        remote.print(lines).await;
    }
    until("all lines", || text.lines().end >= end).await;
}

#[tokio::test]
async fn the_console_looked_at_longest_ago_loses_its_oldest_lines_first() {
    const BUDGET: usize = 1 << 20;
    let (sessions, mut arrivals) =
        sessions(SessionOptions { history_bytes: BUDGET, ..SessionOptions::default() });
    let mut consoles = Vec::new();
    let mut remotes = Vec::new();
    for name in ["a", "b", "c"] {
        consoles.push(sessions.attach(&id("c", name), name, ScreenKind::Terminal));
        remotes.push(arrivals.recv().await.unwrap());
    }
    let mut added = 0;
    while sessions.history().0 <= BUDGET {
        fill(&remotes[added % 3], &consoles[added % 3]).await;
        added += 1;
    }
    for console in [0, 2, 1] {
        sessions.begin_frame();
        consoles[console].mark_seen();
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let sizes = || consoles.iter().map(|console| console.history_bytes()).collect::<Vec<_>>();
    let before = sizes();
    sessions.poll();
    let after = sizes();
    assert!(sessions.history().0 <= BUDGET && sessions.history().1 == BUDGET, "{after:?}");
    assert!(after[0] < before[0] && after[1..] == before[1..], "{before:?} {after:?}");

    for _ in 0..10 {
        fill(&remotes[1], &consoles[1]).await;
        sessions.poll();
        assert!(sessions.history().0 <= BUDGET + BUDGET / 4, "{:?}", sizes());
    }
    let text = consoles[1].screen.text().unwrap();
    assert!(text.lines().start > 0, "its own lines go when those of the others are gone");
    assert!(line(&consoles[1], text.lines().start).starts_with("line "));
    assert!(line(&consoles[1], text.lines().end - 2).starts_with("line 999 "));
}
