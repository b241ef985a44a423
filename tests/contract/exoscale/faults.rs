//! Zones that fail, keys that may not do everything, and limits.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::StreamExt as _;
use quarterdeck::model::{Kind, ProblemKind, ScreenKind};
use quarterdeck::providers::{ListEvent, exoscale};
use serde_json::json;

use super::{context_of_geneva, organisation, recorded, refused, verified, web, zones};
use crate::setup::{Reply, list, within};

#[tokio::test]
async fn a_slow_or_broken_zone_hides_no_other() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let hung = silent.local_addr().unwrap();
    let context = context_of_geneva().with(|context| context.concurrency = 1);
    let answers = move |line: &str, address| match line {
        "GET /ch-gva-2/v2/zone" => {
            let mut all = zones(address);
            all["zones"][0]["api-endpoint"] = json!(format!("http://{hung}/v2"));
            let odd = json!({"name": "odd-1", "api-endpoint": "ftp://127.0.0.1/v2"});
            all["zones"].as_array_mut().unwrap().push(odd);
            Reply::json(&all)
        }
        line => organisation(line, address),
    };
    let (_recorder, provider) = context.recorded(answers).await;
    let mut stream = provider.list(Kind::Instance);
    let mut done = BTreeSet::new();
    within(async {
        while done.len() < 2 {
            match stream.next().await.expect("a zone is still waited for") {
                ListEvent::ScopeEnd(scope) => done.insert(scope.to_string()),
                ListEvent::ScopeFailed(scope, problem) => {
                    assert_eq!(problem.kind, ProblemKind::BadAnswer);
                    done.insert(scope.to_string())
                }
                ListEvent::Page { .. } => false,
                other => panic!("{other:?}"),
            };
        }
    })
    .await;
    assert_eq!(done.into_iter().collect::<Vec<_>>(), ["ch-gva-2", "odd-1"]);
}

#[tokio::test]
async fn zones_are_narrowed_by_name_and_a_wrong_name_is_reported() {
    let (recorder, provider) = context_of_geneva()
        .with(|it| it.settings.set(&exoscale::ZONES, vec!["de-fra-1".to_owned(), "de-fro-1".to_owned()]))
        .recorded(organisation)
        .await;
    let (rows, rest) = list(&provider, Kind::Instance).await;
    assert!(rows.iter().all(|row| row.name() == "db-1"));
    let problem = rest.iter().find_map(|event| match event {
        ListEvent::ScopeFailed(scope, problem) if **scope == *"de-fro-1" => Some(problem),
        _ => None,
    });
    let hint = problem.unwrap().hint.as_deref().unwrap();
    assert!(hint.contains("ch-gva-2, de-fra-1"), "{hint}");
    list(&provider, Kind::Operation).await;
    let asked = verified(&recorder);
    assert!(asked.iter().any(|line| line.starts_with("GET /de-fra-1/v2/event ")), "{asked:?}");
    assert!(within(provider.get(&web())).await.is_err(), "its zone is not read");
}

#[tokio::test]
async fn without_a_list_of_zones_its_own_is_read_and_the_failure_reported() {
    let (recorder, provider) = recorded(|line, address| match line {
        "GET /ch-gva-2/v2/zone" => refused(404, "no such place"),
        line => organisation(line, address),
    })
    .await;
    let (rows, rest) = list(&provider, Kind::Instance).await;
    assert_eq!(rows.len(), 1);
    let [ListEvent::ScopeEnd(zone), ListEvent::Failed(problem)] = &rest[..] else { panic!("{rest:?}") };
    assert_eq!((&**zone, &*problem.message), ("ch-gva-2", "no such place"), "rows of other zones stay");
    assert!(verified(&recorder).iter().all(|line| line.starts_with("GET /ch-gva-2/v2/")));
}

#[tokio::test]
async fn the_check_tries_every_read_and_reports_what_is_missing() {
    let (recorder, provider) = recorded(|line, address| match line {
        "GET /ch-gva-2/v2/quota" => refused(403, "Forbidden by role policy"),
        "GET /de-fra-1/v2/instance" => {
            Reply::refusal(400, &json!({"title": "Bad zone", "detail": "closed", "errors": ["for good"]}))
        }
        line => organisation(line, address),
    })
    .await;
    let check = within(provider.check()).await.unwrap();
    assert_eq!(check.identity.as_deref(), Some("organisation Example Ltd"));
    let failed: Vec<(&str, String)> = check
        .probes
        .iter()
        .filter_map(|(name, result)| Some((&**name, result.as_ref().err()?.to_string())))
        .collect();
    let [(zone, closed), (quota, forbidden)] = &failed[..] else { panic!("{failed:?}") };
    assert_eq!((*zone, *quota), ("list-instances de-fra-1", "list-quotas"));
    assert!(closed.starts_with("Bad zone: closed; for good (400)"), "{closed}");
    assert!(forbidden.contains("lacks `list-quotas`") && forbidden.contains("role policy"), "{forbidden}");
    verified(&recorder);
}

#[tokio::test]
async fn a_key_that_every_zone_refuses_is_a_refused_sign_in() {
    let (recorder, provider) = recorded(|line, address| match line {
        "GET /ch-gva-2/v2/zone" => Reply::json(&zones(address)),
        _ => refused(403, "Forbidden"),
    })
    .await;
    let (rows, rest) = list(&provider, Kind::Instance).await;
    assert!(rows.is_empty());
    let Some(ListEvent::Failed(problem)) = rest.last() else { panic!("{rest:?}") };
    assert_eq!(problem.kind, ProblemKind::Unauthorized);
    assert!(problem.hint.as_deref().unwrap().contains("clock"), "{problem}");
    assert!(recorder.take().len() <= 4, "the zones, the types, and once a zone");
    let problem = within(provider.check()).await.unwrap_err();
    assert_eq!(problem.kind, ProblemKind::Unauthorized);
}

#[tokio::test]
async fn too_many_requests_report_when_to_try_again() {
    let (_recorder, provider) = recorded(|line, address| match line {
        "GET /ch-gva-2/v2/console/i1" => {
            Reply::refusal(429, &json!({"error": "slow down", "retry_after": 90}))
        }
        line => organisation(line, address),
    })
    .await;
    let problem = within(provider.console(&web(), ScreenKind::WebPage)).await.err().unwrap();
    assert_eq!(problem.kind, ProblemKind::RateLimited);
    assert_eq!((&*problem.message, problem.retry_after), ("slow down", Some(Duration::from_secs(90))));
}
