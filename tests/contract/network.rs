//! The way to a server: certificates that nothing trusts, roots of the environment, and proxies.

use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use futures_util::{SinkExt as _, StreamExt as _};
use quarterdeck::config::Credentials;
use quarterdeck::model::{Kind, Platform, Problem, Reason, ScreenKind};
use quarterdeck::net::Frame;
use quarterdeck::providers::{
    Console, ListEvent, SharedProvider, cycle, elasticbox, exoscale, gcore, quasarch,
};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_tungstenite::tungstenite::Message;

use crate::setup::{Recorder, Reply, TlsFront, context, id, key_pair, list, password, token, within};

/// The problems of all that a provider lists.
async fn problems(provider: &SharedProvider) -> Vec<Problem> {
    let mut problems = Vec::new();
    for &kind in provider.kinds() {
        let (_, rest) = list(provider, kind).await;
        problems.extend(rest.into_iter().filter_map(|event| match event {
            ListEvent::Failed(problem) | ListEvent::ScopeFailed(_, problem) => Some(problem),
            _ => None,
        }));
    }
    problems
}

/// A server whose certificate nothing trusts, and that has nothing: its refusals show that it was reached.
async fn distrusted(platform: Platform, credentials: Credentials) {
    let server = Recorder::start_with(|_, _| Reply::refusal(404, &json!({}))).await;
    let front = TlsFront::to(server.address).await;
    let open = |insecure_tls| {
        let context = context(platform, credentials.clone());
        context.with(|context| context.insecure_tls = insecure_tls).open_on_tls(front.address)
    };

    let refused = problems(&open(false)).await;
    assert!(!refused.is_empty(), "{platform}");
    for problem in refused {
        assert_eq!(problem.reason, Some(Reason::Certificate), "{platform}: {problem}");
    }
    assert_eq!((front.accepted(), server.lines().len()), (0, 0), "{platform}: not a byte of a request");

    for problem in problems(&open(true)).await {
        assert_eq!(problem.reason, None, "{platform}: {problem}");
    }
    assert!(front.accepted() > 0 && !server.lines().is_empty(), "{platform}: it was not reached");
}

#[tokio::test]
async fn cycle_accepts_any_certificate_with_insecure_tls_alone() {
    distrusted(cycle::PLATFORM, token("obviously-fake")).await;
}

#[tokio::test]
async fn quasarch_accepts_any_certificate_with_insecure_tls_alone() {
    distrusted(quasarch::PLATFORM, password("me@example.com", "obviously-fake")).await;
}

#[tokio::test]
async fn gcore_accepts_any_certificate_with_insecure_tls_alone() {
    distrusted(gcore::PLATFORM, token("obviously-fake")).await;
}

#[tokio::test]
async fn elasticbox_accepts_any_certificate_with_insecure_tls_alone() {
    distrusted(elasticbox::PLATFORM, token("obviously-fake")).await;
}

#[tokio::test]
async fn exoscale_accepts_any_certificate_with_insecure_tls_alone() {
    distrusted(exoscale::PLATFORM, key_pair("EXOobviously", "obviously-fake")).await;
}

#[tokio::test]
async fn websockets_accept_any_certificate_with_insecure_tls_alone() {
    let consoles = TlsFront::start(|stream| async move {
        let Ok(mut socket) = tokio_tungstenite::accept_async(stream).await else { return };
        let _ = socket.send(Message::binary("hello")).await;
        // Until the client hangs up.
        while let Some(Ok(_)) = socket.next().await {}
    })
    .await;
    let at = consoles.address;
    let server = Recorder::start_with(move |line, _| match line.split(' ').nth(1).unwrap_or_default() {
        "/v1/containers/c1/instances/i1/console" => {
            Reply::json(&json!({"data": {"token": "pass-1", "address": format!("https://{at}/v1/console")}}))
        }
        "/cloud/v1/projects" => Reply::json(&json!({"count": 1, "results": [{"id": 5, "is_default": true}]})),
        "/cloud/v1/instances/5/7/i1/get_console" => {
            let url = format!("wss://{at}/?token=obviously-fake");
            Reply::json(&json!({"remote_console": {"url": url, "type": "serial", "protocol": "serial"}}))
        }
        _ => Reply::refusal(404, &json!({})),
    })
    .await;
    let front = TlsFront::to(server.address).await;
    for (platform, scope) in [(cycle::PLATFORM, "c1"), (gcore::PLATFORM, "7")] {
        let at_first = consoles.accepted();
        let instance = id(Kind::Instance, Some(scope), "i1");
        // The API may be reached without TLS here: it is the console's certificate that is not to be trusted.
        let wary = context(platform, token("obviously-fake")).open_on(&server);
        let problem = within(wary.console(&instance, ScreenKind::Terminal)).await.err().unwrap();
        assert_eq!(problem.reason, Some(Reason::Certificate), "{platform}: {problem}");
        assert_eq!(consoles.accepted(), at_first, "{platform}");

        let trusting = context(platform, token("obviously-fake"))
            .with(|context| context.insecure_tls = true)
            .open_on_tls(front.address);
        match within(trusting.console(&instance, ScreenKind::Terminal)).await {
            Ok(Console::Terminal { mut socket, .. }) => {
                assert_eq!(
                    within(socket.recv()).await,
                    Ok(Some(Frame::Binary("hello".into()))),
                    "{platform}"
                );
            }
            Ok(_) => panic!("{platform}: another sort of console"),
            Err(problem) => panic!("{platform}: {problem}"),
        }
    }
}

