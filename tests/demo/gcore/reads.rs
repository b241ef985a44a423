//! Lists and single things: shapes, pages, filters.

use reqwest::Method;
use serde_json::json;

use super::{Gcore, all};

#[tokio::test]
async fn every_read_is_as_described() {
    let gcore = Gcore::start().await;
    let (scope, project) = (gcore.scope(0), gcore.project());
    let machine = gcore.api().await;
    let scoped = [
        "v1/instances/P?with_interfaces_name=true",
        "v1/instances/P/available_names",
        "v1/flavors/P",
        "v1/flavors/P?include_prices=true&exclude_windows=true",
        "v1/images/P?include_prices=true",
        "v1/apptemplates/P",
        "v1/apptemplates/P/grafana",
        "v1/servergroups/P",
        "v1/securitygroups/P",
        "v1/volumes/P?bootable=true",
        "v1/ports/P?order_by=network_id.asc",
        "v1/networks/P",
        "v1/networks/P?owned_by=any&external=true",
        "v1/subnets/P?owned_by=any",
        "v1/floatingips/P?status=ACTIVE",
        "v1/reserved_fixed_ips/P?available_only=true",
        "v1/snapshots/P",
        "v1/bmcapacity/P",
        "v1/bmflavors/P",
        "v1/bmflavors/P?include_prices=true&include_capacity=true&include_reservation_stock=true",
        "v1/tasks/P/active",
        "v3/gpu/virtual/P/flavors",
        "v3/gpu/virtual/P/flavors?include_prices=true&hide_disabled=true",
        "v3/gpu/baremetal/P/flavors?include_prices=true",
        "v3/gpu/baremetal/P/clusters",
    ];
    for path in scoped {
        gcore.get(&format!("/cloud/{}", path.replace('P', &scope))).await;
    }
    for path in [
        "/iam/clients/me",
        "/cloud/v1/projects",
        "/cloud/v1/regions?show_volume_types=true",
        "/cloud/v1/ai/regions",
        "/cloud/v1/tasks",
        "/cloud/v1/user_actions",
        "/cloud/v2/client_quotas",
        "/cloud/v2/reservations",
        "/cloud/v3/inference/flavors",
        "/cloud/v3/inference/capacity",
    ] {
        gcore.get(path).await;
    }
    gcore.get(&format!("/cloud/v1/projects/{project}")).await;
    gcore.get(&format!("/cloud/v1/regions/{}", gcore.regions[0])).await;
    gcore.get(&format!("/cloud/v1/ssh_keys/{project}")).await;
    gcore.get(&format!("/cloud/v3/inference/{project}/deployments")).await;
    for below in [
        "",
        "/interfaces",
        "/ports",
        "/securitygroups",
        "/available_flavors?include_prices=true",
        "/metadata",
        "/metadata/image_name",
        "/get_console",
    ] {
        gcore.get(&format!("{machine}{below}")).await;
    }
    let id = machine.rsplit('/').next().expect("an id");
    gcore.get(&format!("/cloud/v1/pricing/{scope}/instances/{id}")).await;
    gcore.get(&format!("/cloud/v2/instances/{scope}/{id}/metadata_item?key=image_name")).await;
    let clusters = gcore.get(&format!("/cloud/v3/gpu/virtual/{}/clusters", gcore.scope(1))).await;
    let cluster = clusters["results"][0]["id"].as_str().expect("a cluster");
    let path = format!("/cloud/v3/gpu/virtual/{}/clusters/{cluster}", gcore.scope(1));
    assert_eq!(gcore.get(&path).await["servers_count"], 2);
    assert_eq!(gcore.get(&format!("{path}/servers")).await["count"], 2);
}

#[tokio::test]
async fn both_generations_of_names_are_returned() {
    let gcore = Gcore::start().await;
    let row = gcore.get(&gcore.api().await).await;
    for (new, old) in [
        ("id", "instance_id"),
        ("name", "instance_name"),
        ("created_at", "instance_created"),
        ("ssh_key_name", "keypair_name"),
        ("tags", "metadata_detailed"),
    ] {
        assert_eq!(row[new], row[old], "{row}");
        assert!(!row[new].is_null(), "{new} is null");
    }
    assert_eq!(row["metadata"]["os_distro"], "ubuntu");
    assert!(row["addresses"]["pub_net"][0]["subnet_id"].is_string(), "{row}");
}

