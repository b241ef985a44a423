//! A property of every row: no JSON value at any of its fields fails it.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Removes each value of a documented row in turn, and replaces it with arbitrary JSON: the row must be read all the
/// same. `required` are the fields of the row itself without which it is left out.
pub(crate) fn any_json_is_read_at_any_field<T: DeserializeOwned>(document: &Value, required: &[&str]) {
    let read = |document: &Value| serde_json::from_str::<T>(&document.to_string()).map(drop);
    assert!(read(document).is_ok(), "the document itself: {document}");
    let mut pointers = Vec::new();
    collect_pointers(document, "", &mut pointers);
    pointers.retain(|pointer| !required.contains(&&pointer[1..]));
    assert!(!pointers.is_empty());
    for pointer in &pointers {
        let without = without(document, pointer);
        assert!(read(&without).is_ok(), "without {pointer}: {:?}", read(&without));
    }
    let names: BTreeSet<String> =
        pointers.iter().filter_map(|it| it.rsplit('/').next()).map(str::to_owned).collect();
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(24) };
    proptest!(config, |(value in any_json(names.into_iter().collect()))| {
        for pointer in &pointers {
            let mut changed = document.clone();
            *changed.pointer_mut(pointer).unwrap() = value.clone();
            let read = read(&changed);
            prop_assert!(read.is_ok(), "{pointer}: {read:?}");
        }
    });
}

/// The JSON pointers of all values inside.
fn collect_pointers(value: &Value, at: &str, pointers: &mut Vec<String>) {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(fields) => fields.iter().map(|(name, value)| (format!("{at}/{name}"), value)).collect(),
        Value::Array(items) => {
            items.iter().enumerate().map(|(i, value)| (format!("{at}/{i}"), value)).collect()
        }
        _ => Vec::new(),
    };
    for (pointer, value) in children {
        collect_pointers(value, &pointer, pointers);
        pointers.push(pointer);
    }
}

fn without(document: &Value, pointer: &str) -> Value {
    let mut changed = document.clone();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    match changed.pointer_mut(parent).unwrap() {
        Value::Object(fields) => drop(fields.remove(name)),
        Value::Array(items) => drop(items.remove(name.parse::<usize>().unwrap())),
        other => panic!("{other} has no children"),
    }
    changed
}

/// JSON of any shape whose objects have these field names, among others.
pub(crate) fn any_json(names: Vec<String>) -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    scalar.prop_recursive(3, 16, 4, move |inner| {
        let name = prop_oneof![3 => proptest::sample::select(names.clone()), 1 => any::<String>()];
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((name, inner), 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect::<Map<_, _>>())),
        ]
    })
}
