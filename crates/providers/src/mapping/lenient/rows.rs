//! The rows of a list: each is read by itself, and those that cannot be read are counted.

use std::fmt;
use std::marker::PhantomData;

use arcstr::ArcStr;
use serde::de::{DeserializeOwned, Error, IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use qdeck_model::{Problem, Unreadable};

/// The most rows that are read of one answer. No row of a platform is so short that a page of the longest that is read
/// (64 MiB; ElasticBox 256 MiB) would hold as many: one that does is made to cost memory.
pub(crate) const MAX_ROWS_OF_AN_ANSWER: usize = 100_000;

/// The longest reason that is kept, in characters.
const MAX_REASON_CHARS: usize = 120;

/// The id or name by which a row is addressed: a text, or a number as text. A row without one cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct RowId(pub(crate) String);

impl std::ops::Deref for RowId {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for RowId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct RowIdVisitor;

        impl Visitor<'_> for RowIdVisitor {
            type Value = RowId;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an id")
            }

            fn visit_str<E: Error>(self, value: &str) -> Result<RowId, E> {
                if value.is_empty() { self.visit_unit() } else { Ok(RowId(value.to_owned())) }
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<RowId, E> {
                Ok(RowId(value.to_string()))
            }

            fn visit_u64<E: Error>(self, value: u64) -> Result<RowId, E> {
                Ok(RowId(value.to_string()))
            }

            fn visit_unit<E: Error>(self) -> Result<RowId, E> {
                Err(E::custom("no id"))
            }
        }

        deserializer.deserialize_any(RowIdVisitor)
    }
}

/// The rows of a page; `null` is no rows, and an absent list an error. A row that `T` does not read is counted and left
/// out. Only where the page itself is read from text: the rows are first taken as they are written, one at a time.
#[derive(Debug, Clone)]
pub(crate) struct Rows<T> {
    /// The rows that could be read.
    pub(crate) good: Vec<T>,
    /// The others, and how many rows were sent in all, which paging goes by.
    pub(crate) unreadable: Unreadable,
}

impl<T> Default for Rows<T> {
    fn default() -> Self {
        Self { good: Vec::new(), unreadable: Unreadable::default() }
    }
}

impl<T> Rows<T> {
    /// The number of rows that were sent.
    pub(crate) fn sent(&self) -> usize {
        self.unreadable.of
    }

    /// The rows that are wanted, each made into another. Those that are not wanted are no rows of the list.
    pub(crate) fn filter_map<U>(self, make: impl FnMut(T) -> Option<U>) -> Rows<U> {
        Rows { good: self.good.into_iter().filter_map(make).collect(), unreadable: self.unreadable }
    }

    /// The rows, each made into another.
    pub(crate) fn map<U>(self, make: impl FnMut(T) -> U) -> Rows<U> {
        Rows { good: self.good.into_iter().map(make).collect(), unreadable: self.unreadable }
    }

    /// The rows that could be read.
    ///
    /// # Errors
    /// Rows were sent, and none of them could be read. `request` names them, as in `GET /v1/containers`.
    pub(crate) fn readable(self, request: &str) -> Result<Self, Problem> {
        match self.unreadable.failure() {
            Some(problem) => Err(problem.request(request)),
            None => Ok(self),
        }
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Rows<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Not as an option: serde would read an absent list as `None`, and its rows would be taken for gone.
        deserializer.deserialize_any(RowsVisitor(PhantomData))
    }
}

/// The rows of a list that is the whole answer: `null` is an error there.
#[derive(Debug)]
pub(crate) struct BareRows<T>(pub(crate) Rows<T>);

impl<'de, T: DeserializeOwned> Deserialize<'de> for BareRows<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(RowsVisitor(PhantomData)).map(Self)
    }
}

/// The place of the rows in a document out of which they were cut: `null` or an empty list, and an absent list is an error. So
/// are rows: they are elsewhere than they were looked for, and would be taken for gone.
#[derive(Debug)]
pub(crate) struct RowsCutOut;

impl<'de> Deserialize<'de> for RowsCutOut {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct RowsCutOutVisitor;

        impl<'de> Visitor<'de> for RowsCutOutVisitor {
            type Value = RowsCutOut;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_unit<E: Error>(self) -> Result<RowsCutOut, E> {
                Ok(RowsCutOut)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<RowsCutOut, A::Error> {
                match items.next_element::<IgnoredAny>()? {
                    None => Ok(RowsCutOut),
                    Some(_) => Err(A::Error::custom("rows, but not where they should be")),
                }
            }
        }

        deserializer.deserialize_any(RowsCutOutVisitor)
    }
}

/// The error of an answer beyond the bound of rows.
pub(crate) fn too_many_rows<E: Error>() -> E {
    E::custom(format!("more than {MAX_ROWS_OF_AN_ANSWER} rows in one answer"))
}

struct RowsVisitor<T>(PhantomData<T>);

impl<'de, T: DeserializeOwned> Visitor<'de> for RowsVisitor<T> {
    type Value = Rows<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_unit<E: Error>(self) -> Result<Rows<T>, E> {
        Ok(Rows::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Rows<T>, A::Error> {
        let mut rows = Rows::default();
        while let Some(raw) = items.next_element::<Box<RawValue>>()? {
            rows.unreadable.of += 1;
            if rows.unreadable.of > MAX_ROWS_OF_AN_ANSWER {
                return Err(too_many_rows());
            }
            match read_row(raw.get()) {
                Ok(row) => rows.good.push(row),
                Err(why) => {
                    rows.unreadable.rows += 1;
                    rows.unreadable.why.get_or_insert(why);
                }
            }
        }
        Ok(rows)
    }
}

/// Reads a row, or returns why it cannot be read, in few words: `no id`, `not an object`.
pub(crate) fn read_row<T: DeserializeOwned>(text: &str) -> Result<T, ArcStr> {
    // A list would be read as the fields of `T` in their order.
    if !text.trim_start().starts_with('{') {
        return Err("not an object".into());
    }
    serde_json::from_str(text).map_err(|error| reason(&error))
}

fn reason(error: &serde_json::Error) -> ArcStr {
    let text = error.to_string();
    let text = text.split(" at line ").next().unwrap_or(&text);
    let missing = text.strip_prefix("missing field `").and_then(|field| field.strip_suffix('`'));
    let text = missing.map_or_else(|| text.to_owned(), |field| format!("no {field}"));
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(MAX_REASON_CHARS)
        .collect::<String>()
        .into()
}
