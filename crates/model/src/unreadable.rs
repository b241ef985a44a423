//! Rows of a list that could not be read.

use std::fmt;

use arcstr::ArcStr;

use crate::{Problem, ProblemKind};

/// The count of rows that could not be read, of all rows that were sent. Shown as `7 of 9 rows could not be read: no id`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unreadable {
    /// The rows that could not be read.
    pub rows: usize,
    /// All rows, these included.
    pub of: usize,
    /// Why the first of them could not be read.
    pub why: Option<ArcStr>,
}

impl Unreadable {
    /// So many rows, all of which were read.
    pub const fn none_of(rows: usize) -> Self {
        Self { rows: 0, of: rows, why: None }
    }

    /// Returns whether there are any.
    pub const fn any(&self) -> bool {
        self.rows > 0
    }

    /// Adds those of another part of the same list.
    pub fn add(&mut self, other: &Self) {
        self.rows += other.rows;
        self.of += other.of;
        if self.why.is_none() {
            self.why.clone_from(&other.why);
        }
    }

    /// The failure of a list of which not one row could be read; `None` if one could, or if there was none.
    pub fn failure(&self) -> Option<Problem> {
        (self.rows > 0 && self.rows == self.of)
            .then(|| Problem::new(ProblemKind::BadAnswer, format!("unexpected answer: {self}")))
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let noun = if self.of == 1 { "row" } else { "rows" };
        write!(f, "{} of {} {noun} could not be read", self.rows, self.of)?;
        match &self.why {
            Some(why) => write!(f, ": {why}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_added_up_and_the_first_reason_is_kept() {
        let mut all = Unreadable::none_of(2);
        assert!(!all.any() && all.failure().is_none());
        all.add(&Unreadable { rows: 4, of: 4, why: Some("no id".into()) });
        all.add(&Unreadable { rows: 3, of: 3, why: Some("not an object".into()) });
        assert_eq!(all.to_string(), "7 of 9 rows could not be read: no id");
        assert_eq!(all.failure(), None, "two could be read");
        let none = Unreadable { rows: 1, of: 1, why: None };
        assert_eq!(&*none.failure().unwrap().message, "unexpected answer: 1 of 1 row could not be read");
    }
}
