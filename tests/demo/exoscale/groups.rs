//! Groups, addresses, networks and keys: made, worn, taken off, removed.

use serde_json::json;

use super::zone::{Zone, cloud};

#[tokio::test]
async fn a_security_group_has_rules_and_attached_instances() {
    let cloud = cloud().await;
    let zone = Zone::of(&cloud, "ch-gva-2");
    let metrics = json!({ "name": "metrics", "description": "Scrapers" });
    let made = zone.done("POST", "/security-group", Some(metrics.clone())).await;
    let id = made["reference"]["id"].as_str().expect("a reference").to_owned();
    assert_eq!(zone.refused("POST", "/security-group", Some(metrics)).await.0, 409);
    let path = format!("/security-group/{id}");
    assert!(zone.get(&path).await.get("rules").is_none(), "none is no field");
    let rule = json!({ "flow-direction": "ingress", "protocol": "tcp", "start-port": 9100, "end-port": 9110, "network": "192.0.2.0/24" });
    let rules = format!("{path}/rules");
    zone.done("POST", &rules, Some(rule.clone())).await;
    assert_eq!(zone.refused("POST", &rules, Some(rule)).await.0, 409);
    for wrong in [
        json!({ "protocol": "tcp" }),
        json!({ "flow-direction": "sideways", "protocol": "tcp", "network": "0.0.0.0/0" }),
        json!({ "flow-direction": "ingress", "protocol": "tcp", "network": "0.0.0.0/0" }),
        json!({ "flow-direction": "ingress", "protocol": "icmp", "network": "everywhere" }),
        json!({ "flow-direction": "ingress", "protocol": "udp", "start-port": 9, "end-port": 1, "network": "::/0" }),
    ] {
        assert_eq!(zone.refused("POST", &rules, Some(wrong.clone())).await.0, 400, "{wrong}");
    }
    let whole = Zone::of(&cloud, "at-vie-2").get(&path).await;
    let rule = whole["rules"][0]["id"].as_str().expect("the rule, seen from another zone");
    zone.done("DELETE", &format!("{rules}/{rule}"), None).await;
    assert!(zone.get(&path).await.get("rules").is_none());
    zone.done("PUT", &format!("{path}:add-source"), Some(json!({ "cidr": "198.51.100.0/24" }))).await;
    assert_eq!(zone.get(&path).await["external-sources"], json!(["198.51.100.0/24"]));
    zone.done("PUT", &format!("{path}:remove-source"), Some(json!({ "cidr": "198.51.100.0/24" }))).await;

    let bastion = zone.instance("bastion-1").await;
    let wearer = Some(json!({ "instance": { "id": bastion } }));
    zone.done("PUT", &format!("{path}:attach"), wearer.clone()).await;
    let worn = zone.get(&format!("/instance/{bastion}")).await["security-groups"].clone();
    assert!(worn.as_array().expect("a list").contains(&json!({ "id": id })), "{worn}");
    assert_eq!(zone.refused("PUT", &format!("{path}:attach"), wearer.clone()).await.0, 409);
    assert_eq!(zone.refused("DELETE", &path, None).await.0, 409, "in use");
    let far = Zone::of(&cloud, "de-fra-1");
    assert_eq!(
        far.refused("PUT", &format!("{path}:attach"), wearer.clone()).await.0,
        404,
        "not of this zone"
    );
    zone.done("PUT", &format!("{path}:detach"), wearer).await;
    zone.done("DELETE", &path, None).await;
    assert_eq!(zone.call("GET", &path, None).await.0, 404);
    let (_, public) = zone.ask("GET", "/security-group", &[("visibility", "public")], None).await;
    assert_eq!(public["security-groups"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn groups_that_keep_apart_name_their_instances() {
    let cloud = cloud().await;
    let zone = Zone::of(&cloud, "ch-gva-2");
    let front = zone.find("/anti-affinity-group", "anti-affinity-groups", "name", "front-apart").await;
    let whole = zone.get(&format!("/anti-affinity-group/{front}")).await;
    assert_eq!(whole["instances"].as_array().map(Vec::len), Some(3), "of all zones: {whole}");
    assert_eq!(zone.refused("DELETE", &format!("/anti-affinity-group/{front}"), None).await.0, 409);
    let made = zone.done("POST", "/anti-affinity-group", Some(json!({ "name": "db" }))).await;
    let path = format!("/anti-affinity-group/{}", made["reference"]["id"].as_str().expect("an id"));
    let delete = zone.change("DELETE", &path, None).await;
    assert!(delete["reference"].is_object(), "while it is pending: {delete}");
    let ended = zone.wait(&delete).await;
    assert!(ended.get("reference").is_none(), "once it is done: {ended}");
}

#[tokio::test]
async fn keys_are_registered_at_once_and_never_given_back() {
    let cloud = cloud().await;
    let zone = Zone::of(&cloud, "ch-gva-2");
    // An Ed25519 key of 32 zero bytes: no private half exists.
    let text = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA test";
    let made = zone.change("POST", "/ssh-key", Some(json!({ "name": "spare", "public-key": text }))).await;
    assert!(made["state"] == "success" && made.get("reference").is_none(), "{made}");
    let again = json!({ "name": "spare", "public-key": text });
    assert_eq!(zone.refused("POST", "/ssh-key", Some(again)).await.0, 409);
    let garbage = json!({ "name": "other", "public-key": "garbage" });
    assert_eq!(zone.refused("POST", "/ssh-key", Some(garbage)).await.0, 409);
    let odd = json!({ "name": "my key", "public-key": text });
    assert_eq!(zone.refused("POST", "/ssh-key", Some(odd)).await.0, 400);
    let key = Zone::of(&cloud, "de-fra-1").get("/ssh-key/spare").await;
    assert!(key["fingerprint"].as_str().is_some_and(|f| f.starts_with("SHA256:")));
    assert!(key.get("public-key").is_none());
    zone.change("DELETE", "/ssh-key/spare", None).await;
    assert_eq!(zone.call("GET", "/ssh-key/spare", None).await.0, 404);
}

#[tokio::test]
async fn an_elastic_ip_may_have_several_instances() {
    let cloud = cloud().await;
    let zone = Zone::of(&cloud, "ch-gva-2");
    let check = json!({ "mode": "tcp", "port": 22 });
    let made =
        zone.done("POST", "/elastic-ip", Some(json!({ "description": "New", "healthcheck": check }))).await;
    let path = format!("/elastic-ip/{}", made["reference"]["id"].as_str().expect("an id"));
    assert_eq!(zone.get(&path).await["healthcheck"], check);
    let wrong = json!({ "healthcheck": { "mode": "smtp", "port": 0 } });
    assert_eq!(zone.refused("PUT", &path, Some(wrong)).await.0, 400);
    zone.done("PUT", &path, Some(json!({ "description": "Newer" }))).await;
    assert_eq!(zone.get(&path).await["description"], "Newer");
    for name in ["bastion-1", "front-1"] {
        let wearer = json!({ "instance": { "id": zone.instance(name).await } });
        let attached = zone.done("PUT", &format!("{path}:attach"), Some(wearer)).await;
        assert_eq!(attached["reference"]["command"], "get-elastic-ip");
    }
    assert_eq!(zone.refused("DELETE", &path, None).await.0, 409);
    for name in ["bastion-1", "front-1"] {
        let wearer = json!({ "instance": { "id": zone.instance(name).await } });
        zone.done("PUT", &format!("{path}:detach"), Some(wearer)).await;
    }
    zone.done("DELETE", &path, None).await;
}

#[tokio::test]
async fn a_private_network_hands_out_addresses() {
    let cloud = cloud().await;
    let zone = Zone::of(&cloud, "ch-gva-2");
    let half = json!({ "name": "lab", "start-ip": "10.1.0.2" });
    assert_eq!(zone.refused("POST", "/private-network", Some(half)).await.0, 400);
    let lab =
        json!({ "name": "lab", "start-ip": "10.1.0.2", "end-ip": "10.1.0.3", "netmask": "255.255.255.0" });
    let made = zone.done("POST", "/private-network", Some(lab)).await;
    let path = format!("/private-network/{}", made["reference"]["id"].as_str().expect("an id"));
    let bastion = zone.instance("bastion-1").await;
    let member = |ip: Option<&str>| {
        let mut body = json!({ "instance": { "id": bastion } });
        if let Some(ip) = ip {
            body["ip"] = ip.into();
        }
        Some(body)
    };
    zone.done("PUT", &format!("{path}:attach"), member(None)).await;
    let lease = json!([{ "instance-id": bastion, "ip": "10.1.0.2" }]);
    assert_eq!(zone.get(&path).await["leases"], lease);
    assert_eq!(zone.refused("PUT", &format!("{path}:update-ip"), member(Some("10.1.0.2"))).await.0, 409);
    zone.done("PUT", &format!("{path}:update-ip"), member(Some("10.1.0.3"))).await;
    let worn = zone.get(&format!("/instance/{bastion}")).await["private-networks"].clone();
    assert!(worn.as_array().expect("a list").iter().all(|n| n["mac-address"].is_string()), "{worn}");
    assert_eq!(zone.refused("DELETE", &path, None).await.0, 409);
    zone.done("PUT", &format!("{path}:detach"), member(None)).await;
    zone.done("DELETE", &path, None).await;
}
