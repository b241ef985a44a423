//! The demo cloud's memory has an end: what it holds after some time, or after many requests, is what it holds after
//! twice as much. Every allocation of the process counts, so a collection without a bound is found wherever it is.

#![expect(clippy::expect_used, reason = "a test may stop where something is not as it must be")]

mod client;

use std::time::Duration;

use peak_alloc::PeakAlloc;
use qdeck_demo::{Cloud, CloudOptions};
use serde_json::{Value, json};

use client::Client;

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

/// The most that the heap may differ between the two halves, in bytes: buckets of hash tables, and what is in flight.
const TOLERANCE: usize = 96 * 1024;

/// One test at a time: the heap is the process's.
static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

async fn cloud(instances: Option<usize>) -> Cloud {
    let options = CloudOptions {
        listen: ([127, 0, 0, 1], 0).into(),
        instances,
        flood: None,
        faults: None,
        faces: Vec::new(),
        console_input: false,
        // Nothing here looks at an instance, so no process starts.
        program: "/nonexistent".into(),
    };
    Cloud::start(options).await.expect("the cloud starts")
}

/// The clock is the runtime's: it leaps to the next moment at which something happens.
#[tokio::test(start_paused = true)]
async fn two_days_take_no_more_memory_than_one() {
    let _alone = ALONE.lock().await;
    let cloud = cloud(None).await;
    let mut sizes = [0; 2];
    for size in &mut sizes {
        tokio::time::sleep(Duration::from_secs(24 * 3600)).await;
        *size = HEAP.current_usage();
    }
    let [day, two] = sizes;
    assert!(two <= day + TOLERANCE, "{day} bytes after a day, {two} after two");
    drop(cloud);
}

#[tokio::test(start_paused = true)]
async fn twice_as_many_requests_take_no_more_memory() {
    let _alone = ALONE.lock().await;
    let cloud = cloud(Some(60)).await;
    let client = Client::new(&cloud);
    let found = Found::new(&client).await;
    let mut sizes = [0; 2];
    for (half, size) in sizes.iter_mut().enumerate() {
        for round in 0..ROUNDS {
            let name = format!("round-{half}-{round}");
            cycle(&client, &found).await;
            quasarch(&client, &name).await;
            gcore(&client, &found, &name).await;
            elasticbox(&client, &found, &name).await;
            exoscale(&client, &found, &name).await;
            // Every task comes to its end.
            tokio::time::sleep(Duration::from_secs(30)).await;
        }
        *size = HEAP.current_usage();
    }
    let [once, twice] = sizes;
    assert!(twice <= once + TOLERANCE, "{once} bytes after {ROUNDS} rounds, {twice} after as many again");
    drop(cloud);
}

/// More than any collection holds: a round makes a dozen of the 500 events of Exoscale, three of the 128 tokens of each
/// kind, and about 45 of the 2,048 requests that are remembered.
const ROUNDS: usize = 60;

/// How often a token of each kind is asked for in a round, and not used.
const TOKENS: usize = 3;

/// What the requests need to name.
struct Found {
    container: String,
    region: i64,
    image: String,
    boxes: Value,
    policy: Value,
    size: String,
    template: String,
}

impl Found {
    async fn new(client: &Client<'_>) -> Self {
        let containers = client.get("cycle", "/v1/containers").await;
        let regions = client.get("gcore", "/cloud/v1/regions").await;
        let region = regions["results"][0]["id"].as_i64().expect("a region");
        let images = client.get("gcore", &format!("/cloud/v1/images/1437/{region}?os_distro=debian")).await;
        let boxes = client.get("elasticbox", "/services/boxes").await;
        let schema = |word: &str| {
            let rows = boxes.as_array().into_iter().flatten();
            let of = |row: &&Value| row["schema"].as_str().is_some_and(|text| text.ends_with(word));
            rows.filter(of).map(|row| row["id"].clone()).next().expect("a box")
        };
        let sizes = client.get("exoscale", "/instance-type").await;
        let templates = client.get("exoscale", "/template").await;
        let id = |rows: &Value, name: &str, value: &str| {
            let rows = rows.as_array().into_iter().flatten();
            let found = rows.filter(|row| row[name] == value).find_map(|row| row["id"].as_str());
            found.expect("one like that").to_owned()
        };
        Self {
            container: id(&containers["data"], "identifier", "queue"),
            region,
            image: images["results"][0]["id"].as_str().expect("an image").to_owned(),
            boxes: schema("/boxes/script"),
            policy: schema("/boxes/policy"),
            size: id(&sizes["instance-types"], "size", "small"),
            template: id(&templates["templates"], "name", "Linux Debian 12 (Bookworm) 64-bit"),
        }
    }
}

async fn cycle(client: &Client<'_>, found: &Found) {
    let container = format!("/v1/containers/{}", found.container);
    for instances in [12, 9] {
        let scale = json!({ "action": "scale", "contents": { "instances": instances } });
        client.send("cycle", "POST", &format!("{container}/tasks"), Some(scale)).await;
        tokio::time::sleep(Duration::from_secs(10)).await;
    }
    let instances = client.get("cycle", &format!("{container}/instances")).await;
    let first = instances["data"][0]["id"].as_str().expect("an instance");
    for _ in 0..TOKENS {
        client.get("cycle", &format!("{container}/instances/{first}/console")).await;
    }
    client.get("cycle", "/v1/jobs").await;
}

