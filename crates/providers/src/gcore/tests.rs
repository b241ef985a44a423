//! Mapping, written after the public description's shapes: both sets of names, every word of state, every shape of time.

use std::sync::Arc;

use serde_json::{Value, json};

use super::live::log::Tail;
use super::live::metrics::sample;
use super::map::{Mapper, Offer, Size, Source, date};
use super::places::Region;
use super::wire;
use qdeck_model::{Bytes, ContextName, Instance, Lifecycle, LogStart, ScreenKind, Timestamp};

fn mapper() -> Mapper {
    Mapper::new(ContextName::new("gcore"))
}

fn instance(value: impl Into<Value>) -> Instance {
    let value: Value = value.into();
    let list: wire::List<wire::Instance> =
        serde_json::from_value(json!({"count": 1, "results": [value]})).unwrap();
    mapper().instance(&list.results.good[0], &"7".into(), None)
}

#[test]
fn old_names_new_names_and_both_at_once_are_the_same_row() {
    let new = json!({"id": "i1", "name": "web", "created_at": "2026-01-02T03:04:05Z", "ssh_key_name": "me",
        "tags": [{"key": "tier", "value": "front", "read_only": false}]});
    let old = json!({"instance_id": "i1", "instance_name": "web", "instance_created": "2026-01-02T03:04:05Z",
        "keypair_name": "me", "metadata": {"tier": "front"},
        "metadata_detailed": [{"key": "tier", "value": "front", "read_only": false}]});
    let mut both = new.as_object().unwrap().clone();
    both.extend(old.as_object().unwrap().clone());
    let mut plain = old.clone();
    plain.as_object_mut().unwrap().remove("metadata_detailed");
    let rows: Vec<Instance> = [new, old, Value::Object(both), plain].map(instance).into();
    let first = &rows[0];
    assert_eq!((&*first.id.id, first.id.scope.as_deref()), ("i1", Some("7")));
    assert_eq!((&*first.name, &*first.labels[0].0, &*first.labels[0].1), ("web", "tier", "front"));
    assert!(first.created.is_some());
    assert!(first.facts.iter().any(|fact| fact.name == "ssh_key_name" && &*fact.value == "me"));
    assert!(rows.iter().all(|row| row == first), "{rows:#?}");
}

#[test]
fn an_instance_may_tell_next_to_nothing_or_something_odd() {
    let bare = instance(json!({"id": "i1"}));
    assert_eq!((&*bare.name, bare.state.lifecycle), ("i1", Lifecycle::Unknown));
    let odd = json!({"id": "i1", "addresses": 3, "flavor": null, "volumes": "none", "tags": null, "security_groups": {},
        "status": "LEVITATING", "blackhole_ports": null, "instance_isolation": null, "task_state": null});
    let odd = instance(odd);
    assert_eq!((odd.state.lifecycle, &*odd.state.raw), (Lifecycle::Unknown, "LEVITATING"));
    let nameless = serde_json::from_value::<wire::Instance>(json!({"name": "who"})).unwrap_err();
    assert_eq!(nameless.to_string(), "no id");
}

#[test]
fn every_status_has_its_place_and_a_task_goes_before_it() {
    for (status, task, lifecycle, raw) in [
        ("ACTIVE", None, Lifecycle::Running, "ACTIVE"),
        ("BUILD", None, Lifecycle::Pending, "BUILD"),
        ("SHUTOFF", None, Lifecycle::Stopped, "SHUTOFF"),
        ("SHELVED_OFFLOADED", None, Lifecycle::Stopped, "SHELVED_OFFLOADED"),
        ("RESCUE", None, Lifecycle::Degraded, "RESCUE"),
        ("ERROR", None, Lifecycle::Failed, "ERROR"),
        ("SOFT_DELETED", None, Lifecycle::Gone, "SOFT_DELETED"),
        ("ACTIVE", Some("rebooting"), Lifecycle::Pending, "rebooting…"),
        ("ACTIVE", Some("powering-off"), Lifecycle::Stopping, "powering-off…"),
        ("SHUTOFF", Some("powering-on"), Lifecycle::Pending, "powering-on…"),
        ("ERROR", Some("deleting"), Lifecycle::Deleting, "deleting…"),
        ("ACTIVE", Some(""), Lifecycle::Running, "ACTIVE"),
    ] {
        let row = instance(json!({"id": "i1", "status": status, "task_state": task, "vm_state": "active"}));
        assert_eq!((row.state.lifecycle, &*row.state.raw), (lifecycle, raw), "{status} {task:?}");
        let fact = |name| row.facts.iter().find(|fact| fact.name == name).map(|fact| &*fact.value);
        assert_eq!(
            (fact("status"), fact("vm_state")),
            (Some(status), Some("active")),
            "the raw words are kept"
        );
        let gone = matches!(lifecycle, Lifecycle::Gone | Lifecycle::Deleting);
        assert_eq!(row.offers.console, (!gone).then_some(ScreenKind::Terminal), "{status}");
        assert_eq!(row.offers.telemetry, !gone);
        assert!(!row.offers.logs);
    }
}

