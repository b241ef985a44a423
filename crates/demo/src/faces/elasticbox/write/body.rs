//! The form of all bodies, and the parts that several bodies share.

use axum::http::{HeaderMap, header};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::super::problem::Problem;

/// Reads a JSON body.
///
/// # Errors
/// 400 "Bad Request" when it does not say that it is JSON, 400 "Invalid Data" when it is not what it must be.
pub(in super::super) fn read<T: DeserializeOwned>(headers: &HeaderMap, bytes: &[u8]) -> Result<T, Problem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if kind.split(';').next().is_none_or(|kind| kind.trim() != "application/json") {
        return Err(Problem::request("Content-Type must be application/json"));
    }
    serde_json::from_slice(bytes).map_err(Problem::data)
}

/// The three ways boxes are updated by themselves, and none.
pub(in super::super) fn updates(word: &str) -> Result<&'static str, Problem> {
    ["off", "patch", "minor", "major"]
        .into_iter()
        .find(|known| *known == word)
        .ok_or_else(|| Problem::data("automatic_updates must be off, patch, minor or major"))
}

/// Checks a variable: an object with a name and a type; its value, if any, is text.
pub(in super::super) fn variable(value: &Value) -> Result<(), Problem> {
    let fields = value.as_object().ok_or_else(|| Problem::data("a variable must be an object"))?;
    for key in ["name", "type"] {
        if fields.get(key).and_then(Value::as_str).is_none_or(str::is_empty) {
            return Err(Problem::data(format!("a variable must have a {key}")));
        }
    }
    let text = |key: &str| fields.get(key).is_none_or(|v| v.is_string() || v.is_null());
    if let Some(key) =
        ["value", "visibility", "scope", "automatic_updates"].into_iter().find(|key| !text(key))
    {
        return Err(Problem::data(format!("a variable's {key} must be text")));
    }
    if fields.get("required").is_some_and(|v| !v.is_boolean()) {
        return Err(Problem::data("a variable's required must be true or false"));
    }
    Ok(())
}

/// Lays variables over others: the same name in the same scope is replaced, the rest is kept.
pub(in super::super) fn overridden(own: &[Value], by: &[Value]) -> Vec<Value> {
    let same = |a: &Value, b: &Value| a["name"] == b["name"] && scope(a) == scope(b);
    let mut rows: Vec<Value> = own.to_vec();
    for variable in by {
        match rows.iter_mut().find(|row| same(row, variable)) {
            Some(row) => row.clone_from(variable),
            None => rows.push(variable.clone()),
        }
    }
    rows
}

fn scope(variable: &Value) -> &str {
    variable["scope"].as_str().unwrap_or_default()
}

/// A list of texts under a key.
pub(in super::super) fn texts(value: &Value, of: &str) -> Result<Vec<String>, Problem> {
    let rows = value.as_array().and_then(|rows| {
        let texts = rows.iter().map(|row| row.as_str().map(str::to_owned));
        texts.collect::<Option<Vec<String>>>()
    });
    rows.ok_or_else(|| Problem::data(format!("{of} must be a list of texts")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn variables_are_checked_and_override_by_name_and_scope() {
        assert!(variable(&json!({ "name": "a", "type": "Text", "value": "1", "tags": [] })).is_ok());
        for wrong in [
            json!("a"),
            json!({ "name": "a" }),
            json!({ "name": "", "type": "Text" }),
            json!({ "name": "a", "type": "Port", "value": 80 }),
            json!({ "name": "a", "type": "Text", "required": "yes" }),
        ] {
            assert!(variable(&wrong).is_err(), "{wrong}");
        }
        let own = [json!({ "name": "a", "value": "1" }), json!({ "name": "a", "scope": "db", "value": "2" })];
        let by = [json!({ "name": "a", "scope": "db", "value": "3" }), json!({ "name": "b", "value": "4" })];
        let values: Vec<Value> = overridden(&own, &by).iter().map(|v| v["value"].clone()).collect();
        assert_eq!(values, ["1", "3", "4"]);
    }

    #[test]
    fn a_body_must_have_the_content_type_of_json() {
        let mut headers = HeaderMap::new();
        assert!(read::<Value>(&headers, b"{}").is_err());
        headers.insert(header::CONTENT_TYPE, "application/json; charset=utf-8".parse().expect("a value"));
        assert!(read::<Value>(&headers, b"{}").is_ok());
        assert!(read::<Value>(&headers, b"{").is_err());
    }
}
