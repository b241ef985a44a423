//! Deploying a box on a policy.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Answer, Box, rows};

/// A body that passes.
async fn order(cloud: &Box) -> Value {
    let boxes = cloud.read("/services/workspaces/shop-production/boxes").await;
    let find = |kind: &str| {
        let ends = |b: &&Value| b["schema"].as_str().is_some_and(|s| s.ends_with(kind));
        rows(&boxes).iter().find(ends).expect("one")["id"].clone()
    };
    json!({
        "schema": "http://elasticbox.net/schemas/deploy-instance-request",
        "owner": "shop-production",
        "name": "Deployed by a test",
        "box": { "id": find("/boxes/script"), "variables": [
            { "name": "http_port", "type": "Text", "value": "9090", "required": true, "visibility": "public" },
        ] },
        "instance_tags": ["test"],
        "automatic_updates": "patch",
        "policy_box": { "id": find("/boxes/policy"), "variables": [] },
    })
}

async fn deploy(cloud: &Box, body: &Value) -> Answer {
    let request = cloud.request(Method::POST, "/services/instances");
    cloud.send(request.body(body.to_string())).await
}

#[tokio::test]
async fn a_deploy_is_accepted_processing_and_comes_online() {
    let cloud = Box::start().await;
    let order = order(&cloud).await;
    let accepted = deploy(&cloud, &order).await;
    assert_eq!(accepted.status, 202, "{}", accepted.text);
    let made = accepted.json;
    assert_eq!(super::pair(&made), ("processing".into(), "deploy".into()));
    assert_eq!(made["service"]["machines"], json!([]), "machines are being made");
    assert_eq!((&made["box"], &made["policy_box"]["id"]), (&order["box"]["id"], &order["policy_box"]["id"]));
    assert_eq!((&made["tags"], &made["automatic_updates"]), (&json!(["test"]), &json!("patch")));
    let port = rows(&made["variables"]).iter().find(|v| v["name"] == "http_port").expect("the variable");
    assert_eq!(port["value"], "9090");
    let own =
        rows(&made["boxes"][0]["variables"]).iter().find(|v| v["name"] == "http_port").expect("its own");
    assert_eq!(own["value"], "8080", "the box itself stays as it is");

    let id = made["id"].as_str().expect("an id");
    let path = format!("/services/instances/{id}");
    assert_eq!(cloud.put(&format!("{path}/shutdown")).await.status, 409);
    let seen = cloud.until(id, ("done", "deploy")).await;
    assert!(seen.iter().all(|(_, event)| event == "deploy"), "{seen:?}");
    let done = cloud.read(&path).await;
    assert_eq!(done["service"]["machines"][0]["state"], "done");
    let team = cloud.read("/services/workspaces/shop-production/instances").await;
    assert!(rows(&team).iter().any(|i| i["id"] == id && i["name"] == "Deployed by a test"));
}

#[tokio::test]
async fn a_policy_is_found_where_none_is_named_and_the_workspace_is_ones_own() {
    let cloud = Box::start().await;
    let mut order = order(&cloud).await;
    let fields = order.as_object_mut().expect("an object");
    for key in ["owner", "policy_box", "instance_tags"] {
        fields.remove(key);
    }
    let made = deploy(&cloud, &order).await;
    assert_eq!((made.status, &made.json["owner"]), (202, &json!("captain")), "{}", made.text);
    assert_eq!(made.json["policy_box"]["owner"], "captain");
    let mine = cloud.read("/services/instances").await;
    assert!(rows(&mine).iter().any(|i| i["id"] == made.json["id"]));
}

#[tokio::test]
async fn what_the_schema_does_not_allow_is_refused() {
    let cloud = Box::start().await;
    let good = order(&cloud).await;
    let wrong: [(&str, Value); 10] = [
        ("schema", json!("http://elasticbox.net/schemas/bulk-import-request")),
        ("name", json!("")),
        ("name", json!("n".repeat(31))),
        ("flavour", json!("vanilla")),
        ("owner", json!("unknown")),
        ("box", json!({ "id": "nothing", "variables": [] })),
        ("box", good["policy_box"].clone()),
        ("policy_box", json!({ "id": "nothing", "variables": [] })),
        ("automatic_updates", json!("sometimes")),
        ("lease", json!({ "expire": "2999-01-01 00:00:00.000000" })),
    ];
    let count = cloud.all().await.len();
    for (key, value) in wrong {
        let mut body = good.clone();
        body[key] = value.clone();
        let refused = deploy(&cloud, &body).await;
        assert_eq!(refused.status, 400, "{key}: {value}");
        assert!(refused.json["message"].as_str().is_some_and(|m| m.starts_with("Invalid Data")));
    }
    for key in ["schema", "name", "box", "automatic_updates"] {
        let mut body = good.clone();
        body.as_object_mut().expect("an object").remove(key);
        assert_eq!(deploy(&cloud, &body).await.status, 400, "without {key}");
    }
    let request = cloud.request(Method::POST, "/services/instances").body("{");
    assert_eq!(cloud.send(request).await.status, 400);
    assert_eq!(cloud.all().await.len(), count, "nothing was made");
}

#[tokio::test]
async fn a_file_is_uploaded_as_it_is_and_read_back_at_its_address() {
    let cloud = Box::start().await;
    let upload = async |text: &'static str| {
        let request = cloud.request(Method::POST, "/services/blobs/upload/app.conf");
        // In the place of the type of JSON.
        let headers = [(reqwest::header::CONTENT_TYPE, "text/plain".parse().expect("a value"))];
        cloud.send(request.headers(headers.into_iter().collect()).body(text)).await
    };
    assert_eq!(upload("").await.status, 400);
    let answer = upload("workers = 4\n").await;
    assert_eq!((answer.status, &answer.json["length"]), (200, &json!(12)));
    let address = answer.json["url"].as_str().expect("an address");
    assert!(address.starts_with("/services/blobs/download/") && address.ends_with("/app.conf"), "{address}");
    assert_eq!(cloud.get(address).await.text, "workers = 4\n");
    assert_eq!(cloud.get("/services/blobs/download/nothing/app.conf").await.status, 404);
}
