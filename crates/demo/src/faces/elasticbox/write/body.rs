//! The form of all bodies, and the parts that several bodies share.

use axum::http::{HeaderMap, header};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::super::problem::Problem;
use crate::faces::kit::form::{Expected, Form, Wording, plain_reason};

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

/// The fields of a body.
pub(in super::super) type Fields<'a> = Form<'a, ElasticBoxWords>;

/// The words for a field that is wrong. The page names the error and shows no text of one.
#[derive(Debug)]
pub(in super::super) struct ElasticBoxWords;

impl Wording for ElasticBoxWords {
    fn reason(expected: &Expected<'_>, _: &Value) -> String {
        match expected {
            Expected::Text => "must be text".to_owned(),
            Expected::TextOf(length) => {
                format!("must be text of {} to {} characters", length.start(), length.end())
            }
            Expected::Word(words) => format!("must be {}", words.join(" or ")),
            _ => plain_reason(expected),
        }
    }
}

impl Fields<'_> {
    /// Returns everything that was wrong as one refusal: an answer of this platform has one message.
    pub(in super::super) fn done(self) -> Result<(), Problem> {
        if self.errors().is_empty() {
            return Ok(());
        }
        let errors: Vec<String> = self.errors().iter().map(|(path, why)| format!("{path} {why}")).collect();
        Err(Problem::data(errors.join("; ")))
    }

    /// How boxes are updated by themselves: in three ways, or not at all.
    pub(in super::super) fn updates(&mut self) -> Option<&'static str> {
        self.need_word("automatic_updates", &["off", "patch", "minor", "major"])
    }

    /// A list of variables; each has a name and a type, and its value, if any, is text.
    pub(in super::super) fn variables(&mut self, name: &str) -> Vec<Value> {
        let list = self.list(name);
        self.each(name, list, |form| {
            for field in ["name", "type"] {
                if form.need_text(field).is_some_and(str::is_empty) {
                    form.error(field, "is required");
                }
            }
            for field in ["value", "visibility", "scope", "automatic_updates"] {
                form.text(field);
            }
            form.switch("required");
            form.fields().cloned().map(Value::Object)
        })
    }

    /// A list of texts.
    pub(in super::super) fn texts(&mut self, name: &str) -> Option<Vec<String>> {
        self.read(name, &Expected::Other("a list of texts"), |value| {
            value.as_array()?.iter().map(|row| row.as_str().map(str::to_owned)).collect()
        })
    }

    /// A list as it was sent.
    pub(in super::super) fn rows(&mut self, name: &str) -> Option<Vec<Value>> {
        self.read(name, &Expected::List, |value| value.as_array().cloned())
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn variables_are_checked_and_override_by_name_and_scope() {
        let check = |variable: &Value| {
            let body = json!({ "variables": [variable] });
            let mut form = Fields::of(&body);
            form.variables("variables");
            form.done()
        };
        assert!(check(&json!({ "name": "a", "type": "Text", "value": "1", "tags": [] })).is_ok());
        for wrong in [
            json!("a"),
            json!({ "name": "a" }),
            json!({ "name": "", "type": "Text" }),
            json!({ "name": "a", "type": "Port", "value": 80 }),
            json!({ "name": "a", "type": "Text", "required": "yes" }),
        ] {
            assert!(check(&wrong).is_err(), "{wrong}");
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
