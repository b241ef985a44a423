//! A new instance: its form, what is asked before, what is sent, and how the instance that was made is found.

use std::net::SocketAddr;

use quarterdeck::fleet::WriteEnd;
use quarterdeck::model::{
    ActionId, ContextName, FieldKind, FieldValue, Form, FormValues, Kind, ProblemKind, Secret, Target,
};
use quarterdeck::providers::{SharedProvider, gcore};
use serde_json::{Value, json};

use super::super::{account, account_context, list};
use super::cases::{map, several, text};
use super::hold;
use super::world::{
    FLOATING_IP, GROUP, MACHINE, NETWORK, OTHER_PORT, PORT, SERVER_GROUP, SUBNET, VOLUME, line, writes,
};
use crate::setup::{Asked, Deck, Description, Recorder, Reply, id, within};

const LINUX: &str = "99999999-9999-4999-8999-999999999991";
const WINDOWS: &str = "99999999-9999-4999-8999-999999999992";
const SNAPSHOT: &str = "99999999-9999-4999-8999-999999999993";
const NEW: &str = "99999999-9999-4999-8999-999999999994";
const CREATE: ActionId = ActionId::INSTANCE_CREATE;
const FLAVOR: &str = "g2-standard-2-4";

/// A region with one of everything to make an instance from.
#[derive(Clone, Copy, Default)]
struct Stock {
    /// Why the task fails.
    failure: Option<&'static str>,
    /// So many processors more than the quota allows.
    cpus_missing: u32,
    /// Names come from templates only.
    is_bound: bool,
}

impl Stock {
    async fn start(self) -> (Recorder, SharedProvider) {
        account_context().recorded(move |line, address| self.answer(line, address)).await
    }

    fn answer(self, line: &str, address: SocketAddr) -> Reply {
        let path = line.split(' ').nth(1).unwrap();
        let task = match self.failure {
            Some(error) => json!({"id": "t9", "state": "ERROR", "error": error}),
            None => json!({"id": "t9", "state": "FINISHED", "created_resources": {"instances": [NEW]}}),
        };
        let body = match path {
            "/cloud/v2/instances/5/7" => json!({"tasks": ["t9"]}),
            "/cloud/v2/instances/5/7/check_limits" => json!({"cpu_count_limit": 10, "cpu_count_usage": 9,
                "cpu_count_requested": self.cpus_missing, "vm_count_requested": 0}),
            "/cloud/v1/instances/5/7/available_flavors" => {
                list(&[json!({"flavor_id": FLAVOR, "vcpus": 2, "ram": 4096,
                "price_per_hour": 0.05, "currency_code": "EUR"})])
            }
            "/cloud/v1/instances/5/7/available_names" if self.is_bound => {
                json!({"custom_name_allowed": false,
                "allowed_name_templates": ["lin-{ip_octets}"], "allowed_name_win_templates": ["win-{ip_octets}"]})
            }
            "/cloud/v1/instances/5/7/available_names" => json!({"custom_name_allowed": true}),
            "/cloud/v1/tasks/t9" => task,
            path => match stock(path) {
                Some(body) => body,
                None => return account(line, address),
            },
        };
        Reply::json(&body)
    }
}

fn deck(provider: &SharedProvider) -> Deck {
    Deck::open(gcore::PLATFORM, provider, &ContextName::new("recorded"), false)
}

