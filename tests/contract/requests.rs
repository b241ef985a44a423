//! What the providers send, request by request, compared with what the API's documents say.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::StreamExt as _;
use quarterdeck::config::Credentials;
use quarterdeck::model::{Kind, LogStart, Platform, ScreenKind, Timestamp};
use quarterdeck::providers::{CONSOLE_SIZE_REPORTS, SharedProvider, cycle, quasarch};
use serde_json::{Value, json};

use crate::setup::{Asked, ContextOf, Recorder, Reply, context, id, list, password, token, within};

/// A context with the settings that the demo's context has.
fn of(platform: Platform, credentials: Credentials) -> ContextOf {
    context(platform, credentials).with(|context| {
        context.settings.set(&cycle::HUB, "hub-1");
        context.settings.set(&CONSOLE_SIZE_REPORTS, true);
        context.concurrency = 4;
    })
}

/// One of everything. What is not here is 404, and so are the websockets.
fn cycle(path: &str, address: SocketAddr) -> Option<Value> {
    let pass = json!({"data": {"token": "pass-1", "address": format!("http://{address}/base/node")}});
    Some(match path {
        "/v1/containers" => json!({"data": [{"id": "c1", "name": "Web", "image": {"id": "m1"}}]}),
        "/v1/containers/c1" => json!({"data": {"id": "c1", "name": "Web", "environment": {"id": "e1"}}}),
        "/v1/containers/c1/instances" => json!({"data": [{"id": "i1"}]}),
        "/v1/containers/c1/instances/i1" => json!({"data": {"id": "i1", "server_id": "s1"}}),
        "/v1/containers/c1/instances/i1/telemetry/resources/report" => json!({"data": {"snapshots": []}}),
        "/v1/containers/c1/instances/i1/telemetry/resources/stream"
        | "/v1/containers/c1/instances/i1/console" => pass,
        "/v1/jobs" | "/v1/monitoring/logs/aggregate" => json!({"data": []}),
        "/v1/jobs/j1" => json!({"data": {"id": "j1"}}),
        "/v1/hubs/current" => json!({"data": {"id": "hub-1", "name": "Hub"}}),
        "/v1/hubs/current/notifications" => json!({"data": {"token": "pass-2"}}),
        _ => return None,
    })
}

const CONTAINERS: &str = "GET /base/v1/containers include=images,environments&meta=instances_count,domains";
const ALL: &str = "page[number]=1&page[size]=100";
const INSTANCE: &str = "GET /base/v1/containers/c1/instances/i1";

async fn cycle_recorded() -> (Recorder, SharedProvider) {
    let recorder = Recorder::start(cycle).await;
    let provider = of(cycle::PLATFORM, token("obviously-fake-key")).open_on(&recorder);
    (recorder, provider)
}

#[tokio::test]
async fn cycle_lists_and_single_reads_are_requested_as_documented() {
    let (recorder, provider) = cycle_recorded().await;
    list(&provider, Kind::Instance).await;
    let instances = "GET /base/v1/containers/c1/instances include=servers,locations";
    assert_eq!(
        recorder.lines(),
        [format!("{CONTAINERS}&{ALL}"), format!("{instances}&{ALL}")],
        "the first instances need two round trips"
    );
    list(&provider, Kind::Container).await;
    assert_eq!(recorder.lines(), [""; 0], "the containers were just listed");
    list(&provider, Kind::Operation).await;
    assert_eq!(recorder.lines(), [format!("GET /base/v1/jobs include=creators&{ALL}&sort=-id")]);
    for (of, lines) in [
        (id(Kind::Instance, Some("c1"), "i1"), format!("{INSTANCE} include=servers,locations")),
        (id(Kind::Container, None, "c1"), CONTAINERS.replace("containers ", "containers/c1 ")),
        (id(Kind::Operation, None, "j1"), "GET /base/v1/jobs/j1 include=creators".to_owned()),
    ] {
        within(provider.get(&of)).await.unwrap();
        assert_eq!(recorder.lines(), [lines]);
    }
    let asked = within(provider.get(&id(Kind::Instance, Some("c9"), "i1"))).await;
    assert!(asked.is_err());
}

