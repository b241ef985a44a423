//! The registry and its opener, without any screen.

use std::sync::Mutex;

use tokio::sync::Notify;

use super::*;
use crate::{Mark, OpenConsole, Opener, Page, Sessions};
use qdeck_model::{ContextName, Kind, ResourceId, ScreenKind, Secret};

fn id(name: &str) -> ResourceId {
    ResourceId::new(&ContextName::new("demo-cycle"), Kind::Instance, name)
}

/// A program at the far end of every console, which greets and then echoes what is typed in capitals.
fn echo() -> Transport {
    let (output, from) = mpsc::channel(4);
    let (to, mut typed) = mpsc::channel::<Bytes>(4);
    tokio::spawn(async move {
        output.send(Ok("login: ".into())).await.unwrap();
        while let Some(bytes) = typed.recv().await {
            let capitals = String::from_utf8(bytes.to_ascii_uppercase()).unwrap().replace('\r', "\r\n");
            if output.send(Ok(capitals.into())).await.is_err() {
                return;
            }
        }
    });
    Transport {
        stream: ByteStream::Channel { from, to: Some(to) },
        resize: ResizeReports::Ignored,
        reached: None,
    }
}

#[tokio::test]
async fn a_console_is_opened_typed_into_and_read_through_the_registry() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&asked);
    let opener: Opener = Arc::new(move |id, kind| {
        log.lock().unwrap().push((id, kind));
        Box::pin(async { Ok(Opened::Terminal(echo())) })
    });
    let changed = Arc::new(Notify::new());
    let wake = Arc::clone(&changed);
    let sessions = Sessions::new(opener, Arc::new(move || wake.notify_one()));

    let console = sessions.attach(&id("i-1"), "web-1", ScreenKind::Terminal);
    let text = console.screen.text().expect("a terminal has text");
    let read_until = async |wanted: &str| {
        let wait = async {
            while !text.whole().iter().any(|line| line == wanted) {
                changed.notified().await;
                sessions.poll();
            }
        };
        tokio::time::timeout(DEADLINE, wait).await.unwrap_or_else(|_| panic!("{:?}", text.lines()));
    };
    read_until("login:").await;
    console.screen.send(&Event::Paste("root\nls".to_owned()));
    read_until("login: ROOT").await;
    read_until("LS").await;

    assert_eq!(*asked.lock().unwrap(), [(id("i-1"), ScreenKind::Terminal)]);
    assert!(Arc::ptr_eq(&console, &sessions.attach(&id("i-1"), "web-1", ScreenKind::Terminal)));
    assert_eq!(console.screen.state(), SessionState::Live);
    sessions.close(console.session);
    assert!(sessions.is_empty());
}

#[tokio::test]
async fn a_console_that_turns_out_to_be_a_page_is_handed_over_and_leaves_the_registry() {
    let page = Page { address: Secret::new("https://h/vnc?token=x"), is_endpoint: false, valid_for: None };
    let answer = page.clone();
    let opener: Opener = Arc::new(move |id, _| {
        let answer = if *id.id == *"i-2" {
            Ok(Opened::Page(answer.clone()))
        } else {
            Err(Problem::new(ProblemKind::Forbidden, "not you"))
        };
        Box::pin(async { answer })
    });
    let sessions = Sessions::new(opener, no_wake());
    let refused = sessions.attach(&id("i-1"), "web-1", ScreenKind::Terminal);
    let console = sessions.attach(&id("i-2"), "web-2", ScreenKind::Terminal);
    until("the page", || console.screen.state() == SessionState::Page(page.clone())).await;
    until("the refusal", || matches!(refused.screen.state(), SessionState::Ended(Some(_)))).await;

    let pages = sessions.take_pages();
    assert!(pages.len() == 1 && Arc::ptr_eq(&pages[0].0, &console) && pages[0].1 == page);
    assert!(sessions.take_pages().is_empty());
    assert!(sessions.get(refused.session).is_some() && sessions.get(console.session).is_none());
}

#[tokio::test]
async fn the_next_console_is_found_round_the_end() {
    let opener: Opener = Arc::new(|_, _| Box::pin(async { Ok(Opened::Terminal(echo())) }));
    let sessions = Sessions::new(opener, no_wake());
    let [a, b, c] =
        ["a", "b", "c"].map(|name| sessions.attach(&id(name), name, ScreenKind::Terminal).session);
    let next = |session, forward| sessions.neighbour(session, forward).map(|console| console.session);
    assert_eq!(next(a, true), Some(b));
    assert_eq!(next(c, true), Some(a));
    assert_eq!(next(a, false), Some(c));
    sessions.close(a);
    assert_eq!(next(a, true), None);
    sessions.close(b);
    assert_eq!(next(c, true), None);
}

#[tokio::test]
async fn an_instance_may_have_several_sessions_and_each_its_name_and_place() {
    let opener: Opener = Arc::new(|_, _| Box::pin(async { Ok(Opened::Terminal(echo())) }));
    let sessions = Sessions::new(opener, no_wake());
    let first = sessions.attach(&id("i-1"), "web-1", ScreenKind::Terminal);
    let other = sessions.attach(&id("i-2"), "web-2", ScreenKind::Terminal);
    let second = sessions.open_new(&id("i-1"), "web-1", ScreenKind::Terminal);
    let labels = || sessions.all().iter().map(|open| open.label()).collect::<Vec<_>>();
    assert_eq!(labels(), ["web-1", "web-2", "web-1 (2)"]);
    assert!(Arc::ptr_eq(&second, &sessions.attach(&id("i-1"), "web-1", ScreenKind::Terminal)));
    assert_eq!(sessions.all_of(&id("i-1")).len(), 2);

    second.rename("  deploy ");
    assert!(sessions.shift(second.session, -5));
    assert_eq!(labels(), ["deploy", "web-1", "web-2"]);
    assert!(!sessions.shift(second.session, -1), "it is the first");
    assert!(sessions.shift(second.session, 1));
    assert_eq!(labels(), ["web-1", "deploy", "web-2"]);
    second.rename("");
    assert_eq!(labels(), ["web-1", "web-1 (2)", "web-2"]);

    sessions.close(first.session);
    let third = sessions.open_new(&id("i-1"), "web-1", ScreenKind::Terminal);
    assert_eq!((third.label(), second.label()), ("web-1".to_owned(), "web-1 (2)".to_owned()));
    assert!(third.session > second.session && other.session != second.session);
}

