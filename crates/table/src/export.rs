//! Rows as CSV and as JSON. Numbers are written without their unit: where there is one, the name of the field has it.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use crate::{Cell, Column, Row};

/// Rows as CSV (RFC 4180): a line of names, then a line a row. Columns that files leave out are skipped.
pub fn csv<'a>(columns: &[Column], rows: impl IntoIterator<Item = Row<'a>>) -> String {
    let fields: Vec<_> = columns.iter().filter_map(|column| Some((column.field()?, *column))).collect();
    let mut csv = String::new();
    for (index, (name, _)) in fields.iter().enumerate() {
        push_separator(index, &mut csv);
        push_text(name, &mut csv);
    }
    csv.push_str("\r\n");
    for row in rows {
        for (index, (_, column)) in fields.iter().enumerate() {
            push_separator(index, &mut csv);
            match column.cell(&row).plain() {
                Plain::Nothing => {}
                Plain::Number(number) => csv.push_str(&number.to_string()),
                Plain::Text(text) => push_text(&text, &mut csv),
            }
        }
        csv.push_str("\r\n");
    }
    csv
}

/// Rows as an array of JSON objects. What is not known is `null`; the platforms' own facts are an object of their own.
pub fn json<'a>(columns: &[Column], rows: impl IntoIterator<Item = Row<'a>>) -> Value {
    rows.into_iter().map(|row| object(columns, &row)).collect()
}

fn object(columns: &[Column], row: &Row<'_>) -> Value {
    let mut object = Map::new();
    let mut facts = Map::new();
    for column in columns {
        match (column, column.field()) {
            (_, None) => {}
            (Column::Fact(name), _) => {
                if let Cell::Text(value) = column.cell(row) {
                    facts.insert((*name).to_owned(), value.into());
                }
            }
            (Column::Shared(_), Some(name)) => {
                object.insert(name.to_owned(), column.cell(row).json());
            }
        }
    }
    if columns.iter().any(|column| matches!(column, Column::Fact(_))) {
        object.insert("facts".to_owned(), facts.into());
    }
    object.into()
}

/// A cell as files hold it.
enum Plain<'a> {
    Nothing,
    Number(serde_json::Number),
    Text(Cow<'a, str>),
}

impl<'a> Plain<'a> {
    fn number(number: impl Into<serde_json::Number>) -> Self {
        Self::Number(number.into())
    }

    fn float(number: f64) -> Self {
        serde_json::Number::from_f64(number).map_or(Self::Nothing, Self::Number)
    }

    fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Self::Text(text.into())
    }
}

impl<'a> Cell<'a> {
    fn plain(self) -> Plain<'a> {
        match self {
            Self::Empty | Self::Samples(_) | Self::Elapsed { to: None, .. } => Plain::Nothing,
            Self::Count(number) => Plain::number(number),
            Self::Bytes(bytes) => Plain::number(bytes.0),
            Self::Cores(cores) => Plain::float(cores.0),
            Self::Percent(done) => Plain::number(done),
            Self::Age(at) => Plain::text(at.to_string()),
            Self::Elapsed { from, to: Some(to) } => Plain::float(to.since(from).as_secs_f64()),
            Self::Ready { up, .. } => up.map_or(Plain::Nothing, Plain::number),
            Self::Users(usage) => Plain::number(usage.total()),
            Self::Addresses(addresses) => {
                let all: Vec<_> = addresses.iter().map(|address| &*address.value).collect();
                Plain::text(all.join(" "))
            }
            Self::Text(_)
            | Self::Texts(_)
            | Self::Labels(_)
            | Self::State(_)
            | Self::Code { .. }
            | Self::Gpus(_)
            | Self::Amount(_)
            // Its parts are fields of their own.
            | Self::Limits(..) => Plain::text(self.timeless_text()),
        }
    }

    fn json(self) -> Value {
        match self {
            Self::Texts(texts) => texts.iter().map(|text| &**text).collect(),
            Self::Addresses(addresses) => addresses.iter().map(|address| &*address.value).collect(),
            Self::Labels(labels) => {
                labels.iter().map(|(name, value)| (name.to_string(), Value::from(&**value))).collect()
            }
            Self::Gpus(gpus) => {
                let models: Vec<_> = gpus.models.iter().map(|model| &**model).collect();
                json!({ "count": gpus.count, "models": models })
            }
            _ => match self.plain() {
                Plain::Nothing => Value::Null,
                Plain::Number(number) => number.into(),
                Plain::Text(text) => text.into(),
            },
        }
    }
}

fn push_separator(index: usize, csv: &mut String) {
    if index > 0 {
        csv.push(',');
    }
}

/// A text as a field of CSV. One that a spreadsheet would take for a formula is quoted as text.
fn push_text(text: &str, csv: &mut String) {
    let formula = text.starts_with(['=', '+', '-', '@']);
    if !formula && !text.contains(['"', ',', '\n', '\r']) {
        csv.push_str(text);
        return;
    }
    csv.push('"');
    if formula {
        csv.push('\'');
    }
    csv.push_str(&text.replace('"', "\"\""));
    csv.push('"');
}
