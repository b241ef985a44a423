//! A project with one instance that can be changed: each write is taken on as task `t9`, which ends as it is set.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use quarterdeck::model::{Kind, Resource};
use quarterdeck::providers::{SharedProvider, gcore};
use serde_json::{Value, json};

use super::super::{account, account_context, list, refused};
use crate::setup::{Asked, Deck, Recorder, Reply, id, within};

pub const MACHINE: &str = "11111111-1111-4111-8111-111111111111";
pub const PORT: &str = "22222222-2222-4222-8222-222222222222";
pub const OTHER_PORT: &str = "22222222-2222-4222-8222-222222222223";
pub const GROUP: &str = "33333333-3333-4333-8333-333333333333";
pub const SUBNET: &str = "44444444-4444-4444-8444-444444444444";
pub const NETWORK: &str = "55555555-5555-4555-8555-555555555555";
pub const VOLUME: &str = "66666666-6666-4666-8666-666666666666";
pub const DATA_VOLUME: &str = "66666666-6666-4666-8666-666666666667";
pub const FLOATING_IP: &str = "77777777-7777-4777-8777-777777777777";
pub const SERVER_GROUP: &str = "88888888-8888-4888-8888-888888888888";

/// The state of the instance and of its server.
#[derive(Clone)]
pub struct World {
    /// The instance's status, and `true` once it is deleted.
    pub status: Arc<Mutex<(&'static str, bool)>>,
    /// Its status after the next write; empty for none, `gone` for a deletion.
    pub after: &'static str,
    /// Why the task fails, if it does.
    pub failure: Option<&'static str>,
    /// It is a server without a hypervisor.
    pub is_bare_metal: bool,
    /// It is in a server group.
    pub is_grouped: bool,
    /// Names of one's own are taken.
    pub is_free: bool,
    /// The answer to the action call instead of a task.
    pub action_reply: Option<(u16, &'static str)>,
}

impl World {
    pub fn new(status: &'static str, after: &'static str) -> Self {
        Self {
            status: Arc::new(Mutex::new((status, false))),
            after,
            failure: None,
            is_bare_metal: false,
            is_grouped: false,
            is_free: true,
            action_reply: None,
        }
    }

    /// Starts a server of it, and a provider on that.
    pub async fn start(&self) -> (Recorder, SharedProvider) {
        let world = self.clone();
        account_context().recorded(move |line, address| world.answer(line, address)).await
    }

    fn answer(&self, line: &str, address: SocketAddr) -> Reply {
        let (method, rest) = line.split_once(' ').unwrap();
        let path = rest.split(' ').next().unwrap();
        match method {
            "GET" => self.read(path).map_or_else(|| account(line, address), |body| Reply::json(&body)),
            _ => self.write(method, path),
        }
    }

    fn write(&self, method: &str, path: &str) -> Reply {
        if let (true, Some((status, class))) = (path.ends_with("/action"), self.action_reply) {
            return refused(status, class, "Requested URL was not found");
        }
        let failed = self.failure.is_some();
        if !failed {
            let mut status = self.status.lock().unwrap();
            match self.after {
                "" => {}
                "gone" => status.1 = true,
                after => status.0 = after,
            }
        }
        let own = path.strip_prefix(&format!("/cloud/v1/instances/5/7/{MACHINE}"));
        let is_old = ["/start", "/stop", "/reboot", "/powercycle", "/suspend", "/resume"];
        let is_empty = |it: &str| {
            it.ends_with("securitygroup") || it.starts_with("/metadata") || path.ends_with("_item")
        };
        match (method, own) {
            ("PATCH", Some("")) => Reply::json(&self.machine()),
            (_, Some(rest)) if is_old.contains(&rest) => {
                let mut machine = self.machine();
                machine["task_id"] = json!("t9");
                Reply::json(&machine)
            }
            (_, Some(rest)) if is_empty(rest) => Reply::new(204, "application/json", ""),
            _ if path.ends_with("/metadata_item") => Reply::new(204, "application/json", ""),
            _ => Reply::json(&json!({"tasks": ["t9"]})),
        }
    }

    fn machine(&self) -> Value {
        let (status, _) = *self.status.lock().unwrap();
        let class = self.is_bare_metal.then_some("bm1-infrastructure-small");
        json!({"id": MACHINE, "name": "web-1", "status": status, "vm_state": "active", "task_state": null,
            "region": "Luxembourg", "region_id": 7, "task_id": null,
            "created_at": "2026-01-02T03:04:05Z", "tags": [],
            "volumes": [{"id": VOLUME, "delete_on_termination": true},
                {"id": DATA_VOLUME, "delete_on_termination": false}],
            "flavor": {"flavor_id": "g2-standard-2-4", "flavor_name": "g2-standard-2-4", "vcpus": 2, "ram": 4096,
                "resource_class": class}})
    }

    fn read(&self, path: &str) -> Option<Value> {
        let own = path.strip_prefix(&format!("/cloud/v1/instances/5/7/{MACHINE}"));
        let is_gone = self.status.lock().unwrap().1;
        if let Some(rest) = own {
            return if is_gone { None } else { self.read_own(rest) };
        }
        let members: &[Value] = if self.is_grouped { &[json!({"instance_id": MACHINE})] } else { &[] };
        Some(match path {
            "/cloud/v1/tasks/t9" => {
                let state = if self.failure.is_some() { "ERROR" } else { "FINISHED" };
                json!({"id": "t9", "task_type": "change", "state": state, "error": self.failure})
            }
            "/cloud/v1/volumes/5/7" => list(&[
                json!({"id": VOLUME, "name": "boot", "size": 20}),
                json!({"id": DATA_VOLUME, "name": "data", "size": 100}),
            ]),
            "/cloud/v1/securitygroups/5/7" => list(&[
                json!({"id": GROUP, "name": "default"}),
                json!({"id": "g2", "name": "web"}),
                json!({"id": "g3", "name": "db-1"}),
            ]),
            "/cloud/v1/servergroups/5/7" => list(&[json!({"servergroup_id": SERVER_GROUP, "name": "apart",
                "policy": "anti-affinity", "instances": members})]),
            "/cloud/v1/instances/5/7/available_names" => json!({"custom_name_allowed": self.is_free}),
            "/cloud/v1/reserved_fixed_ips/5/7" => {
                list(&[json!({"port_id": OTHER_PORT, "fixed_ip_address": "10.0.0.6", "name": "vip"})])
            }
            path if path.ends_with("/metadata_item") => {
                json!({"key": "a.b/c", "value": "x", "read_only": false})
            }
            _ => return None,
        })
    }

    fn read_own(&self, rest: &str) -> Option<Value> {
        let interface = |port: &str, ip: &str, floating: &[Value]| {
            json!({"port_id": port, "ip_assignments": [{"ip_address": ip, "subnet_id": SUBNET}],
                "floatingip_details": floating, "network_details": {"id": NETWORK, "name": "internal"}})
        };
        let floating = json!({"id": FLOATING_IP, "floating_ip_address": "198.18.0.5"});
        let flavor = |name: &str, price: f64| {
            json!({"flavor_id": name, "flavor_name": name, "vcpus": 4, "ram": 8192, "price_per_hour": price,
                "currency_code": "EUR", "disabled": name.contains("old")})
        };
        Some(match rest {
            "" => self.machine(),
            "/available_flavors" => list(&[flavor("g2-standard-4-8", 0.1), flavor("g1-old-4-8", 0.2)]),
            "/interfaces" => {
                list(&[interface(PORT, "10.0.0.5", &[floating]), interface(OTHER_PORT, "10.0.0.6", &[])])
            }
            "/ports" => list(&[
                json!({"id": PORT, "name": "p1", "security_groups": [{"id": GROUP, "name": "default"}]}),
                json!({"id": OTHER_PORT, "name": "p2", "security_groups": [{"id": "g2", "name": "web"}]}),
            ]),
            "/metadata" => list(&[
                json!({"key": "env", "value": "test", "read_only": false}),
                json!({"key": "a.b/c", "value": "x", "read_only": false}),
                json!({"key": "os_distro", "value": "ubuntu", "read_only": true}),
            ]),
            "/metadata/env" => json!({"key": "env", "value": "test", "read_only": false}),
            _ => return None,
        })
    }
}

/// The row of the instance, and a fleet to change it through.
pub async fn row_and_deck(provider: &SharedProvider) -> (Resource, Deck) {
    let row = within(provider.get(&id(Kind::Instance, Some("7"), MACHINE))).await.unwrap();
    let deck = Deck::of(gcore::PLATFORM, provider, &row);
    (row, deck)
}

/// The requests that change something.
pub fn writes(recorder: &Recorder) -> Vec<Asked> {
    let is_search = |line: &str| line.ends_with("/check_limits") || line.contains("/available_flavors");
    let asked = recorder.take().into_iter();
    asked.filter(|it| !it.line.starts_with("GET ") && !is_search(&it.line)).collect()
}

/// Its line without the base: `POST /v1/instances/5/7/i1/start`.
pub fn line(asked: &Asked) -> String {
    super::super::signed_line(asked)
}
