//! Requests held against the platforms' machine-readable descriptions.

use serde_json::Value;

#[path = "../../support/description.rs"]
mod description;

pub use description::Description;
use description::list;

impl Description {
    /// The faults of a request; none when it is as described. `path` is as the description has it, without its query.
    /// Stricter than the descriptions: a body may hold only what they name.
    pub fn request_faults(&self, method: &str, path: &str, body: Option<&Value>) -> Vec<String> {
        let Some((template, operation)) = self.operation(method, path) else {
            return vec![format!("{method} {path} is not described")];
        };
        let described = self.resolved(&operation["requestBody"]);
        let schema = &described["content"]["application/json"]["schema"];
        let mut faults = Vec::new();
        match body {
            Some(body) if schema.is_object() => {
                self.hold(schema, body, "$", &mut faults);
                self.hold_names(&[schema], body, "$", &mut faults);
            }
            Some(_) => faults.push(format!("{method} {template} takes no JSON")),
            None if described["required"] == true => faults.push(format!("{method} {template} needs a body")),
            None => {}
        }
        faults
    }

    /// Reports the names in a value that none of the schemas knows.
    fn hold_names(&self, schemas: &[&Value], value: &Value, at: &str, faults: &mut Vec<String>) {
        let parts = self.parts(schemas);
        if let Some(rows) = value.as_array() {
            let items: Vec<_> = parts.iter().map(|part| &part["items"]).filter(|it| it.is_object()).collect();
            for (nth, row) in rows.iter().enumerate().filter(|_| !items.is_empty()) {
                self.hold_names(&items, row, &format!("{at}[{nth}]"), faults);
            }
        }
        let Some(fields) = value.as_object() else { return };
        let is_open = |part: &&Value| {
            let more = &part["additionalProperties"];
            *more == true || more.is_object() || part["properties"].is_null()
        };
        let names_nothing = parts.iter().all(|part| part["properties"].is_null());
        for (key, field) in fields {
            let known: Vec<_> = parts.iter().filter_map(|part| part["properties"].get(key)).collect();
            let place = format!("{at}.{key}");
            if !known.is_empty() {
                self.hold_names(&known, field, &place, faults);
            } else if !names_nothing && !parts.iter().filter(|it| it["type"] == "object").any(is_open) {
                faults.push(format!("{place} is not known"));
            }
        }
    }

    /// The schemas and all that they are made of.
    fn parts<'v>(&'v self, schemas: &[&'v Value]) -> Vec<&'v Value> {
        let mut parts = Vec::new();
        let mut open: Vec<_> = schemas.to_vec();
        while let Some(schema) = open.pop() {
            let schema = self.resolved(schema);
            open.extend(["allOf", "anyOf", "oneOf"].iter().flat_map(|key| list(&schema[key])));
            parts.push(schema);
        }
        parts
    }
}

#[test]
fn a_request_is_held_against_its_description() {
    let Some(exoscale) = Description::open("exoscale.openapi.json") else { return };
    let faults = |body: Value| exoscale.request_faults("PUT", "/instance/i1:resize-disk", Some(&body));
    assert_eq!(faults(serde_json::json!({"disk-size": 50})), [""; 0]);
    assert_eq!(faults(serde_json::json!({"disk-size": 5})).len(), 1);
    assert_eq!(faults(serde_json::json!({})), ["$.disk-size is missing"]);
    assert_eq!(faults(serde_json::json!({"disk-size": 50, "x": 1})), ["$.x is not known"]);
}