/// What there is in the region.
fn stock(path: &str) -> Option<Value> {
    let image = |id: &str, name: &str, os: &str, disk: u32, key: &str| json!({"id": id, "name": name, "os_type": os, "min_disk": disk, "ssh_key": key});
    let linux = image(LINUX, "ubuntu-24.04", "linux", 10, "allow");
    let windows = image(WINDOWS, "windows-2022", "windows", 40, "deny");
    let app = json!({"id": "grafana", "display_name": "Grafana", "os_name": "ubuntu", "min_disk": 20,
        "app_config": [{"name": "admin_email", "label": "Administrator's address", "required": true},
            {"name": "port", "label": "Port", "required": false, "default": "443"}]});
    let snapshot = json!({"id": SNAPSHOT, "name": "nightly", "size": 30, "status": "available"});
    let instance = |id: &str, name: &str| {
        json!({"id": id, "name": name, "status": "ACTIVE", "task_state": null, "ssh_key_name": "mine",
            "flavor": {"flavor_id": FLAVOR}, "tags": [{"key": "env", "value": "test", "read_only": false},
                {"key": "os_distro", "value": "ubuntu", "read_only": true}]})
    };
    Some(match path {
        "/cloud/v1/images/5/7" => list(&[linux, windows]),
        "/cloud/v1/apptemplates/5/7" => list(&[app]),
        "/cloud/v1/apptemplates/5/7/grafana" => app,
        "/cloud/v1/snapshots/5/7" => list(&[snapshot]),
        "/cloud/v1/ssh_keys/5" => list(&[json!({"id": "k1", "name": "mine"})]),
        "/cloud/v1/networks/5/7" => list(&[json!({"id": NETWORK, "name": "internal"})]),
        "/cloud/v1/subnets/5/7" => list(&[json!({"id": SUBNET, "name": "a", "cidr": "10.0.0.0/24"})]),
        "/cloud/v1/floatingips/5/7" => {
            list(&[json!({"id": FLOATING_IP, "floating_ip_address": "198.18.0.9"})])
        }
        "/cloud/v1/reserved_fixed_ips/5/7" => {
            list(&[json!({"port_id": OTHER_PORT, "fixed_ip_address": "10.0.0.9"})])
        }
        "/cloud/v1/securitygroups/5/7" => list(&[json!({"id": GROUP, "name": "default"})]),
        "/cloud/v1/servergroups/5/7" => list(&[json!({"servergroup_id": SERVER_GROUP, "name": "apart",
            "policy": "anti-affinity", "instances": [{"instance_id": MACHINE}]})]),
        "/cloud/v1/volumes/5/7" => list(&[
            json!({"id": VOLUME, "name": "boot", "size": 25, "volume_type": "ssd_hiiops", "bootable": true,
                "status": "available", "volume_image_metadata": {"image_id": LINUX}}),
            json!({"id": "v2", "name": "data", "size": 100, "volume_type": "standard", "bootable": false,
                "status": "available"}),
        ]),
        path if path.ends_with(LINUX) => linux,
        path if path.ends_with(WINDOWS) => windows,
        path if path.ends_with(SNAPSHOT) => snapshot,
        path if path.ends_with(NEW) => instance(NEW, "web-9"),
        path if path.ends_with(MACHINE) => instance(MACHINE, "web-1"),
        path if path.ends_with(&format!("{MACHINE}/interfaces")) => list(&[json!({"port_id": PORT,
            "network_id": NETWORK, "ip_assignments": [{"ip_address": "10.0.0.5", "subnet_id": SUBNET}],
            "network_details": {"external": false}, "floatingip_details": [{"id": FLOATING_IP}]})]),
        path if path.ends_with(&format!("{MACHINE}/ports")) => {
            list(&[json!({"id": PORT, "security_groups": [{"id": GROUP, "name": "default"}]})])
        }
        _ => return None,
    })
}

fn target() -> Target {
    Target::new_in(&ContextName::new("recorded"), Kind::Instance)
}

async fn form(provider: &SharedProvider, values: &FormValues) -> Form {
    within(provider.form(&target(), CREATE, values)).await.unwrap()
}

fn with(values: FormValues, all: &[(&str, &str)]) -> FormValues {
    all.iter().fold(values, |values, (field, text)| values.with(*field, FieldValue::text(*text)))
}

/// The least that makes a Linux instance.
fn linux() -> FormValues {
    with(text("region", "7"), &[("volume_1_image_id", LINUX), ("flavor", FLAVOR), ("name", "web-9")])
}

fn windows() -> FormValues {
    with(linux(), &[("volume_1_image_id", WINDOWS), ("name", "win-9")])
}

fn password(values: FormValues) -> FormValues {
    values.with("password", FieldValue::Secret(Secret::new("made-up-password")))
}

