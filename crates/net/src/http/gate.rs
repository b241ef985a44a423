//! The gate of a read-only client, and the way of writes, counted at a socket.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::{Client, ClientOptions, Request};
use crate::Cause;
use qdeck_model::{Method, PreparedRequest, ProblemKind};

/// A server that answers every request with these bytes, and counts connections and requests.
async fn counting(answer: &'static str) -> (url::Url, Arc<[AtomicUsize; 2]>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1/things", listener.local_addr().unwrap()).parse().unwrap();
    let counts: Arc<[AtomicUsize; 2]> = Arc::default();
    let counted = counts.clone();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            counted[0].fetch_add(1, Ordering::SeqCst);
            let counted = counted.clone();
            tokio::spawn(async move {
                let mut buffer = vec![0; 64 << 10];
                while stream.read(&mut buffer).await.is_ok_and(|read| read > 0) {
                    counted[1].fetch_add(1, Ordering::SeqCst);
                    stream.write_all(answer.as_bytes()).await.unwrap();
                }
            });
        }
    });
    (url, counts)
}

fn counted(counts: &[AtomicUsize; 2]) -> (usize, usize) {
    (counts[0].load(Ordering::SeqCst), counts[1].load(Ordering::SeqCst))
}

fn client(read_only: bool) -> Client {
    Client::new(ClientOptions {
        name: "exo-prod".to_owned(),
        read_only,
        first_wait: Duration::from_millis(2),
        ..ClientOptions::default()
    })
}

const DONE: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";

#[tokio::test]
async fn a_read_only_client_sends_no_byte_of_a_write() {
    let (url, counts) = counting(DONE).await;
    let client = client(true);
    let writes = [
        Request::post(url.clone(), &json!({})),
        Request::post_empty(url.clone()),
        Request::put(url.clone()),
        Request::patch(url.clone(), &json!({})),
        Request::delete(url.clone()),
        Request::prepared(&PreparedRequest::new(Method::Put, url.as_str())).unwrap(),
        Request::prepared(&PreparedRequest::new(Method::Get, url.as_str())).unwrap(),
    ];
    for write in &writes {
        let error = client.json::<Value>(write).await.unwrap_err();
        assert_eq!(*error.cause, Cause::ReadOnly { context: "exo-prod".to_owned() });
        let problem = qdeck_model::Problem::from(error);
        assert_eq!(problem.kind, ProblemKind::ReadOnly);
        assert_eq!(&*problem.message, "context exo-prod is read-only: nothing was sent");
    }
    assert_eq!(counted(&counts), (0, 0));
    assert_eq!(client.counters().requests, 0);
}

#[tokio::test]
async fn a_read_only_client_still_reads_whatever_the_method_is() {
    let (url, counts) = counting(DONE).await;
    let client = client(true);
    client.json::<Value>(&Request::get(url.clone())).await.unwrap();
    client.json::<Value>(&Request::post(url, &json!({"query": "x"})).reading()).await.unwrap();
    assert_eq!(counted(&counts).1, 2);
}

#[tokio::test]
async fn a_write_goes_to_its_address_alone_and_only_once() {
    const ELSEWHERE: &str =
        "HTTP/1.1 307 Temporary Redirect\r\nLocation: /v1/elsewhere\r\nContent-Length: 0\r\n\r\n";
    const BUSY: &str = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n";
    for answer in [ELSEWHERE, BUSY] {
        // A GET that was prepared makes something: a credential.
        for method in [Method::Put, Method::Get] {
            let (url, counts) = counting(answer).await;
            let write = Request::prepared(&PreparedRequest::new(method, url.as_str())).unwrap();
            let error = client(false).json::<Value>(&write).await.unwrap_err();
            assert!(matches!(error.status, Some(307 | 503)), "{error}");
            assert_eq!(counted(&counts), (1, 1), "{error}");
        }
    }
}

#[tokio::test]
async fn every_write_has_a_connection_of_its_own() {
    let (url, counts) = counting(DONE).await;
    let client = client(false);
    for _ in 0..3 {
        client.json::<Value>(&Request::put(url.clone()).json(&json!({}))).await.unwrap();
    }
    assert_eq!(counted(&counts), (3, 3));
}

/// Runs the line of a request in a shell, and gives what the server saw: its first line, one of its headers and its
/// body.
#[cfg(feature = "system-tests")]
#[tokio::test]
async fn the_line_of_curl_does_the_same_in_a_shell() {
    use std::process::Command;

    use super::{CurlLine, ShellCredentials};

    if !Command::new("curl").arg("--version").output().is_ok_and(|output| output.status.success()) {
        return;
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url: url::Url =
        format!("http://{}/v1/a%20b?q=it's+%5B1%5D", listener.local_addr().unwrap()).parse().unwrap();
    let body = json!({"name": "it's $HOME `id` \\ \"x\"\n", "password": "obviously fake"});
    let prepared = PreparedRequest {
        secrets: vec!["/password".to_owned()],
        ..PreparedRequest::new(Method::Put, url.as_str()).body(body.clone())
    };
    let curl = CurlLine::new(&prepared, &ShellCredentials::header("authorization", "Bearer ", "TOKEN"));
    assert_eq!(curl.variables, ["TOKEN", "PASSWORD"]);
    assert!(!curl.line.contains("fake"), "{}", curl.line);
    let run = tokio::task::spawn_blocking(move || {
        let mut shell = Command::new("sh");
        shell.args(["-c", &curl.line]).env("TOKEN", "fake'token").env("PASSWORD", "obviously fake");
        shell.env("no_proxy", "*").output().unwrap()
    });
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut seen = String::new();
    while !seen.ends_with('}') {
        let mut buffer = vec![0; 4096];
        let read = stream.read(&mut buffer).await.unwrap();
        assert!(read > 0, "{seen}");
        seen.push_str(std::str::from_utf8(&buffer[..read]).unwrap());
    }
    stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 4\r\n\r\ndone").await.unwrap();
    assert_eq!(run.await.unwrap().stdout, b"done");
    let (head, sent) = seen.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("PUT /v1/a%20b?q=it%27s+%5B1%5D HTTP/1.1\r\n"), "{head}");
    assert!(head.to_ascii_lowercase().contains("\r\nauthorization: bearer fake'token"), "{head}");
    assert_eq!(serde_json::from_str::<Value>(sent).unwrap(), body);
}
