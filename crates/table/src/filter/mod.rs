//! The filter of a table: a small grammar of and-ed terms, and the matching of rows against it.
//!
//! ```text
//! web                fuzzy (letters near each other), over the visible columns (and, from three letters on, inside ids)
//! "exact words"      the words as written
//! state:failed       a column holds the value; `,` between values means or
//! label:env=prod     a label; `label:env` asks only for its presence
//! price:<2           the figure of a column is less; `memory:>40` more, sizes in GiB, prices by the hour
//! age:<10m           younger; `age:>2d` older
//! re:/web-\d+/       a regular expression over the visible columns; also `name:/^web/`
//! !TERM              what does not match TERM
//! ```
//!
//! Case counts in a word or a value that has a capital, and in regular expressions. Letters match in any composition.

mod amount;
mod letters;
mod matching;
mod near;
mod parse;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

pub(crate) use amount::amount;
pub use nucleo_matcher::Matcher;

use qdeck_model::Kind;

use crate::Row;
use crate::column::FilterKey;
pub use parse::words_of;

/// A parsed filter. Cheap to clone; the empty one matches every row.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    terms: Arc<[Term]>,
}

/// Why a text is no filter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct FilterError {
    /// The byte of the text where it goes wrong; always a character boundary, at most the text's length.
    pub at: usize,
    /// The mistake there and what to write instead.
    pub message: String,
}

/// One term of a filter.
#[derive(Debug, Clone)]
struct Term {
    inverted: bool,
    test: Test,
}

/// The test of a term.
#[derive(Debug, Clone)]
enum Test {
    /// Fuzzy over the visible columns.
    Word(matching::Word),
    /// The words as written, in any visible column; case counts where they have a capital.
    Phrase(String),
    /// A regular expression over the visible columns.
    Pattern(regex::Regex),
    /// A column holds one of the values.
    Column(FilterKey, Vec<Value>),
    /// A label is there, and holds one of the values where any are given.
    Label(String, Vec<String>),
    /// Younger or older.
    Age { older: bool, than: Duration, text: String },
}

/// The test of a column.
#[derive(Debug, Clone)]
enum Value {
    /// Contains it; case counts where it has a capital.
    Text(String),
    /// Matches it.
    Pattern(regex::Regex),
    /// Its figure is more, or less.
    Figure { more: bool, than: f64, text: String },
}

impl Filter {
    /// Reads a filter. `own_columns` are the names of platforms' own facts, accepted as keys beside the shared ones.
    ///
    /// # Errors
    /// Names the place and what to write instead; nothing is guessed.
    pub fn parse(text: &str, own_columns: &[&'static str]) -> Result<Self, FilterError> {
        parse::filter(text, own_columns, None).map(|terms| Self { terms: terms.into() })
    }

    /// Reads a filter of rows of one kind.
    ///
    /// # Errors
    /// As [`Filter::parse`], and where it names a column that the kind does not have.
    pub fn parse_for(kind: Kind, text: &str, own_columns: &[&'static str]) -> Result<Self, FilterError> {
        parse::filter(text, own_columns, Some(kind)).map(|terms| Self { terms: terms.into() })
    }

    /// The filter of as many terms from the beginning of a text as can be parsed.
    pub fn parse_prefix(kind: Kind, text: &str, own_columns: &[&'static str]) -> Self {
        let mut rest = text;
        while let Some((before, _)) = rest.trim_end().rsplit_once(char::is_whitespace) {
            if let Ok(filter) = Self::parse_for(kind, before, own_columns) {
                return filter;
            }
            rest = before;
        }
        Self::default()
    }

    /// Returns true if it matches everything.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Returns true if the rows of a kind that match depend on counts.
    pub(crate) fn is_counted(&self, kind: Kind) -> bool {
        self.terms.iter().any(|term| match &term.test {
            Test::Column(key, _) => key.column(kind).is_some_and(|column| column.spec().counted),
            _ => false,
        })
    }

    /// Returns true if the rows that match depend on the time.
    pub(crate) fn is_timed(&self) -> bool {
        self.terms.iter().any(|term| matches!(term.test, Test::Age { .. }))
    }

    /// Returns true if a row matches all terms.
    pub fn matches(&self, matcher: &mut Matcher, row: &Row<'_>) -> bool {
        self.terms.iter().all(|term| term.test.holds(matcher, row) != term.inverted)
    }

    /// The byte ranges of `text` (a cell of a matching row) that made it match, in order and without overlaps.
    pub fn highlights(&self, matcher: &mut Matcher, text: &str, out: &mut Vec<std::ops::Range<usize>>) {
        out.clear();
        for term in self.terms.iter().filter(|term| !term.inverted) {
            term.test.highlight(matcher, text, out);
        }
        matching::merge(out);
    }

    /// Returns true if every row that this filter matches was matched by `previous`, as when a query is typed on: then
    /// only the rows matched before need to be looked at. May return false where true would be right, never the reverse.
    pub fn narrows(&self, previous: &Self) -> bool {
        let kept = previous.terms.len();
        if self.terms.len() < kept {
            return false;
        }
        previous.terms.iter().zip(self.terms.iter()).enumerate().all(|(index, (old, new))| {
            let same = old.inverted == new.inverted && old.test.same(&new.test);
            same || (index + 1 == kept && !old.inverted && !new.inverted && new.test.narrows(&old.test))
        })
    }
}

/// The filter as it would be typed; parsing it gives the same filter.
impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, term) in self.terms.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            if term.inverted {
                f.write_str("!")?;
            }
            write!(f, "{}", term.test)?;
        }
        Ok(())
    }
}

impl PartialEq for Filter {
    fn eq(&self, other: &Self) -> bool {
        self.terms.len() == other.terms.len()
            && self
                .terms
                .iter()
                .zip(other.terms.iter())
                .all(|(a, b)| a.inverted == b.inverted && a.test.same(&b.test))
    }
}

#[cfg(test)]
mod tests;