/// The values, and the body that they become.
#[expect(clippy::too_many_lines, reason = "a table of bodies")]
fn bodies() -> Vec<(FormValues, Value)> {
    let external = json!([{"type": "external", "ip_family": "ipv4"}]);
    let boot = |size: u32| json!({"source": "image", "image_id": LINUX, "size": size, "boot_index": 0});
    let everything = with(
        linux(),
        &[
            ("volume_1_size", "20"),
            ("volume_1_type_name", "ssd_hiiops"),
            ("volume_1_name", "boot"),
            ("volume_1_attachment_tag", "root"),
            ("data_volumes", "2"),
            ("volume_2_size", "1T"),
            ("volume_3_source", "existing-volume"),
            ("volume_3_volume_id", VOLUME),
            ("interfaces", "3"),
            ("interface_1_type", "subnet"),
            ("interface_1_network_id", NETWORK),
            ("interface_1_subnet_id", SUBNET),
            ("interface_1_floating_ip", "existing"),
            ("interface_1_existing_floating_id", FLOATING_IP),
            ("interface_2_type", "any_subnet"),
            ("interface_2_network_id", NETWORK),
            ("interface_2_ip_address", "10.0.0.77"),
            ("interface_2_ip_family", "dual"),
            ("interface_2_floating_ip", "new"),
            ("interface_3_type", "reserved_fixed_ip"),
            ("interface_3_port_id", OTHER_PORT),
            ("interface_3_interface_name", "back"),
            ("ssh_key_name", "mine"),
            ("user_data", "#cloud-config"),
            ("servergroup_id", SERVER_GROUP),
        ],
    );
    let everything = several(everything, "interface_1_security_groups", &[GROUP])
        .with("volume_1_delete_on_termination", FieldValue::Switch(true))
        .with("tags", map("tags", &[("env", "test")]).get("tags").unwrap().clone());
    let app = with(
        text("region", "7"),
        &[
            ("volume_1_source", "apptemplate"),
            ("volume_1_apptemplate_id", "grafana"),
            ("flavor", FLAVOR),
            ("naming", "template"),
            ("name_template", "app-{two_ip_octets}"),
            ("configuration_admin_email", "me@example.com"),
        ],
    );
    let snapshot = with(
        linux(),
        &[
            ("volume_1_source", "snapshot"),
            ("volume_1_snapshot_id", SNAPSHOT),
            ("volume_1_type_name", "standard"),
        ],
    );
    let there = with(linux(), &[("volume_1_source", "existing-volume"), ("volume_1_volume_id", VOLUME)]);
    vec![
        (linux(), json!({"name": "web-9", "flavor": FLAVOR, "volumes": [boot(10)], "interfaces": external})),
        (
            everything,
            json!({"name": "web-9", "flavor": FLAVOR,
                "volumes": [
                    {"source": "image", "image_id": LINUX, "size": 20, "type_name": "ssd_hiiops", "name": "boot",
                        "boot_index": 0, "delete_on_termination": true, "attachment_tag": "root"},
                    {"source": "new-volume", "size": 1024},
                    {"source": "existing-volume", "volume_id": VOLUME, "boot_index": -1},
                ],
                "interfaces": [
                    {"type": "subnet", "network_id": NETWORK, "subnet_id": SUBNET, "security_groups": [{"id": GROUP}],
                        "floating_ip": {"source": "existing", "existing_floating_id": FLOATING_IP}},
                    {"type": "any_subnet", "network_id": NETWORK, "ip_address": "10.0.0.77", "ip_family": "dual",
                        "floating_ip": {"source": "new"}},
                    {"type": "reserved_fixed_ip", "port_id": OTHER_PORT, "interface_name": "back"},
                ],
                "ssh_key_name": "mine", "user_data": "I2Nsb3VkLWNvbmZpZw==", "servergroup_id": SERVER_GROUP,
                "tags": {"env": "test"}}),
        ),
        (
            app,
            json!({"name_template": "app-{two_ip_octets}", "flavor": FLAVOR, "interfaces": external,
                "volumes": [{"source": "apptemplate", "apptemplate_id": "grafana", "size": 20, "boot_index": 0}],
                "configuration": {"admin_email": "me@example.com", "port": "443"}, "allow_app_ports": true}),
        ),
        (
            snapshot,
            json!({"name": "web-9", "flavor": FLAVOR, "interfaces": external, "volumes": [{"source": "snapshot",
                "snapshot_id": SNAPSHOT, "size": 30, "type_name": "standard", "boot_index": 0}]}),
        ),
        (
            there,
            json!({"name": "web-9", "flavor": FLAVOR, "interfaces": external,
                "volumes": [{"source": "existing-volume", "volume_id": VOLUME, "boot_index": 0}]}),
        ),
        (
            password(with(linux(), &[("username", "me")])),
            json!({"name": "web-9", "flavor": FLAVOR, "volumes": [boot(10)], "interfaces": external,
                "username": "me", "password": "made-up-password"}),
        ),
        (
            password(with(windows(), &[("user_data", "x")])),
            json!({"name": "win-9", "flavor": FLAVOR, "interfaces": external,
                "volumes": [{"source": "image", "image_id": WINDOWS, "size": 40, "boot_index": 0}],
                "password": "made-up-password", "user_data": "eA=="}),
        ),
    ]
}

