//! The columns of the tables. [`kinds`] lists them, an entry a column; a platform's own facts are columns too.

mod cell;
mod kinds;
mod spec;
mod state;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};

use qdeck_model::Kind;

use crate::Row;

pub use cell::Cell;
pub use spec::{Align, ColumnSpec, Shown, Shrink, Tone};
pub use state::state_mark;

/// A column of a table.
#[derive(Clone, Copy)]
pub enum Column {
    /// One that the platforms share.
    Shared(&'static ColumnSpec),
    /// A fact of a platform's own, by its name in the API.
    Fact(&'static str),
}

impl Column {
    /// Every column that the table of a kind can show, in order; `facts` are the platforms' own.
    pub fn all(kind: Kind, facts: impl Iterator<Item = &'static str>) -> Vec<Self> {
        let seen = || kinds::all(kind).filter(|spec| spec.shown != Shown::Never);
        // What is shown by default comes before the rest, but for what belongs to the right edge.
        let of =
            |shown: Shown, last: bool| seen().filter(move |spec| spec.shown == shown && spec.last == last);
        let before = of(Shown::Default, false).chain(of(Shown::Wide, false)).map(Self::Shared);
        let after = of(Shown::Wide, true).chain(of(Shown::Default, true)).map(Self::Shared);
        before.chain(facts.map(Self::Fact)).chain(after).collect()
    }

    /// The columns that the table of a kind shows until the user chooses otherwise, in order.
    pub fn defaults(kind: Kind) -> impl Iterator<Item = Self> {
        kinds::all(kind).filter(|spec| spec.shown == Shown::Default).map(Self::Shared)
    }

    /// The columns of the details under the table, in order.
    pub fn details(kind: Kind) -> impl Iterator<Item = Self> {
        kinds::of(kind).details.iter().filter_map(move |id| Self::find(kind, id))
    }

    /// Every column that files hold, in order.
    pub fn exported(kind: Kind, facts: impl Iterator<Item = &'static str>) -> Vec<Self> {
        let shared = kinds::all(kind).filter(|spec| spec.field.is_some()).map(Self::Shared);
        shared.chain(facts.map(Self::Fact)).collect()
    }

    /// A shared column of a kind by its id.
    pub fn find(kind: Kind, id: &str) -> Option<Self> {
        kinds::all(kind).find(|spec| spec.id == id).map(Self::Shared)
    }

    /// The column that names the resource of a row: it is always shown.
    pub fn name(kind: Kind) -> Self {
        kinds::all(kind).find(|spec| spec.tone == Tone::Strong).map_or(Self::Fact("name"), Self::Shared)
    }

    /// The column that the table of a kind is sorted by until the user chooses otherwise.
    pub(crate) fn default_sort(kind: Kind) -> Self {
        Self::find(kind, kinds::of(kind).sort).unwrap_or_else(|| Self::name(kind))
    }

    /// Everything about it but the name of a fact, which all share one layout.
    pub fn spec(self) -> &'static ColumnSpec {
        static FACT: ColumnSpec = ColumnSpec::fact();
        match self {
            Self::Shared(spec) => spec,
            Self::Fact(_) => &FACT,
        }
    }

    /// The name by which the user asks for it.
    pub fn id(self) -> &'static str {
        match self {
            Self::Shared(spec) => spec.id,
            Self::Fact(name) => name,
        }
    }

    /// The name by which the state file asks for it: a fact may have the name of a shared column.
    pub fn code(self) -> String {
        match self {
            Self::Shared(spec) => spec.id.to_owned(),
            Self::Fact(name) => format!("own:{name}"),
        }
    }

    /// Its title on the screen.
    pub fn title(self) -> Cow<'static, str> {
        match self {
            Self::Shared(spec) => spec.title.into(),
            Self::Fact(name) => words(name).to_uppercase().into(),
        }
    }

    /// Its title in a list or beside its value.
    pub fn label(self) -> String {
        match self {
            Self::Shared(spec) => spec.title.to_lowercase(),
            Self::Fact(name) => words(name),
        }
    }

    /// Its name in files; `None` where they leave it out.
    pub fn field(self) -> Option<&'static str> {
        match self {
            Self::Shared(spec) => spec.field,
            Self::Fact(name) => Some(name),
        }
    }

    /// Returns true if it is the name of the rows.
    pub fn is_name(self) -> bool {
        self.spec().tone == Tone::Strong
    }

    /// Returns true if a row of the source has a value in it. Reads rows until one has, so not for every frame.
    pub fn has_values<'a>(self, rows: impl IntoIterator<Item = Row<'a>>) -> bool {
        rows.into_iter().any(|row| !self.cell(&row).is_empty())
    }

    /// Returns true if it shows samples.
    pub fn is_sampled(self) -> bool {
        matches!(self.spec().shrink, Shrink::Sparkline(_))
    }

    /// Returns true if rows can be sorted by it. Samples are read of the rows on the screen only, so not by those.
    pub fn sorts(self) -> bool {
        !self.is_sampled()
    }

    /// The value of a row.
    pub fn cell<'a>(self, row: &Row<'a>) -> Cell<'a> {
        match self {
            Self::Shared(spec) => spec.cell(row),
            Self::Fact(name) => {
                let fact = row.resource.facts().iter().find(|fact| fact.name == name);
                fact.map_or(Cell::Empty, |fact| Cell::Text(&fact.value))
            }
        }
    }
}

