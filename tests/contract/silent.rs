//! Servers that stop answering: how long one is waited for, and how often it is asked.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use quarterdeck::model::{Kind, ProblemKind, Reason};
use quarterdeck::providers::{ListEvent, cycle, elasticbox, exoscale, gcore, quasarch};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;

use crate::setup::{context, key_pair, list, token};

/// A server that accepts connections, reads requests and never answers one. Returns its address and the requests so far.
pub async fn silent_server() -> (std::net::SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let requests = Arc::new(AtomicUsize::new(0));
    let counted = requests.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let counted = counted.clone();
            tokio::spawn(async move {
                let mut buffer = vec![0; 64 << 10];
                while stream.read(&mut buffer).await.is_ok_and(|read| read > 0) {
                    counted.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
    });
    (address, requests)
}

#[tokio::test]
async fn a_server_that_never_answers_is_waited_for_once_and_not_four_times() {
    for platform in
        [cycle::PLATFORM, quasarch::PLATFORM, gcore::PLATFORM, elasticbox::PLATFORM, exoscale::PLATFORM]
    {
        let (address, requests) = silent_server().await;
        let credentials = if platform == exoscale::PLATFORM {
            key_pair("EXOfake", "obviously-fake")
        } else {
            token("obviously-fake")
        };
        let wait = Duration::from_secs(1);
        let provider = context(platform, credentials).with(|it| it.answer_timeout = wait).open_at(address);
        let began = Instant::now();
        let (rows, rest) = list(&provider, Kind::Container).await;
        let (rows, rest) = if rest.iter().any(is_unsupported) {
            list(&provider, Kind::Instance).await
        } else {
            (rows, rest)
        };
        let took = began.elapsed();
        let problem = rest.iter().find_map(|event| match event {
            ListEvent::Failed(problem) | ListEvent::ScopeFailed(_, problem) => Some(problem),
            _ => None,
        });
        let problem = problem.unwrap_or_else(|| panic!("{platform}: {rest:?}"));
        assert_eq!((rows.len(), problem.kind), (0, ProblemKind::Unreachable), "{platform}: {problem}");
        assert_eq!(problem.reason, Some(Reason::Timeout), "{platform}: {problem}");
        assert_eq!(provider.traffic().retries, 0, "{platform}");
        // One after another at most the profile or the zones, and the list: never four waits for each.
        assert!(took >= wait && took < Duration::from_secs(30), "{platform}: {took:?}");
        assert!(requests.load(Ordering::SeqCst) <= 6, "{platform}: {requests:?}");
    }
}

fn is_unsupported(event: &ListEvent) -> bool {
    matches!(event, ListEvent::Failed(problem) if problem.kind == ProblemKind::Unsupported)
}
