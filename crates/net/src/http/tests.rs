//! The client against servers of this file's own over loopback: what is retried, what is reported, what is hidden.

use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::*;
use crate::Cause;
use qdeck_model::{Problem, ProblemKind, Secret};

/// Serves these answers, one a connection, and gives the heads it was sent.
async fn serve(answers: Vec<String>) -> (url::Url, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1/things", listener.local_addr().unwrap());
    let served = tokio::spawn(async move {
        let mut heads = Vec::new();
        for answer in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(stream.read_u8().await.unwrap());
            }
            let head = String::from_utf8(head).unwrap();
            let length = head.to_ascii_lowercase().find("content-length: ").map(|at| {
                let rest = &head[at + "content-length: ".len()..];
                rest.split("\r\n").next().unwrap().parse::<usize>().unwrap()
            });
            let mut body = vec![0; length.unwrap_or(0)];
            stream.read_exact(&mut body).await.unwrap();
            heads.push(head);
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
        heads
    });
    (url.parse().unwrap(), served)
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n{body}", body.len())
}

fn client() -> Client {
    Client::new(ClientOptions {
        first_wait: Duration::from_millis(2),
        timeout: Duration::from_secs(20),
        ..ClientOptions::default()
    })
}

#[tokio::test]
async fn a_read_is_tried_again_and_counted() {
    let (url, served) = serve(vec![
        answer("503 Service Unavailable", "", ""),
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 50\r\n\r\n{\"a\":".to_owned(),
        answer("200 OK", "", "{\"a\": 1"),
        answer("200 OK", "", "{\"a\": 1}"),
    ])
    .await;
    let client = client();
    let value: Value = client.json(&Request::get(url)).await.unwrap();
    assert_eq!(value["a"], 1);
    assert_eq!(served.await.unwrap().len(), 4);
    let counters = client.counters();
    assert_eq!((counters.requests, counters.retries), (4, 3));
    assert!(counters.latency.is_some());
}

#[tokio::test]
async fn a_write_is_never_tried_again() {
    let (url, served) = serve(vec![answer("503 Service Unavailable", "", "")]).await;
    let client = client();
    let error = client.json::<Value>(&Request::post(url, &"x")).await.unwrap_err();
    assert_eq!(error.status, Some(503));
    assert_eq!(served.await.unwrap().len(), 1);
    assert_eq!(client.counters().retries, 0);
}

#[tokio::test]
async fn retry_after_is_honoured_and_too_long_a_one_is_returned() {
    let busy = |wait: &str| answer("429 Too Many Requests", &format!("Retry-After: {wait}\r\n"), "");
    let (url, served) = serve(vec![busy("1"), answer("200 OK", "", "[]")]).await;
    let began = std::time::Instant::now();
    client().json::<Value>(&Request::get(url)).await.unwrap();
    assert!(began.elapsed() >= Duration::from_secs(1));
    served.await.unwrap();

    let (url, served) = serve(vec![busy("600")]).await;
    let problem = client().read::<Value>(&Request::get(url)).await.unwrap_err();
    assert_eq!(problem.kind, ProblemKind::RateLimited);
    assert_eq!(problem.retry_after, Some(Duration::from_secs(600)));
    assert_eq!(served.await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_refusal_is_reported_whole_and_without_the_token() {
    let token = Secret::new("fake-token-for-this-test");
    let (url, served) = serve(vec![answer(
        "401 Unauthorized",
        "X-Request-Id: req-7\r\n",
        r#"{"error":{"title":"Bad key fake-token-for-this-test"}}"#,
    )])
    .await;
    let request = Request::get(url).query("access_token", "another-fake").bearer(&token);
    assert!(!format!("{request:?}").contains("fake"));
    let client = client();
    let error = client.json::<Value>(&request).await.unwrap_err();
    let problem = Problem::from(error.clone());
    assert_eq!(problem.kind, ProblemKind::Unauthorized);
    assert_eq!(&*problem.message, "Bad key ••••");
    assert_eq!(problem.request_id.as_deref(), Some("req-7"));
    assert!(problem.request.as_deref().unwrap().ends_with("/v1/things"));
    assert!(problem.hint.as_deref().unwrap().contains("token"));
    for text in [format!("{error} {error:?}"), format!("{problem} {problem:?}"), format!("{client:?}")] {
        assert!(!text.contains("fake"), "{text}");
    }
    let heads = served.await.unwrap();
    assert!(heads[0].contains("fake-token-for-this-test"), "the server itself was given it");
}

#[tokio::test]
async fn unexpected_answers_say_what_is_wrong_with_them() {
    // What is cut may be whole the next time; a page where no answer ever was will be a page again.
    for (body, headers, expected, tries) in [
        ("<html><title>Sign in</title></html>", "Content-Type: text/html\r\n", "web page (“Sign in”)", 1),
        ("<!doctype html><p>hi", "Content-Type: application/json\r\n", "web page", 1),
        ("{\"a\": [1, 2", "", "line 1 column 11", 4),
    ] {
        let (url, served) = serve(vec![answer("200 OK", headers, body); tries]).await;
        let problem = client().read::<Value>(&Request::get(url)).await.unwrap_err();
        assert_eq!(problem.kind, ProblemKind::BadAnswer);
        assert!(problem.message.contains(expected), "{problem}");
        assert!(problem.hint.as_deref().unwrap().contains("base_url"), "{problem}");
        served.await.unwrap();
    }
}

#[tokio::test]
async fn a_page_between_answers_is_a_gateways_and_is_retried() {
    let page = answer("200 OK", "Content-Type: text/html\r\n", "<html>One moment");
    let data = answer("200 OK", "", "[]");
    let (url, served) = serve(vec![data.clone(), page, data]).await;
    let client = client();
    for _ in 0..2 {
        client.json::<Value>(&Request::get(url.clone())).await.unwrap();
    }
    served.await.unwrap();
    assert_eq!(client.counters().retries, 1);
}

#[tokio::test]
async fn too_long_an_answer_is_not_read_to_its_end() {
    let (url, served) = serve(vec![
        answer("200 OK", "", &"x".repeat(2000)),
        format!(
            "HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n{}\r\n0\r\n\r\n",
            "x".repeat(2000)
        ),
    ])
    .await;
    let client = Client::new(ClientOptions { body_limit: 1000, ..ClientOptions::default() });
    for _ in 0..2 {
        let error = client.json::<Value>(&Request::get(url.clone())).await.unwrap_err();
        assert_eq!(*error.cause, Cause::TooLarge { limit: 1000 });
    }
    served.await.unwrap();
}

#[tokio::test]
async fn plain_http_to_another_machine_is_refused_even_by_redirect() {
    let client = client();
    let away: url::Url = "http://198.51.100.9/v1?token=fake-token".parse().unwrap();
    let problem = client.read::<Value>(&Request::get(away)).await.unwrap_err();
    assert_eq!(problem.kind, ProblemKind::Local);
    assert!(problem.hint.as_deref().unwrap().contains("insecure"));
    assert_eq!(client.counters().requests, 0);

    let (url, served) =
        serve(vec![answer("302 Found", "Location: http://198.51.100.9/v1?token=fake-token\r\n", "")]).await;
    let problem = client.read::<Value>(&Request::get(url)).await.unwrap_err();
    assert_eq!(problem.kind, ProblemKind::BadAnswer, "{problem}");
    assert!(!format!("{problem:?}").contains("fake-token"), "{problem:?}");
    served.await.unwrap();
}

#[tokio::test]
async fn a_closed_port_is_reported_after_the_retries() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url: url::Url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    drop(listener);
    let client = client();
    let problem = client.read::<Value>(&Request::get(url)).await.unwrap_err();
    assert_eq!(problem.kind, ProblemKind::Unreachable);
    assert!(problem.message.to_lowercase().contains("refused"), "{problem}");
    assert_eq!(client.counters().retries, 3);
}

#[tokio::test]
async fn failing_fast_retries_nothing_and_asks_a_closed_port_once() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let url: url::Url = url.parse().unwrap();
    drop(listener);
    let (failing, served) = serve(vec![answer("503 Gone Fishing", "", "")]).await;
    let client = client();
    super::fail_fast(Duration::from_secs(20), async {
        for _ in 0..3 {
            let problem = client.read::<Value>(&Request::get(url.clone())).await.unwrap_err();
            assert_eq!(problem.kind, ProblemKind::Unreachable);
            assert!(problem.message.to_lowercase().contains("refused"), "{problem}");
        }
        assert_eq!(client.counters().requests, 1, "its port was tried once");
        let problem = client.read::<Value>(&Request::get(failing)).await.unwrap_err();
        assert_eq!(problem.kind, ProblemKind::Server, "another port is another host");
    })
    .await;
    served.await.unwrap();
    assert_eq!((client.counters().requests, client.counters().retries), (2, 0));
    client.read::<Value>(&Request::get(url)).await.unwrap_err();
    assert_eq!(client.counters().retries, 3, "afterwards there is time again");
}

#[tokio::test]
async fn failing_fast_gives_a_silent_server_up_soon() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let client = client();
    let began = std::time::Instant::now();
    let request = Request::get(url.parse().unwrap());
    let asked = client.read::<Value>(&request);
    let problem = super::fail_fast(Duration::from_millis(20), asked).await.unwrap_err();
    assert_eq!(problem.kind, ProblemKind::Unreachable);
    assert!(began.elapsed() < Duration::from_secs(15), "its own limit is 20 s");
    drop(listener);
}

