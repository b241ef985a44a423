//! The decoder by itself, and whole streams against a server of this file's own.

use futures_util::StreamExt;
use proptest::prelude::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::super::ClientOptions;
use super::*;
use qdeck_model::{ProblemKind, Secret};

fn all(bytes: &[u8]) -> Vec<Event> {
    let mut decoder = EventDecoder::new(1 << 20);
    let mut events = decoder.feed(bytes);
    events.extend(decoder.finish());
    events
}

fn texts(bytes: &[u8]) -> Vec<String> {
    all(bytes).into_iter().map(|event| event.data).collect()
}

#[test]
fn events_are_framed_as_the_standard_says() {
    assert_eq!(texts(b"data: a\ndata:b\n\ndata\n\n: ping\n\ndata: unfinished"), ["a\nb", ""]);
    assert_eq!(
        texts(b"\xEF\xBB\xBFdata:  two spaces\r\n\r\ndata: x\r\rdata: y\n\n"),
        [" two spaces", "x", "y"]
    );
    assert_eq!(texts(b"foo: plain first\ndata: stays plain\n"), ["foo: plain first", "data: stays plain"]);
    assert_eq!(texts(b"data: a\nfoo: ignored\n\n"), ["a"]);
    assert_eq!(texts(b"\n\nGET / 200\r\n\nlast"), ["GET / 200", "", "last"]);
    assert_eq!(texts(b"data: \xFFx\xC3\n\n"), ["\u{fffd}x\u{fffd}"]);
    let named = all(b"event: log\ndata: {}\n\ndata: y\n\n");
    assert_eq!(named[0].name, "log");
    assert_eq!(named[1].name, "");
}

#[test]
fn ids_and_waits_are_kept_across_connections() {
    let mut decoder = EventDecoder::new(100);
    decoder.feed(b"id: 7\nretry: 250\ndata: a\n\nid: 8\ndata: half");
    assert_eq!(decoder.last_id(), Some("7"), "an unfinished event does not count");
    decoder.restart();
    assert_eq!(decoder.last_id(), Some("7"));
    assert_eq!(decoder.retry(), Some(Duration::from_millis(250)));
    decoder.feed(b"id: a\0b\nretry: soon\n\nid\n\n");
    assert_eq!(decoder.last_id(), None, "an empty id takes the last one back");
    assert_eq!(decoder.retry(), Some(Duration::from_millis(250)));
}

#[test]
fn a_line_beyond_the_limit_is_cut_and_counted_in_bounded_memory() {
    for (before, after) in [("data: ", "\n\ndata: next\n\n"), ("x", "\nnext\n")] {
        let mut decoder = EventDecoder::new(1 << 20);
        let mut events = decoder.feed(before.as_bytes());
        for _ in 0..10 {
            events.extend(decoder.feed(&vec![b'a'; 1 << 20]));
            assert!(decoder.held() <= 3 << 20);
        }
        events.extend(decoder.feed(after.as_bytes()));
        assert_eq!(events.len(), 2);
        assert_eq!(events[0].data.len(), 1 << 20);
        assert!(events[0].dropped >= 9 << 20, "{}", events[0].dropped);
        assert_eq!(events[1].data, "next");
        assert_eq!(events[1].dropped, 0);
    }
}

const PIECES: &[&[u8]] = &[
    b"data: ",
    b"data",
    b"\n",
    b"\r",
    b"\r\n",
    b"id: 4",
    b":",
    b"event: e",
    b"retry: 9",
    b"\xEF\xBB\xBF",
    b"\xE2\x82\xAC",
    b"\xFF",
    b"text text text",
];

