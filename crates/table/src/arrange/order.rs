//! The order of rows. Keys are made once a row, so that a comparison is one of numbers or bytes.

use std::borrow::Cow;
use std::cmp::Ordering;

use qdeck_model::{Kind, Resource, ResourceId};

use super::Job;
use crate::Column;
use crate::rows::Place;

/// A column and a direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    /// The column.
    pub column: Column,
    /// Descending.
    pub reverse: bool,
}

impl Sort {
    /// The default sort of the table of a kind.
    pub fn default_of(kind: Kind) -> Self {
        Self { column: Column::default_sort(kind), reverse: false }
    }
}

/// What a row is ordered by. Rows without one come last in either direction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SortKey<'a> {
    /// A number.
    Number(i64),
    /// A text, in the order in which people list names.
    Text(Cow<'a, str>),
}

impl<'a> SortKey<'a> {
    /// A number with six decimals.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a price or a quota beyond nine trillion may come beside another such"
    )]
    pub(crate) fn millionths(number: f64) -> Self {
        Self::Number((number * 1e6) as i64)
    }

    /// A text; `None` if it is empty.
    pub(crate) fn text(text: impl Into<Cow<'a, str>>) -> Option<Self> {
        Some(text.into()).filter(|text| !text.is_empty()).map(Self::Text)
    }
}

/// The keys of many rows. Their texts lie one behind the other: a box for each would be slower to make, and would leave the
/// heap full of small holes.
pub(super) struct Keys<'a> {
    job: &'a Job,
    texts: Vec<u8>,
}

/// A row with what it is ordered by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Keyed {
    /// `None` comes last in either direction.
    key: Option<Key>,
    /// Breaks ties, so that equal rows never change places. Empty where the key is the name already.
    name: Text,
    pub(super) place: Place,
}

#[derive(Debug, Clone, Copy)]
enum Key {
    Number(i64),
    Text(Text),
}

/// The bytes from here to there of all texts.
#[derive(Debug, Clone, Copy)]
struct Text {
    from: u32,
    to: u32,
}

impl<'a> Keys<'a> {
    pub(super) const fn new(job: &'a Job) -> Self {
        Self { job, texts: Vec::new() }
    }

    /// The key of a row.
    pub(super) fn add(&mut self, place: Place, resource: &Resource) -> Keyed {
        let column = self.job.spec.sort.column;
        let key = column.cell(&self.job.row(resource)).sort_key().map(|key| match key {
            SortKey::Number(number) => Key::Number(number),
            SortKey::Text(text) => Key::Text(self.add_text(&text)),
        });
        let name = if column.is_name() { "" } else { resource.name() };
        Keyed { key, name: self.add_text(name), place }
    }

    /// Forgets the key that was added last.
    pub(super) fn forget_last(&mut self, last: &Keyed) {
        let from = if let Some(Key::Text(text)) = last.key { text.from } else { last.name.from };
        self.texts.truncate(from as usize);
    }

    pub(super) fn compare(&self, a: &Keyed, b: &Keyed) -> Ordering {
        let sort = self.job.spec.sort;
        let first = match (a.key, b.key) {
            (Some(one), Some(other)) if sort.reverse => self.compare_keys(other, one),
            (Some(one), Some(other)) => self.compare_keys(one, other),
            (one, other) => one.is_none().cmp(&other.is_none()),
        };
        let names = || self.text(a.name).cmp(self.text(b.name));
        let by_name = || if sort.column.spec().ties_descend { names().reverse() } else { names() };
        first.then_with(by_name).then_with(|| self.id(a).cmp(&self.id(b)))
    }

    fn compare_keys(&self, a: Key, b: Key) -> Ordering {
        match (a, b) {
            (Key::Number(a), Key::Number(b)) => a.cmp(&b),
            (Key::Text(a), Key::Text(b)) => self.text(a).cmp(self.text(b)),
            (Key::Number(_), Key::Text(_)) => Ordering::Less,
            (Key::Text(_), Key::Number(_)) => Ordering::Greater,
        }
    }

    fn id(&self, row: &Keyed) -> Option<&'a ResourceId> {
        self.job.rows.get(row.place).map(|row| row.id())
    }

    /// Rows are refused long before their names have more than four gigabytes.
    fn end(&self) -> u32 {
        u32::try_from(self.texts.len()).unwrap_or(u32::MAX)
    }

    fn text(&self, text: Text) -> &[u8] {
        self.texts.get(text.from as usize..text.to as usize).unwrap_or_default()
    }

    fn add_text(&mut self, text: &str) -> Text {
        let from = self.end();
        natural(text, &mut self.texts);
        Text { from, to: self.end() }
    }
}

/// The places of all rows in order. Takes a few tens of milliseconds at 50,000 rows: not for the thread that draws.
pub(super) fn sort(job: &Job) -> Vec<Place> {
    let mut keys = Keys::new(job);
    let mut rows = Vec::with_capacity(job.rows.len());
    rows.extend(job.rows.placed().map(|(place, resource)| keys.add(place, resource)));
    rows.sort_unstable_by(|a, b| keys.compare(a, b));
    rows.into_iter().map(|row| row.place).collect()
}

/// Adds bytes that compare as people order names: case does not matter, and `web-10` comes after `web-9`. A run of digits
/// becomes the byte of a digit, its length without leading zeros, and the digits.
fn natural(text: &str, key: &mut Vec<u8>) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at].is_ascii_digit() {
            let end = at + bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            let zeros = bytes[at..end].iter().take_while(|byte| **byte == b'0').count();
            let digits = &bytes[at + zeros..end];
            key.push(b'0');
            key.push(u8::try_from(digits.len()).unwrap_or(u8::MAX));
            key.extend_from_slice(digits);
            at = end;
        } else {
            key.push(bytes[at].to_ascii_lowercase());
            at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_names_count_as_numbers() {
        let mut names = ["web-10", "web-9", "Web-1", "web", "web-010b", "alpha", "10.0.0.2", "9.0.0.1"];
        names.sort_by_key(|name| {
            let mut key = Vec::new();
            natural(name, &mut key);
            key
        });
        assert_eq!(names, ["9.0.0.1", "10.0.0.2", "alpha", "web", "Web-1", "web-9", "web-10", "web-010b"]);
    }
}
