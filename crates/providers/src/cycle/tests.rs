//! Mapping, written after the API description's shapes: every state word, nulls, zero times, odd rows.

use super::map::size;
use super::*;
use qdeck_model::{Bytes, ContextName, Lifecycle};
use serde_json::{Value, json};

fn mapper() -> Mapper {
    Mapper {
        context: ContextName::new("hub-a"),
        strings: Interner::default(),
        facts: Interner::default(),
        containers: Interner::default(),
        names: Names::default(),
    }
}

fn instance(value: &Value) -> qdeck_model::Instance {
    let root = json!({"data": [value], "includes": {
        "servers": {"s1": {"hostname": "host-1", "nickname": null}, "s2": {"hostname": "host-2", "nickname": "big"}},
        "locations": {"l1": {"name": "Amsterdam"}},
    }});
    let list: wire::List<wire::Instance> = serde_json::from_value(root).unwrap();
    assert_eq!(list.data.good.len(), 1);
    let map = mapper();
    map.learn(&list.includes);
    map.instance(&list.data.good[0], &"c1".into(), None)
}

#[test]
fn every_state_word_of_an_instance_has_its_place() {
    for (word, lifecycle) in [
        ("new", Lifecycle::Pending),
        ("starting", Lifecycle::Pending),
        ("migrating", Lifecycle::Pending),
        ("reimaging", Lifecycle::Pending),
        ("running", Lifecycle::Running),
        ("stopping", Lifecycle::Stopping),
        ("stopped", Lifecycle::Stopped),
        ("failed", Lifecycle::Failed),
        ("deleting", Lifecycle::Deleting),
        ("deleted", Lifecycle::Gone),
        ("hovering", Lifecycle::Unknown),
    ] {
        let row =
            instance(&json!({"id": "i1", "state": {"current": word, "changed": "0001-01-01T00:00:00Z"}}));
        assert_eq!((row.state.lifecycle, &*row.state.raw), (lifecycle, word));
        assert_eq!(row.changed, None, "the zero time is never");
    }
}

#[test]
fn health_readiness_and_errors_show_as_reasons() {
    let with = |extra: &Value| {
        let mut state = json!({"current": "running"});
        state.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        instance(&json!({"id": "i1", "state": state})).state
    };
    let state = with(&json!({"health": {"healthy": false, "updated": null}}));
    assert_eq!((state.lifecycle, state.reason.as_deref()), (Lifecycle::Degraded, Some("unhealthy")));
    let state = with(&json!({"health": {"healthy": null}, "readiness": {"ready": false}}));
    assert_eq!((state.lifecycle, state.reason.as_deref()), (Lifecycle::Degraded, Some("not ready")));
    let state = with(&json!({"health": null, "error": {"message": "exit 1", "time": "x"}}));
    assert_eq!((state.lifecycle, state.reason.as_deref()), (Lifecycle::Running, Some("exit 1")));
    let state = with(&json!({"health": "good", "error": "what"}));
    assert_eq!((state.lifecycle, state.reason), (Lifecycle::Running, None));
}

#[test]
fn places_are_named_by_what_was_sent_along_else_by_id() {
    let row = instance(&json!({"id": "i1", "hostname": "web-1", "server_id": "s2", "location_id": "l1",
        "environment": {"ipv6": {"ip": "fd00::1", "cidr": "/64"}, "legacy": null},
        "stateful": {"id": 3}, "events": null, "state": null}));
    assert_eq!(row.host.as_deref(), Some("big"));
    assert_eq!(row.location.as_deref(), Some("Amsterdam"));
    assert_eq!(&*row.name, "web-1");
    assert_eq!((&*row.addresses[0].value, row.addresses[0].public), ("fd00::1", false));
    let row =
        instance(&json!({"id": "i1", "server_id": "s9", "provider": {"vendor": "v", "location": "ams"}}));
    assert_eq!((row.host.as_deref(), row.location.as_deref()), (Some("s9"), Some("ams")));
    assert_eq!(&*row.name, "i1", "without a host name the id is the name");
    assert_eq!(&*row.state.raw, "unknown");
}

