//! The exact requests of changes, and what is made of their answers, against a recorder.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};

use quarterdeck::fleet::WriteEnd;
use quarterdeck::model::{ActionId, FieldValue, FormValues, Kind, ProblemKind, Resource};
use quarterdeck::providers::{SharedProvider, quasarch};
use serde_json::{Value, json};

use super::writes::CREATE_LIKE;
use crate::setup::{
    Asked, Deck, Recorder, Reply, context, hold_request, id, pairs, request_of, several, texts, token, within,
};

/// A container with one of everything.
fn web() -> Value {
    json!({
        "id": "c1", "name": "web", "createdBy": "u1", "image": "web:2", "cpu": 1, "ram": "2Gi", "gpu": 0,
        "ephemeralStorage": "100Gi", "command": null, "arguments": null,
        "env": {"MODE": "prod", "KEY": "obviously-fake"}, "port": "80", "dateCreated": "2023-09-22T15:36:06Z",
        "dateUpdated": "0001-01-01T00:00:00Z", "status": "deployed", "urls": ["web.example.com"],
        "desiredGPUs": [],
    })
}

fn with(field: &str, value: impl Into<Value>) -> Value {
    let mut container = web();
    container[field] = value.into();
    container
}

fn page(items: &Value) -> Reply {
    Reply::json(&json!({"items": items, "total": 1, "page": 1, "rowsPerPage": 100}))
}

