//! Deployments and what their replicas print.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use super::{Gcore, all};
use crate::client::LIMIT;

fn wish(gcore: &Gcore, name: &str) -> Value {
    json!({
        "name": name,
        "image": "registry.example.com/harbour/echo:1",
        "flavor_name": "inference-2vcpu-4gib",
        "listening_port": 8080,
        "containers": [{ "region_id": gcore.regions[0], "scale": { "min": 2, "max": 3 } }],
    })
}

#[tokio::test]
async fn a_deployment_is_made_changed_stopped_and_removed() {
    let gcore = Gcore::start().await;
    let list = format!("/cloud/v3/inference/{}/deployments", gcore.project());
    let one = format!("{list}/echo-one");
    let (status, body) = gcore.post(&list, json!({ "name": "X" })).await;
    assert_eq!(status, 400);
    for field in ["name", "image", "flavor_name", "listening_port", "containers"] {
        assert!(body["invalid_fields"][field].is_array(), "{field}: {body}");
    }
    let task = gcore.begin(Method::POST, &list, Some(wish(&gcore, "echo-one"))).await;
    assert_eq!(gcore.get(&one).await["status"], "DEPLOYING");
    assert_eq!(gcore.post(&list, wish(&gcore, "echo-one")).await.0, 409);
    assert_eq!(gcore.call(Method::DELETE, &one, None).await.0, 409, "a task holds it");
    let done = gcore.finish(&task).await;
    assert_eq!(done["task_type"], "create_inference_instance");
    assert_eq!(done["created_resources"]["inference_instances"], json!(["echo-one"]));
    let made = gcore.get(&one).await;
    assert_eq!(
        (&made["status"], &made["containers"][0]["deploy_status"]),
        (&json!("ACTIVE"), &json!({ "ready": 2, "total": 2 }))
    );

    let change = json!({ "image": "registry.example.com/harbour/echo:2",
        "containers": [{ "region_id": gcore.regions[1], "scale": { "min": 1, "max": 1 } }] });
    let done = gcore.done(Method::PATCH, &one, Some(change.clone())).await;
    assert_eq!((&done["task_type"], &done["data"]), (&json!("update_inference_instance"), &change));
    let made = gcore.get(&one).await;
    assert_eq!(made["image"], "registry.example.com/harbour/echo:2");
    assert_eq!(made["containers"][0]["region_id"], gcore.regions[1]);
    assert_eq!(made["containers"][0]["deploy_status"], json!({ "ready": 1, "total": 1 }), "{made}");

    for (verb, status) in [("stop", "DISABLED"), ("start", "ACTIVE")] {
        assert_eq!(gcore.post(&format!("{one}/{verb}"), json!({})).await.0, 204);
        let ends = Instant::now() + LIMIT;
        loop {
            let open = gcore.get("/cloud/v1/tasks?state=NEW&state=RUNNING").await;
            if gcore.get(&one).await["status"] == status && open["count"] == 0 {
                break;
            }
            assert!(Instant::now() < ends, "never {status}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    gcore.done(Method::DELETE, &one, None).await;
    assert_eq!(gcore.call(Method::GET, &one, None).await.0, 404);
}

#[tokio::test]
async fn log_lines_keep_their_time_and_come_in_pages() {
    let gcore = Gcore::start().await;
    let path = format!("/cloud/v3/inference/{}/deployments/harbour-chat/logs", gcore.project());
    let ends = Instant::now() + LIMIT;
    let first = loop {
        let list = gcore.get(&format!("{path}?order_by=time.asc&limit=4")).await;
        if list["count"].as_u64() > Some(4) {
            break list;
        }
        assert!(Instant::now() < ends, "its replicas print nothing");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert!(all(&first, "time").is_sorted(), "{first}");
    let again = gcore.get(&format!("{path}?order_by=time.asc&limit=4")).await;
    assert_eq!(first["results"], again["results"], "lines changed");
    let second = gcore.get(&format!("{path}?order_by=time.asc&limit=2&offset=2")).await;
    assert_eq!(all(&second, "message"), all(&first, "message")[2..]);
    let newest = gcore.get(&format!("{path}?limit=1000")).await;
    let times = all(&newest, "time");
    assert!(times.is_sorted_by(|a, b| a >= b), "the newest is not first");
    let there = gcore.get(&format!("{path}?region_id={}", gcore.regions[1])).await;
    assert!(all(&there, "region_id").iter().all(|id| *id == gcore.regions[1].to_string()));
}

#[tokio::test]
async fn limits_can_be_checked_beforehand() {
    let gcore = Gcore::start().await;
    let path = format!("/cloud/v3/inference/{}/deployments/check_limits", gcore.project());
    let ask = json!({ "flavor_name": "inference-16vcpu-232gib-1xh100-80gb",
        "containers": [{ "region_id": gcore.regions[0], "scale": { "min": 0, "max": 5 } }] });
    let (status, answer) = gcore.post(&path, ask).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer["inference_gpu_h100_count_requested"], 2, "{answer}");
    let sizes = gcore.get("/cloud/v3/inference/flavors").await;
    assert!(all(&sizes, "gpu_model").contains(&"L40S".to_owned()));
    let capacity = gcore.get("/cloud/v3/inference/capacity").await;
    assert_eq!(capacity["results"][0]["capacity"][1]["capacity"], 6, "two of eight are in use: {capacity}");
}
