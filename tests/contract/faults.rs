//! Both platforms when the server misbehaves on purpose: reads are tried again until they are whole.

use quarterdeck::model::Kind;
use quarterdeck::providers::ListEvent;

use super::cloud::{list, provider, start};

#[tokio::test]
async fn lists_are_whole_in_spite_of_errors_cuts_and_garbage() {
    let calm = start(None, None).await;
    let rough = start(None, Some("error=6%,429=2%,cut=4%,garbage=4%,seed=3")).await;
    for (platform, kinds) in [
        ("cycle", &[Kind::Container, Kind::Instance, Kind::Operation][..]),
        ("quasarch", &[Kind::Container, Kind::Revision, Kind::GpuModel]),
    ] {
        let (good, bad) = (provider(&calm, platform), provider(&rough, platform));
        for &kind in kinds {
            let (expected, _) = list(&good, kind).await;
            let (rows, rest) = list(&bad, kind).await;
            for event in &rest {
                let failed = matches!(event, ListEvent::Failed(_) | ListEvent::ScopeFailed(..));
                assert!(!failed, "{platform} {kind:?}: {event:?}");
            }
            assert_eq!(rows.len(), expected.len(), "{platform} {kind:?}");
        }
    }
}

#[tokio::test]
async fn a_server_that_always_fails_is_told_as_such() {
    let cloud = start(None, Some("error=100%")).await;
    for platform in ["cycle", "quasarch"] {
        let provider = provider(&cloud, platform);
        let (rows, rest) = list(&provider, Kind::Container).await;
        assert!(rows.is_empty());
        let [ListEvent::Failed(problem)] = &rest[..] else {
            panic!("{rest:?}")
        };
        assert_eq!(problem.status, Some(500), "{problem}");
        assert!(problem.request.is_some() && problem.kind.may_pass());
        assert_eq!(provider.traffic().retries, 3);
    }
}
