use std::collections::BTreeMap;

use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

use super::property::{any_json, any_json_is_read_at_any_field};
use super::*;

#[derive(Debug, Default, Deserialize)]
struct Inner {
    id: Text,
}

/// A field of each type.
#[derive(Debug, Deserialize)]
struct Row {
    id: String,
    text: Text,
    flag: Flag,
    small: Number<u8>,
    signed: Number<i64>,
    unsigned: Number<u64>,
    float: Number<f64>,
    count: Lenient<u32>,
    texts: Lenient<Vec<String>>,
    object: ObjectOrDefault<Inner>,
    maybe_object: ObjectOrNone<Inner>,
    object_or_text: ObjectOrText<Named>,
    list: ListOrDefault<Inner>,
    maybe_list: ListOrNone<Inner>,
    map: ObjectOrDefault<BTreeMap<String, Text>>,
    lists: ObjectOrDefault<BTreeMap<String, ListOrDefault<Inner>>>,
    any: AnyValue,
    secret: OptionalSecret,
}

#[derive(Debug, Default, Deserialize)]
struct Named {
    name: Text,
}

impl From<&str> for Named {
    fn from(name: &str) -> Self {
        Self { name: name.into() }
    }
}

fn read(value: &Value) -> Row {
    serde_json::from_str(&value.to_string()).unwrap()
}

fn row() -> Value {
    json!({
        "id": "r", "text": "a", "flag": true, "small": 7, "signed": -7, "unsigned": 7, "float": 1.5, "count": 3,
        "texts": ["a"], "object": {"id": "a"}, "maybe_object": {"id": "a"}, "object_or_text": {"name": "a"},
        "list": [{"id": "a"}], "maybe_list": [{"id": "a"}], "map": {"a": "b"}, "lists": {"a": [{"id": "b"}]},
        "any": {"a": [1]}, "secret": "obviously-fake",
    })
}

#[test]
fn any_json_is_read_at_a_field_of_any_type() {
    any_json_is_read_at_any_field::<Row>(&row(), &["id"]);
}

#[test]
fn an_absent_field_reads_like_null() {
    let absent = format!("{:?}", read(&json!({"id": "r"})));
    let mut nulls = row();
    for (name, value) in nulls.as_object_mut().unwrap() {
        if name != "id" {
            *value = Value::Null;
        }
    }
    assert_eq!(format!("{:?}", read(&nulls)), absent);
}

proptest! {
    #[test]
    fn values_of_the_documented_type_round_trip(
        text in ".+",
        flag: bool,
        small: u8,
        signed: i64,
        unsigned: u64,
        quarters: i32,
        texts: Vec<String>,
        ids in proptest::collection::vec(".+", 0..4),
        map in proptest::collection::btree_map(any::<String>(), ".+", 0..4),
        any in any_json(vec!["a".to_owned()]),
    ) {
        let float = f64::from(quarters) / 4.0;
        let objects: Vec<Value> = ids.iter().map(|id| json!({"id": id})).collect();
        let row = read(&json!({
            "id": "r", "text": text, "flag": flag, "small": small, "signed": signed, "unsigned": unsigned,
            "float": float, "count": small, "texts": texts, "object": {"id": text}, "maybe_object": {"id": text},
            "object_or_text": text, "list": objects, "maybe_list": objects, "map": map, "lists": {"of": objects},
            "any": any, "secret": text,
        }));
        prop_assert_eq!(row.id.as_str(), "r");
        let text = Some(text);
        prop_assert_eq!(&*row.text, &text);
        prop_assert_eq!((*row.flag, *row.small), (flag, Some(small)));
        prop_assert_eq!((*row.signed, *row.unsigned), (Some(signed), Some(unsigned)));
        prop_assert_eq!((*row.float, *row.count), (Some(float), u32::from(small)));
        prop_assert_eq!(&*row.texts, &texts);
        prop_assert_eq!(&*row.object.id, &text);
        prop_assert_eq!(&*row.maybe_object.as_ref().unwrap().id, &text);
        prop_assert_eq!(&*row.object_or_text.name, &text);
        let ids_of = |list: &[Inner]| list.iter().map(|it| it.id.0.clone().unwrap()).collect::<Vec<_>>();
        prop_assert_eq!(&ids_of(&row.list), &ids);
        prop_assert_eq!(&ids_of(row.maybe_list.as_ref().unwrap()), &ids);
        prop_assert_eq!(&ids_of(&row.lists["of"]), &ids);
        let read: BTreeMap<String, String> =
            row.map.iter().map(|(name, value)| (name.clone(), value.0.clone().unwrap())).collect();
        prop_assert_eq!(read, map);
        let any: Value = serde_json::from_str(&any.to_string()).unwrap();
        prop_assert_eq!(&*row.any, &any);
        prop_assert_eq!(row.secret.as_ref().map(qdeck_model::Secret::expose), text.as_deref());
    }
}

