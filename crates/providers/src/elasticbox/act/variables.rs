//! The variables of boxes and instances as fields of a form, typed as their box has them.
//!
//! The types and their rules are those of the vendor's article "Parameterizing Boxes with Variables" (2016 and 2018); on the
//! wire every value is a text.

use std::path::Path;

use arcstr::ArcStr;
use serde_json::{Value, json};

use super::super::api::field;
use crate::kit::form::{line, whole};
use crate::kit::secret_fields;
use qdeck_model::{Choice, Choices, Field, FieldKind, FieldValue, FormValues, MASK, Secret, TextRule, Unit};

/// The names of fields begin so.
pub(super) const PREFIX: &str = "variable.";
/// The size of a file, from the article.
pub(super) const MAX_FILE_BYTES: u64 = 10 << 20;
/// Beyond what any form is for; no document names a limit.
const MAX_TEXT_CHARS: usize = 64 << 10;
/// Beyond it a number is not exact.
const MAX_INTEGER: f64 = 9_007_199_254_740_991.0;

/// The rule of a tag. The published schema refers to a rule for names that is nowhere to be read.
pub(super) const TAG: TextRule = line(1, 255);

/// A variable of a box or an instance.
#[derive(Debug, Clone)]
pub(super) struct Variable {
    pub(super) document: Value,
}

/// The sort of value that a variable takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
    Port,
    Options,
    Password,
    File,
    Binding,
    /// A box that is deployed within: part of the stack, not of a form.
    Box,
}

/// What a form does with the values that there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// They are there already, and a password that is left empty stays.
    Change,
    /// They are sent with a new instance.
    Deploy,
}

impl Variable {
    /// The variables of a list that have a name and can be entered.
    pub(super) fn all(list: Option<&Value>) -> Vec<Self> {
        let rows = list.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let all = rows.iter().map(|document| Self { document: document.clone() });
        all.filter(|it| field(&it.document, "name").is_some() && it.is_offered()).collect()
    }

    /// Variables that are internal are hidden when a box is deployed.
    fn is_offered(&self) -> bool {
        self.kind() != Kind::Box && self.word("visibility") != "internal"
    }

    fn word(&self, name: &str) -> &str {
        field(&self.document, name).unwrap_or_default()
    }

    pub(super) fn kind(&self) -> Kind {
        match &*self.word("type").to_ascii_lowercase() {
            "password" => Kind::Password,
            // As it is masked in details, too.
            _ if secret_fields::is_secret(self.word("name")) => Kind::Password,
            "number" => Kind::Number,
            "port" => Kind::Port,
            "options" => Kind::Options,
            "file" => Kind::File,
            "binding" => Kind::Binding,
            "box" => Kind::Box,
            _ => Kind::Text,
        }
    }

    /// Its value as it is sent.
    pub(super) fn value(&self) -> &str {
        self.word("value")
    }

    /// `http_port`, and with the scope of a box within: `db.http_port`.
    pub(super) fn path(&self) -> String {
        match self.word("scope") {
            "" => self.word("name").to_owned(),
            scope => format!("{scope}.{}", self.word("name")),
        }
    }

    pub(super) fn field_name(&self) -> String {
        format!("{PREFIX}{}", self.path())
    }

    /// Returns true if both are the same variable, whatever their values.
    pub(super) fn is_same(&self, other: &Value) -> bool {
        let same = |name| field(&self.document, name) == field(other, name);
        same("name") && same("scope")
    }

    pub(super) fn tags(&self) -> Vec<ArcStr> {
        let tags = self.document.get("tags").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        tags.iter().filter_map(Value::as_str).map(ArcStr::from).collect()
    }

