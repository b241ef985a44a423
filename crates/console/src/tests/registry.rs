//! The registry and its opener, without any screen.

use std::sync::Mutex;

use tokio::sync::Notify;

use super::*;
use crate::{Opener, Page, Sessions};
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
    Transport { stream: ByteStream::Channel { from, to: Some(to) }, resize: ResizeReports::Ignored }
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
            while !text.lines().iter().any(|line| line == wanted) {
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
    sessions.close(&id("i-1"));
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
    assert!(sessions.get(&id("i-1")).is_some() && sessions.get(&id("i-2")).is_none());
}

#[tokio::test]
async fn the_next_console_is_found_round_the_end() {
    let opener: Opener = Arc::new(|_, _| Box::pin(async { Ok(Opened::Terminal(echo())) }));
    let sessions = Sessions::new(opener, no_wake());
    for name in ["a", "b", "c"] {
        sessions.attach(&id(name), name, ScreenKind::Terminal);
    }
    let next = |name, forward| sessions.neighbour(&id(name), forward).map(|console| console.name.clone());
    assert_eq!(next("a", true).as_deref(), Some("b"));
    assert_eq!(next("c", true).as_deref(), Some("a"));
    assert_eq!(next("a", false).as_deref(), Some("c"));
    assert_eq!(next("d", true), None);
    sessions.close(&id("a"));
    sessions.close(&id("b"));
    assert_eq!(next("c", true), None);
}
