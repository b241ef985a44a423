//! What the ElasticBox provider asks and how it reads the answers, against documents written by hand after the
//! Instances API's page and the vendor's later texts, and against the demo's face.

mod details;
mod face;
mod lists;
mod logs;
mod trouble;

use futures_util::StreamExt as _;
use quarterdeck::config::{Context, Credentials, SecretRef};
use quarterdeck::model::{ContextName, Kind, ResourceId, Secret, Timestamp};
use quarterdeck::providers::elasticbox;
use quarterdeck::providers::{Section, SharedProvider};
use serde_json::{Value, json};

use crate::cloud::{open, within};
use crate::recorder::{Recorder, Reply};

const OLD_TOKEN: &str = "obviously-fake-token";
/// `{"alg":"none"}.{"sub":"nobody"}.fake`
const JWT: &str = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJub2JvZHkifQ.ZmFrZQ";

fn context(recorder: &Recorder, token: &str) -> Context {
    let base = format!("http://{}/base", recorder.address).parse().unwrap();
    let token = Credentials::Token(SecretRef::Value(Secret::new(token)));
    Context::new(ContextName::new("appliance"), elasticbox::PLATFORM, base, token)
}

fn provider(recorder: &Recorder) -> SharedProvider {
    open(&context(recorder, OLD_TOKEN)).unwrap()
}

fn id(kind: Kind, name: &str) -> ResourceId {
    ResourceId::new(&ContextName::new("appliance"), kind, name)
}

fn operation(instance: &str, name: &str) -> ResourceId {
    ResourceId::scoped(&ContextName::new("appliance"), Kind::Operation, instance, name)
}

/// An instance as the server tells it; `updated` is long ago unless it is said.
fn instance(id: &str, state: &str, event: &str, updated: &str) -> Value {
    json!({
        "id": id, "name": format!("name of {id}"), "schema": "http://elasticbox.net/schemas/instance",
        "uri": format!("/services/instances/{id}"), "owner": "operations", "box": "box-1", "automatic_updates": "off",
        "state": state, "operation": {"event": event, "workspace": "operations", "created": "2015-10-29 12:26:20.504356"},
        "service": {"type": "Linux Compute", "id": "eb-1", "machines": [{"name": "eb-1-1", "state": "done", "workflow": []}]},
        "boxes": [{"id": "box-1", "name": "Web", "schema": "http://elasticbox.net/schemas/boxes/script"}],
        "policy_box": {"id": "policy-1", "name": "Small", "provider_id": "provider-1", "profile": {"flavor": "test.micro"},
            "schema": "http://elasticbox.net/schemas/boxes/policy"},
        "tags": [], "members": [], "icon": null, "created": "2015-10-29 12:26:20.377029", "updated": updated,
        "variables": [{"type": "Password", "name": "p", "value": "fake-password"}],
    })
}

const LONG_AGO: &str = "2015-10-29 12:26:24.446893";

fn lately() -> String {
    Timestamp::now().to_string()
}

fn workspaces() -> Value {
    json!([
        {"id": "me", "name": "Me", "email": "me@example.com", "schema": "http://elasticbox.net/schemas/workspaces/personal"},
        {"id": "ops", "name": "Operations", "schema": "http://elasticbox.net/schemas/workspaces/team"},
    ])
}

/// One of everything.
fn server(line: &str) -> Reply {
    let (path, query) = match line.strip_prefix("GET ").unwrap_or("no read").split_once(' ') {
        Some((path, query)) => (path, query),
        None => (line.strip_prefix("GET ").unwrap_or("no read"), ""),
    };
    Reply::json(&match path {
        "/services/instances" => json!([
            instance("i-1", "done", "deploy", LONG_AGO),
            instance("i-dead", "done", "terminate_service", LONG_AGO),
        ]),
        "/services/workspaces" => workspaces(),
        // The first is shared with the team.
        "/services/workspaces/ops/instances" => json!([
            instance("i-1", "done", "deploy", LONG_AGO),
            instance("i-2", "processing", "shutdown", &lately()),
        ]),
        "/services/workspaces/me/boxes" => json!([
            {"id": "box-1", "name": "Web", "schema": "http://elasticbox.net/schemas/boxes/script"},
            {"id": "policy-1", "name": "Small", "schema": "http://elasticbox.net/schemas/boxes/policy", "claims": ["linux"]},
        ]),
        "/services/workspaces/ops/boxes" => json!([
            {"id": "box-1", "name": "Web", "schema": "http://elasticbox.net/schemas/boxes/script"},
            {"id": "stack-1", "name": "Stack", "schema": "http://elasticbox.net/schemas/boxes/cloudformation"},
        ]),
        "/services/profile" => json!({"workspace": "me", "name": "Me Myself"}),
        "/services/instances/i-1" => instance("i-1", "done", "deploy", LONG_AGO),
        "/services/instances/i-1/service" => json!({
            "id": "eb-1", "state": "done", "token": "fake-service-token",
            "machines": [{"name": "eb-1-1", "state": "done", "token": "fake-machine-token",
                "address": {"public": null, "private": "10.0.0.4"}}],
        }),
        "/services/instances/i-1/activity" => {
            json!([{"text": "Deploying instance.", "level": "start", "created": LONG_AGO}])
        }
        "/services/instances/i-1/operations" | "/services/instances/i-2/operations" => json!([
            {"id": "o-1", "operation": "deploy", "state": "done", "username": "me@example.com", "created": LONG_AGO,
             "updated": LONG_AGO, "activity": [{"text": "Deploying instance.", "level": "start", "created": LONG_AGO}]},
            {"id": "o-2", "operation": "shutdown", "state": "processing", "created": lately(), "activity": []},
        ]),
        "/services/instances/i-1/machine_logs" if query == "machine_name=eb-1-1" => {
            return Reply::new(200, "text/plain", "Executing install script\nhello\n");
        }
        "/services/instances/i-1/binding" => {
            json!([{"name": "profile", "instances": [{"provider": "Amazon"}]}])
        }
        "/services/boxes/box-1" => {
            json!({"id": "box-1", "name": "Web", "schema": "http://elasticbox.net/schemas/boxes/script"})
        }
        "/services/boxes/policy-1" => json!({"id": "policy-1", "name": "Small", "provider_id": "provider-1",
            "schema": "http://elasticbox.net/schemas/boxes/policy"}),
        "/services/boxes/box-1/versions"
        | "/services/boxes/box-1/stack"
        | "/services/boxes/box-1/bindings"
        | "/services/workspaces/me/providers" => json!([]),
        "/services/providers/provider-1" => {
            json!({"id": "provider-1", "name": "Amazon", "state": "ready", "type": "aws"})
        }
        _ => return Reply::refusal(404, &json!({"message": "Not Found"})),
    })
}

async fn recorded() -> (Recorder, SharedProvider) {
    let recorder = Recorder::start_with(|line, _| server(line)).await;
    let provider = provider(&recorder);
    (recorder, provider)
}

/// What was asked, in the order of its text: several workspaces are asked at once.
fn sorted(recorder: &Recorder) -> Vec<String> {
    let mut lines = recorder.lines();
    lines.sort();
    lines
}

/// The lines without the base, for one place.
fn gets(paths: &[&str]) -> Vec<String> {
    paths.iter().map(|path| format!("GET /base/services/{path}")).collect()
}

async fn described(provider: &SharedProvider, id: &ResourceId) -> Vec<Section> {
    within(provider.describe(id).collect()).await
}

fn titles(sections: &[Section]) -> Vec<&str> {
    sections.iter().map(|it| it.title).collect()
}
