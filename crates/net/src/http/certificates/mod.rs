//! A server with a self-signed certificate: refused, unless a context accepts any certificate.

mod self_signed;

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::thread::JoinHandle;

use serde_json::Value;

use self_signed::self_signed;

use super::{Client, ClientOptions, Request};
use qdeck_model::{Problem, Reason};

/// Answers one connection after another until one got as far as a request; gives how many there were.
fn serve() -> (url::Url, JoinHandle<usize>) {
    let (certificate, key) = self_signed();
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(ring)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key.into())
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}/services/profile", listener.local_addr().unwrap());
    let served = std::thread::spawn(move || {
        for count in 1.. {
            let (mut tcp, _) = listener.accept().unwrap();
            let mut link = rustls::ServerConnection::new(config.clone()).unwrap();
            let mut stream = rustls::Stream::new(&mut link, &mut tcp);
            let mut head = [0; 4096];
            // A client that refuses the certificate hangs up before it asks anything.
            if !matches!(stream.read(&mut head), Ok(1..)) {
                continue;
            }
            let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";
            stream.write_all(answer).unwrap();
            stream.flush().unwrap();
            return count;
        }
        0
    });
    (url.parse().unwrap(), served)
}

#[tokio::test]
async fn a_self_signed_certificate_is_accepted_only_with_insecure_tls() {
    let (url, served) = serve();
    let ask = async |insecure_tls| -> Result<Value, Problem> {
        let client = Client::new(ClientOptions { insecure_tls, ..ClientOptions::default() });
        client.read(&Request::get(url.clone())).await
    };
    let refused = ask(false).await.unwrap_err();
    assert!(refused.message.contains("ertificate"), "{refused}");
    assert!(refused.hint.as_ref().unwrap().contains("certificate"));
    assert_eq!(refused.reason, Some(Reason::Certificate));
    assert_eq!(ask(true).await.unwrap(), serde_json::json!({}));
    let connections = tokio::task::spawn_blocking(|| served.join().unwrap()).await.unwrap();
    assert_eq!(connections, 2, "a certificate does not become better by asking again");
}