/// Runs `qdeck config check` on a context at this address with this environment and no other proxy or root, and returns
/// what it printed.
async fn checked(base_url: &str, more: &str, environment: &[(&str, &str)]) -> String {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("config.toml");
    let text = format!(
        "[contexts.far]\nplatform = \"cycle\"\nbase_url = \"{base_url}\"\n\
         hub = \"651586fca6078e98982dbd90\"\ntoken = {{ env = \"FAKE_TOKEN\" }}\n{more}"
    );
    std::fs::write(&file, text).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_qdeck"));
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"] {
        command.env_remove(name).env_remove(name.to_ascii_lowercase());
    }
    command
        .arg("--config")
        .arg(&file)
        .args(["config", "check"])
        .env("HOME", home.path())
        .env("FAKE_TOKEN", "obviously-fake")
        .envs(environment.iter().copied())
        .stdin(Stdio::null());
    let run = tokio::task::spawn_blocking(move || command.output().unwrap());
    let output = within(run).await.unwrap();
    String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
}

/// A proxy that lets no one through, and the first lines of what it was asked.
async fn proxy() -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let notes = asked.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = vec![0; 16 << 10];
            let read = stream.read(&mut head).await.unwrap_or(0);
            let head = String::from_utf8_lossy(&head[..read]).into_owned();
            notes.lock().unwrap().push(head);
            let refusal = "HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
            let _ = stream.write_all(refusal.as_bytes()).await;
        }
    });
    (address, asked)
}

/// Names that no server has (RFC 6761, 6.4), so that a request that takes no proxy goes nowhere.
const FAR: &str = "api.invalid";

#[tokio::test]
async fn proxies_of_the_environment_are_used_and_spared() {
    let (address, asked) = proxy().await;
    let plain = format!("http://{address}");
    let with_user = format!("http://me:fake-password@{address}");
    let (secure, open) = (format!("https://{FAR}"), format!("http://{FAR}"));
    let tunnel = format!("CONNECT {FAR}:443 HTTP/1.1");
    let whole = format!("GET http://{FAR}/v1/");
    for (base_url, environment, expected) in [
        (&secure, vec![("HTTPS_PROXY", &*plain)], Some(&tunnel)),
        (&secure, vec![("https_proxy", &*plain)], Some(&tunnel)),
        (&secure, vec![("ALL_PROXY", &*plain)], Some(&tunnel)),
        (&secure, vec![("HTTPS_PROXY", &*with_user)], Some(&tunnel)),
        (&open, vec![("HTTP_PROXY", &*plain)], Some(&whole)),
        (&open, vec![("HTTPS_PROXY", &*plain)], None),
        (&secure, vec![("HTTP_PROXY", &*plain)], None),
        (&secure, vec![("HTTPS_PROXY", &*plain), ("NO_PROXY", FAR)], None),
        (&secure, vec![("HTTPS_PROXY", &*plain), ("NO_PROXY", "example.com,.invalid")], None),
        (&secure, vec![("ALL_PROXY", &*plain), ("NO_PROXY", "*")], None),
        (&secure, vec![("HTTPS_PROXY", &*plain), ("NO_PROXY", "example.com")], Some(&tunnel)),
    ] {
        let printed = checked(base_url, "insecure = true\n", &environment).await;
        let asked: Vec<String> = std::mem::take(&mut *asked.lock().unwrap());
        match expected {
            Some(line) => {
                let first = asked.first().unwrap_or_else(|| panic!("{environment:?}: {printed}"));
                assert!(first.starts_with(line.as_str()), "{environment:?}: {first}");
                let basic = base64::engine::general_purpose::STANDARD.encode("me:fake-password");
                let is_signed_in = first.contains(&format!("Basic {basic}"));
                assert_eq!(is_signed_in, environment[0].1 == with_user, "{environment:?}: {first}");
                if line == &tunnel {
                    assert!(!asked.concat().contains("obviously-fake"), "the token went to the proxy");
                }
            }
            None => assert_eq!(asked, [] as [String; 0], "{environment:?}: {printed}"),
        }
        assert!(!printed.contains("fake-password") && !printed.contains("obviously-fake"), "{printed}");
    }
}

#[tokio::test]
async fn this_machine_is_reached_without_the_proxy() {
    let (address, asked) = proxy().await;
    let server = Recorder::start_with(|_, _| Reply::refusal(404, &json!({}))).await;
    let environment = format!("http://{address}");
    let base_url = format!("http://{}", server.address);
    checked(&base_url, "", &[("ALL_PROXY", &environment), ("HTTP_PROXY", &environment)]).await;
    assert_eq!(*asked.lock().unwrap(), [] as [String; 0]);
    assert!(!server.lines().is_empty());
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn roots_of_the_environment_are_trusted() {
    let server = Recorder::start_with(|_, _| Reply::refusal(404, &json!({}))).await;
    let front = TlsFront::to(server.address).await;
    let base_url = format!("https://{}", front.address);
    let folder = tempfile::tempdir().unwrap();
    let encoded = base64::engine::general_purpose::STANDARD.encode(&front.certificate);
    let pem = format!("-----BEGIN CERTIFICATE-----\n{encoded}\n-----END CERTIFICATE-----\n");
    // The name of a hash, as `openssl rehash` gives it.
    let file = folder.path().join("0f1e2d3c.0");
    std::fs::write(&file, pem).unwrap();

    let without = checked(&base_url, "", &[]).await;
    assert!(without.contains("ertificate"), "{without}");
    assert_eq!(server.lines().len(), 0);
    for (name, path) in [("SSL_CERT_FILE", &*file), ("SSL_CERT_DIR", folder.path())] {
        let printed = checked(&base_url, "", &[(name, path.to_str().unwrap())]).await;
        assert!(!server.lines().is_empty(), "{name}: {printed}");
    }
}
