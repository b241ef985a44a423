//! The requests of the Gcore provider, and its reading of answers and refusals.

mod actions;
mod details;
mod face;
mod lists;
mod trouble;

use std::net::SocketAddr;

use quarterdeck::model::{Kind, ResourceId};
use quarterdeck::providers::{SharedProvider, gcore};
use serde_json::{Value, json};

use crate::setup::{Asked, ContextOf, Recorder, Reply, context, id, token};

/// Real ones contain a `$`, too.
const TOKEN: &str = "1234$obviously-fake";

/// A context without settings: the default project, every active region.
fn account_context() -> ContextOf {
    context(gcore::PLATFORM, token(TOKEN))
}

async fn recorded(
    answer: impl Fn(&str, SocketAddr) -> Reply + Send + Sync + 'static,
) -> (Recorder, SharedProvider) {
    account_context().recorded(answer).await
}

fn web() -> ResourceId {
    id(Kind::Instance, Some("7"), "i1")
}

/// The requests since the last call in alphabetical order; each must have the key.
fn signed(recorder: &Recorder) -> Vec<String> {
    let mut lines: Vec<String> = recorder.take().into_iter().map(|it| signed_line(&it)).collect();
    lines.sort();
    lines
}

fn signed_line(asked: &Asked) -> String {
    assert_eq!(
        asked.headers.get("authorization").map(String::as_str),
        Some("APIKey 1234$obviously-fake"),
        "{asked:?}"
    );
    asked.line.replace("/base/cloud/", "/")
}

fn list(rows: &[Value]) -> Value {
    json!({"count": rows.len(), "results": rows})
}

/// A refusal in Gcore's own form.
fn refused(status: u16, class: &str, message: &str) -> Reply {
    let body = json!({"exception_class": class, "message": message, "request_id": "req-1"});
    Reply::refusal(status, &body)
}

/// An account with one of everything, in two active regions. What is not here is 404.
fn account(line: &str, address: SocketAddr) -> Reply {
    let path = line.split(' ').nth(1).unwrap_or_default();
    let body =
        places(path).or_else(|| machines(path)).or_else(|| catalogues(path)).or_else(|| containers(path));
    let console = || match (path, line) {
        ("/cloud/v1/instances/5/7/i1/get_console", it) if it.ends_with("novnc") => {
            let url = format!("http://{address}/vnc_auto.html?path=%3Ftoken%3Dobviously-fake");
            Some(json!({"remote_console": {"protocol": "vnc", "type": "novnc", "url": url}}))
        }
        _ => None,
    };
    match body.or_else(console) {
        Some(body) => Reply::json(&body),
        None if path.ends_with("get_console") => refused(400, "ValidationError", "Unavailable console type"),
        None => refused(404, "NotFoundError", "no such thing"),
    }
}

fn places(path: &str) -> Option<Value> {
    let region = |id: u64, name: &str, state: &str, gpus: bool| json!({"id": id, "display_name": name, "keystone_name": "ED-9", "state": state, "has_ai_gpu": gpus, "has_ai": gpus});
    let task = json!({"id": "t1", "task_type": "create_vm", "state": "FINISHED", "created_on": "2026-11-20T05:07:31",
        "updated_on": "2026-11-20T05:08:00", "finished_on": "2026-11-20T05:08:00", "region_id": 7, "user_id": 12,
        "created_resources": {"instances": ["i1"]},
        "data": {"volumes": [{"source": "apptemplate", "apptemplate_id": "grafana"}], "password": "made-up-password"}});
    Some(match path {
        "/iam/clients/me" => json!({"id": 3, "companyName": "Example Ltd", "email": "me@example.com"}),
        "/cloud/v1/projects" => list(&[
            json!({"id": 4, "name": "old", "is_default": false, "state": "ACTIVE"}),
            json!({"id": 5, "name": "default", "is_default": true, "state": "ACTIVE"}),
        ]),
        "/cloud/v1/regions" => list(&[
            region(7, "Luxembourg", "ACTIVE", true),
            region(8, "Atlantis", "INACTIVE", true),
            region(9, "Manassas", "ACTIVE", false),
        ]),
        "/cloud/v1/tasks" => list(&[task]),
        "/cloud/v1/tasks/t1" => task,
        _ => return None,
    })
}

