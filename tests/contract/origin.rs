//! Servers that redirect to another origin: nothing of a request goes along, on any platform.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::StreamExt as _;
use quarterdeck::config::Credentials;
use quarterdeck::model::{Kind, LogEvent, LogStart, Platform, Problem, ScreenKind};
use quarterdeck::providers::{ListEvent, cycle, elasticbox, exoscale, gcore, quasarch};
use tokio::net::TcpListener;

use crate::setup::{Recorder, Reply, context, described, id, key_pair, list, password, token, within};

/// A port at which connections are counted.
async fn elsewhere() -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = connections.clone();
    tokio::spawn(async move {
        while listener.accept().await.is_ok() {
            counted.fetch_add(1, Ordering::SeqCst);
        }
    });
    (address, connections)
}

/// Everything that a provider reads, from a server that redirects each request elsewhere.
async fn stays_at_home(platform: Platform, credentials: Credentials) {
    for status in [302, 307, 308] {
        let (away, connections) = elsewhere().await;
        let redirect = move |_: &str, _| Reply {
            status,
            headers: format!("location: http://{away}/v1?token=obviously-fake&code=made-up-code\r\n"),
            body: String::new(),
        };
        let home = Recorder::start_with(redirect).await;
        let provider = context(platform, credentials.clone()).open_on(&home);
        let check = |problem: &Problem| {
            let text = format!("{problem} {problem:?}");
            for origin in [home.address, away] {
                assert!(problem.message.contains(&format!("http://{origin}")), "{platform} {status}: {text}");
            }
            // The token would be taken out of any text.
            assert!(!text.contains("obviously-fake") && !text.contains("made-up-code"), "{text}");
        };
        for &kind in provider.kinds() {
            let (rows, rest) = list(&provider, kind).await;
            assert!(rows.is_empty());
            let problem = rest.iter().find_map(|event| match event {
                ListEvent::Failed(problem) | ListEvent::ScopeFailed(_, problem) => Some(problem),
                _ => None,
            });
            check(problem.unwrap_or_else(|| panic!("{platform} {kind:?} by {status}: {rest:?}")));
        }
        // The kinds that a platform does not have are refused before any request; nothing more is asked of these.
        for kind in Kind::ALL {
            let id = id(kind, Some("7"), "651586fca6078e98982dbd90");
            let _ = within(provider.get(&id)).await;
            described(&provider, &id).await;
            for screen in [ScreenKind::Terminal, ScreenKind::Framebuffer, ScreenKind::WebPage] {
                let _ = within(provider.console(&id, screen)).await;
            }
            let mut log = provider.logs(&id, LogStart::Backlog);
            while let Some(event) = within(log.next()).await {
                if matches!(event, LogEvent::Interrupted(_)) {
                    break;
                }
            }
        }
        if let Err(problem) = within(provider.check()).await {
            check(&problem);
        }
        let asked = home.take().len();
        assert!(asked > provider.kinds().len(), "{platform}: {asked} requests");
        assert_eq!(connections.load(Ordering::SeqCst), 0, "{platform} by {status}");
    }
}

#[tokio::test]
async fn cycle_stays_at_home() {
    stays_at_home(cycle::PLATFORM, token("obviously-fake")).await;
}

#[tokio::test]
async fn quasarch_stays_at_home() {
    stays_at_home(quasarch::PLATFORM, password("me@example.com", "obviously-fake")).await;
}

#[tokio::test]
async fn gcore_stays_at_home() {
    stays_at_home(gcore::PLATFORM, token("obviously-fake")).await;
}

#[tokio::test]
async fn elasticbox_stays_at_home() {
    stays_at_home(elasticbox::PLATFORM, token("obviously-fake")).await;
}

#[tokio::test]
async fn exoscale_stays_at_home() {
    stays_at_home(exoscale::PLATFORM, key_pair("EXOobviously", "obviously-fake")).await;
}