#[tokio::test]
async fn times_come_in_the_shapes_of_the_platform() {
    let gcore = Gcore::start().await;
    let machine = gcore.api().await;
    let scope = gcore.scope(0);
    let row = gcore.get(&machine).await;
    assert!(row["created_at"].as_str().is_some_and(|at| at.ends_with('Z')), "{row}");
    let volumes = gcore.get(&format!("/cloud/v1/volumes/{scope}")).await;
    assert!(all(&volumes, "created_at").iter().all(|at| at.ends_with("+0000")), "{volumes}");
    let action = format!("{}/action", machine.replace("/v1/", "/v2/"));
    let task = gcore.done(Method::POST, &action, Some(json!({ "action": "reboot" }))).await;
    for key in ["created_on", "updated_on", "finished_on"] {
        assert_eq!(task[key].as_str().map(str::len), Some("2026-05-23T05:07:31".len()), "{task}");
    }
    let log = gcore.get("/cloud/v1/user_actions?action_type=reboot").await;
    assert!(all(&log, "timestamp").iter().all(|at| at.ends_with("+00:00")), "{log}");
    assert_eq!(log["count"], 1);
}

#[tokio::test]
async fn lists_page_and_count_everything() {
    let gcore = Gcore::start().await;
    let path = format!("/cloud/v1/instances/{}", gcore.scope(0));
    let whole = gcore.get(&format!("{path}?order_by=name.asc")).await;
    let names = all(&whole, "name");
    assert!(names.len() > 2 && names.is_sorted(), "{names:?}");
    for (offset, name) in names.iter().enumerate() {
        let page = gcore.get(&format!("{path}?order_by=name.asc&limit=1&offset={offset}")).await;
        assert_eq!(page["count"], names.len());
        assert_eq!(all(&page, "name"), [name.as_str()]);
    }
    let beyond = gcore.get(&format!("{path}?offset=100")).await;
    assert_eq!((beyond["count"].as_u64(), all(&beyond, "id").len()), (Some(names.len() as u64), 0));
    // Key pairs come ten at a time unless more are asked for.
    let keys = format!("/cloud/v1/ssh_keys/{}", gcore.project());
    for number in 0..10 {
        let (status, _) = gcore.post(&keys, json!({ "name": format!("key-{number}") })).await;
        assert_eq!(status, 201);
    }
    let list = gcore.get(&keys).await;
    assert_eq!((list["count"].as_u64(), all(&list, "id").len()), (Some(11), 10));
}

#[tokio::test]
async fn machines_are_narrowed_as_asked() {
    let gcore = Gcore::start().await;
    let path = format!("/cloud/v1/instances/{}", gcore.scope(1));
    let named = async |query: &str| {
        let mut names = all(&gcore.get(&format!("{path}?{query}")).await, "name");
        names.sort();
        names
    };
    let plain = named("").await;
    assert_eq!(plain, ["api-2", "staging-1"]);
    assert_eq!(named("include_ai=true").await, ["api-2", "render-1", "render-2", "staging-1"]);
    assert_eq!(named("name=STAG").await, ["staging-1"]);
    assert_eq!(named("name=%5Eapi-%5B0-9%5D%24").await, ["api-2"]);
    assert_eq!(named("status=SHUTOFF").await, ["staging-1"]);
    assert_eq!(named("flavor_prefix=g2s-").await, ["staging-1"]);
    assert_eq!(named("exclude_flavor_prefix=g2s-").await, ["api-2"]);
    assert_eq!(named("flavor_id=g2-standard-2-4").await, ["api-2"]);
    assert_eq!(named("exclude_secgroup=web").await, ["staging-1"]);
    assert_eq!(named("only_with_fixed_external_ip=true").await, ["api-2"]);
    assert_eq!(named("available_floating=true").await, ["api-2"]);
    assert_eq!(named("only_isolated=true").await, Vec::<String>::new());
    assert_eq!(named("profile_name=x").await, plain, "profiles count with with_ddos only");
    assert_eq!(named("profile_name=x&with_ddos=true").await, Vec::<String>::new());
    assert_eq!(named("changes-since=2000-01-01T00:00:00").await, plain);
    assert_eq!(named("changes-before=2000-01-01T00:00:00Z").await, Vec::<String>::new());
    let row = gcore.get(&gcore.machine(1, "api").await).await;
    let id = row["id"].as_str().expect("an id");
    assert_eq!(named(&format!("uuid={}", &id[4..20])).await, ["api-2"]);
    let ip = row["addresses"]["pub_net"][0]["addr"].as_str().expect("an address");
    assert_eq!(named(&format!("ip={}", &ip[..ip.len() - 1])).await, ["api-2"]);
    assert_eq!(named("tag_value=24.04").await, ["api-2"]);
    assert_eq!(named("tag_key_value=%7B%22os_version%22%3A%2222.04%22%7D").await, ["staging-1"]);
    assert_eq!(named("metadata_kv=%7B%22os_version%22%3A%2222.04%22%7D").await, ["staging-1"]);
    let found = gcore.get(&format!("/cloud/v1/instances/search?id={id}")).await;
    assert_eq!(found["results"][0]["region_id"], gcore.regions[1].to_string());
}