/// Creates with each of the values, and returns what was sent.
pub async fn perform_all() -> Vec<Asked> {
    let description = Description::open("gcore.openapi.json");
    let mut all = Vec::new();
    for (values, body) in bodies() {
        let (recorder, provider) = Stock::default().start().await;
        let mut deck = deck(&provider);
        let write = deck.prepare_new(Kind::Instance, CREATE, values).await.unwrap();
        let before = recorder.take();
        let limits = before.iter().find(|it| it.line.ends_with("/check_limits")).expect("quota is asked for");
        assert_eq!(limits.body["flavor"], FLAVOR);
        hold(description.as_ref(), limits);
        let flavors =
            before.iter().find(|it| it.line.contains("POST ") && it.line.contains("available_flavors"));
        hold(description.as_ref(), flavors.expect("the flavor is checked against the volumes"));
        let shown = write.preview.requests[0].masked().to_string();
        assert!(!shown.contains("made-up-password") && !shown.contains("I2Nsb3"), "{shown}");
        assert_eq!(deck.send(write).await.0, WriteEnd::Done);
        let asked = recorder.take();
        let read = format!("GET /v1/instances/5/7/{NEW}");
        assert!(asked.iter().any(|it| line(it) == read), "the new instance is read");
        let sent: Vec<_> = asked.iter().filter(|it| !it.line.starts_with("GET ")).collect();
        assert_eq!(sent.len(), 1);
        assert_eq!((line(sent[0]), &sent[0].body), ("POST /v2/instances/5/7".to_owned(), &body));
        hold(description.as_ref(), sent[0]);
        all.push(sent[0].clone());
    }
    all
}

#[tokio::test]
async fn the_documented_request_is_sent_and_what_was_made_is_found_by_its_task() {
    assert_eq!(perform_all().await.len(), bodies().len());
}

#[tokio::test]
async fn a_creation_that_fails_is_reported_in_gcores_words() {
    let (_recorder, provider) = Stock { failure: Some("No valid host"), ..Stock::default() }.start().await;
    let end = deck(&provider).create(Kind::Instance, CREATE, linux()).await;
    assert!(matches!(&end, WriteEnd::Failed(problem) if &*problem.message == "No valid host"), "{end:?}");
}

#[tokio::test]
async fn an_exceeded_quota_is_refused_before_anything_is_sent() {
    let (recorder, provider) = Stock { cpus_missing: 3, ..Stock::default() }.start().await;
    let problem = deck(&provider).prepare_new(Kind::Instance, CREATE, linux()).await.unwrap_err();
    assert_eq!(
        &*problem.message,
        "the quota of region Luxembourg does not allow it: cpu_count: 3 more than its limit of 10, of which 9 \
         are in use"
    );
    assert!(writes(&recorder).is_empty());
}

