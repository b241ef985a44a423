//! Rows against terms.

use std::fmt;
use std::ops::Range;

use nucleo_matcher::pattern::{Atom, AtomKind, CaseMatching, Normalization};
use nucleo_matcher::{Matcher, Utf32Str};

use super::letters::{composed, contains, equals, find};
use super::near::Near;
use super::{Test, Value, amount};
use crate::Row;
use crate::column::searched;

/// From this length on a word is also looked for inside ids: shorter ones are in nearly every hexadecimal id.
const MIN_ID_LETTERS: usize = 3;

/// A bare word: fuzzy, its letters near each other, case counts only when it holds capitals.
#[derive(Debug, Clone)]
pub(super) struct Word {
    text: String,
    /// Passes over most texts quickly, and has no notion of near.
    atom: Atom,
    near: Near,
}

impl Word {
    pub(super) fn new(text: &str) -> Self {
        let text = composed(text);
        let atom = Atom::new(&text, CaseMatching::Smart, Normalization::Smart, AtomKind::Fuzzy, false);
        Self { near: Near::new(&text), text: text.into_owned(), atom }
    }

    fn places(&self, matcher: &mut Matcher, composed: &str) -> Option<Vec<usize>> {
        self.atom.score(Utf32Str::new(composed, &mut Vec::new()), matcher)?;
        self.near.places(composed)
    }

    fn holds(&self, matcher: &mut Matcher, row: &Row<'_>) -> bool {
        // Most matches are the word as it is written, which is found without a look at each letter.
        any_searched(row, &mut |text| {
            contains(text, &self.text) || self.places(matcher, &composed(text)).is_some()
        }) || (self.text.len() >= MIN_ID_LETTERS && contains(&row.resource.id().id, &self.text))
    }

    fn highlight(&self, matcher: &mut Matcher, text: &str, out: &mut Vec<Range<usize>>) {
        // As many graphemes as the text as it is written.
        let Some(found) = self.places(matcher, &composed(text)) else { return };
        if text.is_ascii() {
            out.extend(found.iter().map(|&at| at..at + 1));
            return;
        }
        let graphemes: Vec<(usize, &str)> =
            unicode_segmentation::UnicodeSegmentation::grapheme_indices(text, true).collect();
        out.extend(
            found.iter().filter_map(|&at| graphemes.get(at)).map(|(at, grapheme)| *at..at + grapheme.len()),
        );
    }

    fn narrows(&self, old: &Self) -> bool {
        self.text.starts_with(&old.text)
            && (self.text.len() < MIN_ID_LETTERS || old.text.len() >= MIN_ID_LETTERS)
    }
}

/// Calls `check` with the texts that words look at, one after the other, until it returns true.
fn any_searched(row: &Row<'_>, check: &mut dyn FnMut(&str) -> bool) -> bool {
    searched(row.resource.kind()).any(|column| column.cell(row).matches(check))
}

impl Value {
    fn holds(&self, text: &str) -> bool {
        match self {
            Self::Text(value) => contains(text, value),
            Self::Pattern(pattern) => pattern.is_match(&composed(text)),
            Self::Figure { more, than, .. } => {
                amount(text).is_some_and(|figure| if *more { figure > *than } else { figure < *than })
            }
        }
    }

    fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Text(a), Self::Text(b)) | (Self::Figure { text: a, .. }, Self::Figure { text: b, .. }) => {
                a == b
            }
            (Self::Pattern(a), Self::Pattern(b)) => a.as_str() == b.as_str(),
            _ => false,
        }
    }
}

impl Test {
    pub(super) fn holds(&self, matcher: &mut Matcher, row: &Row<'_>) -> bool {
        match self {
            Self::Word(word) => word.holds(matcher, row),
            Self::Phrase(phrase) => any_searched(row, &mut |text| contains(text, phrase)),
            Self::Pattern(pattern) => any_searched(row, &mut |text| pattern.is_match(&composed(text))),
            Self::Column(key, values) => key.column(row.resource.kind()).is_some_and(|column| {
                column.cell(row).matches(&mut |text| values.iter().any(|value| value.holds(text)))
            }),
            Self::Label(name, values) => row
                .label(name)
                .is_some_and(|text| values.is_empty() || values.iter().any(|value| equals(text, value))),
            Self::Age { older, than, .. } => {
                let age = row.resource.created().map(|created| row.now.since(created));
                age.is_some_and(|age| if *older { age > *than } else { age < *than })
            }
        }
    }