    /// The choices of options. The field is in no document: it is read as text with commas and as a list, and without
    /// either any text can be entered.
    fn options(&self) -> Vec<Choice> {
        let texts: Vec<&str> = match self.document.get("options") {
            Some(Value::String(text)) => text.split([',', '\n']).map(str::trim).collect(),
            Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        texts.into_iter().filter(|text| !text.is_empty()).map(Choice::plain).collect()
    }

    /// Its field, with its value as the default.
    pub(super) fn field(&self, purpose: Use) -> Field {
        let is_required = self.document.get("required").and_then(Value::as_bool).unwrap_or_default();
        let kind = self.field_kind(purpose);
        let value = match (&kind, self.kind()) {
            (FieldKind::Several(_), _) => Some(FieldValue::Several(self.tags())),
            (FieldKind::File { .. }, _) => None,
            (FieldKind::Secret(_), _) if purpose == Use::Change => None,
            (FieldKind::Secret(_), _) => Some(FieldValue::Secret(Secret::new(self.value()))),
            _ => Some(FieldValue::text(self.value())),
        };
        let value = value.filter(|value| !value.is_empty());
        let keeps = matches!(kind, FieldKind::Secret(_) | FieldKind::File { .. }) && !self.value().is_empty();
        let field = Field::new(self.field_name(), self.path(), kind).section("Variables").help(self.help());
        let field = value.into_iter().fold(field, Field::default);
        // A binding to any instance has no tags.
        if is_required && !keeps && self.kind() != Kind::Binding { field.required() } else { field }
    }

    fn field_kind(&self, purpose: Use) -> FieldKind {
        let text = TextRule { lines: self.value().contains('\n'), ..TextRule::up_to(MAX_TEXT_CHARS) };
        match self.kind() {
            Kind::Number => whole(-MAX_INTEGER, MAX_INTEGER, Unit::COUNT),
            Kind::Port => whole(1.0, 65_535.0, Unit::COUNT),
            Kind::Password => FieldKind::Secret(TextRule::up_to(MAX_TEXT_CHARS)),
            Kind::Binding => FieldKind::Several(Choices::Loaded),
            Kind::File if purpose == Use::Deploy => FieldKind::File { max_bytes: MAX_FILE_BYTES },
            Kind::Options => match self.options() {
                options if options.is_empty() => FieldKind::Text(text),
                options => FieldKind::Choice(Choices::Fixed(options)),
            },
            Kind::File | Kind::Text | Kind::Box => FieldKind::Text(text),
        }
    }

    fn help(&self) -> String {
        let keeps = !self.value().is_empty();
        match self.kind() {
            Kind::Text => "A text.".to_owned(),
            Kind::Number => "A whole number.".to_owned(),
            Kind::Port => "A TCP or UDP port, opened where the policy's security group is automatic.".to_owned(),
            Kind::Options => "One of the choices that the box has.".to_owned(),
            Kind::Password if keeps => "Left empty, the password stays as it is.".to_owned(),
            Kind::Password => "A password, never shown.".to_owned(),
            Kind::File if keeps => format!("The box has {}; another file replaces it.", self.value()),
            Kind::File => "The path of a text file of at most 10 MB, uploaded first.".to_owned(),
            Kind::Binding => {
                "Tags: it is bound to the instances that have all of them; without any, to every one that fits.".to_owned()
            }
            Kind::Box => String::new(),
        }
    }

    /// The variable with the value that was entered, where that is another one.
    pub(super) fn entered(&self, values: &FormValues) -> Option<Value> {
        let name = self.field_name();
        let given = values.iter().find(|(field, _)| ***field == *name).map(|(_, value)| value)?;
        let mut document = self.document.clone();
        match given {
            FieldValue::Several(tags) => {
                if *tags == self.tags() {
                    return None;
                }
                document["tags"] = json!(tags);
            }
            FieldValue::Secret(secret) if secret.expose().is_empty() || secret.expose() == self.value() => {
                return None;
            }
            FieldValue::Secret(secret) => document["value"] = json!(secret.expose()),
            FieldValue::File(path) => document["value"] = json!(placeholder(&self.upload_name(path))),
            FieldValue::Text(text) => {
                let text = self.normal(text);
                if text == self.value() {
                    return None;
                }
                document["value"] = json!(text);
            }
            _ => return None,
        }
        Some(document)
    }

    /// The name under which a file is uploaded for it: that of the variable and of the file, which no address encodes.
    pub(super) fn upload_name(&self, path: &Path) -> String {
        let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') { c } else { '_' };
        format!("{}-{file}", self.path()).chars().map(plain).collect()
    }

    /// A number as it is sent: `+80` and ` 80 ` are 80.
    fn normal(&self, text: &str) -> String {
        match self.field_kind(Use::Change) {
            FieldKind::Number(rule) if !text.is_empty() => {
                rule.parse(text).map_or_else(|_| text.to_owned(), |number| format!("{number:.0}"))
            }
            _ => text.to_owned(),
        }
    }

    /// A value as it can be shown.
    pub(super) fn shown(&self, document: &Value) -> Option<Value> {
        match self.kind() {
            Kind::Password => field(document, "value").map(|_| json!(MASK)),
            Kind::Binding => document.get("tags").cloned(),
            _ => document.get("value").cloned(),
        }
    }
}

/// The text in the place of an uploaded file's address, which only the answer to the upload has.
pub(super) fn placeholder(upload_name: &str) -> String {
    format!("(address of the uploaded {upload_name})")
}

#[cfg(test)]
mod tests {
    use super::*;
    use qdeck_model::Form;