#[tokio::test]
async fn the_form_follows_from_what_is_chosen() {
    let (_recorder, provider) = Stock::default().start().await;
    let names = |form: &Form| form.fields.iter().map(|field| field.name.to_string()).collect::<Vec<_>>();
    // Two regions are active: nothing follows until one is chosen.
    assert_eq!(names(&form(&provider, &FormValues::new()).await), ["region"]);
    let has = |form: &Form, name: &str| form.fields.iter().any(|field| &*field.name == name);
    let plain = form(&provider, &text("region", "7")).await;
    for field in ["volume_1_image_id", "volume_1_size", "flavor", "name", "interface_1_type", "ssh_key_name"]
    {
        assert!(has(&plain, field), "{field}");
    }
    let on_windows = form(&provider, &windows()).await;
    assert!(
        !has(&on_windows, "username") && !has(&on_windows, "ssh_key_name") && has(&on_windows, "password")
    );
    let size = on_windows.fields.iter().find(|field| &*field.name == "volume_1_size").unwrap();
    assert_eq!(size.default, Some(FieldValue::text("40")), "the least disk of the image");
    let app = with(
        text("region", "7"),
        &[("volume_1_source", "apptemplate"), ("volume_1_apptemplate_id", "grafana")],
    );
    let of_app = form(&provider, &app).await;
    assert!(has(&of_app, "configuration_admin_email") && has(&of_app, "allow_app_ports"));
    let more = with(linux(), &[("data_volumes", "2"), ("interfaces", "2"), ("interface_2_type", "subnet")]);
    let more = form(&provider, &more).await;
    assert!(
        has(&more, "volume_3_source")
            && has(&more, "interface_2_subnet_id")
            && !has(&more, "volume_4_source")
    );
    // Flavors with their prices, images with what they need.
    let load =
        |field: &'static str| within(async { provider.choices(&target(), CREATE, field, &linux()).await });
    assert_eq!(load("flavor").await.unwrap()[0].note.as_deref(), Some("2 vCPU, 4 GiB, 0.05 EUR/h"));
    assert_eq!(load("volume_1_image_id").await.unwrap()[1].note.as_deref(), Some("windows, from 40 GiB"));
    assert_eq!(load("interface_1_subnet_id").await.unwrap()[0].note.as_deref(), Some("10.0.0.0/24"));
    let reshaping: Vec<&str> =
        more.fields.iter().filter(|field| field.reshapes).map(|field| &*field.name).collect();
    assert!(reshaping.contains(&"region") && reshaping.contains(&"volume_1_image_id"));
}

#[tokio::test]
async fn names_come_from_templates_where_a_reseller_restricts_them() {
    let (recorder, provider) = Stock { is_bound: true, ..Stock::default() }.start().await;
    let bound = |values: FormValues, template: &str| {
        let mut values = with(values, &[("name_template", template)]);
        values.remove("name");
        values
    };
    let form = form(&provider, &linux()).await;
    assert!(!form.fields.iter().any(|field| &*field.name == "name"));
    let field = form.fields.iter().find(|field| &*field.name == "name_template").unwrap();
    assert!(matches!(&field.kind, FieldKind::Choice(_)));
    let deck = deck(&provider);
    let prepare = |values| deck.prepare_new(Kind::Instance, CREATE, values);
    let write = prepare(bound(linux(), "lin-{ip_octets}")).await.unwrap();
    assert_eq!(write.preview.requests[0].body.as_ref().unwrap()["name_template"], "lin-{ip_octets}");
    let problem = prepare(bound(windows(), "lin-{ip_octets}")).await.unwrap_err();
    assert_eq!(&*problem.message, "name_template: lin-{ip_octets} is not among the choices");
    assert!(writes(&recorder).is_empty());
}

