//! Mapping, written after the description's schemas and what recorded answers hold and leave out.

use arcstr::ArcStr;
use serde_json::{Value, json};

use super::catalogue::{Catalogue, Type};
use super::map::events::logged_events;
use super::map::gpus::model;
use super::*;
use crate::Use;
use qdeck_model::{Bytes, ContextName, GpuModel, Instance, Lifecycle, Operation};

fn mapper() -> Mapper {
    Mapper::new(ContextName::new("exo"))
}

fn instance(value: Value) -> Instance {
    let wire: wire::Instance = serde_json::from_value(value).unwrap();
    mapper().instance(&wire, &"ch-gva-2".into(), &Catalogue::default())
}

#[test]
fn every_state_word_of_an_instance_has_its_place() {
    for (word, lifecycle) in [
        ("starting", Lifecycle::Pending),
        ("running", Lifecycle::Running),
        ("stopping", Lifecycle::Stopping),
        ("stopped", Lifecycle::Stopped),
        ("migrating", Lifecycle::Pending),
        ("error", Lifecycle::Failed),
        ("expunging", Lifecycle::Deleting),
        ("destroying", Lifecycle::Deleting),
        ("destroyed", Lifecycle::Gone),
        ("hovering", Lifecycle::Unknown),
    ] {
        let row = instance(json!({"id": "i1", "state": word}));
        assert_eq!((row.state.lifecycle, &*row.state.raw), (lifecycle, word));
        let gone = matches!(lifecycle, Lifecycle::Deleting | Lifecycle::Gone);
        assert_eq!(row.offers.console.is_none(), gone, "{word}");
    }
    assert_eq!(&*instance(json!({"id": "i1"})).state.raw, "unknown");
}

#[test]
fn an_instance_is_read_with_what_is_sent_and_without_what_is_not() {
    let row = instance(json!({
        "id": "i1", "name": "web-1", "state": "running", "created-at": "2026-01-02T03:04:05Z",
        "labels": {"team": "a"}, "public-ip": "203.0.113.7", "ipv6-address": "2001:db8::7",
        "public-ip-assignment": "dual", "mac-address": "06:00:00:00:00:01",
        "instance-type": {"id": "t1"}, "template": {"id": "m1"}, "ssh-key": {"name": "old"},
        "ssh-keys": [{"name": "ann"}, {"name": "bob"}], "security-groups": [{"id": "g1"}, {"id": "g2"}],
        "private-networks": [{"id": "n1", "mac-address": "0a:00:00:00:00:01"}],
        "manager": {"id": "p1", "type": "instance-pool"}, "a-new-field": {"of": ["any", "shape"]},
    }));
    assert_eq!((&*row.name, row.location.as_deref()), ("web-1", Some("ch-gva-2")));
    assert_eq!(row.id.scope.as_deref(), Some("ch-gva-2"), "it is addressed in its zone");
    let addresses: Vec<&str> = row.addresses.iter().map(|it| &*it.value).collect();
    assert_eq!(addresses, ["203.0.113.7", "2001:db8::7"]);
    let facts: Vec<(&str, &str)> = row.facts.iter().map(|it| (it.name, &*it.value)).collect();
    assert_eq!(
        facts,
        [
            ("ssh-keys", "ann, bob"),
            ("security-groups", "2"),
            ("private-networks", "1"),
            ("public-ip-assignment", "dual"),
            ("manager", "instance-pool"),
        ]
    );
    assert_eq!((row.size, row.image), (None, None), "the catalogue lacks them");
    let bare = instance(json!({
        "id": "i2", "labels": null, "public-ip": "none", "ssh-key": {"name": "old"}, "security-groups": null,
        "instance-type": {"family": "cpu", "size": "huge"}, "template": {"name": "Linux"}, "manager": "odd",
    }));
    assert_eq!((&*bare.name, bare.addresses.len(), bare.created), ("i2", 0, None));
    assert_eq!((bare.size.as_deref(), bare.image.as_deref()), (Some("cpu.huge"), Some("Linux")));
    assert_eq!((bare.facts.len(), &*bare.facts[0].value), (1, "old"));
}

fn kind(family: &str, size: &str, gpus: u32, cpus: u32, gib: u64, zones: &[&str]) -> (ArcStr, Arc<Type>) {
    let known = Type {
        name: format!("{family}.{size}").into(),
        family: family.into(),
        size: size.into(),
        cpus: Some(cpus),
        memory: Some(Bytes(gib << 30)),
        gpus,
        request: None,
        authorized: Some(size != "huge"),
        zones: zones.iter().map(|&zone| zone.into()).collect(),
    };
    ("ch-gva-2".into(), Arc::new(known))
}

fn models(quotas: &Value) -> Vec<GpuModel> {
    let types = [
        kind("gpua30", "huge", 4, 48, 225, &["ch-gva-2"]),
        kind("gpua30", "small", 1, 12, 56, &["ch-gva-2"]),
        kind("standard", "medium", 0, 2, 4, &["ch-gva-2", "de-fra-1"]),
        kind("gpua30", "small", 1, 12, 56, &["ch-gva-2", "at-vie-1"]),
        kind("quantum", "tiny", 2, 8, 32, &[]),
    ];
    let list: wire::QuotaList = serde_json::from_value(json!({"quotas": quotas})).unwrap();
    mapper().gpu_models(&types, &list.quotas.good)
}