#[test]
fn isolation_and_attacks_are_told() {
    let isolated =
        instance(json!({"id": "i1", "status": "ACTIVE", "instance_isolation": {"reason": "abuse"}}));
    assert_eq!(isolated.state.reason.as_deref(), Some("isolated: abuse"));
    assert_eq!(isolated.state.lifecycle, Lifecycle::Degraded);
    let attacked = |end: &str| {
        let port = json!({"DestinationIP": "192.0.2.1", "AlarmEnd": end, "AlarmState": "ALARM"});
        instance(json!({"id": "i1", "status": "ACTIVE", "blackhole_ports": [port]})).state
    };
    assert_eq!(attacked("0001-01-01 00:00:00Z").reason.as_deref(), Some("192.0.2.1 is blackholed"));
    assert_eq!(attacked("2025-02-05 12:04:30Z").lifecycle, Lifecycle::Running);
}

#[test]
fn public_addresses_come_first_and_floating_ones_before_others() {
    let row = instance(json!({"id": "i1", "addresses": {
        "inner": [{"type": "fixed", "addr": "10.0.0.17"}, {"type": "floating", "addr": "198.51.100.9"}],
        "pub_net": [{"type": "fixed", "addr": "203.0.113.4", "subnet_id": "s"}, {"type": "fixed", "addr": null}],
    }}));
    let addresses: Vec<(&str, bool)> = row.addresses.iter().map(|it| (&*it.value, it.public)).collect();
    assert_eq!(addresses, [("198.51.100.9", true), ("203.0.113.4", true), ("10.0.0.17", false)]);
}

#[test]
fn accelerators_of_a_server_bear_the_code_of_their_model() {
    let flavor = json!({"flavor_name": "bm3-ai-1xlarge-h100-80-8", "vcpus": 96, "ram": 1_024_000,
        "hardware_description": {"gpu": "NVIDIA h100-8GPU (80GB)", "ram": "1 TiB"}});
    let row = instance(json!({"id": "i1", "flavor": flavor}));
    let gpus = row.gpus.unwrap();
    assert_eq!((gpus.count, &*gpus.models[0]), (8, "H100"));
    assert_eq!(row.size.as_deref(), Some("bm3-ai-1xlarge-h100-80-8"));
    let plain =
        instance(json!({"id": "i1", "flavor": {"flavor_name": "g1-standard-2-4", "vcpus": 2, "ram": 4096}}));
    assert_eq!(plain.gpus, None);
}

#[test]
fn the_five_shapes_of_time_are_read() {
    let second = Timestamp::parse("2026-05-23T05:07:31Z");
    assert!(second.is_some());
    for same in [
        "2026-05-23T05:07:31Z",
        "2026-05-23T05:07:31+0000",
        "2026-05-23T05:07:31",
        "2026-05-23T05:07:31+00:00",
        "2026-05-23 05:07:31Z",
        "2026-05-23T05:07:31.000000000Z",
    ] {
        assert_eq!(date(Some(same)), second, "{same}");
    }
    let fine = date(Some("2024-10-14T14:54:04.82851142Z")).unwrap();
    assert_eq!(fine.as_nanos() % 1_000_000_000, 828_511_420);
    assert_eq!(date(Some("0001-01-01 00:00:00Z")), None);
}