#[derive(Debug, Deserialize)]
struct Thing {
    name: Text,
    #[serde(default)]
    strict: Vec<u8>,
    list: Lenient<Vec<u8>>,
    count: Lenient<u32>,
}

#[derive(Debug, Deserialize)]
struct Page {
    items: Rows<Thing>,
}

#[test]
fn a_row_that_is_not_read_hides_no_other() {
    let page: Page = serde_json::from_str(
        r#"{"items": [{"name": 7, "list": null, "count": "many"}, "odd", {}, {"strict": 3}, {"name": "", "count": 2}]}"#,
    )
    .unwrap();
    assert_eq!(page.items.sent(), 5);
    assert_eq!(page.items.unreadable.to_string(), "2 of 5 rows could not be read: not an object");
    let good = page.items.good;
    assert_eq!(good.len(), 3);
    assert_eq!((good[0].name.as_deref(), *good[0].count), (Some("7"), 0));
    assert!(good[0].list.is_empty() && good[0].strict.is_empty());
    assert_eq!((good[2].name.as_deref(), *good[2].count), (None, 2));
    let none: Page = serde_json::from_str(r#"{"items": null}"#).unwrap();
    assert_eq!(none.items.sent(), 0);
    let absent = serde_json::from_str::<Page>("{}").map(drop).unwrap_err();
    assert!(
        absent.to_string().contains("missing field `items`"),
        "an absent list is not an empty one: {absent}"
    );
    assert!(serde_json::from_str::<Page>(r#"{"items": 3}"#).is_err(), "not a list");
}

#[test]
fn a_row_is_addressed_by_a_text_or_a_number_and_without_either_the_reason_is_counted() {
    #[derive(Debug, Deserialize)]
    struct Addressed {
        id: RowId,
    }
    #[derive(Debug, Deserialize)]
    struct Addresseds {
        items: Rows<Addressed>,
    }
    let read = |items: &str| {
        let read: Addresseds = serde_json::from_str(&format!(r#"{{"items": {items}}}"#)).unwrap();
        read.items
    };
    let rows = read(r#"[{"id": "x"}, {"id": 5}, {"id": -5}, {"id": "\u0041"}]"#);
    let ids: Vec<&str> = rows.good.iter().map(|row| &*row.id).collect();
    assert_eq!((ids, rows.unreadable.any()), (vec!["x", "5", "-5", "A"], false));
    for (row, why) in [
        ("{}", "no id"),
        (r#"{"id": null}"#, "no id"),
        (r#"{"id": ""}"#, "no id"),
        (r#"{"id": {"deep": 1}}"#, "invalid type: map, expected an id"),
        ("null", "not an object"),
        ("\"text\"", "not an object"),
        ("[1]", "not an object"),
    ] {
        let rows = read(&format!(r#"[{{"id": "x"}}, {row}, {row}]"#));
        assert_eq!(rows.unreadable.to_string(), format!("2 of 3 rows could not be read: {why}"), "{row}");
        let problem = read(&format!("[{row}]")).readable("GET /things").unwrap_err();
        assert_eq!(&*problem.message, format!("unexpected answer: 1 of 1 row could not be read: {why}"));
    }
    assert!(serde_json::from_str::<BareRows<Addressed>>("null").is_err());
}

#[test]
fn more_rows_than_an_answer_holds_are_refused_before_they_cost_anything() {
    let row = r#"{"id":"1"}"#;
    let page = |rows: usize| format!(r#"{{"items":[{}{row}]}}"#, format!("{row},").repeat(rows - 1));
    let whole: Page = serde_json::from_str(&page(MAX_ROWS_OF_AN_ANSWER)).unwrap();
    assert_eq!(whole.items.sent(), MAX_ROWS_OF_AN_ANSWER);
    drop(whole);
    // What follows is not even looked at.
    let endless = page(MAX_ROWS_OF_AN_ANSWER + 1) + "no JSON";
    let error = serde_json::from_str::<Page>(&endless).unwrap_err();
    assert!(error.is_data() && error.to_string().contains("more than 100000 rows"), "{error}");
    let list = format!("[{}{row}]", format!("{row},").repeat(MAX_ROWS_OF_AN_ANSWER));
    let error = serde_json::from_str::<BareRows<Inner>>(&list).unwrap_err();
    assert!(error.is_data() && error.to_string().contains("more than 100000 rows"), "{error}");
}

#[test]
fn a_list_inside_a_row_is_read_to_a_bound_and_skipped_beyond() {
    #[derive(Deserialize)]
    struct Labelled {
        things: ListOrDefault<Inner>,
        last: Text,
    }
    let row = format!(r#"{{"things":[{}{{}}],"last":"x"}}"#, "{},".repeat(50_000));
    let row: Labelled = serde_json::from_str(&row).unwrap();
    assert_eq!((row.things.len(), row.last.as_deref()), (1_000, Some("x")));
}

#[test]
fn what_does_not_fit_is_the_default_and_what_follows_is_read() {
    #[derive(Debug, Deserialize)]
    struct Odd {
        count: Number<u8>,
        list: Lenient<Vec<u8>>,
        things: ListOrNone<Inner>,
        thing: ObjectOrNone<Inner>,
        last: Text,
    }
    for (value, count, list, things, thing) in [
        ("7", Some(7), 0, None, false),
        ("null", None, 0, None, false),
        ("300", None, 0, None, false),
        ("-1", None, 0, None, false),
        ("1.5", None, 0, None, false),
        ("true", None, 0, None, false),
        ("\"7\"", None, 0, None, false),
        ("\"\\u0001\"", None, 0, None, false),
        ("[1, 2]", None, 2, Some(2), false),
        ("[1, \"two\", [3]]", None, 0, Some(3), false),
        ("[]", None, 0, Some(0), false),
        ("{\"id\": {\"deep\": []}, \"more\": 1}", None, 0, None, true),
    ] {
        let json = format!(
            r#"{{"count": {value}, "list": {value}, "things": {value}, "thing": {value}, "last": 18446744073709551615}}"#
        );
        let odd: Odd = serde_json::from_str(&json).unwrap();
        assert_eq!(*odd.count, count, "{json}");
        assert_eq!(odd.list.len(), list, "{json}");
        assert_eq!(odd.things.as_ref().map(Vec::len), things, "{json}");
        assert_eq!(odd.thing.is_some(), thing, "{json}");
        assert_eq!(odd.last.as_deref(), Some("18446744073709551615"), "{json}");
    }
}

#[test]
fn objects_in_objects_are_read_in_place() {
    #[derive(Deserialize)]
    struct Outer {
        inner: ObjectOrDefault<Inner>,
        all: ListOrDefault<Inner>,
    }
    for (json, inner, all) in [
        (r#"{"inner": {"id": "a", "more": [{}]}, "all": [{"id": "b"}, 3, [4], {"id": 5}]}"#, Some("a"), 4),
        (r#"{"inner": [1, {"id": "a"}], "all": {"id": "b"}}"#, None, 0),
        (r#"{"inner": null, "all": null}"#, None, 0),
        (r#"{"inner": -1.5, "all": "text"}"#, None, 0),
        ("{}", None, 0),
    ] {
        let outer: Outer = serde_json::from_str(json).unwrap();
        assert_eq!((outer.inner.id.as_deref(), outer.all.len()), (inner, all), "{json}");
    }
    assert!(serde_json::from_str::<Outer>(r#"{"all": [{"id": "b""#).is_err(), "cut off");
}
