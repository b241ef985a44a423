//! The platforms' machine-readable descriptions, where those lie beside the repository, and values held against them.

use std::path::PathBuf;

use serde_json::Value;

/// One platform's description: JSON or YAML, in the third form of `OpenAPI`.
pub struct Description {
    pub root: Value,
}

impl Description {
    /// Reads `../shared/specs/FILE`; `None`, and a note, where it is not there.
    #[expect(clippy::print_stdout, reason = "a test that looks at less says so")]
    pub fn open(file: &str) -> Option<Self> {
        let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        // A second working tree lies one folder deeper.
        let places = ["../shared/specs", "../../shared/specs"].map(|place| here.join(place).join(file));
        let Some(text) = places.iter().find_map(|path| std::fs::read_to_string(path).ok()) else {
            println!("{} is not here: nothing is held against it", places[0].display());
            return None;
        };
        let root = if text.starts_with('{') {
            serde_json::from_str(&text).expect("JSON")
        } else {
            serde_yaml_ng::from_str(&text).expect("YAML")
        };
        Some(Self { root })
    }

    /// The operation whose path fits, the one with the most fixed parts first.
    pub fn operation(&self, method: &str, path: &str) -> Option<(&str, &Value)> {
        let paths = self.root["paths"].as_object()?;
        let fits = |template: &str| {
            let (a, b) = (template.trim_matches('/'), path.trim_matches('/'));
            a.split('/').count() == b.split('/').count()
                && a.split('/').zip(b.split('/')).all(|(a, b)| part_fits(a, b))
        };
        paths
            .iter()
            .filter(|(template, _)| fits(template))
            .filter_map(|(template, item)| Some((template.as_str(), item.get(method.to_lowercase())?)))
            .min_by_key(|(template, _)| template.matches('{').count())
    }

    /// A value, or what it refers to.
    pub fn resolved<'v>(&'v self, value: &'v Value) -> &'v Value {
        let mut value = value;
        while let Some(reference) = value.get("$ref").and_then(Value::as_str) {
            let pointer = reference.strip_prefix('#').expect("a reference within the document");
            value = self.root.pointer(pointer).expect("what is referred to");
        }
        value
    }

    /// Holds a value against a schema; each fault is reported with its place.
    pub fn hold(&self, schema: &Value, value: &Value, at: &str, faults: &mut Vec<String>) {
        let schema = self.resolved(schema);
        if value.is_null() && (schema["nullable"] == true || admits(&schema["type"], "null")) {
            return;
        }
        for every in list(&schema["allOf"]) {
            self.hold(every, value, at, faults);
        }
        for key in ["anyOf", "oneOf"] {
            let choices = list(&schema[key]);
            let fits = |choice: &Value| {
                let mut wrong = Vec::new();
                self.hold(choice, value, at, &mut wrong);
                wrong.is_empty()
            };
            if !choices.is_empty() && !choices.iter().any(fits) {
                faults.push(format!("{at}: {value} is none of {key}"));
            }
        }
        if !schema["type"].is_null() && !kinds(value).iter().any(|kind| admits(&schema["type"], kind)) {
            faults.push(format!("{at}: {value} is no {}", schema["type"]));
            return;
        }
        if !schema["const"].is_null() && schema["const"] != *value {
            faults.push(format!("{at}: {value} is not {}", schema["const"]));
        }
        let allowed = list(&schema["enum"]);
        if !allowed.is_empty() && !allowed.contains(value) {
            faults.push(format!("{at}: {value} is not one of {}", schema["enum"]));
        }
        if let Some(number) = value.as_f64() {
            // In this form of the descriptions the edge is excluded by a word beside the edge.
            let (least, most) = (schema["minimum"].as_f64(), schema["maximum"].as_f64());
            let edge = |key: &str, edge: Option<f64>| schema[key] == true && edge == Some(number);
            if least.is_some_and(|least| number < least)
                || most.is_some_and(|most| number > most)
                || edge("exclusiveMinimum", least)
                || edge("exclusiveMaximum", most)
            {
                faults.push(format!("{at}: {number} is out of range"));
            }
        }
        if let Some(text) = value.as_str() {
            if !form_fits(schema["format"].as_str(), text) {
                faults.push(format!("{at}: {text} is no {}", schema["format"]));
            }
            let length = text.chars().count() as u64;
            if schema["maxLength"].as_u64().is_some_and(|most| length > most)
                || schema["minLength"].as_u64().is_some_and(|least| length < least)
            {
                faults.push(format!("{at}: {length} characters"));
            }
            if let Some(Ok(pattern)) = schema["pattern"].as_str().map(regex::Regex::new)
                && !pattern.is_match(text)
            {
                faults.push(format!("{at}: {text} does not fit {pattern}"));
            }
        }
        self.hold_parts(schema, value, at, faults);
    }

    fn hold_parts(&self, schema: &Value, value: &Value, at: &str, faults: &mut Vec<String>) {
        if let (Some(rows), true) = (value.as_array(), schema["items"].is_object()) {
            for (nth, row) in rows.iter().enumerate() {
                self.hold(&schema["items"], row, &format!("{at}[{nth}]"), faults);
            }
        }
        let Some(fields) = value.as_object() else { return };
        for key in list(&schema["required"]).iter().filter_map(Value::as_str) {
            if !fields.contains_key(key) {
                faults.push(format!("{at}.{key} is missing"));
            }
        }
        for (key, field) in fields {
            let place = format!("{at}.{key}");
            match schema["properties"].get(key) {
                Some(property) => self.hold(property, field, &place, faults),
                None if schema["additionalProperties"].is_object() => {
                    self.hold(&schema["additionalProperties"], field, &place, faults);
                }
                None if schema["additionalProperties"] == false => {
                    faults.push(format!("{place} is not known"));
                }
                None => {}
            }
        }
    }
}

/// Returns whether a part of a path fits one of a template, in which a verb may follow a parameter: `{id}:stop`.
pub fn part_fits(template: &str, part: &str) -> bool {
    match template.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
        Some((_, "")) => !part.contains(':'),
        Some((_, verb)) => part.ends_with(verb),
        None => template == part,
    }
}

/// Returns whether a text has the form that a schema names; of what is not known here, any does.
fn form_fits(format: Option<&str>, text: &str) -> bool {
    match format {
        Some("date-time") => text.parse::<jiff::Timestamp>().is_ok(),
        Some("ipv4") => text.parse::<std::net::Ipv4Addr>().is_ok(),
        Some("uuid") => {
            text.len() == 36
                && text.char_indices().all(|(at, c)| match at {
                    8 | 13 | 18 | 23 => c == '-',
                    _ => c.is_ascii_hexdigit(),
                })
        }
        _ => true,
    }
}

pub fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// Returns whether `type` is or holds the word.
fn admits(kind: &Value, word: &str) -> bool {
    kind == word || list(kind).iter().any(|one| one == word)
}

fn kinds(value: &Value) -> &'static [&'static str] {
    match value {
        Value::Null => &["null"],
        Value::Bool(_) => &["boolean"],
        Value::Number(number) if number.is_f64() => &["number"],
        Value::Number(_) => &["integer", "number"],
        Value::String(_) => &["string"],
        Value::Array(_) => &["array"],
        Value::Object(_) => &["object"],
    }
}