/// An account with one container, whose changes are answered with this status, and which is then in that state.
fn account(status: &'static str) -> impl Fn(&str, SocketAddr) -> Reply + Send + Sync + 'static {
    let writes = AtomicUsize::new(0);
    move |line, _| {
        let changed = writes.load(Ordering::SeqCst) > 0;
        match line.split(' ').take(2).collect::<Vec<_>>()[..] {
            ["GET", "/v1/containers/c1"] if changed => Reply::json(&with("status", status)),
            ["GET", "/v1/containers/c1" | "/v1/containers/c2"] => Reply::json(&web()),
            ["GET", "/v1/containers/c1/revisions"] => page(&json!([
                {"containerID": "c1", "revisionNumber": 2, "image": "web:2", "dateCreated": "2023-09-23T17:04:53Z"},
                {"containerID": "c1", "revisionNumber": 1, "image": "web:1", "dateCreated": "2023-09-22T15:36:06Z"},
            ])),
            ["GET", "/v1/gpu-models"] => page(&json!([{"code": "a100", "name": "Nvidia a100"}])),
            ["GET", "/v1/providers"] => page(&json!([])),
            ["POST", "/v1/containers"] => {
                writes.fetch_add(1, Ordering::SeqCst);
                Reply { status: 201, ..Reply::json(&with("status", "deploying")) }
            }
            ["PUT", "/v1/containers/c1"] => {
                writes.fetch_add(1, Ordering::SeqCst);
                Reply::json(&with("status", "deploying"))
            }
            ["DELETE", "/v1/containers/c1"] => {
                Reply::refusal(403, &json!({"error": "attempted action is not allowed"}))
            }
            _ => Reply::refusal(404, &json!({"error": "not found"})),
        }
    }
}

async fn opened(status: &'static str) -> (Recorder, SharedProvider, Resource) {
    let credentials = token("obviously-fake-token");
    let (recorder, provider) = context(quasarch::PLATFORM, credentials).recorded(account(status)).await;
    let row = within(provider.get(&id(Kind::Container, None, "c1"))).await.unwrap();
    (recorder, provider, row)
}

fn writes(recorder: &Recorder) -> Vec<Asked> {
    recorder.take().into_iter().filter(|it| !it.line.starts_with("GET")).collect()
}

#[tokio::test]
async fn the_documented_request_is_sent_once_signed_in() {
    let secret = || pairs(&[("TOKEN", "obviously-fake-too")]);
    for (action, values, line, body) in [
        (
            ActionId::CONTAINER_CREATE,
            texts(&[("name", "hello-world"), ("image", "nginxdemos/hello:latest")])
                .with("env", pairs(&[("FOO", "bar")])),
            "POST /v1/containers",
            // The sample of the reference page.
            json!({"name": "hello-world", "image": "nginxdemos/hello:latest", "cpu": 1, "ram": "512Mi", "gpu": 0,
                "ephemeralStorage": "10Gi", "port": "80", "env": {"FOO": "bar"}}),
        ),
        (
            CREATE_LIKE,
            texts(&[("name", "web-2"), ("cpu", "0.5")]).with("env", secret()),
            "POST /v1/containers",
            json!({"name": "web-2", "image": "web:2", "cpu": 0.5, "ram": "2Gi", "gpu": 0,
                "ephemeralStorage": "100Gi", "port": "80",
                "env": {"KEY": "obviously-fake", "MODE": "prod", "TOKEN": "obviously-fake-too"}}),
        ),
        (
            ActionId::CONTAINER_UPDATE,
            texts(&[("image", "web:3")])
                .with("env", pairs(&[("MODE", "test")]))
                .with("remove-env", several(&["KEY"])),
            "PUT /v1/containers/c1",
            json!({"image": "web:3", "env": {"MODE": "test"}}),
        ),
        (
            ActionId::CONTAINER_UPDATE,
            texts(&[("image", "web:3")]),
            "PUT /v1/containers/c1",
            json!({"image": "web:3"}),
        ),
        (
            ActionId::REVISION_ROLL_BACK,
            texts(&[("revision", "1")]),
            "PUT /v1/containers/c1",
            json!({"image": "web:1"}),
        ),
    ] {
        let (recorder, provider, row) = opened("deployed").await;
        let mut deck = Deck::of(quasarch::PLATFORM, &provider, &row);
        let write = match action {
            ActionId::CONTAINER_CREATE => deck.prepare_new(Kind::Container, action, values).await.unwrap(),
            _ => deck.prepare(&row, action, values).await.unwrap(),
        };
        let request = &write.preview.requests[0];
        assert_eq!(request_of(request, "/base"), (line.to_owned(), Some(body.clone())), "{action}");
        hold_request("quasarch.openapi.yaml", request, "/base");
        assert!(!request.masked().to_string().contains("obviously-fake"), "{}", request.masked());
        let shown = format!("{:?} {:?}", write.preview.changes, write.preview.consequences);
        assert!(!shown.contains("obviously-fake"), "{shown}");
        assert_eq!(writes(&recorder).len(), 0, "a preview changes nothing");
        assert_eq!(deck.send(write).await.0, WriteEnd::Done, "{action}");
        let sent = writes(&recorder);
        let [sent] = &sent[..] else { panic!("{sent:?}") };
        assert_eq!((sent.line.replace("/base", ""), &sent.body), (line.to_owned(), &body));
        assert_eq!(sent.headers["authorization"], "Bearer obviously-fake-token");
        assert_eq!(sent.headers["content-type"], "application/json");
    }
}

/// The description of an update has two fields and says that which others are accepted is not documented: those are held
/// against what a container is made of.
#[tokio::test]
async fn each_setting_is_sent_alone_as_a_container_has_it() {
    for (field, value, sent) in [
        ("cpu", FieldValue::text("500m"), json!(0.5)),
        ("ram", FieldValue::text("1536M"), json!("1536Mi")),
        ("gpu", FieldValue::text("2"), json!(2)),
        ("ephemeralStorage", FieldValue::text("20G"), json!("20Gi")),
        ("port", FieldValue::text("8080"), json!("8080")),
        ("command", several(&["sh", "-c"]), json!(["sh", "-c"])),
        ("arguments", several(&["exit 0"]), json!(["exit 0"])),
    ] {
        let (_recorder, provider, row) = opened("deployed").await;
        let deck = Deck::of(quasarch::PLATFORM, &provider, &row);
        let values = FormValues::new().with(field, value);
        let write = deck.prepare(&row, ActionId::CONTAINER_UPDATE, values).await.unwrap();
        let body = write.preview.requests[0].body.clone().unwrap();
        assert_eq!(body, json!({field: sent}));
        let changes = &write.preview.changes;
        assert_eq!(
            (changes.len(), &*changes[0].field, &changes[0].to),
            (1, field, &Some(sent)),
            "{changes:?}"
        );
        if let Some(description) = crate::setup::Description::open("quasarch.openapi.yaml") {
            let mut faults = Vec::new();
            let schema = &description.root["components"]["schemas"]["Container"]["properties"][field];
            description.hold(schema, &body[field], field, &mut faults);
            assert!(!schema.is_null() && faults.is_empty(), "{faults:?}");
        }
    }
}

#[tokio::test]
async fn a_deployment_that_fails_fails_its_change() {
    let (_recorder, provider, row) = opened("failed").await;
    let mut deck = Deck::of(quasarch::PLATFORM, &provider, &row);
    let end = deck.perform(&row, ActionId::CONTAINER_UPDATE, texts(&[("image", "web:3")])).await;
    assert!(
        matches!(&end, WriteEnd::Failed(problem) if problem.message.starts_with("the deployment failed")),
        "{end:?}"
    );
    let values = texts(&[("name", "hello"), ("image", "web:3")]);
    let end = deck.create(Kind::Container, ActionId::CONTAINER_CREATE, values).await;
    assert!(matches!(end, WriteEnd::Failed(_)), "{end:?}");
}

#[tokio::test]
async fn a_refusal_is_reported_in_quasarchs_words() {
    let (recorder, provider, row) = opened("deployed").await;
    let mut deck = Deck::of(quasarch::PLATFORM, &provider, &row);
    let end = deck.perform(&row, ActionId::CONTAINER_DELETE, FormValues::new()).await;
    let WriteEnd::Refused(problem) = end else { panic!("{end:?}") };
    assert_eq!(
        (problem.kind, &*problem.message),
        (ProblemKind::Forbidden, "attempted action is not allowed")
    );
    assert_eq!(writes(&recorder).len(), 1, "a refused change is not sent again");
}