#[test]
fn a_container_tells_its_counts_limits_and_failures() {
    let root = json!({"data": [{
        "id": "c1", "name": "Web", "identifier": "web", "hub_id": "h", "instances": 3, "stateful": false,
        "lock": true, "deprecate": false, "image": {"id": "im1", "service": null},
        "environment": {"id": "e1"},
        "config": {"network": {"public": "enable", "hostname": "web"}, "deploy": {"instances": 3, "strategy": "node"},
            "resources": {"cpu": {"shares": {"limit": 25}}, "ram": {"limit": "512M"}}},
        "state": {"current": "running", "desired": "running"},
        "events": {"created": "2026-02-03T04:05:06.123456789Z", "started": "0001-01-01T00:00:00Z"},
        "meta": {"instances_count": {"state": {"running": 2, "failed": 1}, "total": 3, "available": 2},
            "domains": [{"fqdn": "web.example.com", "record": null}]},
    }, {"id": "c2"}, {"name": "without an id"}],
    "includes": {"images": {"im1": {"name": "web:1.2"}}, "environments": {"e1": {"name": "Production"}}}});
    let list: wire::List<wire::Container> = serde_json::from_value(root).unwrap();
    assert_eq!((list.data.sent(), list.data.good.len()), (3, 2), "paging counts what was sent");
    let map = mapper();
    map.learn(&list.includes);
    let row = map.container(&list.data.good[0]);
    assert_eq!((row.instances, row.instances_running), (Some(3), Some(2)));
    assert_eq!((row.cpu.unwrap().0, row.memory), (2.5, Some(Bytes(512 << 20))));
    assert_eq!((row.image.as_deref(), row.location.as_deref()), (Some("web:1.2"), Some("Production")));
    assert_eq!(row.state.lifecycle, Lifecycle::Degraded);
    assert_eq!(row.state.reason.as_deref(), Some("1 failed"));
    assert_eq!(&*row.endpoints[0], "web.example.com");
    assert!(row.created.is_some());
    assert!(row.facts.iter().any(|fact| fact.name == "lock" && &*fact.value == "yes"));
    assert!(!row.facts.iter().any(|fact| fact.name == "started" || fact.name == "stateful"));
    let bare = map.container(&list.data.good[1]);
    assert_eq!((&*bare.name, bare.instances, bare.state.lifecycle), ("c2", None, Lifecycle::Unknown));
}

#[test]
fn sizes_are_read_with_and_without_their_b() {
    for (text, bytes) in [
        ("512M", Some(512 << 20)),
        ("10GB", Some(10 << 30)),
        ("7", Some(7)),
        ("1Gi", Some(1 << 30)),
        ("lots", None),
        ("5X", None),
    ] {
        assert_eq!(size(text), bytes.map(Bytes), "{text}");
    }
}

#[test]
fn a_jobs_progress_is_its_completed_steps() {
    let zero = "0001-01-01T00:00:00Z";
    let job: wire::Job = serde_json::from_value(json!({
    "id": "j1", "queue": "q", "caption": "", "schedule": "", "state": {"current": "running", "error": null},
    "creator": {"id": "a1", "type": "account"},
    "events": {"queued": "2026-01-01T00:00:00Z", "started": "2026-01-01T00:00:01Z", "completed": zero},
    "tasks": [
        {"header": "container.start", "caption": "Start", "state": {"current": "completed"}, "steps": null,
         "input": {"container_id": "c7"}},
        {"header": "x", "state": {"current": "running"}, "steps": [
            {"caption": "Prepare", "started": "2026-01-01T00:00:01Z", "completed": "2026-01-01T00:00:02Z"},
            {"caption": "Copy", "started": "2026-01-01T00:00:02Z", "completed": zero},
            {"caption": "Clean", "started": zero, "completed": zero}]},
    ]}))
    .unwrap();
    let row = mapper().job(&job);
    assert_eq!((&*row.name, row.progress, row.target.as_deref()), ("container.start", Some(50), Some("c7")));
    assert_eq!(row.by.as_deref(), Some("account"));
    assert_eq!(row.finished, None);
    let states: Vec<_> = row.steps.iter().map(|step| step.state.lifecycle).collect();
    assert_eq!(states, [Lifecycle::Done, Lifecycle::Done, Lifecycle::Running, Lifecycle::Pending]);
    for (word, lifecycle) in [
        ("new", Lifecycle::Pending),
        ("queued", Lifecycle::Pending),
        ("scheduled", Lifecycle::Pending),
        ("running", Lifecycle::Running),
        ("completed", Lifecycle::Done),
        ("error", Lifecycle::Failed),
        ("expired", Lifecycle::Failed),
        ("paused", Lifecycle::Unknown),
    ] {
        let job: wire::Job = serde_json::from_value(
            json!({"id": "j", "tasks": null, "state": {"current": word, "error": {"message": "why"}}}),
        )
        .unwrap();
        let row = mapper().job(&job);
        assert_eq!((row.state.lifecycle, row.progress), (lifecycle, Some(100)), "{word}");
        assert_eq!(row.state.reason.as_deref(), Some("why"));
    }
}

