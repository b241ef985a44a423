//! Headers, tokens, workspaces, instances, services, boxes.

use reqwest::Method;
use serde_json::json;

use super::{Box, rows};

#[tokio::test]
async fn both_token_headers_open_it_and_the_release_is_required() {
    let cloud = Box::start().await;
    let path = "/services/instances";
    let bare = || cloud.bare(Method::GET, path).header("elasticbox-release", "4.0");
    assert_eq!(cloud.send(bare()).await.status, 401);
    assert_eq!(cloud.send(bare().header("Elasticbox-Token", "guess")).await.status, 401);
    assert_eq!(cloud.send(bare().bearer_auth("guess")).await.status, 401);
    assert_eq!(cloud.send(bare().bearer_auth(&cloud.token)).await.status, 200);
    // The case of a header's name does not matter.
    assert_eq!(cloud.send(bare().header("elasticBox-token", &cloud.token)).await.status, 200);

    let token = || cloud.bare(Method::GET, path).header("Elasticbox-Token", &cloud.token);
    assert_eq!(cloud.send(token()).await.status, 400);
    assert_eq!(cloud.send(token().header("ElasticBox-Release", "3.0")).await.status, 400);
    assert_eq!(cloud.get("/services/nothing").await.status, 404);
    assert_eq!(cloud.send(cloud.request(Method::DELETE, path)).await.status, 405);
}

#[tokio::test]
async fn a_login_gives_a_bare_token_and_lasting_ones_are_made_and_revoked() {
    let cloud = Box::start().await;
    let log_in = |password: &str| {
        cloud
            .bare(Method::POST, "/services/security/token")
            .header("ElasticBox-Release", "4.0")
            .json(&json!({ "email": "captain@example.com", "password": password }))
    };
    assert_eq!(cloud.send(log_in("guess")).await.status, 401);
    let session = cloud.send(log_in(&cloud.password)).await;
    assert_eq!((session.status, session.text.split('.').count()), (200, 3), "{}", session.text);
    let signed_in = cloud.bare(Method::GET, "/services/workspaces");
    let signed_in = signed_in.bearer_auth(&session.text).header("ElasticBox-Release", "4.0");
    assert_eq!(cloud.send(signed_in).await.status, 200);

    let create =
        cloud.request(Method::POST, "/services/tokens").json(&json!({ "description": "for a test" }));
    let made = cloud.send(create).await.json;
    let value = made["value"].as_str().expect("the token");
    let with_it = || {
        cloud
            .bare(Method::GET, "/services/profile")
            .header("Elasticbox-Token", value)
            .header("ElasticBox-Release", "4.0")
    };
    let profile = cloud.send(with_it()).await;
    assert_eq!((profile.status, profile.json["workspace"].as_str()), (200, Some("captain")));
    let listed = cloud.read("/services/tokens").await;
    assert_eq!(rows(&listed).len(), 1);
    assert!(listed[0]["value"].is_null(), "shown twice: {listed}");
    let path = format!("/services/tokens/{}", made["id"].as_str().expect("an id"));
    assert_eq!(cloud.send(cloud.request(Method::DELETE, &path)).await.status, 204);
    assert_eq!(cloud.send(with_it()).await.status, 401);
}

#[tokio::test]
async fn each_workspace_has_its_instances_and_a_shared_one_is_in_two() {
    let cloud = Box::start().await;
    let workspaces = cloud.read("/services/workspaces").await;
    let ids: Vec<&str> = rows(&workspaces).iter().filter_map(|w| w["id"].as_str()).collect();
    assert_eq!(ids, ["captain", "shop-production", "research"]);
    let kinds: Vec<bool> = rows(&workspaces)
        .iter()
        .map(|w| w["schema"].as_str().is_some_and(|s| s.ends_with("/workspaces/personal")))
        .collect();
    assert_eq!(kinds, [true, false, false]);
    let short = cloud.read("/services/workspaces?ids=research,nothing").await;
    assert_eq!(rows(&short).len(), 1);
    assert!(short[0]["members"].is_null(), "an entry of ids is a short one: {short}");
    assert_eq!(rows(&cloud.read("/services/workspaces?limit=2").await).len(), 2);
    assert_eq!(cloud.get("/services/workspaces/nothing").await.status, 404);

    let mine = cloud.read("/services/instances").await;
    let team = cloud.read("/services/workspaces/shop-production/instances").await;
    let own = |i: &&serde_json::Value| i["owner"] == "captain";
    assert!(rows(&mine).iter().any(|i| own(&i)) && rows(&mine).iter().any(|i| !own(&i)));
    let shared: Vec<&serde_json::Value> =
        rows(&mine).iter().filter(|i| rows(&team).iter().any(|t| t["id"] == i["id"])).collect();
    assert!(!shared.is_empty(), "nothing is shared: {mine:#}");
    assert_eq!(shared[0]["members"][0]["workspace"], "captain");
    assert!(rows(&team).iter().all(|i| i["owner"] == "shop-production"));

    let first = team[0]["id"].as_str().expect("an id");
    let of_ids =
        cloud.read(&format!("/services/workspaces/shop-production/instances?ids={first},i-000000,")).await;
    assert_eq!(rows(&of_ids).len(), 1);
}

