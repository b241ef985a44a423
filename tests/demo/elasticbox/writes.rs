//! Operations, ends, and the document that is sent back.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Box, pair, rows};

fn as_pairs(seen: &[(String, String)]) -> Vec<(&str, &str)> {
    seen.iter().map(|(state, event)| (state.as_str(), event.as_str())).collect()
}

#[tokio::test]
async fn a_shutdown_ends_in_two_steps_and_excludes_everything_else() {
    let cloud = Box::start().await;
    let id = cloud.id_of("tomcat-2").await;
    let path = format!("/services/instances/{id}");
    let before = cloud.read(&path).await;
    let accepted = cloud.put(&format!("{path}/shutdown")).await;
    assert_eq!((accepted.status, accepted.text.as_str()), (202, ""));
    for verb in ["shutdown", "poweron", "deploy", "reinstall", "reconfigure"] {
        assert_eq!(cloud.put(&format!("{path}/{verb}")).await.status, 409, "{verb}");
    }
    for operation in ["terminate", "force_terminate", "delete"] {
        assert_eq!(cloud.delete(&id, operation).await.status, 409, "{operation}");
    }
    let seen = cloud.until(&id, ("done", "shutdown_service")).await;
    let mut seen = as_pairs(&seen);
    // A fresh 202 may still show the pair from before it.
    if seen.first() == Some(&("done", "deploy")) {
        seen.remove(0);
    }
    assert_eq!(
        seen,
        [("processing", "shutdown"), ("processing", "shutdown_service"), ("done", "shutdown_service")]
    );
    let after = cloud.read(&path).await;
    assert!(after["updated"].as_str() > before["updated"].as_str());
    assert_eq!(cloud.put(&format!("{path}/shutdown")).await.status, 409, "it is down");
    assert_eq!(cloud.put(&format!("{path}/reconfigure")).await.status, 409, "it is down");

    assert_eq!(cloud.put(&format!("{path}/poweron")).await.status, 202);
    let seen = cloud.until(&id, ("done", "poweron")).await;
    assert!(as_pairs(&seen).contains(&("processing", "poweron")), "{seen:?}");
    let operations = cloud.read(&format!("{path}/operations")).await;
    let events: Vec<&str> = rows(&operations).iter().filter_map(|o| o["operation"].as_str()).collect();
    assert_eq!(events, ["deploy", "shutdown", "shutdown_service", "poweron"]);
    assert!(rows(&operations).iter().all(|o| o["state"] == "done" && !rows(&o["activity"]).is_empty()));
    let ids: std::collections::HashSet<&str> =
        rows(&operations).iter().filter_map(|o| o["id"].as_str()).collect();
    assert_eq!(ids.len(), 4, "ids are unlike");
    let service = cloud.read(&format!("{path}/service")).await;
    let ups: Vec<&str> = rows(&service["state_history"]).iter().filter_map(|h| h["state"].as_str()).collect();
    assert_eq!(ups, ["up", "down", "up"]);
}

#[tokio::test]
async fn reinstall_and_reconfigure_come_back_online() {
    let cloud = Box::start().await;
    let id = cloud.id_of("tomcat-1").await;
    let path = format!("/services/instances/{id}");
    let reconfigure = |body: Value| {
        let request = cloud.request(Method::PUT, &format!("{path}/reconfigure"));
        cloud.send(request.body(body.to_string()))
    };
    assert_eq!(reconfigure(json!({ "id": "i-other", "method": "reconfigure" })).await.status, 400);
    assert_eq!(reconfigure(json!({ "id": id, "method": "reinstall" })).await.status, 400);
    assert_eq!(reconfigure(json!({ "id": id, "method": "reconfigure" })).await.status, 202);
    let seen = cloud.until(&id, ("done", "reconfigure")).await;
    assert!(as_pairs(&seen).contains(&("processing", "reconfigure")), "{seen:?}");
    assert_eq!(cloud.put(&format!("{path}/poweron")).await.status, 409, "it is online");
    for verb in ["reinstall", "deploy"] {
        assert_eq!(cloud.put(&format!("{path}/{verb}")).await.status, 202);
        let seen = cloud.until(&id, ("done", verb)).await;
        assert!(as_pairs(&seen).contains(&("processing", verb)), "{seen:?}");
    }
}

