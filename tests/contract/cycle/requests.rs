//! The exact requests of changes, and what is made of their answers, against a recorder.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};

use quarterdeck::fleet::WriteEnd;
use quarterdeck::model::{ActionId, Availability, FieldValue, FormValues, Kind, ProblemKind, Resource};
use quarterdeck::providers::{SharedProvider, cycle};
use serde_json::{Value, json};

use super::containers::{DELETE_INSTANCES, REIMAGE};
use super::instances::{DRAIN, EXPIRE, EXTEND, MIGRATE, REVERT, SSH, UNDRAIN};
use crate::setup::{
    Asked, Deck, Recorder, Reply, context, hold_request, id, offered, pairs, request_of, several, texts,
    token, within,
};

const IMAGE: &str = "651586fca6078e98982dbd91";

/// How a hub behaves.
#[derive(Clone, Copy)]
struct Hub {
    /// The state that its containers and instances are in.
    state: &'static str,
    /// The end of every job.
    end: &'static str,
    /// The capabilities of the key's role; `None` where the membership cannot be read.
    role: Option<&'static [&'static str]>,
    /// Requests for a job that are answered with 404 at first.
    late: usize,
    /// The status of every change; 202 takes it on.
    status: u16,
    /// As many jobs are accepted; those after them are not.
    accepts: usize,
}

const HUB: Hub =
    Hub { state: "running", end: "completed", role: None, late: 0, status: 202, accepts: usize::MAX };

fn config() -> Value {
    json!({
        "network": {"public": "enable", "hostname": "web", "ports": ["80:8080"]},
        "deploy": {"instances": 2, "strategy": "distributed", "telemetry": {"retention": "1h", "interval": "1s", "disable": false}},
        "runtime": {"privileged": false, "environment_vars": {"KEY": "obviously-fake"}},
        "resources": {"cpu": {"shares": {"limit": 20, "reserve": 10}}, "ram": {"limit": "2G", "reserve": "512M"}},
    })
}

