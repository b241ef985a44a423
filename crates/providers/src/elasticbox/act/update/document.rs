//! The document of an instance as it is changed, and the list of what that changes.

use arcstr::ArcStr;
use serde_json::{Value, json};

use super::super::super::api::field;
use super::super::variables::Variable;
use qdeck_model::{FieldChange, FormValues, MASK};

/// A changed copy of a document.
pub(super) struct Draft {
    document: Value,
    changes: Vec<FieldChange>,
}

impl Draft {
    pub(super) fn of(instance: &Value) -> Self {
        Self { document: instance.clone(), changes: Vec::new() }
    }

    /// Sets a field of the document.
    pub(super) fn set(&mut self, name: &str, value: Value) {
        self.set_or_remove(name, Some(value));
    }

    /// Sets a field of the document, or leaves it out.
    pub(super) fn set_or_remove(&mut self, name: &str, value: Option<Value>) {
        let before = self.document.get(name).cloned();
        if before == value {
            return;
        }
        let shown = |value: Option<Value>| value.map(|it| if name == "boxes" { names(&it) } else { it });
        self.changes.push(FieldChange { field: name.into(), from: shown(before), to: shown(value.clone()) });
        if let Some(fields) = self.document.as_object_mut() {
            match value {
                Some(value) => fields.insert(name.to_owned(), value),
                None => fields.shift_remove(name),
            };
        }
    }

    /// Shares it with these workspaces; those that it is shared with already keep their roles.
    pub(super) fn share_with(&mut self, workspaces: &[ArcStr]) {
        let now = rows(self.document.get("members"));
        if *workspaces == *members(&self.document) {
            return;
        }
        let member = |id: &ArcStr| {
            let known = now.iter().find(|it| field(it, "workspace") == Some(id));
            known.cloned().unwrap_or_else(|| json!({"role": "collaborator", "workspace": id}))
        };
        let all: Vec<Value> = workspaces.iter().map(member).collect();
        self.set("members", json!(all));
    }

    /// Enters the values of variables into the document.
    pub(super) fn change_variables(&mut self, values: &FormValues) {
        for variable in Variable::all(self.document.get("variables")) {
            let Some(entered) = variable.entered(values) else { continue };
            let (from, mut to) = (variable.shown(&variable.document), variable.shown(&entered));
            if from == to {
                // Of a password only that it is another one.
                to = Some(json!(format!("{MASK} (another one)")));
            }
            let name = format!("variables.{}", variable.path());
            self.changes.push(FieldChange { field: name.into(), from, to });
            let all = self.document.get_mut("variables").and_then(Value::as_array_mut);
            if let Some(slot) = all.into_iter().flatten().find(|it| variable.is_same(it)) {
                *slot = entered;
            }
        }
    }

    /// The document, and what differs in it.
    pub(super) fn finish(self) -> (Value, Vec<FieldChange>) {
        (self.document, self.changes)
    }
}

/// The texts of a list.
pub(super) fn texts(list: Option<&Value>) -> Vec<ArcStr> {
    rows(list).iter().filter_map(Value::as_str).map(ArcStr::from).collect()
}

/// The workspaces that an instance is shared with.
pub(super) fn members(instance: &Value) -> Vec<ArcStr> {
    rows(instance.get("members")).iter().filter_map(|it| field(it, "workspace")).map(ArcStr::from).collect()
}

/// Boxes by name and version: whole they are as long as the rest together.
fn names(boxes: &Value) -> Value {
    let name = |it: &Value| {
        let name = field(it, "name").or(field(it, "id")).unwrap_or("a box").to_owned();
        match field(it, "updated") {
            Some(updated) => format!("{name} of {updated}"),
            None => name,
        }
    };
    json!(rows(Some(boxes)).iter().map(name).collect::<Vec<_>>())
}

fn rows(list: Option<&Value>) -> Vec<Value> {
    list.and_then(Value::as_array).cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use qdeck_model::{FieldValue, Secret};

    fn instance() -> Value {
        json!({"id": "i-1", "tags": ["a"], "members": [{"role": "owner", "workspace": "me"}],
        "lease": {"operation": "shutdown", "expire": "2999-01-01 00:00:00.000000"},
        "variables": [
            {"name": "port", "type": "Port", "value": "80", "visibility": "public"},
            {"name": "port", "type": "Port", "value": "81", "scope": "db"},
            {"name": "key", "type": "Password", "value": "fake-old"},
        ]})
    }

    fn shown(changes: &[FieldChange]) -> Vec<String> {
        let text = |value: &Option<Value>| value.as_ref().map_or("nothing".to_owned(), Value::to_string);
        let line = |it: &FieldChange| format!("{}: {} -> {}", it.field, text(&it.from), text(&it.to));
        changes.iter().map(line).collect()
    }

    #[test]
    fn what_is_changed_is_in_the_document_and_in_the_list_and_the_rest_stays() {
        let mut draft = Draft::of(&instance());
        draft.set("tags", json!(["a", "b"]));
        draft.set_or_remove("lease", None);
        draft.share_with(&["me".into(), "ops".into()]);
        let values = FormValues::new()
            .with("variable.db.port", FieldValue::text("82"))
            .with("variable.key", FieldValue::Secret(Secret::new("fake-new")));
        draft.change_variables(&values);
        let (document, changes) = draft.finish();
        assert_eq!(
            shown(&changes),
            [
                r#"tags: ["a"] -> ["a","b"]"#,
                r#"lease: {"operation":"shutdown","expire":"2999-01-01 00:00:00.000000"} -> nothing"#,
                r#"members: [{"role":"owner","workspace":"me"}] -> [{"role":"owner","workspace":"me"},{"role":"collaborator","workspace":"ops"}]"#,
                r#"variables.db.port: "81" -> "82""#,
                r#"variables.key: "••••••••" -> "•••••••• (another one)""#,
            ]
        );
        let mut expected = instance();
        expected.as_object_mut().unwrap().remove("lease");
        expected["tags"] = json!(["a", "b"]);
        expected["members"] =
            json!([{"role": "owner", "workspace": "me"}, {"role": "collaborator", "workspace": "ops"}]);
        expected["variables"][1]["value"] = json!("82");
        expected["variables"][2]["value"] = json!("fake-new");
        assert_eq!(document, expected);
    }

    #[test]
    fn what_is_entered_as_it_is_changes_nothing() {
        let mut draft = Draft::of(&instance());
        draft.set("tags", json!(["a"]));
        draft.share_with(&["me".into()]);
        draft.change_variables(&FormValues::new().with("variable.port", FieldValue::text("80")));
        let (document, changes) = draft.finish();
        assert!(changes.is_empty() && document == instance());
    }
}
