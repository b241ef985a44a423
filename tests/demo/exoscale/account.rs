//! The account: quotas, balance, audit trail, and the rest that can only be read.

use serde_json::{Value, json};

use super::zone::{Zone, cloud};

#[tokio::test]
async fn everything_that_can_be_read_is_as_described() {
    let cloud = cloud().await;
    for name in ["ch-gva-2", "at-vie-2", "hr-zag-1"] {
        let zone = Zone::of(&cloud, name);
        for path in [
            "/instance",
            "/instance-type",
            "/ai/instance-type",
            "/template",
            "/snapshot",
            "/security-group",
            "/anti-affinity-group",
            "/ssh-key",
            "/elastic-ip",
            "/private-network",
            "/deploy-target",
            "/block-storage",
            "/block-storage-snapshot",
            "/instance-pool",
            "/quota",
            "/event",
            "/organization",
            "/zone",
        ] {
            zone.get(path).await;
        }
        // What lists have by id is found by it.
        for (path, list) in [
            ("/instance-type", "instance-types"),
            ("/template", "templates"),
            ("/deploy-target", "deploy-targets"),
            ("/block-storage", "block-storage-volumes"),
            ("/block-storage-snapshot", "block-storage-snapshots"),
            ("/instance-pool", "instance-pools"),
            ("/snapshot", "snapshots"),
            ("/instance", "instances"),
            ("/private-network", "private-networks"),
            ("/elastic-ip", "elastic-ips"),
        ] {
            for row in zone.get(path).await[list].as_array().expect("a list") {
                zone.get(&format!("{path}/{}", row["id"].as_str().expect("an id"))).await;
            }
        }
    }
}

#[tokio::test]
async fn quotas_have_the_limit_and_use_of_a_family() {
    let cloud = cloud().await;
    let zone = Zone::of(&cloud, "at-vie-2");
    let all = zone.get("/quota").await;
    let rows = all["quotas"].as_array().expect("a list");
    let of = |name: &str| rows.iter().find(|row| row["resource"] == name).expect("a quota");
    assert!(of("instance")["usage"].as_u64().is_some_and(|n| n >= 7), "{all}");
    assert_eq!(of("gpu3080ti")["limit"], 0);
    assert_eq!(of("cpu")["limit"], -1);
    assert_eq!(&zone.get("/quota/elastic-ip").await, of("elastic-ip"));
    assert_eq!(zone.call("GET", "/quota/nonsense", None).await.0, 404);
    let families = zone.get("/ai/instance-type").await;
    let families = families["instance-types"].as_array().expect("a list").iter();
    let families: Vec<&str> = families.filter_map(|row| row["family"].as_str()).collect();
    assert_eq!(families, ["gpua5000", "gpu3080ti"]);
}

#[tokio::test]
async fn changes_are_written_into_the_audit_trail_and_reads_are_not() {
    let cloud = cloud().await;
    let zone = Zone::of(&cloud, "ch-gva-2");
    let id = zone.instance("bastion-1").await;
    zone.done("PUT", &format!("/instance/{id}:reboot"), None).await;
    let (status, _) = zone.refused("POST", "/security-group", Some(json!({ "name": "default" }))).await;
    assert_eq!(status, 409);
    let events = zone.get("/event").await;
    let events = events.as_array().expect("a bare array");
    let last: Vec<(&Value, &Value)> =
        events.iter().rev().take(2).map(|e| (&e["handler"], &e["status"])).collect();
    assert_eq!(
        last,
        [(&json!("create-security-group"), &json!(409)), (&json!("reboot-instance"), &json!(200))]
    );
    let reboot = &events[events.len() - 2];
    assert_eq!((&reboot["zone"], &reboot["path-params"]["id"]), (&json!("ch-gva-2"), &json!(id)));
    assert!(reboot["uri"].as_str().is_some_and(|uri| uri.ends_with(":reboot")));
    assert!(events.iter().all(|e| e["handler"] != "list-instances"));
    let login = events.iter().find(|e| e["handler"] == "authenticate").expect("a login");
    assert!(login.get("zone").is_none() && login.get("uri").is_none(), "logins carry little: {login}");

    let span = [("from", "2001-01-01T00:00:00Z"), ("to", "2001-01-02T00:00:00Z")];
    assert_eq!(zone.ask("GET", "/event", &span, None).await, (200, json!([])));
    let month = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(29 * 24);
    let month = format!("{month:.0}");
    let (_, longer) = zone.ask("GET", "/event", &[("from", &month)], None).await;
    assert!(longer.as_array().expect("an array").len() > events.len());
    assert_eq!(zone.ask("GET", "/event", &[("from", "yesterday")], None).await.0, 400);
}

#[tokio::test]
async fn the_balance_may_not_be_asked_for_all_the_time() {
    let cloud = cloud().await;
    let zone = Zone::of(&cloud, "ch-gva-2");
    assert_eq!(zone.get("/live-balance").await["currency"], "CHF");
    for _ in 0..20 {
        let (status, answer) = zone.call("GET", "/live-balance", None).await;
        if status == 429 {
            assert!(answer["retry_after"].as_f64().is_some_and(|s| s > 0.0), "{answer}");
            return;
        }
        assert_eq!(status, 200, "{answer}");
    }
    panic!("twenty in a row were answered");
}

#[tokio::test]
async fn a_pool_lists_its_instances_and_they_name_it() {
    let cloud = cloud().await;
    let zone = Zone::of(&cloud, "ch-gva-2");
    let pools = zone.get("/instance-pool").await;
    let pool = &pools["instance-pools"][0];
    let members = pool["instances"].as_array().expect("instances");
    assert!(members.len() >= 2, "{pool}");
    assert_eq!(
        (pool["size"].as_u64(), pool["state"].as_str()),
        (Some(members.len() as u64), Some("running"))
    );
    for member in members {
        let instance = zone.get(&format!("/instance/{}", member["id"].as_str().expect("an id"))).await;
        assert_eq!(instance["manager"], json!({ "id": pool["id"], "type": "instance-pool" }));
        assert_eq!(instance["instance-type"]["id"], pool["instance-type"]["id"]);
    }
    let nowhere = "/instance-pool/6b1c2f2e-9a0e-4c39-9c2b-3f1d5c8f0a11";
    assert_eq!(zone.refused("GET", nowhere, None).await.0, 404);
}

#[tokio::test]
async fn a_volume_and_its_snapshot_name_each_other() {
    let cloud = cloud().await;
    let mut found = 0;
    for name in ["ch-gva-2", "at-vie-2", "de-fra-1"] {
        let zone = Zone::of(&cloud, name);
        let snapshots = zone.get("/block-storage-snapshot").await;
        for snapshot in snapshots["block-storage-snapshots"].as_array().expect("a list") {
            let volume = snapshot["block-storage-volume"]["id"].as_str().expect("a volume");
            let volume = zone.get(&format!("/block-storage/{volume}")).await;
            assert_eq!(volume["block-storage-snapshots"], json!([{ "id": snapshot["id"] }]));
            assert_eq!(volume["size"], snapshot["volume-size"]);
            found += 1;
        }
    }
    assert_eq!(found, 2);
}
