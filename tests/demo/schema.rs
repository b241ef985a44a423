//! Answers held against the platforms' machine-readable descriptions.

use serde_json::Value;

#[path = "../support/description.rs"]
mod description;

pub use description::{Description, part_fits};

impl Description {
    /// The faults of an answer; none when it is as described. `path` is without its query.
    pub fn faults(&self, method: &str, path: &str, status: u16, body: Option<&Value>) -> Vec<String> {
        let Some((template, operation)) = self.operation(method, path) else {
            return vec![format!("{method} {path} is not described")];
        };
        let responses = &operation["responses"];
        let named = responses.get(status.to_string());
        let Some(response) = named.or_else(|| responses.get("default")) else {
            return vec![format!("{method} {template} does not answer {status}")];
        };
        let schema = &self.resolved(response)["content"]["application/json"]["schema"];
        let mut faults = Vec::new();
        match body {
            Some(body) if schema.is_object() => self.hold(schema, body, "$", &mut faults),
            None if schema.is_object() => {
                faults.push(format!("{method} {template} answers {status} with JSON"));
            }
            _ => {}
        }
        faults
    }
}

#[test]
fn a_wrong_answer_is_found_out() {
    let root = serde_json::json!({
        "paths": { "/things/{id}": { "get": { "responses": { "200": { "content": { "application/json": {
            "schema": { "$ref": "#/components/Thing" }
        } } } } } } },
        "components": { "Thing": {
            "type": "object", "required": ["id"], "additionalProperties": false,
            "properties": {
                "id": { "type": "string", "maxLength": 3 },
                "size": { "type": "integer", "nullable": true },
                "kind": { "anyOf": [{ "enum": ["a"] }, { "type": "null" }] },
                "tags": { "type": "array", "items": { "type": "string" } },
                "count": { "type": "integer", "minimum": 0, "exclusiveMinimum": true, "maximum": 9 },
                "made": { "type": "string", "format": "date-time" },
            },
        } },
    });
    let description = Description { root };
    let faults = |body: &str| {
        let body: Value = serde_json::from_str(body).expect("JSON");
        description.faults("GET", "/things/7", 200, Some(&body)).len()
    };
    assert_eq!(faults(r#"{"id":"abc","size":null,"kind":"a","tags":["x"]}"#), 0);
    assert_eq!(faults(r#"{"id":"abc","size":1.5}"#), 1);
    assert_eq!(faults(r#"{"id":"abcd","kind":"b","tags":[1],"more":true}"#), 4);
    assert_eq!(faults("{}"), 1);
    assert_eq!(faults(r#"{"id":"abc","count":9,"made":"2026-01-31T08:00:00Z"}"#), 0);
    for wrong in [r#""count":0"#, r#""count":10"#, r#""made":"today""#] {
        assert_eq!(faults(&format!(r#"{{"id":"abc",{wrong}}}"#)), 1, "{wrong}");
    }
    assert!(part_fits("{id}:stop", "7:stop") && !part_fits("{id}", "7:stop") && !part_fits("{id}:stop", "7"));
    assert_eq!(description.faults("GET", "/other", 200, None).len(), 1);
    assert_eq!(description.faults("GET", "/things/7", 404, None).len(), 1);
}