#[test]
fn families_are_models_with_sizes_zones_and_what_is_left() {
    let all = models(&json!([
        {"resource": "gpua30", "usage": 1, "limit": 4}, {"resource": "instance", "usage": 3, "limit": 20},
        {"resource": "quantum", "usage": 0, "limit": -1},
    ]));
    let [a30, odd] = &all[..] else { panic!("two families: {all:?}") };
    assert_eq!((&*a30.name, &*a30.code), ("NVIDIA A30", "gpua30"));
    assert_eq!(a30.memory, Some(Bytes(24 << 30)));
    let words = |all: &[ArcStr]| all.join("; ");
    assert_eq!(words(&a30.sizes), "small 1x; huge 4x");
    assert_eq!(words(&a30.locations), "at-vie-1; ch-gva-2");
    assert_eq!(a30.quota.as_deref(), Some("3 of 4"));
    let facts: Vec<(&str, &str)> = a30.facts.iter().map(|it| (it.name, &*it.value)).collect();
    assert_eq!(
        facts,
        [
            ("family", "gpua30"),
            ("cpus", "12–48"),
            ("memory", "56 GiB–225 GiB"),
            ("authorized", "in part"),
            ("usage", "1"),
            ("limit", "4"),
        ]
    );
    assert_eq!((&*odd.name, odd.memory), ("quantum", None), "an unknown family is its own name");
    assert_eq!(words(&odd.locations), "ch-gva-2", "the zone whose list had it");
    assert_eq!(odd.quota.as_deref(), Some("unlimited"));
    assert_eq!(models(&json!(null))[0].quota, None);
    assert_eq!(model("gpub300").1, Some(Bytes(269 << 30)));
}

fn events(value: Value) -> Vec<Operation> {
    let map = mapper();
    let wire: wire::Instance = serde_json::from_value(json!({"id": "i1", "name": "web-1"})).unwrap();
    map.instance(&wire, &"ch-gva-2".into(), &Catalogue::default());
    let list: wire::EventList = serde_json::from_value(value).unwrap();
    logged_events(list).good.iter().map(|event| map.event(event)).collect()
}

#[test]
fn the_log_is_told_once_newest_first() {
    let stop = json!({"timestamp": "2026-01-02T03:04:05.250Z", "handler": "stop-instance", "status": 200,
        "request-id": "r1", "zone": "ch-gva-2", "source-ip": "203.0.113.9", "elapsed-ms": 750, "uri": "/v2/instance/i1:stop",
        "iam-user": {"email": "who@example.com"}, "path-params": {"id": "i1"}, "message": null});
    let all = events(json!([
        {"timestamp": "2026-01-02T03:00:00Z", "handler": "login", "status": 403, "message": "wrong password", "source-ip": "203.0.113.9"},
        stop, stop,
        {"timestamp": "2026-01-02T03:01:00Z", "handler": "create-instance", "status": "200", "request-id": "r0",
         "iam-api-key": {"name": "robot", "key": "EXOfake"}, "body-params": {"name": "db-1"}, "path-params": null},
        "odd",
    ]));
    let [stop, create, login] = &all[..] else { panic!("three: {all:?}") };
    assert_eq!((&*stop.name, stop.target.as_deref()), ("stop-instance", Some("web-1")));
    assert_eq!((stop.by.as_deref(), stop.state.lifecycle), (Some("who@example.com"), Lifecycle::Done));
    assert_eq!(stop.finished, Timestamp::parse("2026-01-02T03:04:06Z"));
    assert_eq!(stop.id.scope, None, "the log belongs to no zone");
    assert_eq!((create.target.as_deref(), create.by.as_deref()), (Some("db-1"), Some("robot")));
    assert_eq!(login.state.lifecycle, Lifecycle::Failed);
    assert_eq!(login.state.reason.as_deref(), Some("wrong password"));
}

#[test]
fn an_operation_needs_no_reference() {
    let id = ResourceId::scoped(&ContextName::new("exo"), Kind::Operation, "ch-gva-2", "o1");
    for (value, lifecycle, reason) in [
        (json!({"id": "o1", "state": "pending"}), Lifecycle::Running, None),
        (json!({"id": "o1", "state": "success", "reference": null}), Lifecycle::Done, None),
        (
            json!({"state": "failure", "reason": "conflict", "message": "name is taken"}),
            Lifecycle::Failed,
            Some("conflict: name is taken"),
        ),
        (json!({"state": "timeout"}), Lifecycle::Failed, None),
        (json!({"state": "resting"}), Lifecycle::Unknown, None),
    ] {
        let wire: wire::Operation = serde_json::from_value(value).unwrap();
        let row = mapper().operation(&id, &wire);
        assert_eq!((row.state.lifecycle, row.state.reason.as_deref()), (lifecycle, reason));
        assert_eq!(&*row.name, "operation");
    }
}

#[test]
fn no_endpoint_is_told_twice() {
    for (at, one) in endpoints::ENDPOINTS.iter().enumerate() {
        let same = |other: &&crate::Endpoint| (other.method, other.path) == (one.method, one.path);
        assert_eq!(endpoints::ENDPOINTS.iter().filter(same).count(), 1, "{at} {one:?}");
        // Reads are all that is made use of.
        assert_eq!(one.method == "GET", matches!(one.used, Use::Reads(_)), "{one:?}");
    }
}
