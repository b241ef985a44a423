use std::collections::HashSet;

use arcstr::ArcStr;
use qdeck_model::{
    Address, Bytes, Container, ContextName, Cores, Fact, GpuModel, GpuRequest, Lifecycle, Operation,
    Resource, ResourceId, State, Timestamp,
};

use super::*;
use crate::arrange::SortKey;
use crate::{Count, Population, Usage, export};

fn id(kind: Kind, id: &str) -> ResourceId {
    ResourceId::new(&ContextName::new("prod"), kind, id)
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(1_700_000_000_000 + seconds * 1000).unwrap()
}

fn container() -> Resource {
    let state = State::new(Lifecycle::Degraded, "UNHEALTHY");
    Resource::Container(Box::new(Container {
        instances: Some(3),
        cpu: Some(Cores(0.5)),
        memory: Some(Bytes(2 << 30)),
        gpus: Some(GpuRequest { count: 2, models: vec!["NVIDIA A100".into(), "H100".into()] }),
        endpoints: Box::new(["a.example".into(), "b.example".into()]),
        labels: Box::new([("env".into(), "prod".into()), ("team".into(), "=cmd".into())]),
        created: Some(at(0)),
        facts: vec![Fact { name: "stack", value: "blue".into() }],
        ..Container::new(id(Kind::Container, "c-1"), "shop, \"new\"", state)
    }))
}

fn model() -> Resource {
    Resource::GpuModel(GpuModel {
        memory: Some(Bytes(80 << 30)),
        sizes: vec!["1x".into(), "8x".into()],
        price: Some("3.20 EUR/h".into()),
        ..GpuModel::new(id(Kind::GpuModel, "a100"), "NVIDIA A100", "a100")
    })
}

fn operation(finished: Option<Timestamp>) -> Resource {
    let state = State::new(Lifecycle::Running, "running");
    Resource::Operation(Operation {
        progress: Some(40),
        started: Some(at(0)),
        finished,
        ..Operation::new(id(Kind::Operation, "o-1"), "container.start", state)
    })
}

fn row(resource: &Resource, count: Option<Count>) -> Row<'_> {
    Row { resource, platform: "cycle", now: at(7200), count }
}

fn column(kind: Kind, id: &str) -> Column {
    Column::find(kind, id).unwrap_or_else(|| panic!("no column {id}"))
}

#[test]
fn every_kind_has_one_name_and_no_column_id_or_filter_word_twice() {
    for kind in Kind::ALL {
        let specs: Vec<_> = kinds::all(kind).collect();
        let ids: HashSet<_> = specs.iter().map(|spec| spec.id).collect();
        assert_eq!(ids.len(), specs.len(), "{kind:?}");
        let keys: Vec<_> = specs.iter().flat_map(|spec| spec.keys).collect();
        assert_eq!(keys.iter().collect::<HashSet<_>>().len(), keys.len(), "{kind:?}: {keys:?}");
        let fields: Vec<_> = specs.iter().filter_map(|spec| spec.field).collect();
        assert_eq!(fields.iter().collect::<HashSet<_>>().len(), fields.len(), "{kind:?}: {fields:?}");
        assert_eq!(specs.iter().filter(|spec| spec.tone == Tone::Strong).count(), 1, "{kind:?}");
        assert!(specs.iter().all(|spec| spec.min <= spec.max), "{kind:?}");
        assert_eq!(Column::default_sort(kind).id(), kinds::of(kind).sort);
        assert_eq!(Column::details(kind).count(), kinds::of(kind).details.len(), "{kind:?}");
    }
}

#[test]
fn a_word_of_a_filter_is_the_same_for_all_kinds_that_have_it() {
    let usual: HashSet<_> = filter_words().into_iter().collect();
    for spec in Kind::ALL.into_iter().flat_map(kinds::all) {
        for (at, key) in spec.keys.iter().enumerate() {
            assert_eq!(usual.contains(key), at == 0, "{} of {}", key, spec.id);
        }
    }
}

#[test]
fn columns_are_in_order_and_the_age_stays_at_the_right_edge() {
    let ids = |columns: Vec<Column>| columns.into_iter().map(Column::id).collect::<Vec<_>>();
    assert_eq!(
        ids(Column::all(Kind::Revision, ["stack", "commit"].into_iter())),
        ["container", "revision", "context", "state", "image", "stack", "commit", "platform", "id", "age"]
    );
    assert_eq!(
        ids(Column::defaults(Kind::Revision).collect()),
        ["container", "revision", "context", "state", "image", "age"]
    );
    let shown = ids(Column::all(Kind::Container, [].into_iter()));
    assert!(!shown.contains(&"desired") && !shown.contains(&"memory"), "{shown:?}");
}

#[test]
fn a_fact_with_the_name_of_a_shared_column_is_another_column() {
    assert_ne!(Column::Fact("state"), column(Kind::Instance, "state"));
    assert_eq!(Column::Fact("state").code(), "own:state");
    assert_eq!(column(Kind::Instance, "state"), column(Kind::Operation, "state"));
}

