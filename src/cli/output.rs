//! Text and JSON on standard output and standard error.

use std::io::{self, Write as _};

use serde_json::Value;
use unicode_width::UnicodeWidthStr as _;

use crate::model::ResourceId;

/// Standard output, whose errors name it.
pub(super) struct StandardOutput;

impl StandardOutput {
    fn named(error: &io::Error) -> io::Error {
        io::Error::new(error.kind(), format!("could not write to standard output: {error}"))
    }
}

impl io::Write for StandardOutput {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        io::stdout().write(bytes).map_err(|error| Self::named(&error))
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stdout().flush().map_err(|error| Self::named(&error))
    }
}

/// Prints a line of a result.
pub(super) fn line(text: &str) -> io::Result<()> {
    writeln!(StandardOutput, "{text}")
}

/// Prints a document over several lines.
pub(super) fn document(document: &Value) -> io::Result<()> {
    line(&format!("{document:#}"))
}

/// Prints a line beside the result.
pub(super) fn error_line(text: &str) {
    // Nothing is left to try where standard error is closed too.
    let _ = writeln!(io::stderr(), "{text}");
}

/// Prints a table, its columns as wide as their longest cell.
pub(super) fn table(head: &[&str], rows: &[Vec<String>]) -> io::Result<()> {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width());
        cells.chain(head.get(column).map(|cell| cell.width())).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let print = |cells: &mut dyn Iterator<Item = &str>| {
        let mut text = String::new();
        for (cell, width) in cells.zip(&widths) {
            text.push_str(cell);
            text.push_str(&" ".repeat(width.saturating_sub(cell.width()) + 2));
        }
        line(text.trim_end())
    };
    print(&mut head.iter().copied())?;
    rows.iter().try_for_each(|row| print(&mut row.iter().map(String::as_str)))
}

/// A text of a remote on one line, without control characters.
pub(super) fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// A resource as JSON.
pub(super) fn resource(id: &ResourceId, name: Option<&str>) -> Value {
    let mut resource = serde_json::Map::new();
    resource.insert("context".to_owned(), id.context.as_str().into());
    resource.insert("kind".to_owned(), serde_json::to_value(id.kind).unwrap_or_default());
    if let Some(scope) = &id.scope {
        resource.insert("scope".to_owned(), scope.to_string().into());
    }
    resource.insert("id".to_owned(), id.id.to_string().into());
    if let Some(name) = name {
        resource.insert("name".to_owned(), name.into());
    }
    Value::Object(resource)
}
