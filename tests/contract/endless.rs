//! Servers whose lists have no end: those that ignore which page is asked for, that count more than they have, and that
//! always have more. Requests are counted at the server.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use quarterdeck::config::Credentials;
use quarterdeck::fleet::{Fleet, Member, Options};
use quarterdeck::model::{Bytes, ContextName, Kind, ListingBounds, Platform, ProblemKind, ReachedBound};
use quarterdeck::providers::{ListEvent, SharedProvider, bounded, cycle, gcore, quasarch};
use serde_json::{Value, json};

use crate::setup::{ContextOf, Recorder, Reply, context, list, token, within};

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

/// A listing of the fleet, ended at these bounds: how many rows it had, what ended it, and the requests it took.
async fn bounded_listing(
    provider: &SharedProvider,
    kind: Kind,
    bounds: ListingBounds,
    recorder: &Recorder,
) -> (usize, Option<ReachedBound>, usize) {
    let (mut rows, mut reached) = (0, None);
    let mut listing = bounded(provider.list(kind), bounds);
    while let Some(event) = within(listing.next()).await {
        match event {
            ListEvent::Page { rows: page, .. } => rows += page.len(),
            ListEvent::Bounded(bound) => reached = Some(bound),
            ListEvent::Failed(problem) => panic!("{problem}"),
            _ => {}
        }
    }
    (rows, reached, recorder.lines().len())
}

/// Rows that no request has had before.
fn new_rows(count: usize, fields: fn(usize) -> Value) -> Value {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    (0..count).map(|_| fields(NEXT.fetch_add(1, Ordering::Relaxed))).collect()
}

/// Cycle with pages that never end, each with rows of its own.
fn endless_cycle(line: &str, _: SocketAddr) -> Reply {
    let instance = |n| json!({"id": format!("x{n}"), "hostname": "web", "state": {"current": "running"}});
    match line.split(' ').nth(1) {
        Some("/v1/containers" | "/v1/jobs") => Reply::json(&json!({"data": new_rows(100, instance)})),
        Some(path) if path.ends_with("/instances") => Reply::json(&json!({"data": new_rows(100, instance)})),
        _ => Reply::refusal(404, &json!({})),
    }
}

#[tokio::test]
async fn a_listing_of_ever_new_rows_ends_at_its_rows_its_pages_or_its_bytes() {
    let recorder = Recorder::start_with(endless_cycle).await;
    let generous = ListingBounds::default();
    for kind in [Kind::Container, Kind::Instance] {
        let provider = context(cycle::PLATFORM, token("obviously-fake")).open_on(&recorder);
        let bounds = ListingBounds { rows: 1_000, ..generous };
        let (rows, reached, requests) = bounded_listing(&provider, kind, bounds, &recorder).await;
        assert_eq!((rows, reached), (1_000, Some(ReachedBound::Rows(1_000))), "{kind:?}");
        assert!((10..=40).contains(&requests), "{kind:?}: {requests} requests");

        let provider = context(cycle::PLATFORM, token("obviously-fake")).open_on(&recorder);
        let bounds = ListingBounds { pages: 20, ..generous };
        let (_, reached, requests) = bounded_listing(&provider, kind, bounds, &recorder).await;
        assert_eq!(reached, Some(ReachedBound::Pages(20)), "{kind:?}");
        assert!((20..=40).contains(&requests), "{kind:?}: {requests} requests");

        let provider = context(cycle::PLATFORM, token("obviously-fake")).open_on(&recorder);
        // A page has some 6 KB.
        let bounds = ListingBounds { bytes: Bytes(100_000), ..generous };
        let (_, reached, requests) = bounded_listing(&provider, kind, bounds, &recorder).await;
        assert_eq!(reached, Some(ReachedBound::Bytes(Bytes(100_000))), "{kind:?}");
        assert!((10..=50).contains(&requests), "{kind:?}: {requests} requests");
    }
    // A request that was on its way at the end may still arrive.
    tokio::time::sleep(Duration::from_millis(500)).await;
    recorder.lines();
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(recorder.lines().len(), 0, "nothing is asked for after the end");
}