async fn quasarch(client: &Client<'_>, name: &str) {
    for _ in 0..TOKENS {
        client.log_in().await;
    }
    let wish = json!({ "name": name, "image": "nginx:1", "cpu": 1.0 });
    let made = client.send("quasarch", "POST", "/v1/containers", Some(wish)).await;
    let path = format!("/v1/containers/{}", made["id"].as_str().expect("an id"));
    client.send("quasarch", "PUT", &path, Some(json!({ "image": "nginx:2" }))).await;
    client.get("quasarch", "/v1/containers").await;
    client.send("quasarch", "DELETE", &path, None).await;
}

async fn gcore(client: &Client<'_>, found: &Found, name: &str) {
    let scope = format!("1437/{}", found.region);
    let machine = json!({
        "name": name, "flavor": "g2-standard-1-2", "interfaces": [{ "type": "external" }], "tags": { "a": "b" },
        "volumes": [{ "source": "image", "image_id": found.image, "size": 10, "boot_index": 0 }],
    });
    client.send("gcore", "POST", &format!("/cloud/v2/instances/{scope}"), Some(machine)).await;
    let deployment = json!({
        "name": name, "image": "registry.example.com/harbour/echo:1", "flavor_name": "inference-2vcpu-4gib",
        "listening_port": 8080, "containers": [{ "region_id": found.region, "scale": { "min": 2, "max": 3 } }],
    });
    client.send("gcore", "POST", "/cloud/v3/inference/1437/deployments", Some(deployment)).await;
    let pair = client.send("gcore", "POST", "/cloud/v1/ssh_keys/1437", Some(json!({ "name": name }))).await;
    tokio::time::sleep(Duration::from_secs(10)).await;
    let list = client.get("gcore", &format!("/cloud/v1/instances/{scope}?name={name}")).await;
    let machine =
        format!("/cloud/v1/instances/{scope}/{}", list["results"][0]["id"].as_str().expect("an id"));
    client.send("gcore", "POST", &format!("{machine}/metadata"), Some(json!({ name: "1" }))).await;
    for _ in 0..TOKENS {
        client.get("gcore", &format!("{machine}/get_console")).await;
    }
    client.send("gcore", "POST", "/cloud/v1/tasks/acknowledge_all", None).await;
    client.send("gcore", "DELETE", &machine, None).await;
    client.send("gcore", "DELETE", &format!("/cloud/v3/inference/1437/deployments/{name}"), None).await;
    let pair = pair["id"].as_str().expect("a pair");
    client.send("gcore", "DELETE", &format!("/cloud/v1/ssh_keys/1437/{pair}"), None).await;
}

async fn elasticbox(client: &Client<'_>, found: &Found, name: &str) {
    let wish = json!({
        "schema": "http://elasticbox.net/schemas/deploy-instance-request", "name": name,
        "box": { "id": found.boxes, "variables": [] }, "policy_box": { "id": found.policy, "variables": [] },
        "instance_tags": [name], "automatic_updates": "off",
    });
    let made = client.send("elasticbox", "POST", "/services/instances", Some(wish)).await;
    let path = format!("/services/instances/{}", made["id"].as_str().expect("an id"));
    tokio::time::sleep(Duration::from_secs(10)).await;
    let again = json!({ "id": made["id"], "method": "reconfigure" });
    client.send("elasticbox", "PUT", &format!("{path}/reconfigure"), Some(again)).await;
    tokio::time::sleep(Duration::from_secs(10)).await;
    client.send("elasticbox", "DELETE", &format!("{path}?operation=terminate"), None).await;
    let token = json!({ "description": name });
    let token = client.send("elasticbox", "POST", "/services/tokens", Some(token)).await;
    let token = token["id"].as_str().expect("a token");
    client.send("elasticbox", "DELETE", &format!("/services/tokens/{token}"), None).await;
    client.get("elasticbox", "/services/instances").await;
}

async fn exoscale(client: &Client<'_>, found: &Found, name: &str) {
    let wish = json!({
        "name": name, "disk-size": 20, "labels": { "env": name },
        "instance-type": { "id": found.size }, "template": { "id": found.template },
    });
    let made = client.send("exoscale", "POST", "/instance", Some(wish)).await;
    let group = client.send("exoscale", "POST", "/security-group", Some(json!({ "name": name }))).await;
    let id = |operation: &Value| operation["reference"]["id"].as_str().expect("a reference").to_owned();
    let (instance, group) = (format!("/instance/{}", id(&made)), format!("/security-group/{}", id(&group)));
    tokio::time::sleep(Duration::from_secs(10)).await;
    let rule = json!({ "flow-direction": "ingress", "protocol": "tcp", "start-port": 1, "end-port": 2,
        "network": "192.0.2.0/24" });
    client.send("exoscale", "POST", &format!("{group}/rules"), Some(rule)).await;
    client.send("exoscale", "PUT", &instance, Some(json!({ "labels": { "env": "other" } }))).await;
    tokio::time::sleep(Duration::from_secs(10)).await;
    let key = json!({ "name": name, "public-key": KEY });
    client.send("exoscale", "POST", "/ssh-key", Some(key)).await;
    let snapshot = client.send("exoscale", "POST", &format!("{instance}:create-snapshot"), None).await;
    tokio::time::sleep(Duration::from_secs(10)).await;
    let snapshot = format!("/snapshot/{}", id(&snapshot));
    client.send("exoscale", "DELETE", &snapshot, None).await;
    client.get("exoscale", "/instance").await;
    client.get("exoscale", "/event").await;
    for path in [format!("/ssh-key/{name}"), group, instance] {
        client.send("exoscale", "DELETE", &path, None).await;
        tokio::time::sleep(Duration::from_secs(10)).await;
    }
}

const KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA captain@example.com";
