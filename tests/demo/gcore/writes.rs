//! Changes: tasks that take their time, and everything below a machine.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Gcore, all};

/// The path of a machine's actions.
fn action(machine: &str) -> String {
    format!("{}/action", machine.replace("/v1/", "/v2/"))
}

#[tokio::test]
async fn a_machine_is_made_by_a_task_and_removed_by_another() {
    let gcore = Gcore::start().await;
    let wish = gcore.wish("newcomer").await;
    let scope = gcore.scope(0);
    let task = gcore.begin(Method::POST, &format!("/cloud/v2/instances/{scope}"), Some(wish)).await;
    let machine = gcore.machine(0, "newcomer").await;
    let early = gcore.get(&machine).await;
    assert_eq!(early["status"], "BUILD", "{early}");
    assert_eq!((&early["task_id"], &early["creator_task_id"]), (&json!(task), &json!(task)));
    assert!(early["task_state"].is_string());
    let active = gcore.get(&format!("/cloud/v1/tasks/{scope}/active")).await;
    assert_eq!(all(&active, "id"), [task.as_str()]);
    assert_eq!(active["results"][0]["created_resources"], json!({}));

    let done = gcore.finish(&task).await;
    assert_eq!(done["task_type"], "create_vm");
    assert_eq!(done["created_resources"]["instances"], json!([early["id"]]), "{done}");
    let row = gcore.get(&machine).await;
    assert_eq!((row["status"].as_str(), row["task_state"].is_null()), (Some("ACTIVE"), true), "{row}");
    assert_eq!(row["flavor"]["flavor_id"], "g2-standard-1-2");
    assert_eq!(row["metadata"]["stage"], "test");
    assert_eq!(row["volumes"][0]["id"], done["created_resources"]["volumes"][0]);

    let (status, refused) = gcore.call(Method::DELETE, &format!("{machine}?volumes=none"), None).await;
    assert_eq!(status, 404, "{refused}");
    gcore.done(Method::DELETE, &machine, None).await;
    assert_eq!(gcore.call(Method::GET, &machine, None).await.0, 404);
    let (_, answer) = gcore.post(&format!("/cloud/v1/tasks/{task}/acknowledge"), json!({})).await;
    assert!(answer["acknowledged_at"].is_string(), "{answer}");
    let open = gcore.get("/cloud/v1/tasks?is_acknowledged=false").await;
    assert_eq!(all(&open, "task_type"), ["delete_vm"]);
}

#[tokio::test]
async fn actions_begin_in_their_states_only_and_one_at_a_time() {
    let gcore = Gcore::start().await;
    let machine = gcore.api().await;
    let act = async |word: &str| gcore.post(&action(&machine), json!({ "action": word })).await;
    for word in ["start", "resume"] {
        let (status, body) = act(word).await;
        assert_eq!(status, 400, "{body}");
    }
    let task = gcore.begin(Method::POST, &action(&machine), Some(json!({ "action": "stop" }))).await;
    let row = gcore.get(&machine).await;
    assert_eq!((&row["task_id"], &row["task_state"]), (&json!(task), &json!("powering-off")), "{row}");
    let (status, body) = act("reboot").await;
    assert_eq!((status, body["exception_class"].as_str()), (409, Some("ConflictError")));
    assert!(body["message"].as_str().is_some_and(|text| text.contains(&task)), "{body}");
    gcore.finish(&task).await;
    for (word, status, state) in [
        ("start", "ACTIVE", "active"),
        ("suspend", "SUSPENDED", "suspended"),
        ("resume", "ACTIVE", "active"),
        ("reboot_hard", "ACTIVE", "active"),
    ] {
        gcore.done(Method::POST, &action(&machine), Some(json!({ "action": word }))).await;
        let row = gcore.get(&machine).await;
        assert_eq!((row["status"].as_str(), row["vm_state"].as_str()), (Some(status), Some(state)), "{word}");
        assert!(row["task_state"].is_null(), "{word}: {row}");
    }
    let log = gcore.get("/cloud/v1/user_actions?order_by=asc").await;
    assert_eq!(all(&log, "action_type"), ["stop", "start", "suspend", "resume", "reboot_hard"]);
}