/// The name of a field in an API as words: `ready_state`, `readyState` and `ready-state` as `ready state`.
pub fn words(field: &str) -> String {
    let mut words = String::with_capacity(field.len() + 4);
    let mut before = ' ';
    for letter in field.chars() {
        let is_mark = matches!(letter, '_' | '-' | '.' | ' ');
        let begins = letter.is_uppercase() && (before.is_lowercase() || before.is_ascii_digit());
        if (is_mark || begins) && !words.is_empty() && !words.ends_with(' ') {
            words.push(' ');
        }
        if !is_mark {
            words.extend(letter.to_lowercase());
        }
        before = letter;
    }
    words.truncate(words.trim_end().len());
    words
}

impl PartialEq for Column {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Shared(a), Self::Shared(b)) => a.id == b.id,
            (Self::Fact(a), Self::Fact(b)) => a == b,
            _ => false,
        }
    }
}

impl Eq for Column {}

impl Hash for Column {
    fn hash<H: Hasher>(&self, state: &mut H) {
        matches!(self, Self::Fact(_)).hash(state);
        self.id().hash(state);
    }
}

impl fmt::Debug for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.code())
    }
}

/// A column as a filter names it.
#[derive(Clone, Copy)]
pub(crate) enum FilterKey {
    /// The shared columns that the word names, one a kind in the order of [`Kind::ALL`], and the usual word.
    Shared(&'static str, [Option<&'static ColumnSpec>; Kind::ALL.len()]),
    /// A fact of a platform's own.
    Fact(&'static str),
}

impl FilterKey {
    /// The columns that a word names, ASCII case ignored. `facts` are the platforms' own.
    pub(crate) fn find(word: &str, facts: &[&'static str]) -> Option<Self> {
        let columns = Kind::ALL.map(|kind| kinds::all(kind).find(|spec| spec.has_key(word)));
        let usual = columns.iter().flatten().next().and_then(|spec| spec.keys.first());
        match usual {
            Some(usual) => Some(Self::Shared(usual, columns)),
            None => facts.iter().find(|name| name.eq_ignore_ascii_case(word)).map(|name| Self::Fact(name)),
        }
    }

    /// The word for it in a filter.
    pub(crate) const fn word(&self) -> &'static str {
        match self {
            Self::Shared(word, _) | Self::Fact(word) => word,
        }
    }

    /// A value that it may have.
    pub(crate) fn example(&self) -> Option<&'static str> {
        let Self::Shared(_, columns) = self else { return None };
        columns.iter().flatten().map(|spec| spec.example).find(|example| !example.is_empty())
    }

    /// The column of a kind.
    pub(crate) fn column(&self, kind: Kind) -> Option<Column> {
        match self {
            Self::Shared(_, columns) => {
                let at = Kind::ALL.iter().position(|known| *known == kind)?;
                columns[at].map(Column::Shared)
            }
            Self::Fact(name) => Some(Column::Fact(name)),
        }
    }
}

impl PartialEq for FilterKey {
    fn eq(&self, other: &Self) -> bool {
        self.word() == other.word() && matches!(self, Self::Fact(_)) == matches!(other, Self::Fact(_))
    }
}

impl fmt::Debug for FilterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// Every word that names a shared column in a filter, the usual one of each.
pub(crate) fn filter_words() -> Vec<&'static str> {
    let mut words = Vec::new();
    for spec in Kind::ALL.into_iter().flat_map(kinds::all) {
        if let Some(word) = spec.keys.first().filter(|word| !words.contains(*word)) {
            words.push(*word);
        }
    }
    words
}

/// The columns of a kind that the words of a filter look at.
pub(crate) fn searched(kind: Kind) -> impl Iterator<Item = &'static ColumnSpec> {
    kinds::all(kind).filter(|spec| spec.searched)
}