#[tokio::test]
async fn capacity_is_what_is_not_in_use() {
    let gcore = Gcore::start().await;
    let free = async |nth: usize| {
        let path = format!("/cloud/v3/gpu/virtual/{}/flavors", gcore.scope(nth));
        let list = gcore.get(&path).await;
        let rows = list["results"].as_array().cloned().unwrap_or_default();
        let h100 = rows.into_iter().find(|row| row["hardware_properties"]["gpu_model"] == "h100");
        h100.expect("an h100")["capacity"].as_u64()
    };
    assert_eq!((free(0).await, free(1).await), (Some(6), Some(7)), "render's two machines are in use");
    let quotas = gcore.get("/cloud/v2/client_quotas").await;
    assert_eq!(quotas["regional_quotas"][1]["gpu_virtual_h100_count_usage"], 2);
    assert_eq!(quotas["regional_quotas"][0]["vm_count_usage"], 3);
}

#[tokio::test]
async fn bare_metal_sizes_carry_what_was_asked_for_and_no_more() {
    let gcore = Gcore::start().await;
    let path = format!("/cloud/v1/bmflavors/{}", gcore.scope(0));
    let short = gcore.get(&path).await;
    let named = gcore.get(&format!("/cloud/v3/gpu/baremetal/{}/flavors", gcore.scope(0))).await;
    assert_eq!(all(&short, "flavor_id"), all(&named, "name"), "both lists name the same sizes");
    let row = &short["results"][0];
    assert!(
        row["vcpus"].as_u64().is_some_and(|count| count > 0) && row["resource_class"].is_string(),
        "{row}"
    );
    for field in ["price_per_hour", "capacity", "reserved_capacity"] {
        assert!(row.get(field).is_none(), "{field} was not asked for: {row}");
    }
    let long = gcore.get(&format!("{path}?include_prices=true&include_capacity=true")).await;
    let free = gcore.get(&format!("/cloud/v1/bmcapacity/{}", gcore.scope(0))).await;
    for row in long["results"].as_array().expect("sizes") {
        assert!(row["price_per_hour"].as_f64().is_some_and(|price| price > 0.0), "{row}");
        assert_eq!(row["capacity"], free["capacity"][row["flavor_id"].as_str().expect("an id")]);
    }
    assert_eq!(gcore.get(&format!("{path}?exclude_linux=true")).await["count"], 0);
    assert_eq!(gcore.call(Method::GET, &format!("{path}?disabled=perhaps"), None).await.0, 400);
}

#[tokio::test]
async fn fields_that_the_official_clients_read_are_there() {
    let gcore = Gcore::start().await;
    let machine = gcore.api().await;
    let ports = gcore.get(&format!("{machine}/interfaces")).await;
    assert_eq!(ports["results"][0]["sub_ports"], json!([]));
    let images = gcore.get(&format!("/cloud/v1/images/{}", gcore.scope(0))).await;
    assert_eq!((&images["results"][0]["tags"], &images["results"][0]["tags_v2"]), (&json!([]), &json!([])));
}
