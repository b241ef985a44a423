//! Instances: lists and wholes, create, update, delete, and operations.

use serde_json::{Value, json};

use super::zone::{Zone, cloud};

#[tokio::test]
async fn a_zone_lists_its_own_instances_in_short_and_returns_one_whole() {
    let cloud = cloud().await;
    let geneva = Zone::of(&cloud, "ch-gva-2");
    let frankfurt = Zone::of(&cloud, "de-fra-1");
    let all = geneva.get("/instance").await;
    let row = all["instances"].as_array().expect("a list").iter().find(|r| r["name"] == "front-1");
    let row = row.expect("the first of the front");
    for absent in ["disk-size", "zone", "elastic-ips", "anti-affinity-groups", "snapshots", "user-data"] {
        assert!(row.get(absent).is_none(), "{absent} is in the list: {row}");
    }
    for short in ["instance-type", "template"] {
        assert_eq!(row[short].as_object().map(serde_json::Map::len), Some(1), "{row}");
    }
    assert_eq!(row["manager"]["type"], "instance-pool");
    let id = row["id"].as_str().expect("an id");
    let whole = geneva.get(&format!("/instance/{id}")).await;
    assert_eq!((whole["disk-size"].as_u64(), whole["state"].as_str()), (Some(50), Some("running")));
    assert_eq!(whole["elastic-ips"][0]["ip"], "203.0.113.10");
    assert_eq!(whole["anti-affinity-groups"][0]["name"], "front-apart");
    assert_eq!(frankfurt.call("GET", &format!("/instance/{id}"), None).await.0, 404, "another zone");
    assert_eq!(geneva.call("GET", "/instance/not-an-id", None).await.0, 404);

    let kind = row["instance-type"]["id"].as_str().expect("a type");
    let kind = geneva.get(&format!("/instance-type/{kind}")).await;
    assert_eq!((kind["family"].as_str(), kind["size"].as_str()), (Some("standard"), Some("medium")));
    let template = row["template"]["id"].as_str().expect("a template");
    let template = geneva.get(&format!("/template/{template}")).await;
    assert_eq!(template["default-user"], "ubuntu");
    assert!(template.get("zones").is_none(), "never sent");
}

#[tokio::test]
async fn filters_narrow_the_list() {
    let cloud = cloud().await;
    let zone = Zone::of(&cloud, "ch-gva-2");
    let names = async |query: &[(&str, &str)]| -> Vec<String> {
        let (status, all) = zone.ask("GET", "/instance", query, None).await;
        assert_eq!(status, 200, "{all}");
        let rows = all["instances"].as_array().expect("a list").iter();
        rows.filter_map(|r| Some(r["name"].as_str()?.to_owned())).collect()
    };
    let every = names(&[]).await;
    assert!(every.contains(&"bastion-1".to_owned()), "{every:?}");
    let pooled = names(&[("manager-type", "instance-pool")]).await;
    assert!(!pooled.is_empty() && pooled.iter().all(|name| name.starts_with("front-")), "{pooled:?}");
    assert_eq!(names(&[("labels", "role=web")]).await, pooled);
    let bastion = zone.instance("bastion-1").await;
    let bastion = zone.get(&format!("/instance/{bastion}")).await;
    let ip = bastion["public-ip"].as_str().expect("an address");
    assert_eq!(names(&[("ip-address", ip)]).await, ["bastion-1"]);
    let odd = zone.ask("GET", "/instance", &[("manager-type", "butler")], None).await;
    assert_eq!(odd.0, 400, "{}", odd.1);
}

#[tokio::test]
async fn all_mistakes_of_an_order_are_reported_at_once() {
    let cloud = cloud().await;
    let zone = Zone::of(&cloud, "ch-gva-2");
    let (status, answer) = zone.call("POST", "/instance", Some(json!({ "disk-size": 5 }))).await;
    assert_eq!(status, 400);
    let errors = answer["errors"].as_array().expect("errors");
    assert_eq!(errors.len(), 3, "{answer}");
    let (small, ubuntu) =
        (zone.kind("standard.small").await, zone.template("Linux Ubuntu 24.04 LTS 64-bit").await);
    let order = |change: Value| {
        let mut body =
            json!({ "disk-size": 20, "instance-type": { "id": small }, "template": { "id": ubuntu } });
        for (name, value) in change.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        Some(body)
    };
    let unknown = "6b1c2f2e-9a0e-4c39-9c2b-3f1d5c8f0a11";
    let far = Zone::of(&cloud, "de-fra-1").template("Linux Ubuntu 24.04 LTS 64-bit").await;
    let windows = zone.template("Windows Server 2025").await;
    for (change, expected) in [
        (json!({ "public-ip-assignment": "inet9" }), 400),
        (json!({ "user-data": "no base64!" }), 400),
        (json!({ "labels": { "a": 1 } }), 400),
        (json!({ "disk-size": 401 }), 400),
        (json!({ "template": { "id": windows } }), 400),
        (json!({ "template": { "id": far } }), 404),
        (json!({ "instance-type": { "id": unknown } }), 404),
        (json!({ "security-groups": [{ "id": unknown }] }), 404),
        (json!({ "ssh-key": { "name": "nobodys" } }), 404),
        (json!({ "instance-type": { "id": zone.kind("gpu3.small").await } }), 400),
        (json!({ "instance-type": { "id": zone.kind("gpub300.huge").await } }), 403),
    ] {
        let case = format!("{change}");
        let (status, message) = zone.refused("POST", "/instance", order(change)).await;
        assert_eq!(status, expected, "{case}: {message}");
    }
}