fn answers(hub: Hub) -> impl Fn(&str, SocketAddr) -> Reply + Send + Sync + 'static {
    let (asked, taken) = (AtomicUsize::new(0), AtomicUsize::new(0));
    move |line, _| {
        let (method, path) = line.split(' ').next().zip(line.split(' ').nth(1)).unwrap_or_default();
        let missing = || Reply::refusal(404, &json!({"error": {"code": "404.thing", "title": "not found"}}));
        let state = json!({"current": hub.state});
        let container = || json!({"id": "c1", "name": "Web", "image": {"id": "m1"}, "instances": 2, "state": state, "config": config()});
        let instance = |id: &str| {
            json!({"id": id, "hostname": format!("web-{id}"), "container_id": "c1", "server_id": "s1", "state": state,
                "stateful": {"id": 1}, "events": {"created": "2026-01-02T03:04:06Z"},
                "migration": {"from": {"server_id": "s0"}, "started": "2026-01-02T03:04:05Z",
                    "completed": "2026-01-02T03:05:05Z"},
                "traffic_drain": if id == "i2" { json!({"started": "2026-01-02T03:04:05Z"}) } else { Value::Null }})
        };
        let data = |data: Value| Reply::json(&json!({"data": data}));
        match (method, path) {
            ("GET", "/v1/hubs/current/membership") => match hub.role {
                Some(specific) => Reply::json(&json!({"data": {"role_id": "r1"}, "includes": {"roles":
                    {"r1": {"name": "Deploys", "capabilities": {"all": false, "specific": specific}}}}})),
                None => missing(),
            },
            ("GET", "/v1/hubs/current") => data(json!({"id": "hub-1", "name": "Hub"})),
            ("GET", "/v1/containers") => data(json!([container()])),
            ("GET", "/v1/containers/c1") => data(container()),
            ("GET", "/v1/containers/c1/instances") => data(json!([instance("i1"), instance("i2")])),
            ("GET", "/v1/containers/c1/instances/i1") => data(instance("i1")),
            ("GET", "/v1/containers/c1/instances/i2") => data(instance("i2")),
            ("GET", "/v1/containers/c1/instances/i1/volumes") => data(json!([{"id": "v1",
                "config": {"destination": "/data"}, "deployed": {"storage": {"used": 3, "total": 10_240}}}])),
            ("GET", "/v1/containers/c1/servers/usable") => data(json!([
                {"id": "s1", "hostname": "metal-1", "state": {"current": "live"}},
                {"id": "s2", "hostname": "metal-2", "state": {"current": "live"}, "meta": {"node": {"online": true}}},
                {"id": "s3", "hostname": "metal-3", "meta": {"node": {"online": false}}},
            ])),
            ("GET", "/v1/containers/c1/compatible-images") => {
                data(json!([{"id": IMAGE, "name": "web:2", "state": {"current": "live"}}]))
            }
            ("GET", path) if path.starts_with("/v1/jobs/") => {
                if asked.fetch_add(1, Ordering::SeqCst) < hub.late {
                    return missing();
                }
                data(
                    json!({"id": path.trim_start_matches("/v1/jobs/"), "tasks": [{"header": "container.task"}],
                    "events": {"queued": "2026-01-02T03:04:05Z"},
                    "state": {"current": hub.end, "error": {"message": "the server is full"}}}),
                )
            }
            ("GET", "/v1/containers/c1/instances/i1/ssh") => data(json!({
                "secret": "obviously-fake-password", "address": "i1@console.example.com:22", "token": {}})),
            ("DELETE", "/v1/containers/c1/instances/i1/ssh") => data(json!({"tokens": 2})),
            ("GET", _) => missing(),
            _ if hub.status == 202 => {
                let before = taken.fetch_add(1, Ordering::SeqCst);
                let job = json!({"id": format!("j{}", before + 1), "accepted": before < hub.accepts});
                Reply { status: 202, ..data(json!({"action": "task", "job": job})) }
            }
            _ => Reply::refusal(
                hub.status,
                &json!({"error": {"status": hub.status, "code": "403.permissions",
                "title": "The key lacks a capability.", "extra": {"capability": "containers-manage"}}, "data": null}),
            ),
        }
    }
}

async fn opened(hub: Hub) -> (Recorder, SharedProvider) {
    let context = context(cycle::PLATFORM, token("obviously-fake-key"));
    context.with(|context| context.settings.set(&cycle::HUB, "hub-1")).recorded(answers(hub)).await
}

async fn row(provider: &SharedProvider, action: ActionId) -> Resource {
    let id = match action {
        UNDRAIN => id(Kind::Instance, Some("c1"), "i2"),
        ActionId::INSTANCE_CREATE | DELETE_INSTANCES => id(Kind::Container, None, "c1"),
        action if action.as_str().starts_with("instance.") => id(Kind::Instance, Some("c1"), "i1"),
        _ => id(Kind::Container, None, "c1"),
    };
    within(provider.get(&id)).await.unwrap()
}

fn writes(recorder: &Recorder) -> Vec<Asked> {
    let is_write = |it: &Asked| !it.line.starts_with("GET") || it.line.ends_with("/ssh");
    recorder.take().into_iter().filter(is_write).collect()
}