#[tokio::test]
async fn the_dead_stay_in_the_list_until_their_record_is_deleted() {
    let cloud = Box::start().await;
    let id = cloud.id_of("tomcat-3").await;
    let path = format!("/services/instances/{id}");
    let listed = async || cloud.all().await.into_iter().find(|i| i["id"] == id.as_str());
    for wrong in ["delete", "remove", ""] {
        assert_eq!(cloud.delete(&id, wrong).await.status, 400, "{wrong}");
    }
    let bare = cloud.send(cloud.request(Method::DELETE, &path)).await;
    assert_eq!(bare.status, 400, "{}", bare.text);
    let accepted = cloud.delete(&id, "terminate").await;
    assert_eq!((accepted.status, accepted.text.as_str()), (202, ""));
    let seen = cloud.until(&id, ("done", "terminate_service")).await;
    let seen = as_pairs(&seen);
    assert!(seen.contains(&("processing", "terminate")), "{seen:?}");
    assert!(seen.contains(&("processing", "terminate_service")), "{seen:?}");

    let dead = listed().await.expect("the dead are listed");
    assert_eq!(pair(&dead), ("done".into(), "terminate_service".into()));
    assert_eq!(cloud.delete(&id, "terminate").await.status, 400);
    for verb in ["shutdown", "poweron", "deploy", "reinstall", "reconfigure"] {
        assert_eq!(cloud.put(&format!("{path}/{verb}")).await.status, 409, "{verb}");
    }
    let activity = cloud.read(&format!("{path}/activity?operation=terminate_service")).await;
    let last = rows(&activity).last().expect("entries")["text"].clone();
    assert_eq!(last, "Instance successfully terminated.");
    assert_eq!(cloud.get(&format!("{path}/service")).await.status, 200);

    // The platform's own client for Jenkins puts a slash before the question mark.
    let slashed = cloud.request(Method::DELETE, &format!("{path}/?operation=delete"));
    assert_eq!(cloud.send(slashed).await.status, 202);
    assert!(listed().await.is_none());
    for way in ["", "/service", "/activity", "/operations", "/bindings"] {
        assert_eq!(cloud.get(&format!("{path}{way}")).await.status, 403, "{way}");
    }
    assert_eq!(cloud.delete(&id, "delete").await.status, 403);
    assert_eq!(cloud.put(&format!("{path}/deploy")).await.status, 403);
}

#[tokio::test]
async fn force_terminate_runs_no_scripts() {
    let cloud = Box::start().await;
    let id = cloud.id_of("loadtest-1").await;
    assert_eq!(cloud.delete(&id, "force_terminate").await.status, 202);
    cloud.until(&id, ("done", "terminate_service")).await;
    let activity = cloud.read(&format!("/services/instances/{id}/activity?operation=terminate")).await;
    assert!(!rows(&activity).is_empty());
    assert!(rows(&activity).iter().all(|entry| entry.get("event").is_none()), "{activity:#}");
}

#[tokio::test]
async fn an_unavailable_one_has_a_reason_and_is_ended_by_force_only() {
    let cloud = Box::start().await;
    let id = cloud.id_of("reports-1").await;
    let path = format!("/services/instances/{id}");
    let found = cloud.read(&path).await;
    assert_eq!(pair(&found), ("unavailable".into(), "deploy".into()));
    assert_eq!(found["service"]["machines"][0]["state"], "unavailable");
    let why = async || {
        let activity = cloud.read(&format!("{path}/activity")).await;
        let last = rows(&activity).last().expect("entries").clone();
        assert_eq!(last["level"], "error");
        last["text"].as_str().expect("a text").to_owned()
    };
    assert!(why().await.contains("no space left on device"), "{}", why().await);
    assert_eq!(cloud.delete(&id, "terminate").await.status, 400);

    // What failed may be tried again; this one fails again.
    assert_eq!(cloud.put(&format!("{path}/reinstall")).await.status, 202);
    cloud.until(&id, ("unavailable", "reinstall")).await;
    assert!(why().await.contains("no space left on device"));
    let operations = cloud.read(&format!("{path}/operations")).await;
    let states: Vec<&str> = rows(&operations).iter().filter_map(|o| o["state"].as_str()).collect();
    assert_eq!(states, ["done", "unavailable"]);
    assert_eq!(cloud.delete(&id, "force_terminate").await.status, 202);
    cloud.until(&id, ("done", "terminate_service")).await;
}

#[tokio::test]
async fn the_whole_document_is_sent_back_and_few_fields_change() {
    let cloud = Box::start().await;
    let id = cloud.id_of("jenkins-1").await;
    let path = format!("/services/instances/{id}");
    let put = |document: &Value| cloud.send(cloud.request(Method::PUT, &path).body(document.to_string()));
    let before = cloud.read(&path).await;
    let mut sent = before.clone();
    sent["tags"] = json!(["ci", "nightly"]);
    sent["name"] = json!("renamed");
    sent["state"] = json!("unavailable");
    sent["variables"][0]["value"] = json!("8");
    sent["members"] = json!([{ "role": "collaborator", "workspace": "research" }]);
    let answer = put(&sent).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let after = cloud.read(&path).await;
    assert_eq!(after, answer.json);
    assert_eq!(after["tags"], json!(["ci", "nightly"]));
    assert_eq!(after["variables"][0]["value"], "8");
    assert_eq!((&after["name"], &after["state"]), (&before["name"], &before["state"]), "these stay");
    assert!(after["updated"].as_str() > before["updated"].as_str());
    let research = cloud.read("/services/workspaces/research/instances").await;
    assert!(rows(&research).iter().any(|i| i["id"] == id.as_str()), "shared with them now");

    let text = cloud
        .bare(Method::PUT, &path)
        .header("Elasticbox-Token", &cloud.token)
        .header("ElasticBox-Release", "4.0")
        .header("Content-Type", "text/plain")
        .body(sent.to_string());
    assert_eq!(cloud.send(text).await.status, 400);
    sent.as_object_mut().expect("an object").remove("boxes");
    assert_eq!(put(&sent).await.status, 400);
    assert_eq!(put(&json!({ "tags": [] })).await.status, 400, "not the whole document");
}