fn snapshot(second: u32, cpu_seconds: f64, received: u64) -> wire::Snapshot {
    serde_json::from_value(json!({
        "time": format!("2026-01-01T00:00:{second:02}Z"), "instance_id": null,
        "cpu": {"num_cores": 8, "usage": {"total": cpu_seconds * 1e9, "user": 1.5}},
        "memory": {"usage": {"usage": 1_048_576.0, "limit": 9.2e18}},
        "processes": {"current": 4},
        "network": {"interfaces": [{"name": "i-pub-1", "rx_bytes": received, "tx_bytes": 0}, {"rx_bytes": 0}]},
        "hugetlb": {"2MB": {"usage": 0}}}))
    .unwrap()
}

#[test]
fn counters_become_rates_and_restarts_make_gaps() {
    let mut meter = Meter::default();
    let first = meter.sample(&snapshot(0, 100.0, 5000)).unwrap();
    assert_eq!((first.cpu, first.net_rx), (None, None), "a rate needs two");
    assert_eq!(first.memory, Some(Bytes(1 << 20)));
    assert_eq!(first.memory_limit, None, "an absurd limit is none");
    let second = meter.sample(&snapshot(10, 105.0, 25000)).unwrap();
    assert!((second.cpu.unwrap().0 - 0.5).abs() < 1e-9);
    assert!((second.net_rx.unwrap().0 - 2000.0).abs() < 1e-9);
    assert_eq!(second.processes, Some(4));
    assert!(meter.sample(&snapshot(10, 106.0, 26000)).is_none(), "the same moment again");
    assert!(meter.sample(&snapshot(20, 1.0, 0)).is_none(), "a restart");
    let after = meter.sample(&snapshot(30, 2.0, 10)).unwrap();
    assert!((after.cpu.unwrap().0 - 0.1).abs() < 1e-9);
    let bare: wire::Snapshot = serde_json::from_value(
        json!({"time": "2026-01-01T00:01:00Z", "cpu": null, "network": {"interfaces": null}}),
    )
    .unwrap();
    let sample = meter.sample(&bare).unwrap();
    assert_eq!((sample.cpu, sample.memory, sample.net_rx), (None, None, None));
}

#[test]
fn lines_are_split_whatever_the_frames() {
    let text = "grüße\r\nzwei\n\ndrei €".as_bytes();
    for cut in 0..text.len() {
        let mut splitter = qdeck_net::LineSplitter::new(1 << 20);
        let mut lines = splitter.feed(&text[..cut]);
        lines.extend(splitter.feed(&text[cut..]));
        lines.extend(splitter.feed(b"\n"));
        let lines: Vec<_> = lines.iter().map(|line| line.data.as_str()).collect();
        assert_eq!(lines, ["grüße", "zwei", "", "drei €"]);
    }
    let mut splitter = qdeck_net::LineSplitter::new(1 << 20);
    for _ in 0..10 {
        assert!(splitter.feed(&vec![b'x'; 1 << 20]).is_empty());
    }
    let lines = splitter.feed(b"y\nnext\n");
    assert_eq!((lines[0].data.len(), lines[0].dropped), (1 << 20, (9 << 20) + 1));
    assert_eq!((lines[1].data.as_str(), lines[1].dropped), ("next", 0));
}

#[test]
fn notices_are_matched_leniently() {
    let context = ContextName::new("hub-a");
    let pushed = |value: Value| push::change(&context, &serde_json::from_value(value).unwrap());
    let about = |topic: &str, state: &str| {
        json!({"topic": topic, "object": {"id": "x1", "state": state},
        "context": {"containers": ["c1"], "dns_zones": null}})
    };
    for topic in ["container.new", "container.created", "container.state.changed", "container.error"] {
        assert!(
            matches!(pushed(about(topic, "running")), Some(Change::Touched(id)) if id.kind == Kind::Container)
        );
    }
    assert!(matches!(
        pushed(about("container.instance.state.changed", "running")),
        Some(Change::Touched(id)) if id.kind == Kind::Instance && id.scope.as_deref() == Some("c1")
    ));
    assert!(matches!(pushed(about("container.instance.state.changed", "deleted")), Some(Change::Gone(_))));
    assert!(matches!(
        pushed(about("container.instances.reconfigured", "")),
        Some(Change::Relist(Kind::Instance))
    ));
    assert!(matches!(
        pushed(
            json!({"topic": "container.instance.error", "object": {"id": "x"}, "context": {"containers": null}})
        ),
        Some(Change::Relist(Kind::Instance))
    ));
    assert!(
        matches!(pushed(about("job.created", "new")), Some(Change::Touched(id)) if id.kind == Kind::Operation)
    );
    for nothing in [about("dns.zone.new", ""), json!({}), json!({"topic": 7, "object": "odd"})] {
        assert!(pushed(nothing).is_none());
    }
}