proptest! {
    #[test]
    fn cutting_the_bytes_elsewhere_changes_nothing(
        pieces in prop::collection::vec(prop::sample::select(PIECES), 0..40),
        cuts in prop::collection::vec(0usize..200, 0..12),
    ) {
        let bytes = pieces.concat();
        let mut whole = EventDecoder::new(20);
        let mut expected = whole.feed(&bytes);
        expected.extend(whole.finish());
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
        cuts.sort_unstable();
        let mut decoder = EventDecoder::new(20);
        let (mut events, mut from) = (Vec::new(), 0);
        for cut in cuts.into_iter().chain([bytes.len()]) {
            events.extend(decoder.feed(&bytes[from..cut]));
            from = cut;
        }
        events.extend(decoder.finish());
        prop_assert!(events.iter().all(|event| event.data.len() <= 3 * 20));
        prop_assert_eq!(events, expected);
        prop_assert_eq!(decoder.last_id(), whole.last_id());
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        all(&bytes);
    }
}

async fn serve_head(listener: &TcpListener) -> (TcpStream, String) {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    (stream, String::from_utf8(head).unwrap().to_ascii_lowercase())
}

const OPEN: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";

async fn start() -> (TcpListener, BoxStream<'static, StreamEvent>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url: url::Url = format!("http://{}/logs", listener.local_addr().unwrap()).parse().unwrap();
    let options = EventOptions { first_wait: Duration::from_millis(5), ..EventOptions::default() };
    let stream = Client::new(ClientOptions::default()).events(options, move |refused| {
        let token = if refused.is_some() { "fresh-token" } else { "stale-token" };
        let request = Request::get(url.clone()).bearer(&Secret::new(token));
        async move { Ok(request) }
    });
    (listener, stream)
}

async fn next(stream: &mut BoxStream<'static, StreamEvent>) -> StreamEvent {
    tokio::time::timeout(Duration::from_secs(20), stream.next()).await.expect("in time").expect("not ended")
}

#[tokio::test]
async fn a_broken_stream_resumes_from_its_last_id() {
    let (listener, mut stream) = start().await;
    let server = tokio::spawn(async move {
        let (mut first, head) = serve_head(&listener).await;
        assert!(!head.contains("last-event-id"), "{head}");
        first
            .write_all(format!("{OPEN}retry: 1\nid: 41\ndata: one\n\nid: 42\ndata: ha").as_bytes())
            .await
            .unwrap();
        drop(first);
        let (mut second, head) = serve_head(&listener).await;
        assert!(head.contains("last-event-id: 41\r\n"), "{head}");
        second.write_all(format!("{OPEN}data: two\n\n").as_bytes()).await.unwrap();
        second
    });
    assert!(matches!(next(&mut stream).await, StreamEvent::Open { again: false }));
    assert!(matches!(next(&mut stream).await, StreamEvent::Events(e) if e[0].data == "one"));
    assert!(matches!(next(&mut stream).await, StreamEvent::Finished));
    assert!(matches!(next(&mut stream).await, StreamEvent::Open { again: true }));
    assert!(matches!(next(&mut stream).await, StreamEvent::Events(e) if e[0].data == "two"));
    server.await.unwrap();
}

