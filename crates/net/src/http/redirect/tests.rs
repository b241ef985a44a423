//! Redirects by the rule, and over sockets that count what reaches them.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::super::{Client, ClientOptions};
use super::*;
use crate::{EventOptions, NetError, SocketOptions, StreamEvent};
use qdeck_model::{Problem, ProblemKind, Secret};

fn request(url: &str) -> Request {
    Request::get(url.parse().unwrap()).bearer(&Secret::new("fake-token"))
}

fn redirected(request: &Request, status: u16, location: &str) -> Result<Option<Request>, Cause> {
    let mut headers = HeaderMap::new();
    headers.insert(LOCATION, location.parse().unwrap());
    target(request, StatusCode::from_u16(status).unwrap(), &headers)
}

#[test]
fn another_scheme_host_or_port_is_another_origin_and_both_are_named() {
    for (from, location, to) in [
        ("https://api.example/v1", "http://api.example/v1", "http://api.example"),
        (
            "https://api.example/v1",
            "https://api.example:8443/v1?token=fake-token",
            "https://api.example:8443",
        ),
        ("https://api.example/v1", "https://api.example.evil.example/v1", "https://api.example.evil.example"),
        ("https://api.example/v1", "https://api.example@evil.example/v1", "https://evil.example"),
        ("https://api.example/v1", "https://sub.api.example/", "https://sub.api.example"),
        ("https://api.example/v1", "//evil.example/v1", "https://evil.example"),
        ("https://api.example/v1", r"\\evil.example\v1", "https://evil.example"),
        ("http://127.0.0.1:1/v1", "http://127.0.0.1:2/v1", "http://127.0.0.1:2"),
        ("http://127.0.0.1:1/v1", "http://localhost:1/v1", "http://localhost:1"),
        ("http://127.0.0.1:1/v1", "data:text/plain,x", "data:"),
    ] {
        for status in [301, 302, 303, 307, 308] {
            let Err(Cause::Redirect(why)) = redirected(&request(from), status, location) else {
                panic!("{from} to {location} by {status} was followed");
            };
            let origin = from.trim_end_matches("/v1");
            assert!(why.contains(&format!("from {origin} to {to},")), "{why}");
            assert!(!why.contains("fake-token"), "{why}");
        }
    }
}

#[test]
fn one_origin_is_followed_with_the_method_that_the_status_asks_for() {
    let get = request("https://api.example/v1/a");
    let next = redirected(&get, 302, "b?x=1").unwrap().unwrap();
    assert_eq!(next.url.as_str(), "https://api.example/v1/b?x=1");
    assert_eq!(next.headers, get.headers);
    let explicit = redirected(&get, 301, "https://me:pw@API.example:443/c").unwrap().unwrap();
    assert_eq!(explicit.url.as_str(), "https://api.example/c");

    let search = Request::post("https://api.example/v1/search".parse().unwrap(), &"x").reading();
    let kept = redirected(&search, 307, "/v2/search").unwrap().unwrap();
    assert_eq!((kept.method, kept.body), (Method::POST, search.body.clone()));
    let got = redirected(&search, 303, "/v2/found").unwrap().unwrap();
    assert_eq!((got.method, got.body), (Method::GET, None));
    assert!(!got.headers.contains_key(CONTENT_TYPE));
}

#[test]
fn a_write_is_followed_nowhere_and_what_is_no_redirect_is_an_answer() {
    let write = Request::put("https://api.example/v1/a".parse().unwrap());
    for status in [301, 302, 303, 307, 308] {
        let Err(Cause::Redirect(why)) = redirected(&write, status, "/v1/b?token=fake-token") else {
            panic!("a write was followed by {status}");
        };
        assert!(why.contains("https://api.example/v1/b,"), "{why}");
    }
    for status in [200, 300, 304, 305, 404] {
        assert!(redirected(&write, status, "/v1/b").unwrap().is_none(), "{status}");
    }
    let nowhere = target(&write, StatusCode::FOUND, &HeaderMap::new());
    assert!(nowhere.unwrap().is_none());
}

/// A server that answers each request line with what `answer` makes of it, and the heads and bodies that reached it.
async fn serve(answer: impl Fn(&str) -> String + Send + Sync + 'static) -> (Url, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1/things", listener.local_addr().unwrap()).parse().unwrap();
    let received: Arc<Mutex<Vec<String>>> = Arc::default();
    let (notes, answer) = (received.clone(), Arc::new(answer));
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            // Even a connection without a request counts.
            notes.lock().push(String::new());
            let (notes, answer) = (notes.clone(), answer.clone());
            tokio::spawn(async move {
                let mut buffer = vec![0; 64 << 10];
                while let Ok(read @ 1..) = stream.read(&mut buffer).await {
                    let text = String::from_utf8_lossy(&buffer[..read]).into_owned();
                    let line = text.lines().next().unwrap_or_default().to_owned();
                    notes.lock().push(text);
                    let _ = stream.write_all(answer(&line).as_bytes()).await;
                }
            });
        }
    });
    (url, received)
}

