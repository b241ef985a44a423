//! Servers that ignore which page is asked for: a list of theirs ends with a problem, and not never.

use quarterdeck::config::Credentials;
use quarterdeck::model::{Kind, Platform, ProblemKind};
use quarterdeck::providers::{ListEvent, cycle, gcore, quasarch};
use serde_json::{Value, json};

use crate::setup::{Recorder, Reply, context, list, token};

/// The same rows for every page.
fn rows(count: usize, of: impl Fn(usize) -> Value) -> Value {
    (0..count).map(of).collect()
}

/// The problem that a listing ended with, or that its only scope failed with, and the requests for pages of it.
async fn listed(
    platform: Platform,
    credentials: Credentials,
    kind: Kind,
    answer: impl Fn(&str) -> Option<Value> + Send + Sync + 'static,
) -> (ListEvent, usize) {
    let recorder = Recorder::start_with(move |line, _| {
        let path = line.split(' ').nth(1).unwrap_or_default();
        answer(path).map_or_else(|| Reply::refusal(404, &json!({})), |body| Reply::json(&body))
    })
    .await;
    let provider = context(platform, credentials).open_on(&recorder);
    let (_, rest) = list(&provider, kind).await;
    let failed = rest.iter().find(|event| matches!(event, ListEvent::Failed(_) | ListEvent::ScopeFailed(..)));
    let failed = failed.unwrap_or_else(|| panic!("{platform} {kind:?}: {rest:?}")).clone();
    let problem = match &failed {
        ListEvent::Failed(problem) | ListEvent::ScopeFailed(_, problem) => problem,
        other => panic!("{other:?}"),
    };
    assert_eq!(problem.kind, ProblemKind::BadAnswer, "{problem}");
    assert!(problem.message.contains("ignore which page"), "{problem}");
    assert!(problem.request.as_deref().is_some_and(|request| request.starts_with("GET /")), "{problem}");
    let pages = recorder.lines();
    (failed, pages.iter().filter(|line| line.contains("page") || line.contains("offset=")).count())
}

#[tokio::test]
async fn cycle_lists_end_where_every_page_is_the_same() {
    let row = |n| json!({"id": format!("x{n}"), "name": "web"});
    for kind in [Kind::Container, Kind::Operation] {
        let answer = move |_: &str| Some(json!({"data": rows(100, row)}));
        let (failed, pages) = listed(cycle::PLATFORM, token("obviously-fake"), kind, answer).await;
        assert!(matches!(failed, ListEvent::Failed(_)), "{failed:?}");
        assert_eq!(pages, 2, "{kind:?}");
    }
    let answer = move |path: &str| match path {
        "/v1/containers" => Some(json!({"data": [row(0)]})),
        _ => Some(json!({"data": rows(20, row)})),
    };
    let (failed, pages) = listed(cycle::PLATFORM, token("obviously-fake"), Kind::Instance, answer).await;
    assert!(matches!(&failed, ListEvent::ScopeFailed(scope, _) if &**scope == "x0"), "{failed:?}");
    assert_eq!(pages, 3, "one of containers, two of instances");
}

#[tokio::test]
async fn quasarch_lists_end_where_every_page_is_the_same() {
    let page = |row: fn(usize) -> Value| json!({"items": rows(100, row), "total": 250, "rowsPerPage": 100});
    let answer = move |path: &str| match path {
        "/v1/containers" => Some(page(|n| json!({"id": format!("c{n}")}))),
        "/v1/gpu-models" => Some(page(|n| json!({"code": format!("m{n}")}))),
        _ => None,
    };
    for kind in [Kind::Container, Kind::GpuModel] {
        let (failed, pages) = listed(quasarch::PLATFORM, token("obviously-fake"), kind, answer).await;
        assert!(matches!(failed, ListEvent::Failed(_)), "{failed:?}");
        assert_eq!(pages, 2, "{kind:?}");
    }
    let answer = move |path: &str| match path {
        "/v1/containers" => Some(json!({"items": [{"id": "c1"}], "total": 1})),
        _ => Some(page(|n| json!({"revisionNumber": n}))),
    };
    let (failed, pages) = listed(quasarch::PLATFORM, token("obviously-fake"), Kind::Revision, answer).await;
    assert!(matches!(&failed, ListEvent::ScopeFailed(scope, _) if &**scope == "c1"), "{failed:?}");
    assert_eq!(pages, 3, "one of containers, two of revisions");
}

#[tokio::test]
async fn gcore_lists_end_where_every_page_is_the_same() {
    let answer = |path: &str| match path {
        "/cloud/v1/projects" => Some(json!({"count": 1, "results": [{"id": 5, "is_default": true}]})),
        "/cloud/v1/regions" => Some(json!({"count": 1, "results": [{"id": 7, "state": "ACTIVE"}]})),
        "/cloud/v1/instances/5/7" => {
            let row = |n| json!({"id": format!("i{n}"), "name": "web", "status": "ACTIVE"});
            Some(json!({"count": 10_000, "results": rows(1000, row)}))
        }
        _ => None,
    };
    let (failed, pages) = listed(gcore::PLATFORM, token("obviously-fake"), Kind::Instance, answer).await;
    // The only scope failed, which fails the whole.
    assert!(matches!(&failed, ListEvent::ScopeFailed(scope, _) if &**scope == "7"), "{failed:?}");
    // The project, the regions, a page, and those that are asked for ahead of its repetition.
    assert!(pages <= 2 + 1 + 4, "{pages} pages");
}