#[tokio::test]
async fn a_line_without_its_end_comes_at_once_and_a_bar_is_one_line() {
    let (listener, mut stream) = start().await;
    let (go_on, gone_on) = tokio::sync::oneshot::channel();
    let server = tokio::spawn(async move {
        let (mut link, _) = serve_head(&listener).await;
        link.write_all(format!("{OPEN}Continue? [y/N] ").as_bytes()).await.unwrap();
        gone_on.await.unwrap();
        for percent in 0..=100 {
            link.write_all(format!("\r{percent}% done").as_bytes()).await.unwrap();
        }
        link.write_all(b"\nlast").await.unwrap();
    });
    assert!(matches!(next(&mut stream).await, StreamEvent::Open { .. }));
    assert!(matches!(next(&mut stream).await, StreamEvent::Partial(line) if line == "Continue? [y/N] "));
    go_on.send(()).unwrap();
    let mut lines = Vec::new();
    loop {
        match next(&mut stream).await {
            StreamEvent::Events(events) => lines.extend(events.into_iter().map(|event| event.data)),
            StreamEvent::Partial(line) => assert!(line.ends_with("% done") || line == "last", "{line}"),
            StreamEvent::Finished => break,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(lines, ["100% done", "last"]);
    server.await.unwrap();
}

#[tokio::test]
async fn a_stream_that_ended_is_opened_ever_more_rarely_until_it_brings_something_else() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url: url::Url = format!("http://{}/logs", listener.local_addr().unwrap()).parse().unwrap();
    let options = EventOptions { first_wait: Duration::from_millis(20), ..EventOptions::default() };
    let mut stream = Client::new(ClientOptions::default()).events(options, move |_| {
        let request = Request::get(url.clone());
        async move { Ok(request) }
    });
    let server = tokio::spawn(async move {
        let mut opened = Vec::new();
        for text in ["same\n", "same\n", "same\n", "same\n", "other\n", "other\n"] {
            let (mut link, _) = serve_head(&listener).await;
            opened.push(Instant::now());
            link.write_all(format!("{OPEN}{text}").as_bytes()).await.unwrap();
        }
        opened
    });
    let mut finished = 0;
    while finished < 6 {
        finished += usize::from(matches!(next(&mut stream).await, StreamEvent::Finished));
    }
    let opened = server.await.unwrap();
    let waits: Vec<u128> = opened.windows(2).map(|pair| (pair[1] - pair[0]).as_millis()).collect();
    // The steps are 20, 40, 80 and 160 ms; the machine may only add to them.
    for (wait, least) in waits.iter().zip([20, 40, 80, 160, 20]) {
        assert!(*wait >= least, "{waits:?}");
    }
}

#[tokio::test]
async fn a_refused_token_is_renewed_once_and_then_ends_it() {
    let (listener, mut stream) = start().await;
    let server = tokio::spawn(async move {
        for token in ["stale-token", "fresh-token"] {
            let (mut link, head) = serve_head(&listener).await;
            assert!(head.contains(token), "{head}");
            let body = "{\"error\":\"no stale-token fresh-token\"}";
            let answer = format!(
                "HTTP/1.1 401 Unauthorized\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
            link.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    let StreamEvent::Ended(problem) = next(&mut stream).await else { panic!("no end") };
    assert_eq!(problem.kind, ProblemKind::Unauthorized);
    assert!(!format!("{problem:?}").contains("fresh-token"), "{problem:?}");
    assert!(stream.next().await.is_none());
    server.await.unwrap();
}

#[tokio::test]
async fn ten_megabytes_in_one_line_and_broken_text_are_survived() {
    let (listener, mut stream) = start().await;
    let server = tokio::spawn(async move {
        let (mut link, _) = serve_head(&listener).await;
        link.write_all(OPEN.as_bytes()).await.unwrap();
        link.write_all(b"data: ").await.unwrap();
        for _ in 0..160 {
            link.write_all(&vec![b'z'; 64 << 10]).await.unwrap();
        }
        link.write_all(b"\n\ndata: \xF0\x9F\n\ndata: end\n\n").await.unwrap();
        link
    });
    let mut events = Vec::new();
    while events.len() < 3 {
        match next(&mut stream).await {
            StreamEvent::Events(more) => events.extend(more),
            StreamEvent::Open { .. } => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(events[0].data.len(), 1 << 20);
    assert_eq!(events[0].data.len() as u64 + events[0].dropped, 10 << 20);
    assert_eq!(events[1].data, "\u{fffd}");
    assert_eq!(events[2].data, "end");
    server.await.unwrap();
}

#[tokio::test]
async fn a_web_page_is_no_log() {
    let (listener, mut stream) = start().await;
    let server = tokio::spawn(async move {
        let (mut link, _) = serve_head(&listener).await;
        let page = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nConnection: close\r\n\r\n<html>hi</html>";
        link.write_all(page.as_bytes()).await.unwrap();
    });
    let StreamEvent::Lost(error) = next(&mut stream).await else { panic!("not lost") };
    let problem = Problem::from(error);
    assert_eq!(problem.kind, ProblemKind::BadAnswer);
    assert!(problem.hint.unwrap().contains("base_url"));
    server.await.unwrap();
}
