//! The order of rows. Keys are made once a row, so that a comparison is one of numbers or bytes.

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

/// The sort key of a row. Rows without one come last in either direction.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SortKey {
    /// A number.
    Number(i64),
    /// A text, as [`SortKey::natural`] makes it.
    Text(Box<[u8]>),
}

impl SortKey {
    /// A number with six decimals.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a price or a quota beyond nine trillion may come beside another such"
    )]
    pub(crate) fn millionths(number: f64) -> Self {
        Self::Number((number * 1e6) as i64)
    }

    /// A text; `None` if it is empty.
    pub(crate) fn natural(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| Self::Text(natural(text)))
    }
}

/// A row with what it is ordered by.
pub(super) struct Keyed<'a> {
    key: Option<SortKey>,
    /// Breaks ties, so that equal rows never change places. Empty where the key is the name already.
    name: Box<[u8]>,
    id: &'a ResourceId,
    pub(super) place: Place,
}

impl<'a> Keyed<'a> {
    pub(super) fn new(job: &'a Job, place: Place, resource: &'a Resource) -> Self {
        let column = job.spec.sort.column;
        Self {
            key: column.cell(&job.row(resource)).sort_key(),
            name: if column.is_name() { Box::default() } else { natural(resource.name()) },
            id: resource.id(),
            place,
        }
    }

    pub(super) fn compare(&self, other: &Self, sort: Sort) -> Ordering {
        let first = match (&self.key, &other.key) {
            (Some(a), Some(b)) if sort.reverse => b.cmp(a),
            (Some(a), Some(b)) => a.cmp(b),
            (a, b) => a.is_none().cmp(&b.is_none()),
        };
        let names = || self.name.cmp(&other.name);
        let by_name = || if sort.column.spec().ties_descend { names().reverse() } else { names() };
        first.then_with(by_name).then_with(|| self.id.cmp(other.id))
    }
}

/// The places of all rows in order. Takes a few tens of milliseconds at 50,000 rows: not for the thread that draws.
pub(super) fn sort(job: &Job) -> Vec<Place> {
    let mut keyed: Vec<Keyed<'_>> = Vec::with_capacity(job.rows.len());
    keyed.extend(job.rows.placed().map(|(place, resource)| Keyed::new(job, place, resource)));
    keyed.sort_unstable_by(|a, b| a.compare(b, job.spec.sort));
    keyed.into_iter().map(|row| row.place).collect()
}

/// Bytes that compare as people order names: case does not matter, and `web-10` comes after `web-9`. A run of digits
/// becomes the byte of a digit, its length without leading zeros, and the digits.
fn natural(text: &str) -> Box<[u8]> {
    let bytes = text.as_bytes();
    let mut key = Vec::with_capacity(bytes.len() + 4);
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
    key.into_boxed_slice()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_names_count_as_numbers() {
        let mut names = ["web-10", "web-9", "Web-1", "web", "web-010b", "alpha", "10.0.0.2", "9.0.0.1"];
        names.sort_by_key(|name| natural(name));
        assert_eq!(names, ["9.0.0.1", "10.0.0.2", "alpha", "web", "Web-1", "web-9", "web-10", "web-010b"]);
    }
}
