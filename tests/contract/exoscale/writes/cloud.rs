//! A zone with one instance that reacts to changes, and one of everything that forms choose from.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};

use super::super::{refused, zones};
use crate::setup::Reply;

pub const WEB: &str = "6b1c2f2e-9a0e-4c39-9c2b-000000000001";
pub const NEW: &str = "6b1c2f2e-9a0e-4c39-9c2b-000000000002";
pub const MEDIUM: &str = "6b1c2f2e-9a0e-4c39-9c2b-000000000010";
pub const LARGE: &str = "6b1c2f2e-9a0e-4c39-9c2b-000000000011";
pub const TITAN: &str = "6b1c2f2e-9a0e-4c39-9c2b-000000000012";
pub const GPU: &str = "6b1c2f2e-9a0e-4c39-9c2b-000000000013";
pub const LINUX: &str = "6b1c2f2e-9a0e-4c39-9c2b-000000000020";
pub const WINDOWS: &str = "6b1c2f2e-9a0e-4c39-9c2b-000000000021";
pub const SNAPSHOT: &str = "6b1c2f2e-9a0e-4c39-9c2b-000000000030";
pub const UNREADY: &str = "6b1c2f2e-9a0e-4c39-9c2b-000000000031";
pub const GROUP: &str = "6b1c2f2e-9a0e-4c39-9c2b-000000000040";
pub const OTHER_GROUP: &str = "6b1c2f2e-9a0e-4c39-9c2b-000000000041";
pub const NETWORK: &str = "6b1c2f2e-9a0e-4c39-9c2b-000000000050";
pub const ADDRESS: &str = "6b1c2f2e-9a0e-4c39-9c2b-000000000060";
pub const APART: &str = "6b1c2f2e-9a0e-4c39-9c2b-000000000070";
pub const HOSTS: &str = "6b1c2f2e-9a0e-4c39-9c2b-000000000080";
const OPERATION: &str = "6b1c2f2e-9a0e-4c39-9c2b-000000000099";

/// The zone before anything is done in it.
pub struct Cloud {
    /// The state of the instance.
    pub state: &'static str,
    /// Its state after a change; `None` where it is gone then.
    pub after: Option<&'static str>,
    /// The operation, once it has ended.
    pub end: Value,
}

impl Cloud {
    /// A zone whose instance keeps its state, with operations that end well.
    pub fn new(state: &'static str) -> Self {
        Self { state, after: Some(state), end: json!({"state": "success"}) }
    }

    /// The answers. An operation is pending when it is first read.
    pub fn answers(self) -> impl Fn(&str, SocketAddr) -> Reply + Send + Sync + 'static {
        let (written, looked) = (AtomicBool::new(false), AtomicBool::new(false));
        move |line, address| {
            let (method, path) = line.split_once(' ').expect("a method and a path");
            let path = path.split_once("/v2").map_or(path, |(_, path)| path);
            if method != "GET" {
                written.store(true, Ordering::SeqCst);
                looked.store(false, Ordering::SeqCst);
                return Reply::json(&json!({"id": OPERATION, "state": "pending", "reference": {"id": NEW}}));
            }
            let is_changed = written.load(Ordering::SeqCst) && self.end["state"] == "success";
            if path == format!("/operation/{OPERATION}") {
                let is_ended = looked.swap(true, Ordering::SeqCst) || self.end["state"] != "success";
                let state = if is_ended { self.end.clone() } else { json!({"state": "pending"}) };
                let mut operation = json!({"id": OPERATION, "reference": {"id": NEW}});
                operation.as_object_mut().unwrap().extend(state.as_object().unwrap().clone());
                return Reply::json(&operation);
            }
            match path.strip_prefix("/instance/") {
                Some(id) if id == WEB => match (is_changed, self.after) {
                    (false, _) => Reply::json(&instance(self.state)),
                    (true, Some(state)) => Reply::json(&instance(state)),
                    (true, None) => refused(404, "Not found"),
                },
                Some(id) if id == NEW && is_changed => {
                    Reply::json(&json!({"id": NEW, "name": "web-2", "state": self.after}))
                }
                _ => lists(path, address),
            }
        }
    }
}

fn instance(state: &str) -> Value {
    json!({
        "id": WEB, "name": "web-1", "state": state, "disk-size": 50, "labels": {"env": "prod"},
        "created-at": "2026-01-01T00:00:00Z", "public-ip-assignment": "inet4", "user-data": "I2Nsb3VkLWNvbmZpZw==",
        "instance-type": {"id": MEDIUM}, "template": {"id": LINUX}, "ssh-keys": [{"name": "ann"}],
        "security-groups": [{"id": GROUP}], "private-networks": [{"id": NETWORK}],
        "application-consistent-snapshot-enabled": false,
    })
}

fn lists(path: &str, address: SocketAddr) -> Reply {
    let (path, query) = path.split_once(' ').unwrap_or((path, ""));
    let kind = |id: &str, family: &str, size: &str, authorized: bool| json!({"id": id, "family": family, "size": size, "cpus": 2, "memory": 4_294_967_296_u64, "authorized": authorized});
    Reply::json(&match path {
        "/zone" => zones(address),
        "/instance" => json!({"instances": []}),
        "/instance-type" => {
            let mut gpu = kind(GPU, "gpua30", "small", true);
            gpu["gpus"] = 1.into();
            json!({"instance-types": [
                kind(MEDIUM, "standard", "medium", true), kind(LARGE, "standard", "large", true),
                kind(TITAN, "standard", "titan", false), gpu,
            ]})
        }
        "/quota" => json!({"quotas": [{"resource": "gpua30", "usage": 1, "limit": 4}]}),
        "/quota/instance" => json!({"resource": "instance", "usage": 17, "limit": 20}),
        "/template" if query == "visibility=private" => json!({"templates": []}),
        "/template" => json!({"templates": [
            {"id": LINUX, "name": "Linux 24", "size": 10_737_418_240_u64, "password-enabled": true},
            {"id": WINDOWS, "name": "Windows 2025", "size": 85_899_345_920_u64, "password-enabled": true},
        ]}),
        "/ssh-key" => json!({"ssh-keys": [{"name": "ann", "fingerprint": "00:11"}, {"name": "bob b"}]}),
        "/security-group" => {
            json!({"security-groups": [{"id": GROUP, "name": "web"}, {"id": OTHER_GROUP, "name": "db"}]})
        }
        "/private-network" => json!({"private-networks": [{"id": NETWORK, "name": "back"}]}),
        "/elastic-ip" => json!({"elastic-ips": [{"id": ADDRESS, "ip": "203.0.113.9"}]}),
        "/anti-affinity-group" => json!({"anti-affinity-groups": [{"id": APART, "name": "apart"}]}),
        "/deploy-target" => json!({"deploy-targets": [{"id": HOSTS, "name": "own-hosts"}]}),
        "/snapshot" => json!({"snapshots": [
            {"id": SNAPSHOT, "name": "web-1_old", "state": "ready", "size": 50, "instance": {"id": WEB},
                "created-at": "2026-01-01T00:00:00Z"},
            {"id": UNREADY, "name": "web-1_new", "state": "snapshotting", "instance": {"id": WEB},
                "created-at": "2026-01-02T00:00:00Z"},
            {"id": NEW, "name": "of another one", "state": "ready", "instance": {"id": NEW}},
        ]}),
        _ => return refused(404, "Not found"),
    })
}