#[tokio::test]
async fn wrong_values_are_refused_with_the_field() {
    let long = "x".repeat(70_000);
    let data = |values, script: &str| with(values, &[("user_data", script)]);
    let (recorder, provider) = Stock::default().start().await;
    let deck = deck(&provider);
    for (values, message) in [
        (FormValues::new(), "region: must be filled in"),
        (text("region", "99"), "region: 99 is not among the choices"),
        (with(linux(), &[("name", "x")]), "name: at least 3 characters, this has 1"),
        (
            with(linux(), &[("name", "web-")]),
            "name: must end with one of the letters of ASCII, a digit, . or _",
        ),
        (with(linux(), &[("name", "we\u{1b}b")]), "name: may hold no control characters"),
        (with(linux(), &[("volume_1_image_id", "none")]), "volume_1_size: must be filled in"),
        (with(linux(), &[("volume_1_size", "5")]), "volume_1_size: must be from 10 GiB to 100000 GiB"),
        (with(linux(), &[("volume_1_size", "big")]), "volume_1_size: expected a whole number of GiB"),
        (
            with(linux(), &[("volume_1_type_name", "tape")]),
            "volume_1_type_name: tape is not among the choices",
        ),
        (
            with(linux(), &[("volume_1_attachment_tag", "a,b")]),
            "volume_1_attachment_tag: may hold no commas and slashes",
        ),
        (with(linux(), &[("flavor", "g9")]), "flavor: g9 is not among the choices"),
        (with(linux(), &[("data_volumes", "9")]), "data_volumes: must be from 0 to 8"),
        (with(linux(), &[("interfaces", "0")]), "interfaces: must be from 1 to 8"),
        (with(linux(), &[("interface_1_type", "subnet")]), "interface_1_network_id: must be filled in"),
        (with(linux(), &[("ssh_key_name", "other")]), "ssh_key_name: other is not among the choices"),
        (with(linux(), &[("username", "me")]), "password: must be filled in for the new user"),
        (
            password(data(linux(), "#x")),
            "user_data: is ignored on Linux when a password is set: leave one of both empty",
        ),
        (
            password(with(windows(), &[("username", "me")])),
            "username: cannot be chosen on Windows: the password is that of the user Admin",
        ),
        (with(windows(), &[("ssh_key_name", "mine")]), "ssh_key_name: this image takes no SSH key"),
        (data(linux(), &long), "user_data: at most 49149 characters, this has 70000"),
        (
            with(linux(), &[("naming", "template"), ("name_template", "plain")]),
            "name_template: must hold one of {ip_octets}, {two_ip_octets}, {one_ip_octet}",
        ),
        (
            with(
                linux(),
                &[
                    ("interface_1_type", "any_subnet"),
                    ("interface_1_network_id", NETWORK),
                    ("interface_1_ip_address", "10.0.0.x"),
                ],
            ),
            "interface_1_ip_address: is not an IP address",
        ),
    ] {
        let problem = match deck.prepare_new(Kind::Instance, CREATE, values).await {
            Ok(write) => panic!("not refused with {message}: {:?}", write.preview),
            Err(problem) => problem,
        };
        assert_eq!(problem.kind, ProblemKind::Refused, "{message}");
        assert!(problem.message.contains(message), "{message}: {}", problem.message);
    }
    assert!(writes(&recorder).is_empty());
}

#[tokio::test]
async fn one_like_another_begins_with_its_settings() {
    let (recorder, provider) = Stock::default().start().await;
    let row = within(provider.get(&id(Kind::Instance, Some("7"), MACHINE))).await.unwrap();
    let mut deck = Deck::of(gcore::PLATFORM, &provider, &row);
    let bigger = with(FormValues::new(), &[("volume_1_size", "50"), ("name", "web-1b")]);
    let end = deck.perform(&row, ActionId::INSTANCE_CREATE_LIKE, bigger).await;
    assert_eq!(end, WriteEnd::Done);
    let sent = writes(&recorder);
    assert_eq!(line(&sent[0]), "POST /v2/instances/5/7");
    assert_eq!(
        sent[0].body,
        json!({"name": "web-1b", "flavor": FLAVOR,
            "volumes": [
                {"source": "image", "image_id": LINUX, "size": 50, "type_name": "ssd_hiiops", "boot_index": 0},
                {"source": "new-volume", "size": 100, "type_name": "standard"},
            ],
            "interfaces": [{"type": "subnet", "network_id": NETWORK, "subnet_id": SUBNET,
                "floating_ip": {"source": "new"}, "security_groups": [{"id": GROUP}]}],
            "ssh_key_name": "mine", "servergroup_id": SERVER_GROUP, "tags": {"env": "test"}})
    );
    hold(Description::open("gcore.openapi.json").as_ref(), &sent[0]);
}
