//! Leases: some have one, one that is over ends its instance, and one that is left out is no more.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde_json::{Value, json};

use super::{Box, pair};
use crate::client::LIMIT;

fn in_seconds(seconds: i64) -> String {
    let at = Timestamp::now() + SignedDuration::from_secs(seconds);
    at.strftime("%Y-%m-%d %H:%M:%S.%6f").to_string()
}

#[tokio::test]
async fn some_instances_are_leased_and_some_leases_are_over() {
    let cloud = Box::start().await;
    let all = cloud.all().await;
    let now = in_seconds(0);
    let leases: Vec<&Value> = all.iter().map(|i| &i["lease"]).filter(|l| !l.is_null()).collect();
    assert!(leases.iter().any(|l| l["released"] == false && l["expire"].as_str() > Some(now.as_str())));
    assert!(leases.iter().any(|l| l["released"] == true && l["expire"].as_str() < Some(now.as_str())));
    assert!(all.iter().any(|i| i["lease"].is_null() && i["state"] == "done"), "and some are always on");
}

async fn put(cloud: &Box, path: &str, document: &Value) {
    let answer = cloud.send(cloud.request(Method::PUT, path).body(document.to_string())).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

#[tokio::test]
async fn a_lease_that_is_over_shuts_its_instance_down() {
    let cloud = Box::start().await;
    let id = cloud.id_of("jenkins-1").await;
    let path = format!("/services/instances/{id}");
    let mut document = cloud.read(&path).await;
    document["lease"] = json!({ "expire": in_seconds(2), "operation": "shutdown" });
    put(&cloud, &path, &document).await;
    assert_eq!(cloud.read(&path).await["lease"]["released"], false);
    // Another document without the lease ends it; then it comes back.
    document.as_object_mut().expect("an object").remove("lease");
    put(&cloud, &path, &document).await;
    assert!(cloud.read(&path).await.get("lease").is_none());
    document["lease"] = json!({ "expire": in_seconds(1), "operation": "shutdown" });
    put(&cloud, &path, &document).await;
    cloud.until(&id, ("done", "shutdown_service")).await;
    let after = cloud.read(&path).await;
    assert_eq!(after["lease"]["released"], true);
}

#[tokio::test]
async fn a_lease_that_ends_amid_an_operation_waits_for_its_end() {
    let cloud = Box::start().await;
    let id = cloud.id_of("notebook-1").await;
    let path = format!("/services/instances/{id}");
    assert_eq!(cloud.put(&format!("{path}/deploy")).await.status, 202);
    let mut document = cloud.read(&path).await;
    document["lease"] = json!({ "expire": in_seconds(1), "operation": "terminate" });
    put(&cloud, &path, &document).await;
    let began = Instant::now();
    let mut seen = Vec::new();
    loop {
        let now = pair(&cloud.read(&path).await);
        if seen.last() != Some(&now) {
            seen.push(now.clone());
        }
        if now == ("done".into(), "terminate_service".into()) {
            break;
        }
        assert!(began.elapsed() < LIMIT, "never terminated: {seen:?}");
        tokio::time::sleep(Duration::from_millis(40)).await;
    }
    assert!(seen.contains(&("processing".into(), "deploy".into())), "{seen:?}");
    assert!(seen.contains(&("processing".into(), "terminate".into())), "{seen:?}");
    let operations = cloud.read(&format!("{path}/operations")).await;
    assert!(super::rows(&operations).iter().all(|o| o["state"] == "done"), "{operations:#}");
}
