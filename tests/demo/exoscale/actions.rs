//! Actions on an instance: their states and their results.

use serde_json::json;

use super::zone::{Zone, cloud};

#[tokio::test]
async fn power_goes_through_the_states_and_refuses_the_wrong_ones() {
    let cloud = cloud().await;
    let zone = Zone::of(&cloud, "ch-gva-2");
    let path = format!("/instance/{}", zone.instance("bastion-1").await);
    let act = |verb: &str| format!("{path}:{verb}");
    assert_eq!(zone.refused("PUT", &act("start"), Some(json!({}))).await.0, 400, "it runs");
    let console = zone.get(&path.replace("/instance/", "/console/")).await;
    let (host, below) = (console["host"].as_str(), console["path"].as_str());
    let url = format!("ws://{}/{}", host.expect("a host"), below.expect("a path"));
    assert_eq!(console["url"], url.as_str());

    let stop = zone.change("PUT", &act("stop"), None).await;
    assert!(stop.get("reference").is_none() && stop["resource"]["type"] == "instance", "{stop}");
    zone.wait(&stop).await;
    assert_eq!(zone.get(&path).await["state"], "stopped");
    for verb in ["stop", "reboot"] {
        assert_eq!(zone.refused("PUT", &act(verb), None).await.0, 400, "{verb}");
    }
    assert_eq!(zone.call("GET", &path.replace("/instance/", "/console/"), None).await.0, 400);
    let rescue = |profile: &str| Some(json!({ "rescue-profile": profile }));
    assert_eq!(zone.refused("PUT", &act("start"), rescue("floppy")).await.0, 400);
    zone.done("PUT", &act("start"), rescue("netboot-efi")).await;
    zone.done("PUT", &act("reboot"), None).await;
    assert_eq!(zone.get(&path).await["state"], "running");
}

#[tokio::test]
async fn size_and_disk_change_while_stopped() {
    let cloud = cloud().await;
    let zone = Zone::of(&cloud, "ch-gva-2");
    let path = format!("/instance/{}", zone.instance("bastion-1").await);
    let act = |verb: &str| format!("{path}:{verb}");
    let small = zone.kind("standard.small").await;
    let to = |kind: &str| Some(json!({ "instance-type": { "id": kind } }));
    let disk = |size: u64| Some(json!({ "disk-size": size }));
    assert_eq!(zone.refused("PUT", &act("scale"), to(&small)).await.0, 400, "it runs");
    assert_eq!(zone.refused("PUT", &act("resize-disk"), disk(20)).await.0, 400, "it runs");
    assert_eq!(zone.refused("PUT", &act("reset"), Some(json!({}))).await.0, 400, "it runs");
    zone.done("PUT", &act("stop"), None).await;

    let a30 = zone.kind("gpua30.small").await;
    assert_eq!(zone.refused("PUT", &act("scale"), to(&a30)).await.0, 400, "another family");
    assert_eq!(zone.refused("PUT", &act("scale"), Some(json!({}))).await.0, 400);
    let scale = zone.change("PUT", &act("scale"), to(&small)).await;
    assert_ne!(zone.get(&path).await["instance-type"]["id"], small.as_str(), "it takes its time");
    zone.wait(&scale).await;
    assert_eq!(zone.get(&path).await["instance-type"]["id"], small.as_str());
    for size in [10, 401] {
        assert_eq!(zone.refused("PUT", &act("resize-disk"), disk(size)).await.0, 400, "{size}");
    }
    zone.done("PUT", &act("resize-disk"), disk(60)).await;
    assert_eq!(zone.get(&path).await["disk-size"], 60);

    let rocky = zone.template("Rocky Linux 9 (Blue Onyx) 64-bit").await;
    let reset = json!({ "template": { "id": rocky }, "disk-size": 30 });
    zone.done("PUT", &act("reset"), Some(reset)).await;
    let whole = zone.get(&path).await;
    assert_eq!((&whole["template"]["id"], &whole["disk-size"]), (&json!(rocky), &json!(30)));
    assert_eq!(whole["state"], "stopped");
}

