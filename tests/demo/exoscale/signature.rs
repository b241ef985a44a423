//! Signatures, and the answers that need none.

use super::zone::{Zone, cloud, signed};
use crate::client::json;

#[tokio::test]
async fn zones_need_no_signature_and_lead_back_here() {
    let cloud = cloud().await;
    let zone = Zone::of(&cloud, "ch-gva-2");
    let (status, zones) = json(zone.http.get(zone.url("/zone"))).await;
    assert_eq!(status, 200, "{zones}");
    let zones = zones["zones"].as_array().expect("a list");
    assert_eq!(zones.len(), 8);
    let vienna = zones.iter().find(|z| z["name"] == "at-vie-2").expect("Vienna");
    let expected = format!("http://{}/exoscale/at-vie-2/v2", cloud.address);
    assert_eq!(vienna["api-endpoint"], expected.as_str());
    assert_eq!(zone.get("/zone").await["zones"].as_array().map(Vec::len), Some(8), "signed as well");
}

#[tokio::test]
async fn types_need_no_signature_but_accelerators_do() {
    let cloud = cloud().await;
    let zone = Zone::of(&cloud, "ch-gva-2");
    let (status, open) = json(zone.http.get(zone.url("/instance-type"))).await;
    assert_eq!(status, 200);
    let known = zone.get("/instance-type").await;
    let authorized = |all: &serde_json::Value| -> usize {
        let rows = all["instance-types"].as_array().expect("a list").iter();
        rows.filter(|t| t.get("gpus").is_some() && t["authorized"] == true).count()
    };
    assert_eq!(authorized(&open), 0);
    assert!(authorized(&known) > 0);
    let micro = known["instance-types"].as_array().expect("a list").iter().find(|t| t["size"] == "micro");
    let micro = micro.expect("a micro type");
    assert_eq!(micro["memory"], 512 * 1024 * 1024, "bytes");
    assert!(micro.get("gpus").is_none(), "none is no field");
}

#[tokio::test]
async fn only_a_true_and_fresh_signature_opens() {
    let cloud = cloud().await;
    let zone = Zone::of(&cloud, "ch-gva-2");
    let path = zone.path("/instance");
    let soon = jiff::Timestamp::now().as_second() + 600;
    let ask = async |header: Option<String>, query: &[(&str, &str)]| {
        let request = zone.http.get(zone.url("/instance")).query(query);
        let request = header.iter().fold(request, |r, value| r.header("Authorization", value));
        json(request).await
    };
    let good = signed(&zone.key, &zone.secret, ("GET", &path, ""), &[], soon);
    assert_eq!(ask(Some(good.clone()), &[]).await.0, 200);
    let filters = [("manager-type", "instance-pool"), ("ip-address", "198.18.0.1")];
    let both = signed(&zone.key, &zone.secret, ("GET", &path, ""), &filters, soon);
    assert!(both.contains("signed-query-args=ip-address;manager-type,"), "{both}");
    assert_eq!(ask(Some(both), &filters).await.0, 200);

    let bad = [
        None,
        Some("Bearer nonsense".to_owned()),
        Some(good.replace(",expires=", ",expires=1")),
        Some(signed(&zone.key, "another", ("GET", &path, ""), &[], soon)),
        Some(signed("EXO000000000000000000000000", &zone.secret, ("GET", &path, ""), &[], soon)),
        Some(signed(&zone.key, &zone.secret, ("GET", "/v2/instance", ""), &[], soon)),
        Some(signed(&zone.key, &zone.secret, ("GET", &path, ""), &[], soon - 1200)),
    ];
    for header in bad {
        let (status, answer) = ask(header.clone(), &[]).await;
        assert_eq!(status, 403, "{header:?}");
        assert!(answer["message"].as_str().is_some_and(|m| !m.is_empty()), "{answer}");
    }
    assert_eq!(ask(Some(good), &[("ip-address", "198.18.0.1")]).await.0, 403, "a parameter was slipped in");
}

#[tokio::test]
async fn an_unknown_endpoint_is_refused_as_one() {
    let cloud = cloud().await;
    let zone = Zone::of(&cloud, "ch-gva-2");
    assert_eq!(zone.call("GET", "/nonsense", None).await.0, 404);
    assert_eq!(zone.call("PATCH", "/instance", None).await.0, 405);
    assert_eq!(Zone::of(&cloud, "xx-far-9").call("GET", "/instance", None).await.0, 404);
}
