//! A value as YAML, one row a member.
//!
//! Written here and not by a YAML library, because every row must know which value it shows, and because nothing
//! may be written that could not be drawn.

use serde_json::Value;

use super::json::scalar;
use super::sheet::{Class, Sheet, class, must_escape, quoted};

/// Appends `value` to the sheet.
pub(super) fn write(sheet: &mut Sheet, value: &Value) {
    let node = sheet.next_node();
    nested(sheet, String::new(), 0, value, node);
}

/// Writes a value on rows of its own. `lead` is what comes before its first row, `indent` the columns before
/// the others.
fn nested(sheet: &mut Sheet, lead: String, indent: usize, value: &Value, node: usize) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            let mut lead = Some(lead);
            for (name, item) in map {
                let lead = lead.take().unwrap_or_else(|| " ".repeat(indent));
                let node = sheet.next_node();
                member(sheet, &format!("{lead}{}:", word(name)), indent, item, node);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            let mut lead = Some(lead);
            for item in items {
                let lead = lead.take().unwrap_or_else(|| " ".repeat(indent));
                let node = sheet.next_node();
                let first = sheet.len();
                nested(sheet, format!("{lead}- "), indent + 2, item, node);
                if sheet.len() > first + 1 {
                    sheet.restate(first, node);
                    sheet.enclose(first);
                }
            }
        }
        flat => {
            let text = match flat {
                Value::String(text) => word(text),
                other => scalar(other),
            };
            sheet.push(&format!("{lead}{text}"), lead.len(), class(flat), node);
        }
    }
}

/// A member of an object; `lead` ends with its name and the colon.
fn member(sheet: &mut Sheet, lead: &str, indent: usize, value: &Value, node: usize) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            let head = sheet.push(lead, lead.len(), Class::Mark, node);
            nested(sheet, " ".repeat(indent + 2), indent + 2, value, node);
            sheet.enclose(head);
        }
        Value::Array(items) if !items.is_empty() => {
            let head = sheet.push(lead, lead.len(), Class::Mark, node);
            nested(sheet, " ".repeat(indent + 2), indent + 2, value, node);
            sheet.enclose(head);
        }
        Value::String(text) if is_block(text) => {
            let mark = if text.ends_with('\n') { "|" } else { "|-" };
            let head = sheet.push(&format!("{lead} {mark}"), lead.len(), Class::Mark, node);
            for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
                let line =
                    if line.is_empty() { String::new() } else { format!("{}{line}", " ".repeat(indent + 2)) };
                sheet.push(&line, (indent + 2).min(line.len()), Class::Text, node);
            }
            sheet.enclose(head);
        }
        flat => nested(sheet, format!("{lead} "), indent, flat, node),
    }
}

/// Returns true if a text of several lines can be a block: its first line shows where the block begins, and it ends
/// with at most one line end.
fn is_block(text: &str) -> bool {
    text.contains('\n')
        && !text.starts_with([' ', '\n'])
        && !text.ends_with("\n\n")
        && text.split('\n').all(|line| !line.trim().is_empty() || line.is_empty())
        && !text.chars().any(|c| c != '\n' && must_escape(c))
}

/// A text without quotes where YAML reads it back as the same text, else with them.
fn word(text: &str) -> String {
    if is_plain(text) { text.to_owned() } else { quoted(text) }
}

fn is_plain(text: &str) -> bool {
    const OTHERS: [&str; 11] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n", "inf", "nan"];
    let lower = text.to_ascii_lowercase();
    let Some(first) = text.chars().next() else {
        return false;
    };
    if OTHERS.contains(&lower.as_str())
        || text.ends_with([' ', ':'])
        || text.contains(": ")
        || text.contains(" #")
    {
        return false;
    }
    // What begins as a number is one unless a letter that no number has rules it out.
    let numeric = first.is_ascii_digit()
        && (lower.starts_with("0x")
            || lower.starts_with("0o")
            || lower.starts_with("0b")
            || !lower.bytes().any(|byte| byte.is_ascii_lowercase() && byte != b'e'));
    !numeric
        && (first.is_alphanumeric() || matches!(first, '/' | '_'))
        && text.chars().all(|c| c.is_alphanumeric() || " _-/.,:()+@=$%;<>~^#".contains(c))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(value: &Value) -> String {
        let mut sheet = Sheet::default();
        write(&mut sheet, value);
        (0..sheet.len()).map(|row| sheet.text(row).to_owned() + "\n").collect()
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
            "[a-z0-9:# .\n-]{0,12}".prop_map(Value::from),
            "(0x[0-9a-f]{2}|[0-9]e[0-9]|1_0|[0-9]{4}-05-01|~|-|on|Null|\\.5|=|<<)".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::vec(("[a-z0-9: ]{0,5}|.{0,3}", inner), 0..5)
                    .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_reader_of_yaml_reads_the_same_value(value in any_value()) {
            let text = text(&value);
            let read: Value = serde_yaml_ng::from_str(&text)
                .map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
            prop_assert_eq!(read, value, "{}", text);
        }

        #[test]
        fn a_reader_of_json_reads_the_same_value(value in any_value()) {
            let mut sheet = Sheet::default();
            super::super::json::write(&mut sheet, &value);
            let text: String = (0..sheet.len()).map(|row| sheet.text(row).to_owned() + "\n").collect();
            let read: Value = serde_json::from_str(&text)
                .map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
            prop_assert_eq!(read, value);
        }
    }
}