#[tokio::test]
async fn a_token_with_a_line_end_is_reported_and_not_sent() {
    let client = client();
    let url: url::Url = "https://api.example/".parse().unwrap();
    let request = Request::get(url).bearer(&Secret::new("fake\ntoken"));
    let problem = client.read::<Value>(&request).await.unwrap_err();
    assert_eq!(problem.kind, ProblemKind::Local);
    assert!(!format!("{problem:?}").contains("fake"), "{problem:?}");
    assert_eq!(client.counters().requests, 0);
}

#[tokio::test]
async fn a_lane_that_hangs_does_not_hold_up_another() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let hanging: url::Url = format!("http://{}/", silent.local_addr().unwrap()).parse().unwrap();
    let (url, served) = serve(vec![answer("200 OK", "", "[]")]).await;
    let client = Client::new(ClientOptions { concurrency: 1, ..ClientOptions::default() });
    let (stuck, free) = (client.lane(1), client.lane(1));
    let waiting = tokio::spawn(async move { stuck.send(&Request::get(hanging)).await.map(|_| ()) });
    let _held = silent.accept().await.unwrap();
    let value: Value = free.json(&Request::get(url)).await.unwrap();
    assert_eq!(value, serde_json::json!([]));
    assert!(!waiting.is_finished());
    assert_eq!(client.counters().requests, 2, "counted together");
    waiting.abort();
    served.await.unwrap();
}