/// A server that reads the schema word for word: a list with commas is one unknown value to it.
#[tokio::test]
async fn cycle_sends_lists_as_repeated_keys_once_a_server_refuses_commas() {
    let (recorder, provider) = of(cycle::PLATFORM, token("obviously-fake-key"))
        .recorded(|line, address| {
            let query = line.split(' ').nth(2).unwrap_or_default();
            if query.contains(',') {
                return Reply::refusal(
                    422,
                    &json!({"error": {"code": "422.invalid-query", "title": "include"}}),
                );
            }
            cycle(line.split(' ').nth(1).unwrap_or_default(), address).map_or_else(
                || Reply::refusal(404, &json!({"error": {"code": "404.thing"}})),
                |body| Reply::json(&body),
            )
        })
        .await;
    let (rows, rest) = list(&provider, Kind::Instance).await;
    assert_eq!(rows.len(), 1, "{rest:?}");
    let repeated = "include=environments&include=images&meta=domains&meta=instances_count";
    let instances = "GET /base/v1/containers/c1/instances include=locations&include=servers";
    assert_eq!(
        recorder.lines(),
        [
            format!("{CONTAINERS}&{ALL}"),
            format!("GET /base/v1/containers {repeated}&{ALL}"),
            format!("{instances}&{ALL}"),
        ],
        "asked once more, and remembered"
    );
    within(provider.get(&id(Kind::Instance, Some("c1"), "i1"))).await.unwrap();
    assert_eq!(recorder.lines(), [format!("{INSTANCE} include=locations&include=servers")]);

    // A server that refuses both is asked no more than twice, and the first refusal is what is reported.
    let (recorder, provider) = of(cycle::PLATFORM, token("obviously-fake-key"))
        .recorded(|_, _| Reply::refusal(422, &json!({"error": {"code": "422.hub", "title": "no such hub"}})))
        .await;
    let problem = within(provider.get(&id(Kind::Container, None, "c1"))).await.unwrap_err();
    assert_eq!((problem.status, &*problem.message), (Some(422), "no such hub"));
    assert_eq!(recorder.lines().len(), 2);
}

#[tokio::test]
async fn cycle_details_streams_and_the_check_are_requested_as_documented() {
    let (recorder, provider) = cycle_recorded().await;
    let instance = id(Kind::Instance, Some("c1"), "i1");
    within(provider.describe(&instance).collect::<Vec<_>>()).await;
    assert_eq!(
        recorder.lines(),
        [
            format!("{INSTANCE} meta=node,sdn_pool_ips").as_str(),
            &format!("{INSTANCE}/volumes"),
            "GET /base/v1/infrastructure/servers/s1 meta=node,instances_count,allocations",
            "GET /base/v1/containers/c1 meta=instances_count,domains",
        ]
    );
    let since = Timestamp::parse("2026-01-02T03:04:05Z").unwrap();
    within(provider.samples(&instance, since)).await.unwrap();
    let [report] = &recorder.lines()[..] else { panic!("one request") };
    let from = since.before(Duration::from_secs(90));
    let (path, query) = report.rsplit_once(' ').unwrap();
    assert_eq!(path, format!("{INSTANCE}/telemetry/resources/report"));
    let (end, start) = query.split_once('&').unwrap();
    assert!(Timestamp::parse(end.strip_prefix("filter[range-end]=").unwrap()).is_some());
    assert_eq!(start, format!("filter[range-start]={from}"));

    // A pass is fetched, and a socket opened at its address, with nothing but the pass.
    let node = "GET /base/node token=pass-1";
    let mut live = provider.live_samples(&instance).unwrap();
    assert!(within(live.next()).await.unwrap().is_err(), "the recorder has no sockets");
    let stream = format!("{INSTANCE}/telemetry/resources/stream");
    opened(&recorder.take(), &stream, node);
    assert!(within(provider.console(&instance, ScreenKind::Terminal)).await.is_err());
    let console = format!("{INSTANCE}/console");
    opened(&recorder.take(), &console, node);
    let mut logs = provider.logs(&instance, LogStart::Backlog);
    within(logs.next()).await;
    drop(logs);
    opened(&recorder.take(), &console, node);
    let mut logs = provider.logs(&instance, LogStart::Since(since));
    within(logs.next()).await;
    drop(logs);
    let asked = recorder.take();
    assert_eq!(asked[0].line, "POST /base/v1/monitoring/logs/aggregate");
    assert_eq!(asked[0].headers["content-type"], "application/json");
    let scope = &asked[0].body["scope"];
    assert_eq!((&scope["type"], &scope["ids"]), (&json!("instance"), &json!(["i1"])));
    assert_eq!(scope["date_range"]["start"], since.to_string());
    assert_eq!(asked[0].body["limit"], 1000);
    opened(&asked[1..], &console, node);
    let mut changes = provider.changes().unwrap();
    within(changes.next()).await;
    drop(changes);
    let notifications = "GET /base/v1/hubs/current/notifications";
    let membership = "GET /base/v1/hubs/current/membership include=roles";
    let asked = recorder.take();
    assert_eq!(asked[0].line, membership, "what the key may do is read first");
    opened(&asked[1..], notifications, &format!("{notifications} token=pass-2"));

    within(provider.check()).await.unwrap();
    let one = "page[number]=1&page[size]=1";
    assert_eq!(
        recorder.lines(),
        [
            "GET /base/v1/hubs/current".to_owned(),
            format!("GET /base/v1/containers {one}"),
            format!("GET /base/v1/containers/c1/instances {one}"),
            format!("GET /base/v1/jobs {one}"),
            format!("GET /base/v1/infrastructure/servers {one}"),
            notifications.to_owned(),
            membership.to_owned(),
        ]
    );
}