#[tokio::test]
async fn a_count_larger_than_what_comes_does_not_go_on_for_ever() {
    let instance = |n| json!({"id": format!("i{n}"), "name": "web", "status": "ACTIVE"});
    // What comes after the first page: nothing, the same, or ever new rows in small pages.
    for (later, reached) in [("none", None), ("same", None), ("new", Some(ReachedBound::Pages(30)))] {
        let answer = move |line: &str, _: SocketAddr| {
            let path = line.split(' ').nth(1).unwrap_or_default();
            let body = match path {
                "/cloud/v1/projects" => json!({"count": 1, "results": [{"id": 5, "is_default": true}]}),
                "/cloud/v1/regions" => json!({"count": 1, "results": [{"id": 7, "state": "ACTIVE"}]}),
                "/cloud/v1/instances/5/7" => {
                    let is_first = line.contains("offset=0");
                    let results = match later {
                        _ if is_first => rows(1000, instance),
                        "none" => json!([]),
                        "same" => rows(3, instance),
                        _ => new_rows(3, |n| json!({"id": format!("n{n}"), "status": "ACTIVE"})),
                    };
                    json!({"count": 5_000_000, "results": results})
                }
                _ => return Reply::refusal(404, &json!({})),
            };
            Reply::json(&body)
        };
        let recorder = Recorder::start_with(answer).await;
        let provider = context(gcore::PLATFORM, token("obviously-fake")).open_on(&recorder);
        let mut listing =
            bounded(provider.list(Kind::Instance), ListingBounds { pages: 30, ..ListingBounds::default() });
        let mut bound = None;
        while let Some(event) = within(listing.next()).await {
            if let ListEvent::Bounded(reached) = event {
                bound = Some(reached);
            }
        }
        assert_eq!(bound, reached, "{later}");
        let requests = recorder.lines().len();
        assert!(requests <= if bound.is_some() { 40 } else { 10 }, "{later}: {requests} requests");
    }
}

/// What a server counts in some seconds of a running fleet that lists every second, and how many seconds it were.
async fn requests_of_a_fleet(context: ContextOf, recorder: &Recorder, seconds: u64) -> (usize, usize) {
    let provider = context.open_on(recorder);
    let member = Member::new(ContextName::new("recorded"), provider.platform(), Ok(provider));
    let options = Options { refresh: Duration::from_secs(1), ..Options::default() };
    let began = Instant::now();
    let (_fleet, mut events) = Fleet::start(vec![member], options);
    let end = tokio::time::sleep(Duration::from_secs(seconds));
    tokio::pin!(end);
    loop {
        tokio::select! {
            _ = events.recv() => {}
            () = &mut end => break,
        }
    }
    let requests = recorder.lines().len();
    (requests, usize::try_from(began.elapsed().as_secs() + 1).unwrap())
}

#[tokio::test]
async fn ten_containers_behind_a_server_that_ignores_the_page_cost_a_few_requests_a_refresh() {
    let recorder = Recorder::start_with(|line, _| match line.split(' ').nth(1) {
        Some("/v1/containers") => Reply::json(&json!({"data": rows(10, |n| json!({"id": format!("c{n}")}))})),
        Some(path) if path.ends_with("/instances") => {
            Reply::json(&json!({"data": rows(10, |n| json!({"id": format!("i{n}")}))}))
        }
        _ => Reply::refusal(404, &json!({})),
    })
    .await;
    let context = context(cycle::PLATFORM, token("obviously-fake"));
    let (requests, seconds) = requests_of_a_fleet(context, &recorder, 5).await;
    // A refresh: two pages of containers, two of the instances of each; and some for jobs and the push channel.
    assert!((4..=seconds * 30).contains(&requests), "{requests} requests in {seconds} seconds");
}

#[tokio::test]
async fn a_context_sends_no_more_than_its_ceiling_allows_whatever_it_is_sent() {
    let recorder = Recorder::start_with(endless_cycle).await;
    let context =
        context(cycle::PLATFORM, token("obviously-fake")).with(|context| context.requests_per_second = 5);
    let (requests, seconds) = requests_of_a_fleet(context, &recorder, 4).await;
    // Ten seconds' worth at once, then five a second.
    assert!((20..=50 + 5 * seconds).contains(&requests), "{requests} requests in {seconds} seconds");
}