#[tokio::test]
async fn of_large_answers_two_are_in_memory_at_once() {
    const LENGTH: usize = 9 << 20;
    let answer = answer("200 OK", "", &format!("\"{}\"", "x".repeat(LENGTH - 2)));
    let (url, served) = serve(vec![answer; 4]).await;
    let client = client();
    let mut held = Vec::new();
    for _ in 0..2 {
        held.push(client.send(&Request::get(url.clone())).await.unwrap());
    }
    let request = Request::get(url.clone());
    let mut third = std::pin::pin!(client.send(&request));
    let early = tokio::time::timeout(Duration::from_millis(300), &mut third).await;
    assert!(early.is_err(), "two are held, a third is not read to its end");
    held.pop();
    assert_eq!(third.await.unwrap().body.len(), LENGTH);
    drop(held);
    // One that is decoded is not held any longer.
    client.json::<Value>(&Request::get(url)).await.unwrap();
    served.await.unwrap();
}

#[tokio::test]
async fn beyond_ten_seconds_worth_requests_of_every_sort_are_sent_at_the_ceiling() {
    use futures_util::StreamExt as _;

    const PER_SECOND: u32 = 20;
    const AT_ONCE: usize = 10 * PER_SECOND as usize;
    let (url, served) = serve(vec![answer("200 OK", "", "[]"); AT_ONCE + 30]).await;
    let client = Client::new(ClientOptions { requests_per_second: PER_SECOND, ..ClientOptions::default() });
    let began = std::time::Instant::now();
    let burst = (0..AT_ONCE).map(|n| {
        let client = if n % 2 == 0 { client.clone() } else { client.lane(4) };
        let request = Request::get(url.clone());
        async move { client.json::<Value>(&request).await.unwrap() }
    });
    futures_util::future::join_all(burst).await;
    for _ in 0..10 {
        client.json::<Value>(&Request::get(url.clone())).await.unwrap();
        // The answer is no websocket, and an empty stream; both were sent.
        client.socket(url.clone(), crate::SocketOptions::default()).await.unwrap_err();
        let request = Request::get(url.clone());
        let mut events = client.events(crate::EventOptions::default(), move |_| {
            let request = request.clone();
            async move { Ok(request) }
        });
        assert!(matches!(events.next().await, Some(crate::StreamEvent::Open { .. })));
    }
    let all = began.elapsed();
    // Thirty more at twenty a second.
    assert!(all >= Duration::from_millis(1_400), "{all:?}");
    assert_eq!(served.await.unwrap().len(), AT_ONCE + 30);
}