#[test]
fn metrics_are_shares_of_the_size_and_networks_are_told_in_bits() {
    let point: wire::Metrics = serde_json::from_value(json!({"time": "2026-07-07T12:57:00Z", "cpu_util": 25.0,
        "memory_util": 50, "network_Bps_ingress": 8000.0, "network_Bps_egress": null,
        "disks": [{"disk_name": "vda", "disk_Bps_read": 10.0, "disk_Bps_write": 20.0}, {"disk_Bps_read": 5.0}]}))
    .unwrap();
    let size = Size { vcpus: Some(4), ram: Some(2048) };
    let sampled = sample(&point, Some(size)).unwrap();
    assert_eq!(sampled.cpu.unwrap().to_string(), "1.00");
    assert_eq!((sampled.memory, sampled.memory_limit), (Some(Bytes(1 << 30)), Some(Bytes(2 << 30))));
    assert_eq!(sampled.net_rx.unwrap().to_string(), "1.0 kB/s", "eight bits are a byte");
    assert_eq!(sampled.net_tx, None);
    assert_eq!((sampled.disk_read.unwrap().0, sampled.disk_write.unwrap().0), (15.0, 20.0));
    let unsized_ = sample(&point, None).unwrap();
    assert_eq!((unsized_.cpu, unsized_.memory), (None, None), "a share of an unknown size");
    assert!(unsized_.net_rx.is_some());
    let empty: wire::Metrics =
        serde_json::from_value(json!({"time": "2026-07-07T12:57:00", "disks": null})).unwrap();
    let sampled = sample(&empty, Some(size)).unwrap();
    assert_eq!((sampled.cpu, sampled.disk_read), (None, None));
}

fn deployment(value: Value) -> qdeck_model::Container {
    let wire: wire::Deployment = serde_json::from_value(value).unwrap();
    let flavor: wire::InferenceFlavor = serde_json::from_value(json!({"name": "inference-2xh100", "gpu": 2,
        "gpu_model": "H100", "gpu_memory": 80, "cpu": 16, "memory": 232}))
    .unwrap();
    let flavors = [(flavor.name.to_string(), flavor)].into();
    mapper().deployment(&wire, Some(&flavors), None)
}

#[test]
fn a_deployment_is_read_over_its_regions() {
    let row = deployment(
        json!({"name": "llm", "status": "PARTIALLYDEPLOYED", "image": "llm:1", "envs": {"KEY": "fake-value"},
        "flavor_name": "inference-2xh100", "address": "https://llm.example.com", "listening_port": 80,
        "containers": [
            {"region_id": 7, "address": "https://llm.example.com", "deploy_status": {"ready": 1, "total": 2},
             "scale": {"min": 1, "max": 3}, "error_message": null},
            {"region_id": 9, "deploy_status": {"ready": 0, "total": 1}, "scale": {"min": 1, "max": 3},
             "error_message": "image cannot be pulled"},
        ]}),
    );
    assert_eq!((row.instances_running, row.instances), (Some(1), Some(3)));
    assert_eq!(row.state.lifecycle, Lifecycle::Degraded);
    assert_eq!(row.state.reason.as_deref(), Some("image cannot be pulled"));
    let gpus = row.gpus.as_ref().unwrap();
    assert_eq!((gpus.count, &*gpus.models[0]), (2, "H100"), "named as the models of the GPU pane are");
    assert_eq!((row.cpu.unwrap().0, row.memory), (16.0, Some(Bytes(232 << 30))));
    assert_eq!(row.endpoints.len(), 1, "the same address once");
    assert_eq!(row.location.as_deref(), Some("region 7, region 9"));
    assert!(row.offers.logs && row.id.scope.is_none());
    assert!(!format!("{row:?}").contains("fake-value"), "a row holds no value of a variable");
    for (word, lifecycle) in [
        ("ACTIVE", Lifecycle::Running),
        ("DEPLOYING", Lifecycle::Pending),
        ("PARTIALLYDEPLOYED", Lifecycle::Pending),
        ("PENDING", Lifecycle::Stopped),
        ("DISABLED", Lifecycle::Stopped),
        ("DELETING", Lifecycle::Deleting),
        ("SINGING", Lifecycle::Unknown),
    ] {
        let state = deployment(json!({"name": "a", "status": word})).state;
        assert_eq!((state.lifecycle, &*state.raw), (lifecycle, word));
    }
    let unlisted = deployment(json!({"name": "a", "flavor_name": "inference-16vcpu-232gib-1xl40s-48gb"}));
    assert_eq!(&*unlisted.gpus.unwrap().models[0], "L40S", "by its name where the flavor is not listed");
}