fn machines(path: &str) -> Option<Value> {
    let machine = json!({"id": "i1", "instance_id": "i1", "name": "web", "instance_name": "web", "status": "ACTIVE",
        "vm_state": "active", "task_state": null, "created_at": "2026-01-02T03:04:05Z", "region": "Luxembourg",
        "region_id": 7, "creator_task_id": "t1", "task_id": null, "tags": [],
        "flavor": {"flavor_id": "g2-standard-2-4", "flavor_name": "g2-standard-2-4", "vcpus": 2, "ram": 4096}});
    let flavor =
        json!({"flavor_id": "g2-standard-2-4", "flavor_name": "g2-standard-2-4", "price_per_hour": 0.1});
    // What it is made of is a class of hardware, not a size of a virtual machine.
    let metal = json!({"id": "metal", "name": "metal", "status": "ACTIVE",
        "flavor": {"flavor_id": "bm1-infrastructure-small", "resource_class": "bm1-infrastructure-small"}});
    let of_machine = path.strip_prefix("/cloud/v1/instances/5/7/i1");
    Some(match (path, of_machine) {
        ("/cloud/v1/instances/5/7", _) => list(&[machine]),
        ("/cloud/v1/instances/5/9", _)
        | (_, Some("/interfaces" | "/ports" | "/securitygroups" | "/metadata")) => list(&[]),
        (_, Some("")) => machine,
        ("/cloud/v1/instances/5/7/metal", _) => metal,
        ("/cloud/v1/bmflavors/5/7", _) => {
            list(&[json!({"flavor_id": "bm1-infrastructure-small", "capacity": 2})])
        }
        (_, Some("/metrics")) => list(&[
            json!({"time": "2026-11-20T05:08:00Z", "cpu_util": 50.0, "network_Bps_ingress": 8000.0}),
            json!({"time": "2026-11-20T05:07:00Z", "cpu_util": 25.0, "network_Bps_ingress": 80.0}),
        ]),
        (_, Some("/available_flavors")) | ("/cloud/v1/flavors/5/7" | "/cloud/v1/flavors/5/9", _) => {
            list(&[flavor])
        }
        ("/cloud/v1/pricing/5/7/instances/i1", _) => json!({"price_per_hour": 0.1, "price_status": "show"}),
        ("/cloud/v1/volumes/5/7", _) => {
            list(&[json!({"id": "v1", "created_at": "2019-05-29T05:32:41+0000"})])
        }
        ("/cloud/v1/apptemplates/5/7" | "/cloud/v1/securitygroups/5/7", _) => list(&[]),
        ("/cloud/v1/apptemplates/5/7/grafana", _) => json!({"id": "grafana", "image_name": "ubuntu"}),
        // For servers without the newer call.
        ("/cloud/v1/reseller_name_templates/5/7/available_names", _) => json!({"custom_name_allowed": true}),
        _ => return None,
    })
}

fn catalogues(path: &str) -> Option<Value> {
    Some(match path {
        "/cloud/v3/gpu/virtual/5/7/flavors" => {
            list(&[json!({"name": "g3-ai-24-232-1250-h100-80-1", "capacity": 6,
            "hardware_properties": {"gpu_model": "h100", "gpu_manufacturer": "nvidia", "gpu_count": 1},
            "price": {"price_per_hour": 3.1, "currency_code": "EUR", "price_status": "show"}})])
        }
        "/cloud/v3/gpu/baremetal/5/7/flavors" => list(&[]),
        "/cloud/v3/inference/flavors" => {
            list(&[json!({"name": "inference-1xh100", "gpu": 1, "gpu_model": "H100",
            "gpu_memory": 80, "cpu": 16, "memory": 232})])
        }
        "/cloud/v3/inference/flavors/inference-1xh100" => json!({"name": "inference-1xh100"}),
        "/cloud/v3/inference/capacity" => {
            list(&[json!({"region_id": 9, "capacity": [{"flavor_name": "inference-1xh100", "capacity": 4}]})])
        }
        "/cloud/v2/client_quotas" => json!({"global_quotas": {"inference_gpu_h100_count_limit": 2},
            "regional_quotas": [{"region_id": 7, "gpu_virtual_h100_count_limit": 8, "gpu_virtual_h100_count_usage": 3}]}),
        "/cloud/v1/caas/flavors/5/7" => list(&[json!({"name": "250mCPU-512MiB"})]),
        _ => return None,
    })
}

fn containers(path: &str) -> Option<Value> {
    let deployment = json!({"name": "llm", "status": "ACTIVE", "image": "llm:1", "flavor_name": "inference-1xh100",
        "envs": {"KEY": "made-up-secret"},
        "containers": [{"region_id": 9, "deploy_status": {"ready": 1, "total": 1}, "scale": {"min": 1, "max": 2}}]});
    let container =
        json!({"name": "nginx", "status": "RUNNING", "flavor": "250mCPU-512MiB", "image": "nginx:1"});
    Some(match path {
        "/cloud/v3/inference/5/deployments" => list(&[deployment]),
        "/cloud/v3/inference/5/deployments/llm" => deployment,
        "/cloud/v3/inference/5/deployments/llm/logs" => list(&[
            json!({"time": "2026-11-20T05:08:00.5Z", "pod": "llm-1", "message": "two", "region_id": 9}),
            json!({"time": "2026-11-20T05:07:00.5Z", "pod": "llm-1", "message": "one", "region_id": 9}),
        ]),
        "/cloud/v1/caas/5/7/containers" => list(&[container]),
        "/cloud/v1/caas/5/9/containers" => list(&[]),
        "/cloud/v1/caas/5/7/containers/nginx" => container,
        "/cloud/v1/caas/5/7/containers/nginx/logs" => json!({"logs": [{"log": "ready"}]}),
        _ => return None,
    })
}