/// Every action: its values, the state of its target before and after, its request, its body.
fn cases() -> Vec<(ActionId, FormValues, &'static str, &'static str, Value)> {
    let none = FormValues::new;
    let tasks = "POST /v1/containers/c1/tasks";
    let instance = "POST /v1/containers/c1/instances/i1/tasks";
    let mut config = config();
    config["network"]["public"] = "disable".into();
    config["network"]["ports"] = json!([]);
    config["resources"]["ram"]["limit"] = "1536M".into();
    config["runtime"]["environment_vars"] = json!({"MODE": "obviously-fake-too"});
    let reconfigured = texts(&[("public", "disable"), ("ram_limit", "1536M")])
        .with("ports", several(&[]))
        .with("environment_vars", pairs(&[("MODE", "obviously-fake-too")]))
        .with("remove_environment_vars", several(&["KEY"]));
    vec![
        (ActionId::CONTAINER_START, none(), "stopped", tasks, json!({"action": "start"})),
        (ActionId::CONTAINER_STOP, none(), "running", tasks, json!({"action": "stop"})),
        (ActionId::CONTAINER_RESTART, none(), "running", tasks, json!({"action": "restart"})),
        (
            ActionId::CONTAINER_SCALE,
            texts(&[("instances", "5")]),
            "running",
            tasks,
            json!({"action": "scale", "contents": {"instances": 5}}),
        ),
        (
            REIMAGE,
            texts(&[("image_id", IMAGE)]).with("overwrite_runtime_config", FieldValue::Switch(true)),
            "running",
            tasks,
            json!({"action": "reimage", "contents": {"image_id": IMAGE, "overwrite_runtime_config": true}}),
        ),
        (
            REIMAGE,
            texts(&[("incompatible_image_id", "651586fca6078e98982dbd92")]),
            "running",
            tasks,
            json!({"action": "reimage",
                "contents": {"image_id": "651586fca6078e98982dbd92", "allow_incompatible": true}}),
        ),
        (
            ActionId::CONTAINER_UPDATE,
            reconfigured,
            "running",
            tasks,
            json!({"action": "reconfigure", "contents": config}),
        ),
        (ActionId::CONTAINER_DELETE, none(), "running", "DELETE /v1/containers/c1", Value::Null),
        (
            ActionId::INSTANCE_CREATE,
            texts(&[("server_id", "s2"), ("new_instances", "3")]),
            "running",
            "POST /v1/containers/c1/instances",
            json!([{"server_id": "s2", "new_instances": 3}]),
        ),
        (ActionId::INSTANCE_DELETE, none(), "running", "DELETE /v1/containers/c1/instances/i1", Value::Null),
        (
            MIGRATE,
            texts(&[("destination_server_id", "s2")]),
            "running",
            instance,
            json!({"action": "migration.start",
                "contents": {"destination_server_id": "s2", "stateful": {"copy_volumes": true}}}),
        ),
        (REVERT, none(), "running", instance, json!({"action": "migration.revert"})),
        (
            EXTEND,
            texts(&[("volume_id", "v1"), ("extend_size", "1T")]),
            "running",
            instance,
            json!({"action": "volume.extend", "contents": {"volume_id": "v1", "extend_size": "1024G"}}),
        ),
        (
            DRAIN,
            none(),
            "running",
            instance,
            json!({"action": "traffic-drain.reconfigure", "contents": {"enable": true}}),
        ),
        (
            UNDRAIN,
            none(),
            "running",
            "POST /v1/containers/c1/instances/i2/tasks",
            json!({"action": "traffic-drain.reconfigure", "contents": {"enable": false}}),
        ),
        (SSH, none(), "running", "GET /v1/containers/c1/instances/i1/ssh", Value::Null),
        (EXPIRE, none(), "running", "DELETE /v1/containers/c1/instances/i1/ssh", Value::Null),
    ]
}