    fn variable(kind: &str, value: &str) -> Variable {
        Variable { document: json!({"name": "x", "type": kind, "value": value, "required": true}) }
    }

    fn error(variable: &Variable, value: FieldValue) -> Option<String> {
        let form = Form { fields: vec![variable.field(Use::Deploy)] };
        form.errors(&FormValues::new().with("variable.x", value)).pop().map(|error| error.message)
    }

    #[test]
    fn the_type_of_a_variable_is_the_rule_of_its_field() {
        let options =
            Variable { document: json!({"name": "x", "type": "Options", "options": "info, debug"}) };
        for (variable, good, bad, message) in [
            (variable("Port", "80"), "8080", "65536", "must be from 1 to 65535"),
            (variable("Port", "80"), "1", "0", "must be from 1 to 65535"),
            (variable("Port", "80"), "1", "http", "expected a whole number"),
            (variable("Number", "1"), "-3", "1.5", "must be a whole number"),
            (options, "debug", "trace", "trace is not among the choices"),
            (variable("Text", ""), "any", "a\u{7}", "may hold no control characters"),
            (variable("Text", ""), "any", "", "must be filled in"),
            (variable("Odd", ""), "any", "a\nb", "may hold no control characters"),
        ] {
            assert_eq!(error(&variable, FieldValue::text(good)), None, "{variable:?}");
            assert_eq!(error(&variable, FieldValue::text(bad)).as_deref(), Some(message), "{variable:?}");
        }
        let typed = error(&variable("Port", "80"), FieldValue::Switch(true));
        assert_eq!(typed.as_deref(), Some("expected a number"));
        let file = variable("File", "").field(Use::Deploy);
        assert_eq!(file.kind, FieldKind::File { max_bytes: MAX_FILE_BYTES });
        let name = variable("File", "").upload_name(Path::new("/etc/Ü my.conf"));
        assert_eq!(name, "x-__my.conf");
    }

    #[test]
    fn only_what_is_another_value_is_sent() {
        let entered = |variable: &Variable, value: FieldValue| {
            variable.entered(&FormValues::new().with("variable.x", value)).map(|it| it["value"].clone())
        };
        let port = variable("Port", "80");
        assert_eq!(entered(&port, FieldValue::text("80")), None);
        assert_eq!(entered(&port, FieldValue::text(" +80")), None);
        assert_eq!(entered(&port, FieldValue::text("81")), Some(json!("81")));
        assert_eq!(port.entered(&FormValues::new()), None);
        let password = variable("Password", "fake-old");
        assert_eq!(entered(&password, FieldValue::Secret(Secret::new(""))), None);
        assert_eq!(entered(&password, FieldValue::Secret(Secret::new("fake-new"))), Some(json!("fake-new")));
        assert_eq!(password.shown(&password.document), Some(json!(MASK)));
    }

    #[test]
    fn a_password_is_asked_for_only_where_the_box_has_none() {
        let required = |value, purpose| variable("Password", value).field(purpose).required;
        assert!(
            required("", Use::Deploy) && !required("fake", Use::Deploy) && !required("fake", Use::Change)
        );
        assert_eq!(variable("Password", "fake").field(Use::Change).default, None);
    }

    #[test]
    fn boxes_within_and_internal_variables_are_not_asked_for() {
        let list = json!([
            {"name": "a", "type": "Text"}, {"name": "b", "type": "Box"}, {"type": "Text"}, "odd",
            {"name": "c", "type": "Text", "visibility": "internal"}, {"name": "d", "type": "Text", "scope": "db.x"},
        ]);
        let names: Vec<_> = Variable::all(Some(&list)).iter().map(Variable::field_name).collect();
        assert_eq!(names, ["variable.a", "variable.db.x.d"]);
        assert!(Variable::all(None).is_empty());
    }
}