#[test]
fn a_container_of_a_region_is_read() {
    let wire: wire::CaasContainer = serde_json::from_value(json!({"name": "nginx", "status": "RUNNING",
        "flavor": "250mCPU-512MiB", "address": "a.example.com", "deploy_status": {"ready": 1, "total": 2}}))
    .unwrap();
    let region = Region { id: 7, scope: "7".into(), name: "Luxembourg".into(), has_gpus: false };
    let row = mapper().caas(&wire, &region);
    assert_eq!((row.cpu.unwrap().0, row.memory), (0.25, Some(Bytes(512 << 20))));
    assert_eq!((row.id.scope.as_deref(), row.location.as_deref()), (Some("7"), Some("Luxembourg")));
    assert!(!row.offers.logs);
}

#[test]
fn a_task_tells_what_it_works_on_and_why_it_failed() {
    let wire: wire::Task = serde_json::from_value(json!({"id": "t1", "task_type": "create_vm", "state": "ERROR",
        "error": "no host", "created_on": "2026-05-23T05:07:31", "updated_on": "2026-05-23T05:08:00", "finished_on": null,
        "user_id": 12, "region_id": 7, "request_id": "r-1", "data": [{"names": ["web"]}],
        "created_resources": {"ports": [], "instances": ["i1"]}}))
    .unwrap();
    let row = mapper().task(&wire, None);
    assert_eq!((&*row.name, row.state.lifecycle), ("create_vm", Lifecycle::Failed));
    assert_eq!(row.state.reason.as_deref(), Some("no host"));
    assert_eq!((row.target.as_deref(), row.by.as_deref()), (Some("web"), Some("user 12")));
    assert_eq!(row.finished, Timestamp::parse("2026-05-23T05:08:00Z"), "its last change");
    assert!(row.facts.iter().any(|fact| fact.name == "request_id"));
    let bare: wire::Task = serde_json::from_value(
        json!({"id": "t2", "state": "NEW", "created_resources": {"instances": ["i1"]}}),
    )
    .unwrap();
    let row = mapper().task(&bare, None);
    assert_eq!((row.state.lifecycle, row.target.as_deref()), (Lifecycle::Pending, Some("i1")));
}

#[test]
fn the_four_catalogues_make_one_row_a_model() {
    let cluster = |source, region, value: Value| {
        Offer::of_cluster(source, region, serde_json::from_value(value).unwrap())
    };
    let h100 = |price: f64| {
        json!({"name": "bm3-ai-1xlarge-h100-80-8", "capacity": 3, "disabled": false,
            "hardware_description": {"gpu": "NVIDIA H100-8GPU (80GB)"},
            "hardware_properties": {"gpu_model": "h100", "gpu_manufacturer": "nvidia", "gpu_count": 8},
            "price": {"price_per_hour": price, "currency_code": "EUR", "price_status": "show"}})
    };
    let inference: wire::InferenceFlavor =
        serde_json::from_value(json!({"name": "inference-1xh100", "gpu": 1,
        "gpu_model": "H100", "gpu_memory": 80.0}))
        .unwrap();
    let capacity: wire::Capacity = serde_json::from_value(json!({"region_id": 9,
        "capacity": [{"flavor_name": "inference-1xh100", "capacity": 42}, {"flavor_name": "other", "capacity": 1}]}))
    .unwrap();
    let vm: wire::VmFlavor = serde_json::from_value(json!({"flavor_id": "g2-gpu-32-128-a2-4",
        "price_per_hour": 2.0, "currency_code": "EUR", "price_status": "hide"}))
    .unwrap();
    let plain: wire::VmFlavor = serde_json::from_value(json!({"flavor_name": "g1-standard-2-4"})).unwrap();
    let mut offers: Vec<Offer> = [
        cluster(Source::BareMetal, 7, h100(16.0)),
        cluster(Source::BareMetal, 9, h100(24.0)),
        cluster(
            Source::Virtual,
            7,
            json!({"name": "gone-h200-141-1", "disabled": true,
            "hardware_properties": {"gpu_model": "h200"}}),
        ),
        Offer::of_instance(7, &vm),
        Offer::of_instance(7, &plain),
    ]
    .into_iter()
    .flatten()
    .collect();
    offers.extend(Offer::of_inference(&inference, &[capacity]));
    let quotas: wire::Quotas = serde_json::from_value(json!({
    "global_quotas": {"inference_gpu_h100_count_limit": 2, "inference_gpu_h100_count_usage": 1},
    "regional_quotas": [
        {"region_id": 7, "baremetal_gpu_h100_count_limit": 8, "baremetal_gpu_h100_count_usage": 8},
        {"region_id": 8, "baremetal_gpu_h100_count_limit": 100},
    ]}))
    .unwrap();
    let region = |id: u64| Region { id, scope: id.to_string().into(), name: "x".into(), has_gpus: true };
    let regions = super::places::Regions::of_these(vec![region(7), region(9)]);
    let models = mapper().gpu_models(&offers, Some(&quotas), &regions);
    let codes: Vec<&str> = models.iter().map(|model| &*model.code).collect();
    assert_eq!(codes, ["a2", "h100"], "one row a model, whatever the case; what is not sold is none");
    let h100 = &models[1];
    assert_eq!((&*h100.name, h100.memory), ("NVIDIA H100", Some(Bytes(80 << 30))));
    let sizes: Vec<&str> = h100.sizes.iter().map(|size| &**size).collect();
    assert_eq!(sizes, ["inference-1xh100 (1×)", "bm3-ai-1xlarge-h100-80-8 (8×, 16.00 EUR/h)"]);
    assert_eq!(h100.price.as_deref(), Some("from 2.00 EUR/h"), "of one card");
    assert_eq!(h100.quota.as_deref(), Some("0 of 8 baremetal, 1 of 2 inference"));
    assert_eq!(h100.locations.len(), 2);
    let fact = |name| h100.facts.iter().find(|fact| fact.name == name).map(|fact| &*fact.value);
    assert_eq!(fact("capacity"), Some("6 baremetal, 42 inference"));
    assert_eq!(models[0].price, None, "hidden");
}