#[test]
fn the_type_of_a_cell_gives_its_text_and_what_it_is_compared_by() {
    let (container, model) = (container(), model());
    let listed = Count::Population(Population { total: 4, running: 2, attention: 0 });
    let used = Count::Usage(Usage { instances: 3, containers: 1 });
    let (done, running) = (operation(Some(at(90))), operation(None));
    for (id, resource, count, text, key) in [
        ("state", &container, None, "unhealthy", Some(SortKey::Number(1))),
        ("up", &container, None, "?/3", None),
        ("up", &container, Some(listed), "2/3", Some(SortKey::Number(2))),
        ("limits", &container, None, "0.5 cpu, 2.0 GiB", Some(SortKey::Number(500_000))),
        ("gpu", &container, None, "2x A100|H100", SortKey::text("2x A100|H100")),
        ("labels", &container, None, "env=prod team==cmd", SortKey::text("env=prod team==cmd")),
        ("age", &container, None, "2h", Some(SortKey::Number(-1_700_000_000_000))),
        ("where", &container, None, "", None),
        ("memory", &model, None, "80 GiB", Some(SortKey::Number(80 << 30))),
        ("price", &model, None, "3.20 EUR/h", Some(SortKey::Number(3_200_000))),
        ("used-by", &model, None, "", None),
        ("used-by", &model, Some(used), "3 inst, 1 cont", Some(SortKey::Number(4))),
        ("took", &done, None, "1m", Some(SortKey::Number(90_000))),
        ("took", &running, None, "2h…", None),
        ("progress", &running, None, "40%", Some(SortKey::Number(40))),
    ] {
        let cell = column(resource.kind(), id).cell(&row(resource, count));
        assert_eq!(cell.text(at(7200)), text, "{id}");
        assert_eq!(cell.sort_key(), key, "{id}");
    }
}

#[test]
fn csv_has_a_line_of_names_numbers_without_units_and_no_formula() {
    let columns: Vec<_> =
        ["name", "state", "up", "desired", "cpu", "memory", "endpoints", "age", "labels", "limits"]
            .map(|id| column(Kind::Container, id))
            .into_iter()
            .chain([Column::Fact("stack"), Column::Fact("none")])
            .collect();
    let mut evil = container();
    if let Resource::Container(it) = &mut evil {
        it.name = "=1+1".into();
        it.labels = Box::default();
    }
    let rows = [container(), evil];
    let csv = export::csv(&columns, rows.iter().map(|resource| row(resource, None)));
    assert_eq!(
        csv.lines().collect::<Vec<_>>(),
        [
            "name,state,up,desired,cpu_cores,memory_bytes,endpoints,created,labels,stack,none",
            "\"shop, \"\"new\"\"\",unhealthy,,3,0.5,2147483648,a.example b.example,2023-11-14T22:13:20Z,\
             env=prod team==cmd,blue,",
            "\"'=1+1\",unhealthy,,3,0.5,2147483648,a.example b.example,2023-11-14T22:13:20Z,,blue,",
        ]
    );
    assert!(csv.lines().count() * 2 == csv.matches(['\r', '\n']).count(), "lines end in CRLF");
}

#[test]
fn json_keeps_numbers_lists_and_what_is_unknown() {
    let container = container();
    let columns = Column::exported(Kind::Container, ["stack", "other"].into_iter());
    let listed = Count::Population(Population { total: 4, running: 2, attention: 0 });
    let json = export::json(&columns, [row(&container, Some(listed))]);
    let object = &json[0];
    for (field, value) in [
        ("context", serde_json::json!("prod")),
        ("platform", serde_json::json!("cycle")),
        ("lifecycle", serde_json::json!("degraded")),
        ("up", serde_json::json!(2)),
        ("memory_bytes", serde_json::json!(2_147_483_648_u64)),
        ("cpu_cores", serde_json::json!(0.5)),
        ("gpu", serde_json::json!({ "count": 2, "models": ["NVIDIA A100", "H100"] })),
        ("endpoints", serde_json::json!(["a.example", "b.example"])),
        ("labels", serde_json::json!({ "env": "prod", "team": "=cmd" })),
        ("where", serde_json::Value::Null),
        ("created", serde_json::json!("2023-11-14T22:13:20Z")),
        ("facts", serde_json::json!({ "stack": "blue" })),
    ] {
        assert_eq!(object[field], value, "{field}");
    }
    assert!(object.get("limits").is_none(), "its parts are there");
}

#[test]
fn operations_report_how_long_they_took_in_seconds() {
    let columns = Column::exported(Kind::Operation, [].into_iter());
    let rows = [operation(Some(at(90))), operation(None)];
    let json = export::json(&columns, rows.iter().map(|resource| row(resource, None)));
    assert_eq!(
        (&json[0]["took_seconds"], &json[1]["took_seconds"]),
        (&90.0.into(), &serde_json::Value::Null)
    );
    assert_eq!(json[0]["progress_percent"], 40);
}

#[test]
fn every_address_is_written_and_the_most_useful_one_shown() {
    let addresses = ["198.51.100.4", "10.0.0.4"].map(|value| Address { value: value.into(), public: false });
    let cell = Cell::Addresses(&addresses);
    assert_eq!(cell.text(at(0)), "198.51.100.4");
    assert!(cell.matches(&mut |text| text == "10.0.0.4"));
    let none: [ArcStr; 0] = [];
    assert_eq!(Cell::Texts(&none).text(at(0)), "");
}

#[test]
fn a_fact_has_a_title_and_not_the_name_of_its_field() {
    for (field, title) in [
        ("ready_state", "READY STATE"),
        ("readyState", "READY STATE"),
        ("public-ip-assignment", "PUBLIC IP ASSIGNMENT"),
        ("storage", "STORAGE"),
        ("vm2Size", "VM2 SIZE"),
        ("_id.", "ID"),
    ] {
        assert_eq!(Column::Fact(field).title(), title);
        assert_eq!(Column::Fact(field).label(), title.to_lowercase());
    }
}