#[tokio::test]
async fn the_old_verbs_answer_with_the_machine() {
    let gcore = Gcore::start().await;
    let machine = gcore.machine(1, "staging").await;
    assert_eq!(gcore.post(&format!("{machine}/stop"), json!({})).await.0, 400);
    let (status, row) = gcore.post(&format!("{machine}/start"), json!({ "activate_profile": true })).await;
    assert_eq!((status, row["task_state"].as_str()), (200, Some("powering-on")), "{row}");
    assert_eq!((row["status"].as_str(), row["vm_state"].as_str()), (Some("SHUTOFF"), Some("stopped")));
    gcore.finish(row["task_id"].as_str().expect("a task")).await;
    let (_, row) = gcore.post(&format!("{machine}/powercycle"), json!({})).await;
    assert_eq!(row["task_state"], "rebooting_hard", "{row}");
}

#[tokio::test]
async fn a_machine_takes_another_size_when_the_task_has_ended() {
    let gcore = Gcore::start().await;
    let machine = gcore.api().await;
    let size = async || gcore.get(&machine).await["flavor"]["flavor_id"].clone();
    let sizes = gcore.get(&format!("{machine}/available_flavors")).await;
    assert!(!all(&sizes, "flavor_id").contains(&"g2-standard-2-4".to_owned()), "its own size is offered");
    let resize = format!("{machine}/changeflavor");
    assert_eq!(gcore.post(&resize, json!({ "flavor_id": "g9" })).await.0, 404);
    assert_eq!(gcore.post(&resize, json!({ "flavor_id": "g1w-standard-2-4" })).await.0, 400);
    let task = gcore.begin(Method::POST, &resize, Some(json!({ "flavor_id": "g2-standard-4-8" }))).await;
    assert_eq!(size().await, "g2-standard-2-4", "too early");
    gcore.finish(&task).await;
    assert_eq!(size().await, "g2-standard-4-8");
}

#[tokio::test]
async fn tags_are_merged_replaced_and_guarded() {
    let gcore = Gcore::start().await;
    let machine = gcore.api().await;
    let metadata = format!("{machine}/metadata");
    let body = json!({ "name": "renamed", "tags": { "a": "1", "b": "2" } });
    let (_, row) = gcore.call(Method::PATCH, &machine, Some(body)).await;
    assert_eq!((&row["name"], &row["metadata"]["a"]), (&json!("renamed"), &json!("1")));
    let (_, row) =
        gcore.call(Method::PATCH, &machine, Some(json!({ "tags": { "a": null, "c": "3" } }))).await;
    assert_eq!((&row["metadata"]["a"], &row["metadata"]["b"]), (&Value::Null, &json!("2")), "{row}");
    assert_eq!(gcore.post(&metadata, json!({ "d": "4" })).await.0, 204);
    assert_eq!(gcore.get(&format!("{metadata}/d")).await["value"], "4");
    assert_eq!(gcore.call(Method::PUT, &metadata, Some(json!({ "e/f": "5" }))).await.0, 204);
    let list = gcore.get(&metadata).await;
    let own: Vec<String> = all(&list, "key").into_iter().filter(|key| key == "d" || key == "e/f").collect();
    assert_eq!(own, ["e/f"]);
    let item = format!("{}/metadata_item?key=e%2Ff", machine.replace("/v1/", "/v2/"));
    assert_eq!(gcore.get(&item).await["read_only"], false);
    assert_eq!(gcore.call(Method::DELETE, &item, None).await.0, 204);
    assert_eq!(gcore.call(Method::DELETE, &item, None).await.0, 404);
    assert_eq!(gcore.call(Method::DELETE, &format!("{metadata}/os_distro"), None).await.0, 400, "read-only");
}

