//! The requests of the Exoscale provider, with every signature computed anew from what arrived.

mod actions;
mod face;
mod faults;
mod reads;
mod writes;

use std::net::SocketAddr;

use base64::Engine as _;
use quarterdeck::model::{
    ActionId, ContextName, FormValues, Instance, Kind, Resource, ResourceId, Target, Timestamp,
};
use quarterdeck::providers::{SharedProvider, exoscale};
use ring::hmac;
use serde_json::{Value, json};

use crate::setup::{Asked, ContextOf, Recorder, Reply, context, id, key_pair, within};

const KEY: &str = "EXOobviouslyfake";
const SECRET: &str = "obviously-fake-secret";

fn context_of_geneva() -> ContextOf {
    context(exoscale::PLATFORM, key_pair(KEY, SECRET)).path("base/ch-gva-2/v2")
}

async fn recorded(
    answer: impl Fn(&str, SocketAddr) -> Reply + Send + Sync + 'static,
) -> (Recorder, SharedProvider) {
    context_of_geneva().recorded(answer).await
}

fn web() -> ResourceId {
    id(Kind::Instance, Some("ch-gva-2"), "i1")
}

fn zones(address: SocketAddr) -> Value {
    let zone = |name: &str| json!({"name": name, "id": "z", "api-endpoint": format!("http://{address}/base/{name}/v2")});
    json!({"zones": [zone("de-fra-1"), zone("ch-gva-2")]})
}

/// An organisation of two zones with one of everything. What is not here is 404.
fn organisation(line: &str, address: SocketAddr) -> Reply {
    let Some((zone, path)) = line.trim_start_matches("GET /").split_once("/v2") else {
        return refused(404, "not below the base");
    };
    let (path, _) = path.split_once(' ').unwrap_or((path, ""));
    let instance = if zone == "ch-gva-2" {
        json!({"id": "i1", "name": "web-1", "state": "running", "public-ip": "203.0.113.7",
            "instance-type": {"id": "t-gpu"}, "template": {"id": "m-old"}})
    } else {
        json!({"id": "i2", "name": "db-1", "state": "stopped", "instance-type": {"id": "t-std"}, "template": {"id": "m1"}})
    };
    Reply::json(&match path {
        "/zone" => zones(address),
        "/instance" => json!({"instances": [instance]}),
        "/instance/i1" => whole(),
        "/instance/i1:password" => json!({"password": "obviously-fake"}),
        "/instance-type" => json!({"instance-types": [
            {"id": "t-std", "family": "standard", "size": "medium", "cpus": 2, "memory": 4_294_967_296_u64, "authorized": true},
            {"id": "t-gpu", "family": "gpua30", "size": "small", "cpus": 12, "gpus": 1, "memory": 60_129_542_144_u64,
                "authorized": true, "zones": ["ch-gva-2"]},
        ]}),
        "/instance-type/t-gpu" => json!({"id": "t-gpu", "family": "gpua30", "size": "small", "gpus": 1}),
        "/template" if line.ends_with("visibility=public") => {
            json!({"templates": [{"id": "m1", "name": "Linux 24", "default-user": "tux"}]})
        }
        "/template" => json!({"templates": []}),
        "/template/m-old" => {
            json!({"id": "m-old", "name": "Linux 22", "default-user": "tux", "password-enabled": true})
        }
        "/event" => json!([
            {"timestamp": "2026-01-02T03:04:05Z", "handler": "stop-instance", "status": 200, "request-id": "r1",
                "path-params": {"id": "i1"}, "iam-api-key": {"name": "robot", "key": KEY}},
            {"timestamp": "2026-01-02T03:05:05Z", "handler": "delete-snapshot", "status": 403, "request-id": "r2",
                "message": "Forbidden", "path-params": {"id": "s9"}},
        ]),
        "/operation/o1" => {
            json!({"id": "o1", "state": "pending", "reference": {"id": "i1", "command": "get-instance"}})
        }
        "/quota" => json!({"quotas": [{"resource": "gpua30", "usage": 1, "limit": 4}]}),
        "/quota/gpua30" => json!({"resource": "gpua30", "usage": 1, "limit": 4}),
        "/ai/instance-type" => {
            json!({"instance-types": [{"family": "gpua30", "authorized": zone == "ch-gva-2"}]})
        }
        "/organization" => json!({"id": "org", "name": "Example Ltd"}),
        "/console/i1" => {
            json!({"url": "wss://console-proxy.example/?token=fake", "host": "console-proxy.example", "path": "?token=fake"})
        }
        "/reverse-dns/instance/i1" => json!({"domain-name": "web-1.example."}),
        "/instance-pool" => json!({"instance-pools": [{"id": "p1", "size": 3}]}),
        "/block-storage-snapshot" => json!({"block-storage-snapshots": [
            {"id": "bs1", "block-storage-volume": {"id": "b1"}}, {"id": "bs2", "block-storage-volume": {"id": "b2"}},
        ]}),
        "/block-storage" => json!({"block-storage-volumes": [{"id": "b1", "size": 10}]}),
        path if path.starts_with("/ssh-key/") => json!({"name": "ann", "fingerprint": "00:11"}),
        "/snapshot"
        | "/security-group"
        | "/ssh-key"
        | "/elastic-ip"
        | "/private-network"
        | "/anti-affinity-group"
        | "/deploy-target" => {
            json!({format!("{}s", &path[1..]): []})
        }
        "/snapshot/s1"
        | "/security-group/g1"
        | "/elastic-ip/e1"
        | "/private-network/n1"
        | "/anti-affinity-group/a1"
        | "/deploy-target/d1"
        | "/instance-pool/p1" => json!({"id": path.rsplit('/').next()}),
        _ => return refused(404, "Not found"),
    })
}

