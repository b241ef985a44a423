//! Every platform when its server misbehaves on purpose: reads are tried again until they are whole, never in a storm,
//! and what cannot be read is reported.

use quarterdeck::model::{Kind, Platform, ProblemKind};
use quarterdeck::providers::ListEvent;

use crate::setup::{demo, list};

/// The faults of the run: late, failing, refusing, cut and rubbish answers, a fifth of all.
const ROUGH: &str = "latency=5ms,error=6%,429=2%,cut=4%,garbage=4%,seed=3";

async fn lists_are_whole(platform: Platform) {
    let calm = demo(platform.name()).start().await;
    let rough = demo(platform.name()).faults(ROUGH).start().await;
    let (good, bad) = (calm.provider(), rough.provider());
    for &kind in good.kinds() {
        let before = calm.cloud.requests();
        let (expected, _) = list(&good, kind).await;
        let needed = calm.cloud.requests() - before;
        let before = rough.cloud.requests();
        let (rows, rest) = list(&bad, kind).await;
        let sent = rough.cloud.requests() - before;
        for event in &rest {
            let failed = matches!(event, ListEvent::Failed(_) | ListEvent::ScopeFailed(..));
            assert!(!failed, "{platform} {kind:?}: {event:?}");
        }
        // Operations come and go by themselves; everything else is the same on both.
        if kind != Kind::Operation {
            assert_eq!(rows.len(), expected.len(), "{platform} {kind:?}");
        }
        // Each read is tried four times at most, and a fifth of the tries fail.
        assert!(sent <= needed * 2 + 8, "{platform} {kind:?}: {sent} requests where {needed} are needed");
    }
}

async fn a_failure_is_reported(platform: Platform) {
    let demo = demo(platform.name()).faults("error=100%").start().await;
    let provider = demo.provider();
    let (rows, rest) = list(&provider, provider.kinds()[0]).await;
    assert!(rows.is_empty());
    let problem = rest.iter().find_map(|event| match event {
        ListEvent::Failed(problem) | ListEvent::ScopeFailed(_, problem) => Some(problem),
        _ => None,
    });
    let problem = problem.expect("it is reported");
    assert_eq!(problem.status, Some(500), "{platform}: {problem}");
    assert!(problem.request.is_some() && problem.kind.may_pass(), "{problem}");
    let traffic = provider.traffic();
    assert!(traffic.retries <= 3 * (traffic.requests - traffic.retries), "{platform}: {traffic:?}");
}

/// `Retry-After` is honoured: a server that asks to wait receives few requests.
async fn no_storm(platform: Platform) {
    let demo = demo(platform.name()).faults("429=100%").start().await;
    let provider = demo.provider();
    let began = std::time::Instant::now();
    let (_, rest) = list(&provider, provider.kinds()[0]).await;
    let failed = rest.iter().any(|event| matches!(event, ListEvent::Failed(_) | ListEvent::ScopeFailed(..)));
    assert!(failed, "{platform}: {rest:?}");
    // The server says to wait a second each time.
    let traffic = provider.traffic();
    assert!(
        began.elapsed().as_millis() >= 900 && demo.cloud.requests() <= 40,
        "{platform}: {} requests in {:?}, {traffic:?}",
        demo.cloud.requests(),
        began.elapsed()
    );
}

/// An unknown credential is reported after one request or two, and not tried again.
async fn an_unknown_credential_is_refused(platform: Platform) {
    let (demo, other) = (demo(platform.name()).start().await, demo(platform.name()).start().await);
    let provider = demo.provider_with_credentials_of(&other);
    let (rows, rest) = list(&provider, provider.kinds()[0]).await;
    assert!(rows.is_empty(), "{platform}");
    let refused = rest.iter().any(|event| {
        matches!(
            event,
            ListEvent::Failed(problem) | ListEvent::ScopeFailed(_, problem)
                if matches!(problem.kind, ProblemKind::Unauthorized | ProblemKind::Forbidden)
        )
    });
    assert!(refused, "{platform}: {rest:?}");
    assert!(
        demo.cloud.requests() <= 12,
        "{platform}: {} requests with a bad credential",
        demo.cloud.requests()
    );
}

macro_rules! every_platform {
    ($($platform:ident),*) => {$(
        mod $platform {
            use quarterdeck::providers::$platform::PLATFORM;

            #[tokio::test]
            async fn lists_are_whole_in_spite_of_errors_refusals_cuts_and_garbage() {
                super::lists_are_whole(PLATFORM).await;
            }

            #[tokio::test]
            async fn a_server_that_always_fails_is_reported() {
                super::a_failure_is_reported(PLATFORM).await;
            }

            #[tokio::test]
            async fn a_server_that_asks_to_wait_is_waited_for() {
                super::no_storm(PLATFORM).await;
            }

            #[tokio::test]
            async fn an_unknown_credential_is_reported_and_not_tried_again() {
                super::an_unknown_credential_is_refused(PLATFORM).await;
            }
        }
    )*};
}

every_platform!(cycle, quasarch, gcore, elasticbox, exoscale);