#[tokio::test]
async fn an_instance_holds_its_boxes_whole_and_the_dead_are_listed_too() {
    let cloud = Box::start().await;
    let all = cloud.all().await;
    let dead: Vec<_> = all.iter().filter(|i| i["operation"]["event"] == "terminate_service").collect();
    assert_eq!(dead.len(), 2);
    assert!(dead.iter().all(|i| i["state"] == "done"));
    let down = all.iter().find(|i| i["name"] == "loadtest-1").expect("it is there");
    assert_eq!(super::pair(down), ("done".into(), "shutdown_service".into()));

    let web = all.iter().find(|i| i["name"] == "tomcat-1").expect("it is there");
    assert!(web["bindings"].is_null() && web.get("deleted").is_none(), "only the document of one has them");
    assert_eq!(web["boxes"][0]["id"], web["box"]);
    assert_eq!(web["boxes"][0]["schema"], "http://elasticbox.net/schemas/boxes/script");
    assert!(web["boxes"][0]["events"]["install"]["url"].is_string());
    assert_eq!(web["policy_box"]["schema"], "http://elasticbox.net/schemas/boxes/policy");
    let created = web["created"].as_str().expect("a time");
    assert_eq!((created.len(), &created[10..11], &created[19..20]), (26, " ", "."), "{created}");

    let id = web["id"].as_str().expect("an id");
    let one = cloud.read(&format!("/services/instances/{id}")).await;
    assert!(one["deleted"].is_null() && one.get("deleted").is_some());
    assert_eq!(one["bindings"][0]["name"], "database");
    let bound = cloud.read(&format!("/services/instances/{id}/bindings")).await;
    assert_eq!(bound[0]["id"], one["bindings"][0]["instance"]);
    let same = cloud.read(&format!("/services/instances/{id}/binding_instances")).await;
    assert_eq!(rows(&same).len(), rows(&bound).len());
    let profiles = cloud.read(&format!("/services/instances/{id}/binding")).await;
    assert_eq!(profiles[0]["schema"], "http://elasticbox.net/schemas/deployment-profile");

    for (path, status) in [
        ("/services/instances/i-000000", 404),
        ("/services/instances/nonsense/service", 404),
        ("/services/instances/i-0123456789012345678901234567890123456789", 400),
    ] {
        assert_eq!(cloud.get(path).await.status, status, "{path}");
    }
}

#[tokio::test]
async fn the_service_has_machines_with_tokens_and_a_history() {
    let cloud = Box::start().await;
    let id = cloud.id_of("tomcat-1").await;
    let one = cloud.read(&format!("/services/instances/{id}")).await;
    let service = cloud.read(&format!("/services/instances/{id}/service")).await;
    assert_eq!(service["id"], one["service"]["id"]);
    assert_eq!(service["operation"], "deploy", "a string here, an object on the instance");
    let machine = &service["machines"][0];
    assert_eq!(machine["name"], one["service"]["machines"][0]["name"]);
    assert!(machine["address"]["private"].is_string() && machine["last_agent_ping"].is_string());
    let tokens = [&machine["token"], &service["token"]].map(|t| t.as_str().expect("a token").len());
    assert_eq!(tokens, [36, 36]);
    assert_ne!(machine["token"], service["token"]);
    assert_eq!(service["state_history"][0]["state"], "up");
    assert!(service["state_history"][0].get("completed").is_none());

    let jenkins = cloud.id_of("jenkins-1").await;
    let service = cloud.read(&format!("/services/instances/{jenkins}/service")).await;
    assert!(service["machines"][0]["address"]["public"].is_null(), "no port, no public address");
    let down = cloud.id_of("loadtest-1").await;
    let history = cloud.read(&format!("/services/instances/{down}/service")).await["state_history"].clone();
    assert_eq!((history[0]["state"].as_str(), history[1]["state"].as_str()), (Some("up"), Some("down")));
    assert_eq!(history[0]["completed"], history[1]["started"]);
}

#[tokio::test]
async fn a_workspace_has_boxes_policies_and_providers() {
    let cloud = Box::start().await;
    let boxes = cloud.read("/services/workspaces/shop-production/boxes").await;
    let of = |kind: &str| {
        let ends = |b: &&serde_json::Value| b["schema"].as_str().is_some_and(|s| s.ends_with(kind));
        rows(&boxes).iter().filter(ends).cloned().collect::<Vec<_>>()
    };
    let (scripts, policies) = (of("/boxes/script"), of("/boxes/policy"));
    assert!(scripts.len() >= 2 && policies.len() >= 2, "{boxes:#}");
    for requirement in rows(&scripts[0]["requirements"]) {
        assert!(policies.iter().any(|p| rows(&p["claims"]).contains(requirement)));
    }
    let providers = cloud.read("/services/workspaces/shop-production/providers").await;
    assert!(rows(&providers).iter().any(|p| p["id"] == policies[0]["provider_id"] && p["state"] == "ready"));

    let id = scripts[0]["id"].as_str().expect("an id");
    assert_eq!(cloud.read(&format!("/services/boxes/{id}")).await["name"], scripts[0]["name"]);
    assert_eq!(rows(&cloud.read(&format!("/services/boxes?ids={id},")).await).len(), 1);
    assert_eq!(cloud.get("/services/boxes/nothing").await.status, 404);
    let provider = providers[0]["id"].as_str().expect("an id");
    assert_eq!(cloud.read(&format!("/services/providers/{provider}")).await["id"], provider);
    assert_eq!(cloud.get("/services/workspaces/nothing/boxes").await.status, 404);
    let personal = cloud.read("/services/workspaces/captain/boxes").await;
    let secret = rows(&personal).iter().flat_map(|b| rows(&b["variables"])).find(|v| v["type"] == "Password");
    assert!(secret.is_some(), "a variable to be masked: {personal:#}");
}