/// A registry of sessions whose remote ends the test holds.
fn held() -> (Sessions, mpsc::Receiver<Remote>) {
    let (connector, arrivals) = remotes(false, true);
    let opener: Opener = Arc::new(move |_, _| connector());
    (Sessions::new(opener, no_wake()), arrivals)
}

async fn marked(sessions: &Sessions, console: &OpenConsole, marks: &[Mark]) {
    until(&format!("{marks:?}"), || {
        sessions.poll();
        console.marks().iter().eq(marks.iter().copied())
    })
    .await;
}

#[tokio::test]
async fn what_happens_out_of_view_is_marked_until_it_is_seen() {
    let (sessions, mut arrivals) = held();
    let [quiet, busy] = ["a", "b"].map(|name| sessions.attach(&id(name), name, ScreenKind::Terminal));
    let (first, second) = (arrivals.recv().await.unwrap(), arrivals.recv().await.unwrap());
    assert!(sessions.next_alert(None).is_none());

    second.print("building").await;
    marked(&sessions, &busy, &[Mark::Activity]).await;
    second.print("\x07").await;
    marked(&sessions, &busy, &[Mark::Bell, Mark::Activity]).await;
    assert!(quiet.marks().is_empty());

    sessions.begin_frame();
    busy.mark_seen();
    assert!(busy.marks().is_empty());
    second.print(" still").await;
    until("output", || busy.poll()).await;
    assert!(busy.marks().is_empty(), "it is in view");
    busy.mark_drawn();
    sessions.begin_frame();
    quiet.mark_seen();
    marked(&sessions, &busy, &[Mark::Activity]).await;
    busy.clear_bell();
    assert!(busy.marks().is_empty() && !busy.rang(), "typed into");

    drop(second);
    marked(&sessions, &busy, &[Mark::Ended]).await;
    drop(first);
}

#[tokio::test]
async fn what_is_drawn_before_it_was_polled_is_seen() {
    let (sessions, mut arrivals) = held();
    let console = sessions.attach(&id("a"), "a", ScreenKind::Terminal);
    let remote = arrivals.recv().await.unwrap();
    remote.print("ready").await;
    let area = Rect::new(0, 0, 20, 2);
    until("the text", || {
        let mut buf = Buffer::empty(area);
        console.screen.draw(area, &mut buf);
        buf[(4, 0)].symbol() == "y"
    })
    .await;
    console.mark_seen();
    sessions.begin_frame();
    sessions.poll();
    assert!(console.marks().is_empty());
    remote.print(" again").await;
    marked(&sessions, &console, &[Mark::Activity]).await;
}

#[tokio::test]
async fn the_next_alert_is_the_most_urgent_one_in_their_order() {
    let (sessions, mut arrivals) = held();
    let consoles = ["a", "b", "c", "d"].map(|name| sessions.attach(&id(name), name, ScreenKind::Terminal));
    let mut remotes = Vec::new();
    for _ in 0..4 {
        remotes.push(arrivals.recv().await.unwrap());
    }
    let next =
        |after: usize| sessions.next_alert(Some(consoles[after].session)).map(|open| open.name.clone());
    remotes[0].print("output").await;
    marked(&sessions, &consoles[0], &[Mark::Activity]).await;
    assert_eq!(next(0), None, "it is itself");
    assert_eq!(next(2).as_deref(), Some("a"));
    for console in [1, 3] {
        remotes[console].print("\x07").await;
        marked(&sessions, &consoles[console], &[Mark::Bell, Mark::Activity]).await;
    }
    assert_eq!(next(0).as_deref(), Some("b"));
    assert_eq!(next(1).as_deref(), Some("d"));
    assert_eq!(next(3).as_deref(), Some("b"));
    assert_eq!(sessions.next_alert(None).unwrap().name, "b");
}

#[tokio::test]
async fn silence_is_marked_only_where_it_was_asked_for_and_wakes_the_screen() {
    let (connector, mut arrivals) = remotes(false, true);
    let opener: Opener = Arc::new(move |_, _| connector());
    let wakes = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&wakes);
    let wake = Arc::new(move || {
        counted.fetch_add(1, Ordering::SeqCst);
    });
    let sessions = Sessions::new(opener, wake);
    let console = sessions.attach(&id("a"), "a", ScreenKind::Terminal);
    let remote = arrivals.recv().await.unwrap();
    remote.print("ready").await;
    marked(&sessions, &console, &[Mark::Activity]).await;
    console.mark_seen();
    sessions.begin_frame();
    sessions.poll();
    let before = wakes.load(Ordering::SeqCst);
    sessions.watch_silence(console.session, Some(Duration::from_millis(200)));
    until("a wake", || wakes.load(Ordering::SeqCst) > before).await;
    sessions.poll();
    assert_eq!(console.marks().first(), Some(Mark::Silence));
    sessions.watch_silence(console.session, None);
    assert_eq!(console.silence_after(), None);
}
