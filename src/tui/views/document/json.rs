//! A value as JSON, one row a member.

use serde_json::Value;

use super::sheet::{Class, Sheet, class, quoted};

/// Columns by which an inner level is indented.
const INDENT_COLUMNS: usize = 2;

/// Appends `value` to the sheet.
pub(super) fn write(sheet: &mut Sheet, value: &Value) {
    member(sheet, 0, None, value, "");
}

fn member(sheet: &mut Sheet, depth: usize, name: Option<&str>, value: &Value, comma: &str) {
    let node = sheet.next_node();
    let indent = depth * INDENT_COLUMNS;
    let mut text = " ".repeat(indent);
    if let Some(name) = name {
        text.push_str(&quoted(name));
        text.push_str(": ");
    }
    let split = text.len();
    let (open, close, empty) = match value {
        Value::Array(items) => ("[", "]", items.is_empty()),
        Value::Object(map) => ("{", "}", map.is_empty()),
        scalar => {
            text.push_str(&self::scalar(scalar));
            text.push_str(comma);
            sheet.push(&text, split, class(scalar), node);
            return;
        }
    };
    text.push_str(open);
    if empty {
        text.push_str(close);
        text.push_str(comma);
        sheet.push(&text, split, Class::Null, node);
        return;
    }
    let head = sheet.push(&text, split, Class::Mark, node);
    match value {
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                let comma = if at + 1 < items.len() { "," } else { "" };
                member(sheet, depth + 1, None, item, comma);
            }
        }
        Value::Object(map) => {
            for (at, (name, item)) in map.iter().enumerate() {
                let comma = if at + 1 < map.len() { "," } else { "" };
                member(sheet, depth + 1, Some(name), item, comma);
            }
        }
        _ => {}
    }
    sheet.push(&format!("{}{close}{comma}", " ".repeat(indent)), indent, Class::Mark, node);
    sheet.enclose(head);
}

/// A scalar as JSON writes it.
pub(super) fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        other => other.to_string(),
    }
}
