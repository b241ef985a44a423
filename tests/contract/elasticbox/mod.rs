//! The requests of the ElasticBox provider and its reading of the answers, against documents written by hand after the
//! Instances API's page and the vendor's later texts, and against the demo's face.

mod details;
mod face;
mod lists;
mod logs;
mod trouble;
mod writes;

use quarterdeck::model::{Kind, ResourceId, Timestamp};
use quarterdeck::providers::{SharedProvider, elasticbox};
use serde_json::{Value, json};

use crate::setup::{self, ContextOf, Recorder, Reply, context, token};

const OLD_TOKEN: &str = "obviously-fake-token";
/// `{"alg":"none"}.{"sub":"nobody"}.fake`
const JWT: &str = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJub2JvZHkifQ.ZmFrZQ";

fn appliance(secret: &str) -> ContextOf {
    context(elasticbox::PLATFORM, token(secret)).path("base")
}

fn provider(recorder: &Recorder) -> SharedProvider {
    appliance(OLD_TOKEN).open_on(recorder)
}

fn id(kind: Kind, name: &str) -> ResourceId {
    setup::id(kind, None, name)
}

fn operation(instance: &str, name: &str) -> ResourceId {
    setup::id(Kind::Operation, Some(instance), name)
}

/// An instance as the server sends it.
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
    appliance(OLD_TOKEN).recorded(|line, _| server(line)).await
}

/// The requests in alphabetical order, since several workspaces are read at once.
fn sorted(recorder: &Recorder) -> Vec<String> {
    let mut lines = recorder.lines();
    lines.sort();
    lines
}

/// The lines of GET requests for these paths.
fn gets(paths: &[&str]) -> Vec<String> {
    paths.iter().map(|path| format!("GET /base/services/{path}")).collect()
}
