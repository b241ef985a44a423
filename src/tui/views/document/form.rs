//! A value as a form: names and values, aligned, in the API's own words.

use serde_json::{Map, Value};
use unicode_width::UnicodeWidthStr;

use super::sheet::{Class, Sheet, bare, class};
use crate::model::Timestamp;

/// Columns before the names.
const INDENT_COLUMNS: usize = 2;
/// Names longer than this do not push the values further right.
const WIDEST_NAME: usize = 32;
/// Lists of short values up to this width take one row.
const WIDEST_LIST: usize = 64;

/// Appends `value` to the sheet.
pub(super) fn write(sheet: &mut Sheet, value: &Value) {
    let node = sheet.next_node();
    let column = names(value, INDENT_COLUMNS).min(INDENT_COLUMNS + WIDEST_NAME) + 2;
    nested(sheet, " ".repeat(INDENT_COLUMNS), INDENT_COLUMNS, column, value, node);
}

/// The column after the longest name that has a value beside it.
fn names(value: &Value, indent: usize) -> usize {
    match value {
        Value::Object(map) => map
            .iter()
            .map(|(name, item)| {
                let own = if in_row(item) { indent + name.width() } else { 0 };
                own.max(names(item, indent + 2))
            })
            .max()
            .unwrap_or(0),
        Value::Array(items) if !in_row(value) => {
            items.iter().map(|item| names(item, indent + 2)).max().unwrap_or(0)
        }
        _ => 0,
    }
}

/// Returns true if a value is in the row of its name.
fn in_row(value: &Value) -> bool {
    match value {
        Value::Object(map) => map.is_empty(),
        Value::Array(items) => {
            items.iter().all(|item| !item.is_array() && !item.is_object())
                && items.iter().map(|item| flat(item).width() + 2).sum::<usize>() <= WIDEST_LIST
        }
        Value::String(text) => !text.contains('\n'),
        _ => true,
    }
}

fn flat(value: &Value) -> String {
    match value {
        Value::String(text) if text.is_empty() => "\"\"".to_owned(),
        Value::String(text) => bare(text),
        Value::Array(items) if !items.is_empty() => items.iter().map(flat).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

fn kind(value: &Value) -> Class {
    match value {
        Value::String(text) if text.is_empty() => Class::Null,
        Value::String(text) if is_time(text) => Class::Time,
        Value::Array(items) if !items.is_empty() => items.first().map_or(Class::Null, class),
        other => class(other),
    }
}

/// Returns true if a text is a timestamp as platforms write them; a date alone is not.
fn is_time(text: &str) -> bool {
    text.len() >= 16
        && text.as_bytes().get(4) == Some(&b'-')
        && (Timestamp::parse(text).is_some() || text.starts_with("0001-01-01T"))
}

fn nested(sheet: &mut Sheet, lead: String, indent: usize, column: usize, value: &Value, node: usize) {
    match value {
        Value::Object(map) if !map.is_empty() => members(sheet, lead, indent, column, map),
        Value::Array(items) if !in_row(value) => {
            let mut lead = Some(lead);
            for item in items {
                let lead = lead.take().unwrap_or_else(|| " ".repeat(indent));
                let node = sheet.next_node();
                let first = sheet.len();
                nested(sheet, format!("{lead}- "), indent + 2, column, item, node);
                if sheet.len() > first + 1 {
                    sheet.restate(first, node);
                    sheet.enclose(first);
                }
            }
        }
        Value::String(text) if text.contains('\n') => {
            let mut lead = Some(lead);
            for line in text.trim_end_matches('\n').split('\n') {
                let lead = lead.take().unwrap_or_else(|| " ".repeat(indent));
                sheet.push(&format!("{lead}{}", bare(line)), lead.len(), Class::Text, node);
            }
        }
        flat_value => {
            sheet.count_inside(flat_value);
            sheet.push(&format!("{lead}{}", flat(flat_value)), lead.len(), kind(flat_value), node);
        }
    }
}

fn members(sheet: &mut Sheet, lead: String, indent: usize, column: usize, map: &Map<String, Value>) {
    let mut lead = Some(lead);
    for (name, item) in map {
        let mut text = lead.take().unwrap_or_else(|| " ".repeat(indent));
        let node = sheet.next_node();
        text.push_str(&bare(name));
        if in_row(item) {
            sheet.count_inside(item);
            let gap = column.saturating_sub(text.width()).max(2);
            text.push_str(&" ".repeat(gap));
            let split = text.len();
            text.push_str(&flat(item));
            sheet.push(&text, split, kind(item), node);
        } else {
            let head = sheet.push(&text, text.len(), Class::Mark, node);
            nested(sheet, " ".repeat(indent + 2), indent + 2, column, item, node);
            sheet.enclose(head);
        }
    }
}