fn whole() -> Value {
    json!({
        "id": "i1", "name": "web-1", "state": "running", "disk-size": 50, "user-data": "I2Nsb3VkLWNvbmZpZw==",
        "instance-type": {"id": "t-gpu"}, "template": {"id": "m-old"}, "deploy-target": {"id": "d1"},
        "security-groups": [{"id": "g1"}], "elastic-ips": [{"id": "e1"}], "private-networks": [{"id": "n1"}],
        "anti-affinity-groups": [{"id": "a1"}], "snapshots": [{"id": "s1"}], "ssh-keys": [{"name": "ann b"}],
        "block-storage-volumes": [{"id": "b1"}], "manager": {"id": "p1", "type": "instance-pool"}, "created-at": "2026-01-01T00:00:00Z",
    })
}

fn refused(status: u16, message: &str) -> Reply {
    Reply::refusal(status, &json!({"message": message}))
}

/// Reads the lists that only the form of a new instance chooses from.
async fn choose_for_a_new_instance(provider: &SharedProvider, context: &ContextName) {
    let target = Target::new_in(context, Kind::Instance);
    for field in ["anti-affinity-groups", "deploy-target"] {
        let choices = provider.choices(&target, ActionId::INSTANCE_CREATE, field, &FormValues::new());
        within(choices).await.unwrap();
    }
}

/// The signature of a request.
fn signature(secret: &str, head: &str, body: &str, values: &str, expires: &str) -> String {
    let message = format!("{head}\n{body}\n{values}\n\n{expires}");
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    base64::engine::general_purpose::STANDARD.encode(hmac::sign(&key, message.as_bytes()))
}

/// Verifies a request's signature, computed from nothing but what arrived, after the API's description.
fn verify(asked: &Asked) {
    let header = &asked.headers["authorization"];
    let fields = header.strip_prefix("EXO2-HMAC-SHA256 ").expect("the scheme");
    let field = |name: &str| {
        let mut fields = fields.split(',');
        fields.find_map(|field| field.strip_prefix(&format!("{name}=")))
    };
    let mut words = asked.line.splitn(3, ' ');
    let (method, path) = (words.next().unwrap(), words.next().unwrap());
    let query: Vec<(&str, &str)> = words
        .next()
        .map(|query| query.split('&').map(|pair| pair.split_once('=').unwrap()).collect())
        .unwrap_or_default();
    let names: Vec<&str> = query.iter().map(|(name, _)| *name).collect();
    let values: String = query.iter().map(|(_, value)| *value).collect();
    assert_eq!(field("signed-query-args").unwrap_or_default(), names.join(";"));
    assert!(!header.contains("signed-query-args=,"), "left out where there is no query");
    let expires = field("expires").unwrap();
    let left = expires.parse::<i64>().unwrap() - Timestamp::now().as_millis() / 1000;
    assert!((500..=600).contains(&left), "{left} s");
    let body = if asked.body.is_null() { String::new() } else { asked.body.to_string() };
    let signature = signature(SECRET, &format!("{method} {path}"), &body, &values, expires);
    assert_eq!(field("signature"), Some(&*signature), "{}", asked.line);
    assert_eq!(field("credential"), Some(KEY));
}

/// The lines of the requests without the base, in alphabetical order; each must be signed but the list of zones.
fn verified(recorder: &Recorder) -> Vec<String> {
    let asked = recorder.take();
    for it in &asked {
        if it.line.ends_with("/zone") {
            assert_eq!(it.headers.get("authorization"), None);
        } else {
            verify(it);
        }
        assert_eq!(it.headers["accept"], "application/json");
    }
    let mut lines: Vec<String> = asked.into_iter().map(|it| it.line.replace("/base/", "/")).collect();
    lines.sort();
    lines
}

/// The line of a GET request to the zone of Geneva.
fn geneva(path: &str) -> String {
    format!("GET /ch-gva-2/v2/{path}")
}

fn instance<'a>(rows: &'a [Resource], name: &str) -> &'a Instance {
    let found = rows.iter().rev().find_map(|row| match row {
        Resource::Instance(it) if *it.name == *name => Some(it),
        _ => None,
    });
    found.expect("it was listed")
}
