//! The jump host: machines by the addresses that their platforms list.

use reqwest::Method;
use serde_json::{Value, json};

use super::visitor::Visitor;
use crate::client::{Client, json as answer};
use crate::exoscale::zone::{Zone, cloud};

async fn get(client: &Client, platform: &str, path: &str) -> Value {
    let access = client.cloud().access.iter().find(|a| a.platform == platform).expect("a face");
    let request = client.http.request(Method::GET, format!("{}{path}", access.base_url));
    let request = match platform {
        "gcore" => request.header("Authorization", format!("APIKey {}", access.secret.expose())),
        _ => request
            .header("Elasticbox-Token", access.secret.expose())
            .header("ElasticBox-Release", "4.0")
            .header("Content-Type", "application/json"),
    };
    let (status, body) = answer(request).await;
    assert_eq!(status, 200, "{path}: {body}");
    body
}

/// The addresses of a machine that runs.
pub async fn gcore(client: &Client) -> Vec<String> {
    let access = client.cloud().access.iter().find(|a| a.platform == "gcore").expect("a face");
    let regions = get(client, "gcore", "/cloud/v1/regions").await;
    for region in regions["results"].as_array().expect("regions") {
        let path = format!(
            "/cloud/v1/instances/{}/{}?status=ACTIVE",
            access.project.expect("a project"),
            region["id"]
        );
        let list = get(client, "gcore", &path).await;
        if let Some(machine) = list["results"].as_array().and_then(|rows| rows.first()) {
            let networks = machine["addresses"].as_object().expect("networks");
            let all = networks.values().flat_map(|list| list.as_array().expect("a list"));
            let addresses: Vec<String> =
                all.filter_map(|it| it["addr"].as_str().map(ToOwned::to_owned)).collect();
            return addresses;
        }
    }
    panic!("no machine runs");
}

async fn elasticbox(client: &Client) -> Vec<String> {
    let list = get(client, "elasticbox", "/services/instances").await;
    for instance in list.as_array().expect("a list").iter().filter(|i| i["state"] == "done") {
        let id = instance["id"].as_str().expect("an id");
        let service = get(client, "elasticbox", &format!("/services/instances/{id}/service")).await;
        let machine = &service["machines"][0];
        if machine["state"] != "done" {
            continue;
        }
        let of = |kind: &str| machine["address"][kind].as_str().map(ToOwned::to_owned);
        return [of("public"), of("private")].into_iter().flatten().collect();
    }
    panic!("no machine runs");
}

#[tokio::test]
async fn a_machine_is_reached_by_each_of_its_addresses() {
    let client = Client::start(None).await;
    for (platform, addresses) in [("gcore", gcore(&client).await), ("elasticbox", elasticbox(&client).await)]
    {
        assert!(!addresses.is_empty(), "{platform}");
        let mut names = Vec::new();
        for address in &addresses {
            let mut jump = Visitor::to(client.cloud()).await;
            assert!(jump.by_key(platform, client.cloud()).await, "{platform}");
            let mut machine = jump.jump(address).await.expect("it is reached");
            assert!(!machine.by_password("anyone", "a password").await);
            assert!(machine.by_key("anyone", client.cloud()).await);
            names.push(machine.run("echo $HOSTNAME").await.output);
        }
        assert!(names[0].len() > 1, "{platform}: {names:?}");
        assert!(names.iter().all(|name| *name == names[0]), "{platform}: {names:?}");
    }
}

#[tokio::test]
async fn a_machine_lets_in_the_user_of_its_template_alone_and_only_while_it_runs() {
    let cloud = cloud().await;
    let zone = Zone::of(&cloud, "ch-gva-2");
    let all = zone.get("/instance").await;
    let rows = all["instances"].as_array().expect("a list");
    let row = rows.iter().find(|row| row["state"] == "running" && row["public-ip"].is_string());
    let row = row.expect("one runs");
    let address = row["public-ip"].as_str().expect("an address");
    let template = zone.get(&format!("/template/{}", row["template"]["id"].as_str().expect("an id"))).await;
    let user = template["default-user"].as_str().expect("a user");

    let mut stranger = Visitor::to(&cloud).await;
    assert!(!stranger.by_key("nothing", &cloud).await, "no platform has that name");
    assert!(!stranger.by_key("cycle", &cloud).await, "it has an SSH end of its own");

    let mut jump = Visitor::to(&cloud).await;
    assert!(jump.by_key("exoscale", &cloud).await);
    assert!(jump.session.channel_open_session().await.is_err(), "the jump host has no shell");
    let mut machine = jump.jump(address).await.expect("it is reached");
    assert!(!machine.by_key("somebody-else", &cloud).await);
    assert!(machine.by_key(user, &cloud).await, "{user}");
    assert!(machine.run("echo $HOSTNAME").await.output.len() > 1);
    assert!(jump.jump("203.0.113.250").await.is_err(), "an address of no machine");

    let id = row["id"].as_str().expect("an id");
    zone.done("PUT", &format!("/instance/{id}:stop"), Some(json!({}))).await;
    assert!(jump.jump(address).await.is_err(), "it is stopped");
}
