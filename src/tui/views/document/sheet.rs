//! A document laid out as rows of text, once per change; drawing then reads only the rows on the page.
//!
//! All text sits in one string, so that a document of megabytes costs little more than itself.

use std::collections::HashSet;

use serde_json::Value;

use crate::tui::widgets::ansi::TAB;

/// The class of a row's value, for its style.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// The title of a section.
    Title,
    /// An empty row between sections.
    Blank,
    /// Text of the platform.
    Text,
    /// A moment; its age is drawn behind it.
    Time,
    /// A number.
    Number,
    /// true and false.
    Word,
    /// null, and what is empty.
    Null,
    /// Braces and a name whose value follows.
    Mark,
    /// A masked value.
    Secret,
    /// The error of a section that could not be read.
    Problem,
    /// The hint of an error.
    Hint,
}

/// One row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    start: usize,
    end: usize,
    /// Bytes before the value: the indent and the name.
    pub(super) split: usize,
    /// The class of the value.
    pub(super) class: Class,
    /// The number of rows after it that belong to it and are hidden when it is folded.
    pub(super) inside: usize,
    /// The value of the section's answer that it shows, counted from its root; the same in every form.
    pub(super) node: usize,
    /// The section it belongs to.
    pub(super) section: usize,
}

/// The text of masked values in a document, as the model masks them.
const DOTS: &str = "••••••••";

/// The rows of a document.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    text: String,
    rows: Vec<Row>,
    section: usize,
    node: usize,
}

impl Sheet {
    /// Begins a section.
    pub(super) fn title(&mut self, section: usize, title: &str) {
        if !self.rows.is_empty() {
            self.section = section.saturating_sub(1);
            self.push("", 0, Class::Blank, self.node);
        }
        self.section = section;
        self.node = 0;
        self.push(title, 0, Class::Title, 0);
    }

    /// Lets everything since `row` belong to it.
    pub(super) fn enclose(&mut self, row: usize) {
        let inside = self.rows.len() - 1 - row;
        self.rows[row].inside = inside;
    }

    /// The number of the next value, counted as it is asked for.
    pub(super) fn next_node(&mut self) -> usize {
        self.node += 1;
        self.node
    }

    /// Counts the values inside one that is shown in a single row.
    pub(super) fn count_inside(&mut self, value: &Value) {
        match value {
            Value::Array(items) => {
                for item in items {
                    self.node += 1;
                    self.count_inside(item);
                }
            }
            Value::Object(map) => {
                for item in map.values() {
                    self.node += 1;
                    self.count_inside(item);
                }
            }
            _ => {}
        }
    }

    /// Appends a row and returns its number. The value begins `split` bytes into the text.
    pub(super) fn push(&mut self, text: &str, split: usize, class: Class, node: usize) -> usize {
        let start = self.text.len();
        self.text.push_str(text);
        self.rows.push(Row {
            start,
            end: self.text.len(),
            split,
            class,
            inside: 0,
            node,
            section: self.section,
        });
        self.rows.len() - 1
    }

    /// Changes the value that a row shows.
    pub(super) fn restate(&mut self, row: usize, node: usize) {
        self.rows[row].node = node;
    }

    /// The number of rows.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// A row.
    pub(super) fn row(&self, row: usize) -> Option<&Row> {
        self.rows.get(row)
    }

    /// The text of a row.
    pub(super) fn text(&self, row: usize) -> &str {
        self.rows.get(row).and_then(|row| self.text.get(row.start..row.end)).unwrap_or("")
    }

    /// The numbers of the rows that show when these values are folded.
    pub(super) fn unfolded(&self, folded: &HashSet<(usize, usize)>) -> Vec<usize> {
        let mut shown = Vec::with_capacity(self.rows.len());
        let mut at = 0;
        while let Some(row) = self.rows.get(at) {
            shown.push(at);
            at += 1;
            if row.inside > 0 && folded.contains(&(row.section, row.node)) {
                at += row.inside;
            }
        }
        shown
    }

    /// The rows that enclose a row, the outermost first.
    pub(super) fn around(&self, row: usize) -> Vec<usize> {
        (0..row.min(self.rows.len())).filter(|&outer| outer + self.rows[outer].inside >= row).collect()
    }

    /// The row that shows a value of a section, or the nearest one before it.
    pub(super) fn find(&self, section: usize, node: usize) -> Option<usize> {
        self.rows
            .iter()
            .enumerate()
            .filter(|(_, row)| row.section == section && row.node <= node && row.class != Class::Blank)
            .max_by_key(|(at, row)| (row.node, std::cmp::Reverse(*at)))
            .map(|(at, _)| at)
    }
}

/// The class of a value in one row.
pub(super) fn class(value: &Value) -> Class {
    match value {
        Value::Null => Class::Null,
        Value::Bool(_) => Class::Word,
        Value::Number(_) => Class::Number,
        Value::String(text) if text == DOTS => Class::Secret,
        Value::String(_) => Class::Text,
        Value::Array(items) if items.is_empty() => Class::Null,
        Value::Object(map) if map.is_empty() => Class::Null,
        Value::Array(_) | Value::Object(_) => Class::Mark,
    }
}

/// Returns true if a character may not be drawn as it is: it would steer the terminal, turn the writing, or not be seen.
pub(super) fn must_escape(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// The text as a JSON string, which is one in YAML too, with everything escaped that may not be drawn.
pub(super) fn quoted(text: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if must_escape(c) => {
                // All of them lie in the first plane, so four digits are enough. Writing to a string cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// The text without quotes for the form, with everything escaped that may not be drawn.
pub(super) fn bare(text: &str) -> String {
    if !text.chars().any(must_escape) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' => out.push_str(TAB),
            c if must_escape(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out
}