fn rows(lines: &[(&str, &str, &str)]) -> Vec<wire::LogRow> {
    let row = |(time, pod, message): &(&str, &str, &str)| {
        serde_json::from_value(json!({"time": time, "pod": pod, "message": message, "region_id": 7})).unwrap()
    };
    lines.iter().map(row).collect()
}

fn texts(tail: &mut Tail, lines: &[(&str, &str, &str)]) -> Vec<String> {
    tail.take(rows(lines)).iter().map(|line| line.text.to_string()).collect()
}

#[test]
fn lines_are_told_once_in_order_and_late_ones_too() {
    let mut tail = Tail::new(LogStart::Backlog);
    let (one, two, three, late) = (
        ("2026-10-14T14:54:04.82851142Z", "app-8568ff8fc7-z7vx9", "one"),
        ("2026-10-14T14:54:05.1Z", "app-8568ff8fc7-z7vx9", "two\n"),
        ("2026-10-14T14:54:07Z", "app-8568ff8fc7-z7vx9", "three"),
        ("2026-10-14T14:54:06Z", "app-8568ff8fc7-z7vx9", "late"),
    );
    assert_eq!(texts(&mut tail, &[two, one]), ["one", "two"]);
    assert_eq!(texts(&mut tail, &[two, one]), [""; 0], "nothing new");
    assert_eq!(texts(&mut tail, &[three, two, one]), ["three"]);
    assert_eq!(texts(&mut tail, &[three, late, two]), ["late"]);
    let before = ("2026-10-14T14:54:01Z", "app-8568ff8fc7-z7vx9", "before the backlog");
    assert_eq!(texts(&mut tail, &[before]), [""; 0]);
    let other = ("2026-10-14T14:54:08Z", "app-8568ff8fc7-aaaaa", "GET /\nPOST /");
    assert_eq!(
        texts(&mut tail, &[other]),
        ["[aaaaa] GET /", "[aaaaa] POST /"],
        "two pods have different marks"
    );
    let since = Timestamp::parse("2026-10-14T14:54:05.1Z").unwrap();
    let mut tail = Tail::new(LogStart::Since(since));
    assert_eq!(texts(&mut tail, &[three, two, one]), ["three"]);
}

#[test]
fn the_same_facts_of_many_instances_are_one() {
    let map = mapper();
    let row = |id: &str| {
        let wire: wire::Instance = serde_json::from_value(
            json!({"id": id, "status": "ACTIVE", "flavor": {"vcpus": 2, "ram": 4096}}),
        )
        .unwrap();
        map.instance(&wire, &"7".into(), Some("Luxembourg"))
    };
    let (one, two) = (row("a"), row("b"));
    assert!(Arc::ptr_eq(&one.facts, &two.facts));
    assert_eq!(map.sizes.of("b").unwrap().vcpus, Some(2));
    assert_eq!(one.location.as_deref(), Some("Luxembourg"));
}