#[tokio::test]
async fn the_documented_request_is_sent_once_with_the_key_and_the_hub() {
    for (action, values, state, line, body) in cases() {
        let (recorder, provider) = opened(Hub { state, ..HUB }).await;
        let row = row(&provider, action).await;
        let deck = Deck::of(cycle::PLATFORM, &provider, &row);
        let write = deck.prepare(&row, action, values).await;
        let write = write.unwrap_or_else(|problem| panic!("{action}: {problem}"));
        let [request] = &write.preview.requests[..] else { panic!("{action}: one request") };
        let sent_body = (!body.is_null()).then(|| body.clone());
        assert_eq!(request_of(request, "/base"), (line.to_owned(), sent_body), "{action}");
        hold_request("cycle.openapi.yaml", request, "/base");
        let shown = format!("{} {:?}", request.masked(), write.preview.changes);
        assert!(!shown.contains("obviously-fake"), "{shown}");
        assert_eq!(writes(&recorder).len(), 0, "{action}: a preview changes nothing");
        let outcome = within(provider.perform(&write)).await.unwrap_or_else(|it| panic!("{action}: {it}"));
        let sent = writes(&recorder);
        let [sent] = &sent[..] else { panic!("{action}: {sent:?}") };
        assert_eq!((sent.line.replace("/base", ""), &sent.body), (line.to_owned(), &body), "{action}");
        assert_eq!(sent.headers["authorization"], "Bearer obviously-fake-key");
        assert_eq!(sent.headers["x-hub-id"], "hub-1");
        if matches!(action, SSH | EXPIRE) {
            assert!(outcome.operation.is_none() && !outcome.shown.is_empty(), "{action}");
        } else {
            assert_eq!(outcome.operation, Some(id(Kind::Operation, None, "j1")), "{action}");
        }
    }
}

#[tokio::test]
async fn a_job_is_followed_to_success_though_it_is_not_found_at_first() {
    let (recorder, provider) = opened(Hub { late: 1, ..HUB }).await;
    let row = row(&provider, ActionId::CONTAINER_RESTART).await;
    let mut deck = Deck::of(cycle::PLATFORM, &provider, &row);
    assert_eq!(deck.perform(&row, ActionId::CONTAINER_RESTART, FormValues::new()).await, WriteEnd::Done);
    let asked = recorder.lines();
    assert_eq!(asked.iter().filter(|line| line.contains("/v1/jobs/j1")).count(), 2, "{asked:?}");
    assert!(asked.last().unwrap().contains("/v1/containers/c1"), "the container is read after its job");
}

#[tokio::test]
async fn a_job_that_fails_fails_each_action_in_cycles_words() {
    for action in [ActionId::CONTAINER_RESTART, REVERT] {
        let (_recorder, provider) = opened(Hub { end: "error", ..HUB }).await;
        let row = row(&provider, action).await;
        let mut deck = Deck::of(cycle::PLATFORM, &provider, &row);
        let end = deck.perform(&row, action, FormValues::new()).await;
        assert!(
            matches!(&end, WriteEnd::Failed(problem) if &*problem.message == "the server is full"),
            "{action}: {end:?}"
        );
    }
}

#[tokio::test]
async fn several_instances_are_deleted_one_by_one_and_followed_as_one() {
    let (recorder, provider) = opened(HUB).await;
    let row = row(&provider, DELETE_INSTANCES).await;
    let mut deck = Deck::of(cycle::PLATFORM, &provider, &row);
    let values = FormValues::new().with("instances", several(&["i1", "i2"]));
    let write = deck.prepare(&row, DELETE_INSTANCES, values).await.unwrap();
    for request in &write.preview.requests {
        hold_request("cycle.openapi.yaml", request, "/base");
    }
    assert_eq!(deck.send(write).await.0, WriteEnd::Done);
    let asked = recorder.lines();
    for line in ["DELETE /base/v1/containers/c1/instances/i1", "DELETE /base/v1/containers/c1/instances/i2"] {
        assert_eq!(asked.iter().filter(|asked| asked == &line).count(), 1, "{asked:?}");
    }
    assert!(
        ["j1", "j2"].iter().all(|job| asked.iter().any(|line| line.ends_with(&format!("/v1/jobs/{job}"))))
    );
    assert!(!asked.iter().any(|line| line == "DELETE /base/v1/containers/c1/instances"));
}