#[tokio::test]
async fn an_instance_is_made_changed_and_removed() {
    let cloud = cloud().await;
    let zone = Zone::of(&cloud, "ch-gva-2");
    let body = json!({
        "name": "zürich-01", "disk-size": 50, "labels": { "env": "test" }, "ssh-key": { "name": "captain" },
        "instance-type": { "id": zone.kind("standard.small").await },
        "template": { "id": zone.template("Linux Debian 12 (Bookworm) 64-bit").await },
    });
    let operation = zone.change("POST", "/instance", Some(body)).await;
    assert_eq!(operation["state"], "pending");
    let id = operation["reference"]["id"].as_str().expect("a reference").to_owned();
    assert_eq!(operation["reference"]["link"], format!("/v2/instance/{id}"));
    assert_eq!(operation["reference"]["command"], "get-instance");
    let path = format!("/instance/{id}");
    let young = zone.get(&path).await;
    assert_eq!((young["name"].as_str(), young["state"].as_str()), (Some("zürich-01"), Some("starting")));
    let wrong_zone = Zone::of(&cloud, "de-fra-1");
    let operation_path = format!("/operation/{}", operation["id"].as_str().expect("an id"));
    assert_eq!(wrong_zone.call("GET", &operation_path, None).await.0, 404, "known in its own zone alone");
    assert_eq!(zone.refused("PUT", &format!("{path}:stop"), None).await.0, 409, "busy");
    let ended = zone.wait(&operation).await;
    assert_eq!((&ended["state"], &ended["reference"]["id"]), (&json!("success"), &json!(id)));
    let grown = zone.get(&path).await;
    assert_eq!(grown["state"], "running");
    let groups = zone.find("/security-group", "security-groups", "name", "default").await;
    assert_eq!(grown["security-groups"], json!([{ "id": groups }]));

    let change = json!({ "name": "zug-01", "public-ip-assignment": "dual", "labels": { "tier": "1" } });
    zone.done("PUT", &path, Some(change)).await;
    let changed = zone.get(&path).await;
    assert_eq!((&changed["name"], &changed["labels"]), (&json!("zug-01"), &json!({ "tier": "1" })));
    assert!(changed["ipv6-address"].is_string() && changed["disk-size"] == 50);
    let back = json!({ "public-ip-assignment": "none" });
    assert_eq!(zone.refused("PUT", &path, Some(back)).await.0, 400);
    zone.done("DELETE", &format!("{path}/labels"), None).await;
    assert_eq!(zone.get(&path).await["labels"], json!({}));
    assert_eq!(zone.refused("DELETE", &format!("{path}/name"), None).await.0, 400);

    zone.done("PUT", &format!("{path}:add-protection"), None).await;
    assert!(zone.get(&path).await.get("protected").is_none(), "no field shows it");
    assert_eq!(zone.refused("DELETE", &path, None).await.0, 403);
    zone.done("PUT", &format!("{path}:remove-protection"), None).await;
    let delete = zone.change("DELETE", &path, None).await;
    zone.wait(&delete).await;
    assert_eq!(zone.call("GET", &path, None).await.0, 404);
}

#[tokio::test]
async fn an_order_where_there_is_no_room_fails_with_a_reason() {
    let cloud = cloud().await;
    let zone = Zone::of(&cloud, "bg-sof-1");
    let body = json!({
        "disk-size": 10, "instance-type": { "id": zone.kind("standard.micro").await },
        "template": { "id": zone.template("Linux Ubuntu 24.04 LTS 64-bit").await },
    });
    let operation = zone.change("POST", "/instance", Some(body)).await;
    let ended = zone.wait(&operation).await;
    assert_eq!((&ended["state"], &ended["reason"]), (&json!("failure"), &json!("unavailable")));
    assert!(ended["message"].is_string() && ended.get("reference").is_none(), "{ended}");
    assert_eq!(zone.get("/instance").await["instances"], json!([]));
}
