//! Every platform when its server misbehaves on purpose: reads are tried again until they are whole, never in a storm,
//! and what cannot be read is told in words.

use quarterdeck::demo::Cloud;
use quarterdeck::model::{Kind, Platform, ProblemKind};
use quarterdeck::providers::ListEvent;

use super::cloud::{list, provider, start};

/// The faults of the run: late, failing, refusing, cut and rubbish answers, a fifth of all.
const ROUGH: &str = "latency=5ms,error=6%,429=2%,cut=4%,garbage=4%,seed=3";

async fn lists_are_whole(platform: Platform) {
    let calm = start(None, None).await;
    let rough = start(None, Some(ROUGH)).await;
    let (good, bad) = (provider(&calm, platform.name()), provider(&rough, platform.name()));
    for &kind in good.kinds() {
        let before = calm.requests();
        let (expected, _) = list(&good, kind).await;
        let needed = calm.requests() - before;
        let before = rough.requests();
        let (rows, rest) = list(&bad, kind).await;
        let sent = rough.requests() - before;
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

async fn a_failure_is_told(platform: Platform) {
    let cloud = start(None, Some("error=100%")).await;
    let provider = provider(&cloud, platform.name());
    let (rows, rest) = list(&provider, provider.kinds()[0]).await;
    assert!(rows.is_empty());
    let problem = rest.iter().find_map(|event| match event {
        ListEvent::Failed(problem) | ListEvent::ScopeFailed(_, problem) => Some(problem),
        _ => None,
    });
    let problem = problem.expect("it is told");
    assert_eq!(problem.status, Some(500), "{platform}: {problem}");
    assert!(problem.request.is_some() && problem.kind.may_pass(), "{problem}");
    let traffic = provider.traffic();
    assert!(traffic.retries <= 3 * (traffic.requests - traffic.retries), "{platform}: {traffic:?}");
}

/// A refusal to serve now is waited out as the server asks, not knocked at.
async fn no_storm(platform: Platform) {
    let cloud = start(None, Some("429=100%")).await;
    let provider = provider(&cloud, platform.name());
    let began = std::time::Instant::now();
    let (_, rest) = list(&provider, provider.kinds()[0]).await;
    let told = rest.iter().any(|event| matches!(event, ListEvent::Failed(_) | ListEvent::ScopeFailed(..)));
    assert!(told, "{platform}: {rest:?}");
    // The server says to wait a second each time.
    let traffic = provider.traffic();
    assert!(
        began.elapsed().as_millis() >= 900 && cloud.requests() <= 40,
        "{platform}: {} requests in {:?}, {traffic:?}",
        cloud.requests(),
        began.elapsed()
    );
}

/// A credential that is known no more is told as such, with one request or two and no more.
async fn a_stranger_is_told(platform: Platform) {
    let cloud = start(None, None).await;
    let other = start(None, None).await;
    let provider = stranger(&cloud, &other, platform);
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
    assert!(cloud.requests() <= 12, "{platform}: {} requests with a bad credential", cloud.requests());
}

/// A provider that knocks at `cloud` with the credentials of `other`.
fn stranger(cloud: &Cloud, other: &Cloud, platform: Platform) -> quarterdeck::providers::SharedProvider {
    let of = |cloud| super::cloud::access(cloud, platform.name());
    let mut access = of(other).clone();
    access.base_url.clone_from(&of(cloud).base_url);
    let context = super::cloud::context(&access, &access.secret);
    super::cloud::open(&context).expect("the context is whole")
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
            async fn a_server_that_always_fails_is_told_as_such() {
                super::a_failure_is_told(PLATFORM).await;
            }

            #[tokio::test]
            async fn a_server_that_asks_to_wait_is_waited_for() {
                super::no_storm(PLATFORM).await;
            }

            #[tokio::test]
            async fn a_credential_that_is_not_known_is_told_and_not_tried_again() {
                super::a_stranger_is_told(PLATFORM).await;
            }
        }
    )*};
}

every_platform!(cycle, quasarch, gcore, elasticbox, exoscale);
