//! Each variant over a real socket: found by type, whatever the texts are.

use std::time::Duration;

use futures_util::StreamExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use url::Url;

use super::*;
use crate::{Client, ClientOptions, EventOptions, NetError, Request, SocketOptions, StreamEvent};
use qdeck_model::{Problem, ProblemKind, Reason};

fn client(timeout: Duration) -> Client {
    Client::new(ClientOptions { retries: 0, timeout, ..ClientOptions::default() })
}

async fn listen(scheme: &str) -> (TcpListener, Url) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("{scheme}://{}/", listener.local_addr().unwrap()).parse().unwrap();
    (listener, url)
}

/// Answers one request with these bytes and keeps the connection open.
fn answer_once(listener: TcpListener, answer: impl Into<String>) -> tokio::task::JoinHandle<()> {
    let answer = answer.into();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut head = [0; 4096];
        assert!(stream.read(&mut head).await.unwrap() > 0);
        stream.write_all(answer.as_bytes()).await.unwrap();
        std::future::pending::<()>().await;
    })
}

async fn fail(url: Url) -> NetError {
    client(Duration::from_secs(20)).send(&Request::get(url)).await.unwrap_err()
}

#[tokio::test]
async fn a_closed_port_refuses() {
    let (listener, url) = listen("http").await;
    drop(listener);
    let error = fail(url).await;
    assert!(matches!(*error.cause, Cause::Refused(_)), "{error}");
    assert!(error.may_pass(), "it may be restarting");
    assert_eq!(Problem::from(error).reason, Some(Reason::ConnectionRefused));
}

#[tokio::test]
async fn a_name_without_an_address_is_found_out_before_any_connection() {
    // A label of more than 63 characters: no resolver sends it anywhere.
    let url = format!("http://{}.invalid/", "a".repeat(64)).parse().unwrap();
    let client = Client::new(ClientOptions { insecure: true, retries: 0, ..ClientOptions::default() });
    let error = client.send(&Request::get(url)).await.unwrap_err();
    assert!(matches!(*error.cause, Cause::Dns(_)), "{error}");
    let problem = Problem::from(error);
    assert_eq!((problem.kind, problem.reason), (ProblemKind::Unreachable, Some(Reason::Dns)));
}

#[tokio::test]
async fn a_port_without_tls_is_no_question_of_certificates() {
    let (listener, url) = listen("https").await;
    let served = answer_once(listener, "HTTP/1.1 400 certificate\r\n\r\n");
    let error = fail(url).await;
    assert!(matches!(*error.cause, Cause::Connect(_)), "{error}");
    assert_eq!(Problem::from(error).reason, None);
    served.abort();
}

#[tokio::test]
async fn a_server_that_keeps_silent_is_late_with_its_answer() {
    let (listener, url) = listen("http").await;
    let limit = Duration::from_millis(20);
    let error = client(limit).send(&Request::get(url.clone())).await.unwrap_err();
    assert_eq!(*error.cause, Cause::Timeout { phase: Phase::WholeAnswer, after: limit });
    assert_eq!(Problem::from(error).reason, Some(Reason::Timeout));
    let error = client(limit).socket(url, SocketOptions::default()).await.unwrap_err();
    assert_eq!(*error.cause, Cause::Timeout { phase: Phase::Upgrade, after: limit });
    drop(listener);
}

#[tokio::test]
async fn a_stream_that_keeps_silent_is_known_from_one_that_never_opened() {
    let open = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
    for (head, phase) in [(open, Phase::Stream), ("", Phase::Answer)] {
        let (listener, url) = listen("http").await;
        let served = answer_once(listener, head);
        let limit = if phase == Phase::Stream { Duration::from_secs(20) } else { Duration::from_millis(50) };
        let options = EventOptions { idle: Duration::from_millis(50), ..EventOptions::default() };
        let mut events = client(limit).events(options, move |_| {
            let request = Request::get(url.clone());
            async move { Ok(request) }
        });
        let lost = loop {
            match events.next().await.unwrap() {
                StreamEvent::Open { .. } => {}
                StreamEvent::Lost(error) => break error,
                other => panic!("{other:?}"),
            }
        };
        assert!(matches!(*lost.cause, Cause::Timeout { phase: of, .. } if of == phase), "{lost}");
        served.abort();
    }
}

#[tokio::test]
async fn only_a_refused_sign_in_can_have_expired() {
    for (status, body, reason) in [
        ("401 Unauthorized", "{\"error\":\"Token Expired\"}", Some(Reason::Expired)),
        ("401 Unauthorized", "{\"error\":\"no such token\"}", None),
        ("403 Forbidden", "{\"error\":\"the signature has expired\"}", None),
    ] {
        let (listener, url) = listen("http").await;
        let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        let served = answer_once(listener, head);
        let problem = Problem::from(fail(url).await);
        assert_eq!(problem.reason, reason, "{problem}");
        assert_eq!(problem.is_expired(), reason.is_some());
        served.abort();
    }
}

#[test]
fn an_io_error_that_wraps_another_does_not_hide_it() {
    let refused = rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer);
    let wrapped = io::Error::other(io::Error::new(io::ErrorKind::InvalidData, refused));
    let is_refused = |error: &(dyn Error + 'static)| error.downcast_ref().is_some_and(is_about_certificate);
    assert!(chain(&wrapped).any(is_refused));
    let alert = rustls::Error::AlertReceived(AlertDescription::CertificateRequired);
    assert!(is_about_certificate(&alert), "the server wants a certificate of ours");
    assert!(!is_about_certificate(&rustls::Error::AlertReceived(AlertDescription::HandshakeFailure)));
}