#[tokio::test]
async fn a_deletion_that_is_not_accepted_leaves_those_before_it_followed() {
    for (accepts, reason) in [
        (1, "1 of 2 were taken on, the next failed: Cycle did not accept the job"),
        (0, "Cycle did not accept the job"),
    ] {
        let (recorder, provider) = opened(Hub { accepts, ..HUB }).await;
        let row = row(&provider, DELETE_INSTANCES).await;
        let mut deck = Deck::of(cycle::PLATFORM, &provider, &row);
        let values = FormValues::new().with("instances", several(&["i1", "i2"]));
        let end = deck.perform(&row, DELETE_INSTANCES, values).await;
        match &end {
            WriteEnd::Failed(problem) if accepts == 1 => assert_eq!(&*problem.message, reason),
            WriteEnd::Refused(problem) if accepts == 0 => assert_eq!(&*problem.message, reason),
            end => panic!("{accepts}: {end:?}"),
        }
        let asked = recorder.lines();
        let sent = asked.iter().filter(|line| line.starts_with("DELETE ")).count();
        assert_eq!(sent, accepts + 1, "none is sent after the one that failed: {asked:?}");
        assert_eq!(asked.iter().any(|line| line.ends_with("/v1/jobs/j1")), accepts == 1, "{asked:?}");
    }
}

#[tokio::test]
async fn a_refusal_names_the_missing_capability_and_is_remembered() {
    let (recorder, provider) = opened(Hub { status: 403, ..HUB }).await;
    let row = row(&provider, ActionId::CONTAINER_STOP).await;
    let mut deck = Deck::of(cycle::PLATFORM, &provider, &row);
    let end = deck.perform(&row, ActionId::CONTAINER_STOP, FormValues::new()).await;
    let WriteEnd::Refused(problem) = end else { panic!("{end:?}") };
    assert_eq!(problem.kind, ProblemKind::Forbidden);
    assert_eq!(problem.hint.as_deref(), Some("The API key's role lacks the capability `containers-manage`"));
    assert_eq!(writes(&recorder).len(), 1, "a refused change is not sent again");
    let actions = provider.actions(&row);
    let stop = &offered(&actions, ActionId::CONTAINER_STOP).availability;
    assert_eq!(*stop, Availability::Forbidden("the key lacks containers-manage".into()));
}

/// The role of the key, read with the check of its context, decides what is offered.
#[tokio::test]
async fn only_what_the_keys_role_allows_is_offered() {
    let role: &[&str] = &["containers-view", "containers-ssh"];
    let (recorder, provider) = opened(Hub { role: Some(role), ..HUB }).await;
    let (container, instance) = (row(&provider, REIMAGE).await, row(&provider, SSH).await);
    let forbidden = |row: &Resource| {
        let actions = provider.actions(row);
        let is_forbidden =
            |it: &&quarterdeck::model::Action| matches!(it.availability, Availability::Forbidden(_));
        actions.iter().filter(is_forbidden).map(|it| it.id).collect::<Vec<_>>()
    };
    assert!(forbidden(&container).is_empty(), "nothing is known before it was asked for");
    let identity = within(provider.check()).await.unwrap().identity;
    let lacking = "containers-instances-migrate, containers-manage";
    assert_eq!(identity, Some(format!("hub Hub, role Deploys, which lacks {lacking}")));
    assert_eq!(forbidden(&container).len(), provider.actions(&container).len());
    let mut of_instance = forbidden(&instance);
    of_instance.sort_unstable();
    let mut expected = vec![MIGRATE, REVERT, EXTEND, DRAIN, UNDRAIN, ActionId::INSTANCE_DELETE];
    expected.sort_unstable();
    assert_eq!(of_instance, expected, "{identity:?}");
    let deck = Deck::of(cycle::PLATFORM, &provider, &container);
    let problem = deck.prepare(&container, ActionId::CONTAINER_STOP, FormValues::new()).await.unwrap_err();
    assert_eq!(problem.kind, ProblemKind::Forbidden, "{problem}");
    assert_eq!(&*problem.message, "Web: the key lacks containers-manage, so nothing was sent");
    assert_eq!(writes(&recorder).len(), 0);
}