/// A request with the key and the hub, then a socket with neither.
fn opened(asked: &[Asked], pass: &str, socket: &str) {
    let [first, second] = asked else { panic!("{asked:?}") };
    assert_eq!((&*first.line, &*second.line), (pass, socket));
    assert_eq!(first.headers["authorization"], "Bearer obviously-fake-key");
    assert_eq!(first.headers["x-hub-id"], "hub-1");
    assert_eq!(second.headers["upgrade"].to_ascii_lowercase(), "websocket");
    assert_eq!(second.headers.get("authorization"), None);
}

fn quasarch(path: &str, _: SocketAddr) -> Option<Value> {
    let page = |items: Value| json!({"items": items, "total": 1, "page": 1, "rowsPerPage": 100});
    Some(match path {
        "/v1/users/token" => json!({"token": "obviously-fake-token"}),
        "/v1/containers" => page(json!([{"id": "c1", "name": "web"}])),
        "/v1/containers/c1" => json!({"id": "c1", "name": "web"}),
        "/v1/containers/c1/revisions" => {
            page(json!([{"containerID": "c1", "revisionNumber": 1, "image": "web:1"}]))
        }
        "/v1/gpu-models" => page(json!([{"code": "a100", "name": "Nvidia a100"}])),
        "/v1/providers" => page(json!([])),
        _ => return None,
    })
}

#[tokio::test]
async fn quasarch_signs_in_once_and_requests_as_documented() {
    let recorder = Recorder::start(quasarch).await;
    let credentials = password("who@example.com", "obviously-fake");
    let provider = of(quasarch::PLATFORM, credentials).open_on(&recorder);
    list(&provider, Kind::Revision).await;
    let asked = recorder.take();
    let lines: Vec<&str> = asked.iter().map(|it| &*it.line).collect();
    let (containers, revisions) = ("GET /base/v1/containers", "GET /base/v1/containers/c1/revisions");
    let all = "page=1&rows=100";
    assert_eq!(
        lines,
        ["GET /base/v1/users/token", &format!("{containers} {all}"), &format!("{revisions} {all}")]
    );
    // Basic: `who@example.com:obviously-fake`.
    assert_eq!(asked[0].headers["authorization"], "Basic d2hvQGV4YW1wbGUuY29tOm9idmlvdXNseS1mYWtl");
    for it in &asked[1..] {
        assert_eq!(it.headers["authorization"], "Bearer obviously-fake-token");
        assert_eq!(it.headers.get("x-hub-id"), None);
    }
    list(&provider, Kind::GpuModel).await;
    assert_eq!(recorder.lines(), [format!("GET /base/v1/gpu-models {all}")]);
    let container = id(Kind::Container, None, "c1");
    within(provider.get(&container)).await.unwrap();
    assert_eq!(recorder.lines(), ["GET /base/v1/containers/c1"]);
    within(provider.describe(&container).collect::<Vec<_>>()).await;
    assert_eq!(recorder.lines(), ["GET /base/v1/containers/c1".to_owned(), format!("{revisions} {all}")]);
    let mut logs = provider.logs(&container, LogStart::Backlog);
    within(logs.next()).await;
    drop(logs);
    let asked = recorder.take();
    assert_eq!(asked[0].line, "GET /base/v1/containers/c1/logs");
    assert!(asked[0].headers["accept"].starts_with("text/event-stream"));
    within(provider.check()).await.unwrap();
    let one = "page=1&rows=1";
    assert_eq!(
        recorder.lines(),
        [
            format!("{containers} {one}"),
            format!("{revisions} {one}"),
            format!("GET /base/v1/gpu-models {one}"),
            format!("GET /base/v1/providers {one}"),
        ]
    );
}
