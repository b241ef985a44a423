use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

/// Takes rows, and expects some.
#[derive(Default)]
struct Taken {
    rows: Vec<String>,
    expected: Vec<String>,
    /// So many rows were as expected.
    hits: usize,
}

impl RowSink for Taken {
    fn expected(&self) -> Option<usize> {
        self.expected.get(self.rows.len()).map(String::len)
    }

    fn take_expected(&mut self, text: &[u8]) -> bool {
        let is_it = self.expected[self.rows.len()].as_bytes() == text;
        if is_it {
            self.rows.push(String::from_utf8(text.to_vec()).unwrap());
            self.hits += 1;
        }
        is_it
    }

    fn take(&mut self, text: &[u8]) -> Result<(), Cause> {
        self.rows.push(String::from_utf8(text.to_vec()).unwrap());
        Ok(())
    }
}

fn split(rows_at: RowsAt, text: &str, part: usize, expected: &[&str]) -> Result<(Taken, String), Cause> {
    let mut splitter = RowSplitter::new(rows_at);
    let expected = expected.iter().map(|row| (*row).to_owned()).collect();
    let mut taken = Taken { expected, ..Taken::default() };
    for part in text.as_bytes().chunks(part) {
        splitter.push(part, &mut taken)?;
    }
    let envelope = splitter.finish(&mut taken)?;
    let envelope = String::from_utf8(envelope).unwrap();
    Ok((taken, envelope.trim_start_matches('\u{feff}').trim().to_owned()))
}

#[test]
fn rows_are_cut_out_wherever_the_parts_end() {
    let text = "\u{feff} {\"rows\": 3, \"a\":[\"rows\",[1]], \"b\":\"rows\", \"rows\" : [ {\"x\":\"]}\\\"\"} ,\n7, \"é,\" ] , \"c\":{\"rows\":[8]}}\n";
    for part in 1..=text.len() {
        let (taken, envelope) = split(RowsAt::Member("rows"), text, part, &[]).unwrap();
        assert_eq!(taken.rows, [r#"{"x":"]}\""}"#, "7", "\"é,\""]);
        // The first member of that name is no list.
        assert_eq!(envelope, r#"{"rows": 3, "a":["rows",[1]], "b":"rows", "rows" : [] , "c":{"rows":[8]}}"#);
    }
}

#[test]
fn what_is_no_list_is_left_to_who_reads_the_envelope() {
    for text in ["null", "{}", r#"{"rows":null}"#, r#"{"error":{"rows":[1]}}"#, "\"[1]\"", "<html>[1]", ""] {
        let (taken, envelope) = split(RowsAt::Member("rows"), text, 3, &[]).unwrap();
        assert_eq!((taken.rows.len(), &*envelope), (0, text));
    }
    assert_eq!(split(RowsAt::Top, "\u{feff}[]", 1, &[]).unwrap().1, "[]");
}

#[test]
fn a_list_that_breaks_off_or_is_garbled_is_reported() {
    for text in ["[", "[1", "[1,", "[1 2]", "[{\"a\":1]", "[\"a]", "[1,]", "[}]", "[{}}]"] {
        let result = split(RowsAt::Top, text, 2, &[]).map(|(taken, _)| taken.rows);
        // A row that is no JSON is found by who reads it.
        let is_left = result
            .as_ref()
            .is_ok_and(|rows| rows.iter().any(|row| serde_json::from_str::<Value>(row).is_err()));
        assert!(is_left || matches!(result, Err(Cause::Json { .. })), "{text}: {result:?}");
    }
}

#[test]
fn rows_that_are_expected_are_not_looked_into() {
    let text = r#"[{"a":1},{"a":22},{"a":3}]"#;
    let first = [r#"{"a":1}"#, r#"{"a":22}"#, r#"{"a":3}"#];
    assert_eq!(split(RowsAt::Top, text, 5, &first).unwrap().0.hits, 3);
    // One of the same length, one that is longer than what is left, and one that is a beginning of the row.
    for expected in [r#"{"a":4}"#, r#"{"a":1,"b":"0123456789012345"}"#, "{"] {
        let (taken, _) = split(RowsAt::Top, text, 5, &[expected, first[1], first[2]]).unwrap();
        assert_eq!((taken.rows, taken.hits), (first.map(str::to_owned).to_vec(), 2), "{expected}");
    }
    assert_eq!(split(RowsAt::Top, "[123]", 5, &["12"]).unwrap().0.rows, ["123"]);
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        r#"[a-z"\\,\[\]{}: é]{0,8}"#.prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((r#"[a-z"\\]{0,4}"#, inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_list_is_cut_into_its_rows(
        rows in prop::collection::vec(any_json(), 0..6),
        before in any_json(),
        after in any_json(),
        part in 1_usize..40,
        is_pretty in any::<bool>(),
        is_expected in prop::collection::vec(any::<bool>(), 6),
    ) {
        let write = |value: &Value| {
            if is_pretty { serde_json::to_string_pretty(value).unwrap() } else { value.to_string() }
        };
        let list = json!({"before": before, "rows": rows, "after": after});
        let empty = json!({"before": before, "rows": [], "after": after});
        let texts: Vec<String> = rows.iter().map(Value::to_string).collect();
        let expected: Vec<&str> = texts
            .iter()
            .zip(&is_expected)
            .map(|(text, is_expected)| if *is_expected { &**text } else { "[\"another\"]" })
            .collect();
        for (rows_at, text, left) in [
            (RowsAt::Member("rows"), write(&list), empty),
            (RowsAt::Top, write(&Value::from(rows.clone())), json!([])),
        ] {
            let (taken, envelope) = split(rows_at, &text, part, &expected).unwrap();
            let read: Vec<Value> = taken.rows.iter().map(|row| serde_json::from_str(row).unwrap()).collect();
            prop_assert_eq!(&read, &rows);
            prop_assert_eq!(serde_json::from_str::<Value>(&envelope).unwrap(), left);
        }
    }
}