const DONE: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";

fn redirect(status: u16, location: &str) -> String {
    format!("HTTP/1.1 {status} Elsewhere\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n")
}

fn client() -> Client {
    Client::new(ClientOptions { first_wait: Duration::from_millis(2), ..ClientOptions::default() })
}

/// A request with everything that identifies or authorises on any platform.
fn credentialed(request: Request) -> Request {
    let token = Secret::new("fake-token");
    request
        .query("token", "fake-token")
        .bearer(&token)
        .secret_header("elasticbox-token", &token)
        .secret_header("cookie", &token)
        .header("x-hub-id", "fake-token")
        .secret(&token)
}

fn names_both(error: &NetError, from: &Url, to: &Url) {
    let problem = Problem::from(error.clone());
    let text = format!("{problem} {problem:?} {error:?}");
    for url in [from, to] {
        assert!(problem.message.contains(&origin(url).replace("http:", "")), "{problem}");
    }
    assert_eq!(problem.kind, ProblemKind::BadAnswer, "{problem}");
    assert!(!text.contains("fake-token"), "{text}");
}

#[tokio::test]
async fn nothing_of_a_request_reaches_another_origin() {
    for status in [301, 302, 303, 307, 308] {
        let (away, received) = serve(|_| DONE.to_owned()).await;
        let location = format!("{away}?token=fake-token");
        let (home, asked) = serve(move |_| redirect(status, &location)).await;
        let client = client();

        let get = credentialed(Request::get(home.clone()));
        names_both(&client.json::<Value>(&get).await.unwrap_err(), &home, &away);
        let search = credentialed(Request::post(home.clone(), &json!({"password": "fake-token"}))).reading();
        names_both(&client.json::<Value>(&search).await.unwrap_err(), &home, &away);
        let write = credentialed(Request::put(home.clone()).json(&json!({"password": "fake-token"})));
        names_both(&client.json::<Value>(&write).await.unwrap_err(), &home, &away);
        let upgrade = client.socket_with(get.clone(), SocketOptions::default()).await;
        names_both(&upgrade.unwrap_err(), &home, &away);
        let mut events = client.events(EventOptions::default(), move |_| {
            let get = get.clone();
            async move { Ok(get) }
        });
        match events.next().await {
            Some(StreamEvent::Ended(problem)) => {
                assert!(problem.message.contains(&origin(&away)), "{problem}");
            }
            other => panic!("{status}: {other:?}"),
        }

        let asked = asked.lock().iter().filter(|text| !text.is_empty()).count();
        assert_eq!(asked, 5, "{status}: each was sent once");
        assert_eq!(*received.lock(), [] as [String; 0], "{status}: the other origin was connected to");
    }
}

#[tokio::test]
async fn within_one_origin_the_credentials_go_along_and_are_sent_to_five_places_at_most() {
    let (home, received) = serve(|line| match line.split(' ').nth(1) {
        Some(path) if path.starts_with("/v1/things") => redirect(307, "/v1/other?x=1"),
        Some("/v1/other?x=1") => DONE.to_owned(),
        _ => redirect(302, "round"),
    })
    .await;
    let client = client();
    client.json::<Value>(&credentialed(Request::get(home.clone()))).await.unwrap();
    let second = received.lock().last().unwrap().to_ascii_lowercase();
    assert!(second.starts_with("get /v1/other?x=1 ") && second.contains("elasticbox-token: fake-token"));
    assert_eq!(client.counters().requests, 2, "each one sent is counted");

    let round = home.join("/v1/round").unwrap();
    let error = client.json::<Value>(&Request::get(round)).await.unwrap_err();
    assert!(matches!(*error.cause, Cause::Redirect(_)), "{error}");
    assert_eq!(client.counters().requests, 2 + 1 + MAX_REDIRECTS as u64);
}

#[tokio::test]
async fn an_error_names_where_a_redirect_led() {
    let (home, _) = serve(|line| match line.split(' ').nth(1) {
        Some("/v1/moved?token=fake-token") => {
            "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_owned()
        }
        _ => redirect(302, "/v1/moved?token=fake-token"),
    })
    .await;
    let error = client().json::<Value>(&Request::get(home.clone())).await.unwrap_err();
    assert_eq!(error.url, home.join("/v1/moved").unwrap().as_str());

    let dead = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let (home, _) = serve(move |_| redirect(302, &format!("http://{dead}/v1?token=fake-token"))).await;
    let error = client().json::<Value>(&Request::get(home.clone())).await.unwrap_err();
    names_both(&error, &home, &format!("http://{dead}/").parse().unwrap());
}