#[tokio::test]
async fn ports_and_their_groups_come_and_go() {
    let gcore = Gcore::start().await;
    let machine = gcore.api().await;
    let ports = async || gcore.get(&format!("{machine}/interfaces")).await;
    let before = all(&ports().await, "port_id");
    let attach = json!({ "type": "external", "interface_name": "second" });
    gcore.done(Method::POST, &format!("{machine}/attach_interface"), Some(attach)).await;
    let after = ports().await;
    let rows = after["results"].as_array().expect("ports");
    let new = rows.iter().find(|row| row["interface_name"] == "second").expect("the new port");
    assert_eq!(rows.len(), before.len() + 1);
    let ip = &new["ip_assignments"][0]["ip_address"];
    let detach = format!("{machine}/detach_interface");
    let (status, _) =
        gcore.post(&detach, json!({ "ip_address": "192.0.2.9", "port_id": new["port_id"] })).await;
    assert_eq!(status, 404);

    let groups = json!({ "ports_security_group_names": [
        { "port_id": new["port_id"], "security_group_names": ["ssh-only"] },
    ] });
    assert_eq!(gcore.post(&format!("{machine}/addsecuritygroup"), groups.clone()).await.0, 204);
    let listed = gcore.get(&format!("{machine}/securitygroups")).await;
    assert_eq!(all(&listed, "name"), ["default", "ssh-only", "web"]);
    let group = listed["results"][1]["id"].as_str().expect("an id");
    let members = gcore.get(&format!("/cloud/v1/securitygroups/{}/{group}/instances", gcore.scope(0))).await;
    assert_eq!(members["count"], 1, "{members}");
    assert_eq!(gcore.post(&format!("{machine}/delsecuritygroup"), groups.clone()).await.0, 204);
    assert_eq!(gcore.post(&format!("{machine}/delsecuritygroup"), groups).await.0, 404);
    let (status, _) =
        gcore.post(&format!("{machine}/addsecuritygroup"), json!({ "name": "none-such" })).await;
    assert_eq!(status, 404);

    let body = json!({ "ip_address": ip, "port_id": new["port_id"] });
    gcore.done(Method::POST, &detach, Some(body)).await;
    assert_eq!(all(&ports().await, "port_id"), before);
}

#[tokio::test]
async fn placement_and_names_and_prices() {
    let gcore = Gcore::start().await;
    let (scope, machine) = (gcore.scope(0), gcore.api().await);
    let groups = gcore.get(&format!("/cloud/v1/servergroups/{scope}")).await;
    let group = groups["results"][0]["servergroup_id"].clone();
    let leave = format!("{machine}/remove_from_servergroup");
    assert_eq!(gcore.post(&leave, json!({})).await.0, 400);
    let join = json!({ "servergroup_id": group });
    gcore.done(Method::POST, &format!("{machine}/put_into_servergroup"), Some(join)).await;
    let groups = gcore.get(&format!("/cloud/v1/servergroups/{scope}")).await;
    assert_eq!(groups["results"][0]["instances"].as_array().map(Vec::len), Some(1));
    gcore.done(Method::POST, &leave, Some(json!({}))).await;

    let templates = "/cloud/v1/reseller_name_templates";
    let rules = json!({ "region_id": gcore.regions[0], "reseller_id": 1, "allow_custom_name": false,
        "allowed_name_templates": ["web-{ip_octets}"] });
    assert_eq!(gcore.call(Method::PUT, templates, Some(rules)).await.0, 200);
    assert_eq!(gcore.get(templates).await["count"], 1);
    let names = gcore.get(&format!("/cloud/v1/instances/{scope}/available_names")).await;
    assert_eq!(
        (&names["custom_name_allowed"], &names["name_templates_limited"]),
        (&json!(false), &json!(true))
    );
    assert_eq!(gcore.get(&format!("{templates}/{scope}/available_names")).await, {
        let mut all = names.clone();
        all["allowed_lb_name_templates"] = Value::Null;
        all["allowed_lb_name_restriction"] = Value::Null;
        all
    });
    let (status, _) = gcore.call(Method::DELETE, &format!("{templates}/1/{}", gcore.regions[0]), None).await;
    assert_eq!(status, 204);

    let wish = json!({ "flavor": "g2-standard-2-4", "interfaces": [{ "type": "external" }],
        "volumes": [{ "source": "new-volume", "size": 100 }], "names": ["a-1", "a-2"] });
    let (_, price) = gcore.post(&format!("/cloud/v2/pricing/{scope}/instances"), wish.clone()).await;
    assert_eq!(price["vm_count"], 2, "{price}");
    let (_, limits) = gcore.post(&format!("/cloud/v2/instances/{scope}/check_limits"), wish).await;
    assert_eq!((&limits["vm_count_usage"], &limits["vm_count_requested"]), (&json!(3), &json!(0)));
    let many = json!({ "flavor": "g2s-shared-1-1", "names": vec!["x-1"; 150] });
    let (_, limits) = gcore.post(&format!("/cloud/v2/instances/{scope}/check_limits"), many).await;
    assert_eq!(limits["shared_vm_count_requested"], 50, "{limits}");
    let volumes = json!({ "volumes": [{ "source": "image" }] });
    let (_, sizes) = gcore.post(&format!("/cloud/v1/instances/{scope}/available_flavors"), volumes).await;
    assert!(!all(&sizes, "flavor_id").is_empty());
}