#[tokio::test]
async fn passwords_and_trust_are_for_instances_that_support_them() {
    let cloud = cloud().await;
    let zone = Zone::of(&cloud, "at-vie-2");
    let path = format!("/instance/{}", zone.instance("legacy-1").await);
    assert_eq!(zone.call("GET", &format!("{path}:password"), None).await.0, 404, "none was made today");
    zone.done("PUT", &format!("{path}:reset-password"), None).await;
    let answer = zone.get(&format!("{path}:password")).await;
    assert!(answer["password"].as_str().is_some_and(|p| p.len() >= 12));
    assert_eq!(zone.get(&path).await["tpm-enabled"], false);
    zone.done("POST", &format!("{path}:enable-tpm"), None).await;
    assert_eq!(zone.get(&path).await["tpm-enabled"], true);
    assert_eq!(zone.refused("POST", &format!("{path}:enable-tpm"), None).await.0, 409);
    assert!(zone.get(&path).await.get("public-ip").is_none(), "it is a private one");

    let domain = path.replace("/instance/", "/reverse-dns/instance/");
    assert_eq!(zone.call("GET", &domain, None).await.0, 404);
    zone.done("POST", &domain, Some(json!({ "domain-name": "legacy.example.com." }))).await;
    assert_eq!(zone.get(&domain).await["domain-name"], "legacy.example.com.");
    zone.done("DELETE", &domain, None).await;
    assert_eq!(zone.call("DELETE", &domain, None).await.0, 404);
}

#[tokio::test]
async fn a_snapshot_is_taken_exported_promoted_put_back_and_removed() {
    let cloud = cloud().await;
    let zone = Zone::of(&cloud, "ch-gva-2");
    let id = zone.instance("bastion-1").await;
    let path = format!("/instance/{id}");
    let operation = zone.change("POST", &format!("{path}:create-snapshot"), None).await;
    assert_eq!(operation["reference"]["command"], "get-snapshot");
    let key = operation["reference"]["id"].as_str().expect("a reference").to_owned();
    let snapshot = format!("/snapshot/{key}");
    assert_eq!(zone.get(&snapshot).await["state"], "snapshotting");
    assert_eq!(zone.refused("DELETE", &snapshot, None).await.0, 400, "not ready");
    zone.wait(&operation).await;
    let ready = zone.get(&snapshot).await;
    assert_eq!((&ready["state"], &ready["instance"]["id"]), (&json!("ready"), &json!(id)));
    assert_eq!(zone.get(&path).await["snapshots"], json!([{ "id": key }]));
    assert_eq!(Zone::of(&cloud, "de-fra-1").call("GET", &snapshot, None).await.0, 404);

    let back = Some(json!({ "id": key }));
    assert_eq!(
        zone.refused("POST", &format!("{path}:revert-snapshot"), back.clone()).await.0,
        400,
        "it runs"
    );
    zone.done("PUT", &format!("{path}:stop"), None).await;
    zone.done("POST", &format!("{path}:revert-snapshot"), back).await;
    let others = Zone::of(&cloud, "de-fra-1").get("/snapshot").await;
    let other = json!({ "id": others["snapshots"][0]["id"] });
    assert_eq!(zone.refused("POST", &format!("{path}:revert-snapshot"), Some(other)).await.0, 404);

    zone.done("POST", &format!("{snapshot}:export"), None).await;
    let exported = zone.get(&snapshot).await;
    assert_eq!(exported["state"], "exported");
    assert!(exported["export"]["presigned-url"].is_string() && exported["export"]["md5sum"].is_string());
    assert_eq!(zone.refused("POST", &format!("{snapshot}:promote"), Some(json!({}))).await.0, 400);
    let promoted = zone.done("POST", &format!("{snapshot}:promote"), Some(json!({ "name": "golden" }))).await;
    let (_, own) = zone.ask("GET", "/template", &[("visibility", "private")], None).await;
    assert_eq!(
        (&own["templates"][0]["name"], &own["templates"][0]["id"]),
        (&json!("golden"), &promoted["reference"]["id"])
    );
    zone.done("DELETE", &format!("/template/{}", promoted["reference"]["id"].as_str().expect("an id")), None)
        .await;

    let ended = zone.done("DELETE", &snapshot, None).await;
    assert!(ended.get("reference").is_none(), "{ended}");
    assert_eq!(zone.call("GET", &snapshot, None).await.0, 404);
}
