//! Refusals: statuses and bodies.

use reqwest::Method;
use serde_json::{Value, json};

use super::Gcore;

#[tokio::test]
async fn only_the_right_token_in_the_right_scheme_lets_in() {
    let gcore = Gcore::start().await;
    let secret = gcore.access.secret.expose().to_owned();
    for (header, words) in [
        (None, "Authentication credentials were not provided."),
        (Some(format!("Bearer {secret}")), "token_not_valid"),
        (Some("APIKey 29841".to_owned()), "Bad permanent token: 29841"),
        (Some(secret.clone()), "Authentication credentials were not provided."),
    ] {
        for path in ["/iam/clients/me", "/cloud/v1/projects", "/cloud/v1/none"] {
            let mut request = gcore.client.http.get(format!("{}{path}", gcore.access.base_url));
            if let Some(header) = &header {
                request = request.header("Authorization", header);
            }
            let answer = request.send().await.expect("an answer");
            assert_eq!(answer.status(), 401, "{header:?} {path}");
            let body: Value = answer.json().await.expect("JSON");
            let message = body["message"].as_str().expect("a message");
            assert!(message.contains(words) && !message.contains(&secret), "{message}");
        }
    }
}

#[tokio::test]
async fn what_is_elsewhere_is_not_here() {
    let gcore = Gcore::start().await;
    let machine = gcore.api().await;
    let id = machine.rsplit('/').next().expect("an id");
    let region = gcore.regions[0];
    for path in [
        format!("/cloud/v1/instances/1/{region}"),
        format!("/cloud/v1/instances/{}/1", gcore.project()),
        format!("/cloud/v1/instances/{}/{id}", gcore.scope(1)),
        format!("/cloud/v1/instances/{}/3fa85f64-5717-4562-b3fc-2c963f66afa6", gcore.scope(0)),
        format!("/cloud/v1/instances/{}/nonsense/interfaces", gcore.scope(0)),
        format!("{machine}/metadata/none"),
        format!("/cloud/v1/images/{}/none", gcore.scope(0)),
        format!("/cloud/v1/apptemplates/{}/none", gcore.scope(0)),
        format!("/cloud/v3/inference/{}/deployments/none", gcore.project()),
        "/cloud/v1/tasks/3fa85f64-5717-4562-b3fc-2c963f66afa6".to_owned(),
        "/cloud/v1/regions/1".to_owned(),
        "/cloud/v2/global_quotas/1".to_owned(),
        "/cloud/v1/none".to_owned(),
        "/none".to_owned(),
    ] {
        let (status, body) = gcore.call(Method::GET, &path, None).await;
        assert_eq!((status, body["exception_class"].as_str()), (404, Some("NotFoundError")), "{path}");
    }
    let (status, body) = gcore.call(Method::DELETE, "/cloud/v1/regions", None).await;
    assert_eq!((status, body["exception_class"].as_str()), (405, Some("HTTPError")));
}

#[tokio::test]
async fn queries_that_do_not_fit_are_refused_by_name() {
    let gcore = Gcore::start().await;
    for (query, field) in [
        ("limit=1001", "limit"),
        ("limit=0", "limit"),
        ("offset=-1", "offset"),
        ("order_by=size.asc", "order_by"),
        ("status=GONE", "status"),
        ("with_ddos=perhaps", "with_ddos"),
        ("changes-since=yesterday", "changes-since"),
        ("changes-since=2026-02-02T00:00:00Z&changes-before=2026-01-01T00:00:00Z", "changes-since"),
        ("tag_key_value=%5B%5D", "tag_key_value"),
    ] {
        let path = format!("/cloud/v1/instances/{}?{query}", gcore.scope(0));
        let (status, body) = gcore.call(Method::GET, &path, None).await;
        assert_eq!(status, 400, "{query}: {body}");
        assert!(body["invalid_fields"][field][0].is_string(), "{query}: {body}");
    }
}

#[tokio::test]
async fn bodies_that_do_not_fit_are_refused_field_by_field() {
    let gcore = Gcore::start().await;
    let create = format!("/cloud/v2/instances/{}", gcore.scope(0));
    let good = gcore.wish("never-made").await;
    let (status, body) = gcore.post(&create, json!({ "name": "!" })).await;
    assert_eq!((status, body["exception_class"].as_str()), (400, Some("ValidationError")));
    for field in ["flavor", "interfaces", "volumes", "name"] {
        assert!(body["invalid_fields"][field].is_array(), "{field}: {body}");
    }
    for (change, field) in [
        (json!({ "flavor": "g9-none" }), "flavor"),
        (json!({ "volumes": [{ "source": "magic" }] }), "volumes.0.source"),
        (json!({ "volumes": [{ "source": "new-volume" }] }), "volumes.0.size"),
        (json!({ "volumes": [{ "source": "new-volume", "size": 5 }] }), "volumes"),
        (json!({ "interfaces": [{ "type": "subnet" }] }), "interfaces.0.network_id"),
        (json!({ "ssh_key_name": "unknown" }), "ssh_key_name"),
        (json!({ "tags": { "a b": "c" } }), "tags.a b"),
    ] {
        let mut wish = good.clone();
        for (key, value) in change.as_object().expect("fields") {
            wish[key] = value.clone();
        }
        let (status, body) = gcore.post(&create, wish).await;
        assert_eq!(status, 400, "{change}");
        assert!(body["invalid_fields"][field].is_array(), "{field}: {body}");
    }
    let machine = gcore.api().await;
    let action = format!("{}/action", machine.replace("/v1/", "/v2/"));
    for (path, body) in [
        (action, json!({ "action": "powercycle" })),
        (format!("{machine}/metrics"), json!({ "time_interval": 1 })),
        (format!("{machine}/metrics"), json!({ "time_interval": 1, "time_unit": "week" })),
        (format!("{machine}/changeflavor"), json!({})),
        (format!("{machine}/detach_interface"), json!({ "ip_address": "x", "port_id": "y" })),
        (format!("{machine}/addsecuritygroup"), json!({})),
        (format!("{machine}/put_into_servergroup"), json!({})),
        (format!("{machine}/attach_interface"), json!({ "type": "any_subnet" })),
    ] {
        let (status, answer) = gcore.post(&path, body.clone()).await;
        assert_eq!(status, 400, "{path} {body}: {answer}");
    }
    let (status, _) = gcore.call(Method::PATCH, &machine, Some(json!([1]))).await;
    assert_eq!(status, 400);
}
