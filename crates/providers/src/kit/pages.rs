//! Lists that come in pages: what a page says of the rows after it, and the walk ([`walk`]) that follows one rule for where
//! a list ends.

use std::hash::{BuildHasher as _, Hash};
use std::sync::Arc;

use foldhash::fast::FixedState;

use crate::mapping::lenient::Rows;
use qdeck_model::Unreadable;

#[cfg(test)]
pub(crate) mod tests;
mod walk;

pub(crate) use walk::{PageWalk, Progress};

/// A page to fetch, by number and by offset: platforms ask by one or the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PageAt {
    /// From 1.
    pub(crate) number: usize,
    /// Rows that the server sent in the pages before.
    pub(crate) offset: usize,
}

impl PageAt {
    /// The first page.
    pub(crate) const FIRST: Self = Self { number: 1, offset: 0 };
}

/// A page's report of the rows after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rest {
    /// There are none.
    Last,
    /// Rows in all, those of this page included.
    Total(usize),
    /// Nothing.
    Unsaid,
}

/// One page of a list.
#[derive(Debug)]
pub(crate) struct Page<T> {
    /// The rows that could be read.
    pub(crate) rows: Vec<T>,
    /// Those that could not, and how many were sent in all.
    pub(crate) unreadable: Unreadable,
    rest: Rest,
    last: bool,
}

impl<T> Page<T> {
    /// A page as it was read.
    pub(crate) fn new(rows: Rows<T>, rest: Rest) -> Self {
        Self { rows: rows.good, unreadable: rows.unreadable, rest, last: false }
    }

    /// Rows in all, where the platform gives their number.
    pub(crate) fn total(&self) -> Option<usize> {
        self.rest.total()
    }
}

impl Rest {
    /// Rows in all, where the platform gives their number.
    pub(crate) fn total(self) -> Option<usize> {
        match self {
            Self::Total(total) => Some(total),
            Self::Last | Self::Unsaid => None,
        }
    }
}

/// A page, or what it is shared by.
pub(crate) trait CountedRows {
    /// The rows of it that could not be read, and how many were sent in all.
    fn unreadable(&self) -> &Unreadable;
}

/// A page of a list that a walk follows.
pub(crate) trait ListPage: CountedRows {
    /// Its report of the rows after it.
    fn rest(&self) -> Rest;

    /// The [`Row::key`]s of its rows.
    fn keys(&self) -> impl Iterator<Item = u64>;

    /// True if the list ends with it. Set by the walk.
    fn is_last(&self) -> bool;

    /// Sets whether the list ends with it.
    fn set_last(&mut self, is_last: bool);

    /// The number of rows that the server sent.
    fn sent(&self) -> usize {
        self.unreadable().of
    }
}

impl<P: CountedRows> CountedRows for Arc<P> {
    fn unreadable(&self) -> &Unreadable {
        (**self).unreadable()
    }
}

impl<T> CountedRows for Page<T> {
    fn unreadable(&self) -> &Unreadable {
        &self.unreadable
    }
}

impl<T: Row> ListPage for Page<T> {
    fn rest(&self) -> Rest {
        self.rest
    }

    fn keys(&self) -> impl Iterator<Item = u64> {
        self.rows.iter().map(Row::key)
    }

    fn is_last(&self) -> bool {
        self.last
    }

    fn set_last(&mut self, is_last: bool) {
        self.last = is_last;
    }
}

/// A row with an identity, by which a repeated page is noticed.
pub(crate) trait Row {
    /// A hash of what identifies the row in its list.
    fn key(&self) -> u64;
}

/// The [`Row::key`] of an id.
pub(crate) fn key_of(id: &(impl Hash + ?Sized)) -> u64 {
    FixedState::default().hash_one(id)
}

/// A row whose id is not known: the same row is the same text.
impl Row for serde_json::Value {
    fn key(&self) -> u64 {
        key_of(&self.to_string())
    }
}
