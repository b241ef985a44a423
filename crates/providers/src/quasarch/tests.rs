//! Mapping, written after the reference pages' shapes.

use serde_json::json;

use super::map::quantity;
use super::*;
use qdeck_model::{Bytes, ContextName, Lifecycle};
use qdeck_net::Event;

fn mapper() -> Mapper {
    Mapper { context: ContextName::new("akash"), strings: Interner::default() }
}

#[test]
fn a_container_is_read_with_its_nulls_and_zero_times() {
    let list: wire::List<wire::Container> = serde_json::from_value(json!({"items": [
        {"id": "u1", "name": "shop", "createdBy": "u9", "image": "shop:3", "cpu": 0.5, "ram": "2Gi", "gpu": 2,
         "ephemeralStorage": "10Gi", "command": null, "arguments": ["-v"], "env": {"KEY": "fake-value"}, "port": 8080,
         "dateCreated": "2026-01-02T03:04:05Z", "dateUpdated": "0001-01-01T00:00:00Z", "status": "deployed",
         "urls": ["shop.example.com"], "desiredGPUs": ["Nvidia a100"]},
        {"id": "u2", "env": null, "urls": null, "desiredGPUs": null, "status": "deploying", "cpu": "much"},
    ], "total": 2, "page": 1, "rowsPerPage": 10}))
    .unwrap();
    let row = mapper().container(&list.items.good[0]);
    assert_eq!((&*row.name, row.memory, row.cpu.unwrap().0), ("shop", Some(Bytes(2 << 30)), 0.5));
    assert_eq!((row.state.lifecycle, row.changed), (Lifecycle::Running, None));
    let gpus = row.gpus.as_ref().unwrap();
    assert_eq!((gpus.count, &*gpus.models[0]), (2, "NVIDIA A100"));
    assert!(row.facts.iter().any(|fact| fact.name == "port" && &*fact.value == "8080"));
    assert!(!format!("{row:?}").contains("fake-value"), "a row holds no value of a variable");
    let bare = mapper().container(&list.items.good[1]);
    assert_eq!((bare.state.lifecycle, bare.gpus, bare.cpu), (Lifecycle::Pending, None, None));
}

#[test]
fn every_status_word_has_its_place() {
    for (word, lifecycle) in [
        ("deploying", Lifecycle::Pending),
        ("deployed", Lifecycle::Running),
        ("failed", Lifecycle::Failed),
        ("closing", Lifecycle::Unknown),
    ] {
        let wire: wire::Container = serde_json::from_value(json!({"id": "u", "status": word})).unwrap();
        let state = mapper().container(&wire).state;
        assert_eq!((state.lifecycle, &*state.raw), (lifecycle, word));
    }
}

#[test]
fn the_highest_revision_is_the_current_one_in_any_order() {
    let wire: Vec<wire::Revision> = serde_json::from_value(json!([
        {"containerID": "u1", "revisionNumber": 2, "image": "b:2", "dateCreated": "2026-01-02T00:00:00Z"},
        {"containerID": "u1", "revisionNumber": 10, "image": "c:3"}, {"revisionNumber": 1}]))
    .unwrap();
    let rows = mapper().revisions(&mapper().link("u1".into(), Some("shop".into())), &wire);
    let states: Vec<_> = rows.iter().map(|row| (&*row.number, &*row.state.raw)).collect();
    assert_eq!(states, [("2", "superseded"), ("10", "current"), ("1", "superseded")]);
    assert_eq!(rows[0].id.scope.as_deref(), Some("u1"));
}

#[test]
fn quantities_are_read_as_kubernetes_writes_them() {
    for (text, bytes) in [
        ("512Mi", Some(512 << 20)),
        ("1.5Gi", Some(3 << 29)),
        ("2G", Some(2_000_000_000)),
        ("100", Some(100)),
        ("1e3", None),
        ("", None),
    ] {
        assert_eq!(quantity(text), bytes.map(Bytes), "{text}");
    }
}

#[test]
fn log_data_is_a_line_or_a_pods_line() {
    let texts = |data: &str| -> Vec<String> {
        let event = Event { data: data.to_owned(), ..Event::default() };
        log::lines(&event, Timestamp::now()).iter().map(|line| line.text.to_string()).collect()
    };
    assert_eq!(texts("GET / 200"), ["GET / 200"]);
    assert_eq!(texts(r#"{"name":"pod-1","message":"hello\n"}"#), ["hello"]);
    assert_eq!(texts("two\nlines\r\n"), ["two", "lines"]);
    let own = r#"{"message":"a program's own","level":"info","name":"x"}"#;
    assert_eq!(texts(own), [own]);
    assert_eq!(texts(""), [""]);
}