    pub(super) fn highlight(&self, matcher: &mut Matcher, text: &str, out: &mut Vec<Range<usize>>) {
        match self {
            Self::Word(word) => word.highlight(matcher, text, out),
            Self::Phrase(phrase) => {
                let mut from = 0;
                while let Some(found) = find(text, phrase, from) {
                    from = found.end;
                    out.push(found);
                }
            }
            Self::Pattern(pattern) => out.extend(pattern.find_iter(text).map(|found| found.range())),
            Self::Column(..) | Self::Label(..) | Self::Age { .. } => {}
        }
    }

    /// Returns true if both ask the same.
    pub(super) fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Word(a), Self::Word(b)) => a.text == b.text,
            (Self::Phrase(a), Self::Phrase(b)) => a == b,
            (Self::Pattern(a), Self::Pattern(b)) => a.as_str() == b.as_str(),
            (Self::Column(key, a), Self::Column(other, b)) => {
                key == other && a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.same(b))
            }
            (Self::Label(name, a), Self::Label(other, b)) => name == other && a == b,
            (Self::Age { older, than, .. }, Self::Age { older: o, than: t, .. }) => older == o && than == t,
            _ => false,
        }
    }

    /// Returns true if `old` matched everything that this matches.
    pub(super) fn narrows(&self, old: &Self) -> bool {
        match (self, old) {
            (Self::Word(new), Self::Word(old)) => new.narrows(old),
            (Self::Column(key, new), Self::Column(other, old)) => match (new.as_slice(), old.as_slice()) {
                ([Value::Text(new)], [Value::Text(old)]) => key == other && new.starts_with(old.as_str()),
                _ => false,
            },
            _ => false,
        }
    }
}

/// Sorts ranges and joins those that touch.
pub(super) fn merge(ranges: &mut Vec<Range<usize>>) {
    ranges.sort_unstable_by_key(|range| range.start);
    ranges.dedup_by(|next, kept| {
        let touches = next.start <= kept.end;
        if touches {
            kept.end = kept.end.max(next.end);
        }
        touches
    });
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Word(word) => f.write_str(&word.text),
            Self::Phrase(phrase) => quoted(phrase, f),
            Self::Pattern(pattern) => slashed(pattern.as_str(), "re:", f),
            Self::Column(key, values) => {
                write!(f, "{}:", key.word())?;
                for (index, value) in values.iter().enumerate() {
                    if index > 0 {
                        f.write_str(",")?;
                    }
                    match value {
                        Value::Text(text) => bare_or_quoted(text, f)?,
                        Value::Pattern(pattern) => slashed(pattern.as_str(), "", f)?,
                        Value::Figure { text, .. } => f.write_str(text)?,
                    }
                }
                Ok(())
            }
            Self::Label(name, values) => {
                write!(f, "label:{name}")?;
                for (index, value) in values.iter().enumerate() {
                    f.write_str(if index == 0 { "=" } else { "," })?;
                    bare_or_quoted(value, f)?;
                }
                Ok(())
            }
            Self::Age { text, .. } => write!(f, "age:{text}"),
        }
    }
}

fn quoted(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "\"{}\"", text.replace('"', "\\\""))
}

fn slashed(pattern: &str, prefix: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "{prefix}/{}/", pattern.replace('/', "\\/"))
}

fn bare_or_quoted(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let bare = !text.is_empty() && !text.contains([',', '"']) && !text.contains(char::is_whitespace);
    let is_special = text.starts_with(['/', '<', '>']);
    if bare && !is_special { f.write_str(text) } else { quoted(text, f) }
}
