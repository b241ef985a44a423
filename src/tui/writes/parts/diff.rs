//! The changes of an update as aligned rows: sign, field, from, to. Objects are compared member by member.

use serde_json::Value;
use unicode_width::UnicodeWidthStr;

use super::card::piece;
use super::text::{MASK, Text, broken};
use crate::model::FieldChange;

/// Fields longer than this do not push the values further right.
const MAX_FIELD_COLUMNS: usize = 28;
/// Values before longer than this do not push those after them further right.
const MAX_FROM_COLUMNS: usize = 32;
/// Columns of a row beside field and values: the sign, the gap and the arrow.
const ROW_COLUMNS: usize = 7;

/// One value that changes.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui::writes) struct Change {
    pub(in crate::tui::writes) field: String,
    pub(in crate::tui::writes) from: Option<String>,
    pub(in crate::tui::writes) to: Option<String>,
}

impl Change {
    pub(in crate::tui::writes) const fn sign(&self) -> &'static str {
        match (&self.from, &self.to) {
            (None, _) => "+",
            (_, None) => "-",
            _ => "~",
        }
    }
}

/// The single changes that the changes of fields come to; what the requests hide is masked.
pub(in crate::tui::writes) fn changes(fields: &[FieldChange], secrets: &[&Value]) -> Vec<Change> {
    let mut found = Vec::new();
    for field in fields {
        compare(&field.field, field.from.as_ref(), field.to.as_ref(), secrets, &mut found);
    }
    found
}

/// Compares two values, and where they are objects their members.
pub(in crate::tui::writes) fn compare(
    field: &str,
    from: Option<&Value>,
    to: Option<&Value>,
    secrets: &[&Value],
    found: &mut Vec<Change>,
) {
    let is_unset = |value: Option<&Value>| matches!(value, None | Some(Value::Null));
    if from == to || (is_unset(from) && is_unset(to)) {
        return;
    }
    let empty = serde_json::Map::new();
    let (before, after) = match (from, to) {
        (Some(Value::Object(before)), Some(Value::Object(after))) => (before, after),
        (None | Some(Value::Null), Some(Value::Object(after))) if !after.is_empty() => (&empty, after),
        (Some(Value::Object(before)), None | Some(Value::Null)) if !before.is_empty() => (before, &empty),
        _ => {
            let show = |value: Option<&Value>| value.map(|value| shown(value, secrets));
            found.push(Change { field: field.to_owned(), from: show(from), to: show(to) });
            return;
        }
    };
    let names = before.keys().chain(after.keys().filter(|name| !before.contains_key(*name)));
    for name in names {
        let path = if field.is_empty() { name.clone() } else { format!("{field}.{name}") };
        compare(&path, before.get(name), after.get(name), secrets, found);
    }
}

fn shown(value: &Value, secrets: &[&Value]) -> String {
    match value {
        _ if secrets.contains(&value) => MASK.to_owned(),
        Value::String(text) if text.is_empty() => "\"\"".to_owned(),
        Value::String(text) => text.clone(),
        Value::Null => "not set".to_owned(),
        Value::Array(items) if items.iter().all(|item| !item.is_array() && !item.is_object()) => {
            let items: Vec<_> = items.iter().map(|item| shown(item, secrets)).collect();
            if items.is_empty() { "none".to_owned() } else { items.join(", ") }
        }
        other => other.to_string(),
    }
}

/// Writes the changes. Those of which one is too long for a row beside its field have their values below it.
pub(in crate::tui::writes) fn write(text: &mut Text<'_>, changes: &[Change]) {
    let field = changes.iter().map(|change| change.field.width()).max().unwrap_or(0).min(MAX_FIELD_COLUMNS);
    // One that is too long for a row must not push the others to the right.
    let fits =
        |before: &str, after: &str| field + before.width() + after.width() + ROW_COLUMNS <= text.columns;
    let from = changes.iter().filter_map(|change| match (&change.from, &change.to) {
        (Some(before), Some(after)) if fits(before, after) => Some(before.width()),
        _ => None,
    });
    let from = from.filter(|width| *width <= MAX_FROM_COLUMNS).max().unwrap_or(0);
    for change in changes {
        if !beside(text, change, field, from) {
            below(text, change);
        }
    }
}

/// Writes a change into one row, if it fits.
fn beside(text: &mut Text<'_>, change: &Change, field: usize, from: usize) -> bool {
    let theme = text.look.theme;
    let arrow = if text.look.ascii { " -> " } else { " → " };
    let lead = format!("{} {:<field$}  ", change.sign(), change.field);
    let line = match (&change.from, &change.to) {
        (Some(before), Some(after)) => vec![
            piece(lead, theme.text),
            piece(format!("{before}{}", " ".repeat(from.saturating_sub(before.width()))), theme.bad),
            piece(arrow, theme.dim),
            piece(after, theme.good),
        ],
        (None, Some(after)) => vec![piece(lead, theme.good), piece(after, theme.good)],
        (Some(before), None) => vec![piece(lead, theme.bad), piece(before, theme.bad)],
        (None, None) => return true,
    };
    let has_lines = [&change.from, &change.to].into_iter().flatten().any(|value| value.contains('\n'));
    let fits = !has_lines && super::card::width(&line) <= text.columns;
    if fits {
        text.lines.push(line);
    }
    fits
}

/// Writes the field into a row and its values into those below.
fn below(text: &mut Text<'_>, change: &Change) {
    let theme = text.look.theme;
    text.lines.push(vec![piece(format!("{} {}", change.sign(), change.field), theme.text)]);
    let room = text.columns.saturating_sub(6).max(4);
    for (sign, value, style) in [("-", &change.from, theme.bad), ("+", &change.to, theme.good)] {
        for line in value.as_deref().unwrap_or_default().lines() {
            for row in broken(line, room) {
                text.lines.push(vec![piece(format!("    {sign} {row}"), style)]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn change(field: &str, from: Option<Value>, to: Option<Value>) -> FieldChange {
        FieldChange { field: field.into(), from, to }
    }

    #[test]
    fn objects_are_compared_by_their_members_and_secrets_are_masked() {
        let secret = json!("hunter2");
        let fields = [
            change("size", Some(json!("small")), Some(json!("large"))),
            change(
                "labels",
                Some(json!({"env": "prod", "old": "1"})),
                Some(json!({"env": "prod", "new": ""})),
            ),
            change("tags", None, Some(json!({"team": "a"}))),
            change("groups", Some(json!(["web", "db"])), Some(json!([]))),
            change("password", None, Some(secret.clone())),
        ];
        let found = changes(&fields, &[&secret]);
        let rows: Vec<_> = found
            .iter()
            .map(|it| {
                let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "·".into());
                format!("{} {} {} {}", it.sign(), it.field, value(&it.from), value(&it.to))
            })
            .collect();
        assert_eq!(
            rows,
            [
                "~ size small large",
                "- labels.old 1 ·",
                "+ labels.new · \"\"",
                "+ tags.team · a",
                "~ groups web, db none",
                "+ password · ••••••••"
            ]
        );
    }
}
