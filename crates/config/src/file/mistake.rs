//! Mistakes in the file, reported with line, column and the line itself; secrets are masked.

use std::fmt;
use std::ops::Range;
use std::path::PathBuf;

/// One thing that is wrong with the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The mistake, in one sentence without a full stop.
    pub message: String,
    /// The expectation, such as `expected a duration such as "5s"`.
    pub expected: Option<String>,
    /// The known word that is nearest to what was written.
    pub suggestion: Option<String>,
    /// The line of the file, secrets masked.
    excerpt: String,
    /// Number of characters that the caret underlines.
    width: usize,
}

impl Mistake {
    /// The same with what would be right.
    pub(crate) fn expected(&mut self, expected: impl Into<String>) -> &mut Self {
        self.expected = Some(expected.into());
        self
    }

    /// The same with the known word that is nearest to what was written.
    pub(crate) fn nearest(&mut self, written: &str, known: &[&str]) -> &mut Self {
        self.suggestion = nearest(written, known);
        self
    }
}

/// The known word nearest to what was written, if any is near enough to be a typing error.
pub fn nearest(written: &str, known: &[&str]) -> Option<String> {
    let written = written.to_lowercase().replace('-', "_");
    known
        .iter()
        .map(|word| (strsim::damerau_levenshtein(&written, &word.replace('-', "_")), *word))
        .filter(|(distance, word)| *distance <= (word.chars().count() / 3).max(1))
        .min()
        .map(|(_, word)| word.to_owned())
}

/// Every mistake of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistakes {
    /// The file.
    pub path: PathBuf,
    /// The mistakes, from the top of the file.
    pub list: Vec<Mistake>,
}

impl std::error::Error for Mistakes {}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        for mistake in &self.list {
            let Mistake { line, column, .. } = mistake;
            writeln!(f, "{path}:{line}:{column}: {}", mistake.message)?;
            let margin = " ".repeat(line.to_string().len());
            writeln!(f, " {margin} |")?;
            writeln!(f, " {line} | {}", mistake.excerpt)?;
            let indent = " ".repeat(column.saturating_sub(1));
            writeln!(f, " {margin} | {indent}{}", "^".repeat(mistake.width.max(1)))?;
            if let Some(expected) = &mistake.expected {
                writeln!(f, " {margin} = {expected}")?;
            }
            if let Some(suggestion) = &mistake.suggestion {
                writeln!(f, " {margin} = did you mean `{suggestion}`?")?;
            }
            writeln!(f)?;
        }
        match self.list.len() {
            1 => write!(f, "1 mistake in {path}"),
            count => write!(f, "{count} mistakes in {path}"),
        }
    }
}

/// The mistakes found so far in one text.
pub(crate) struct Notes<'s> {
    text: &'s str,
    list: Vec<Mistake>,
}

impl<'s> Notes<'s> {
    pub(crate) const fn new(text: &'s str) -> Self {
        Self { text, list: Vec::new() }
    }

    /// Notes a mistake at these bytes of the text.
    pub(crate) fn add(&mut self, span: Range<usize>, message: impl Into<String>) -> &mut Mistake {
        self.note(span, message.into(), false)
    }

    /// The same where the line may hold a secret whatever its key is.
    pub(crate) fn add_secret(&mut self, span: Range<usize>, message: impl Into<String>) -> &mut Mistake {
        self.note(span, message.into(), true)
    }

    fn note(&mut self, span: Range<usize>, message: String, secret: bool) -> &mut Mistake {
        let (line, column) = self.position(span.start);
        let full = self.text.lines().nth(line - 1).unwrap_or("");
        let width =
            self.text.get(span).map_or(1, |marked| marked.lines().next().unwrap_or("").chars().count());
        // A tab is one character of the caret's line too, so that both lines stay aligned.
        let excerpt = mask_secrets(full, secret).replace('\t', " ");
        let room = excerpt.chars().count().saturating_sub(column - 1).max(1);
        let index = self.list.partition_point(|m| (m.line, m.column) <= (line, column));
        self.list.insert(
            index,
            Mistake {
                line,
                column,
                message,
                expected: None,
                suggestion: None,
                excerpt,
                width: width.min(room),
            },
        );
        &mut self.list[index]
    }

    /// Line and column, from 1, of a byte.
    pub(crate) fn position(&self, byte: usize) -> (usize, usize) {
        let mut byte = byte.min(self.text.len());
        while !self.text.is_char_boundary(byte) {
            byte -= 1;
        }
        let before = &self.text[..byte];
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        (before.matches('\n').count() + 1, before[start..].chars().count() + 1)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub(crate) fn into_list(self) -> Vec<Mistake> {
        self.list
    }
}

/// Masks what may be a secret, character by character so that columns stay.
///
/// A mistake is often exactly that a secret is where a reference belongs; the report must not carry it into a
/// terminal's scrollback or a bug report.
fn mask_secrets(line: &str, secret: bool) -> String {
    const WORDS: [&str; 7] = ["token", "password", "secret", "key", "env", "value", "@"];
    let lower = line.to_lowercase();
    if !secret && !WORDS.iter().any(|word| lower.contains(word)) {
        return line.to_owned();
    }
    let value = line.find('=').map_or(0, |at| at + 1);
    // Only a table or a list has words that are not secret: anything else is masked as a whole.
    let structured = line[value..].trim_start().starts_with(['{', '[']) || line.trim_start().starts_with('[');
    let mut quote = None;
    let hide = |c: char| if c.is_whitespace() { c } else { '•' };
    let mut shown = line[..value].to_owned();
    for c in line[value..].chars() {
        match quote {
            Some(open) if c == open => {
                quote = None;
                shown.push(c);
            }
            None if c == '"' || c == '\'' => {
                quote = Some(c);
                shown.push(c);
            }
            None if structured => shown.push(c),
            Some(_) | None => shown.push(hide(c)),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_keeps_its_columns_and_loses_its_secret() {
        for line in [
            r#"token = "hunter2""#,
            r"token = hunter2",
            r#"token = "hunter2"#,
            r#"password={ valu = "hunter2" }"#,
            r#"base_url = "https://me:hunter2@host""#,
        ] {
            let shown = mask_secrets(line, false);
            assert!(!shown.contains("hunter2"), "{shown}");
            assert_eq!(shown.chars().count(), line.chars().count());
        }
        assert!(!mask_secrets(r#"anything = "hunter2""#, true).contains("hunter2"));
        assert_eq!(mask_secrets("refresh = 5", false), "refresh = 5");
    }

    #[test]
    fn typing_errors_find_their_word_and_other_words_none() {
        assert_eq!(nearest("base-url", &["base_url", "hub"]).as_deref(), Some("base_url"));
        assert_eq!(nearest("refesh", &["refresh", "theme"]).as_deref(), Some("refresh"));
        assert_eq!(nearest("colour", &["refresh", "theme"]), None);
    }

    #[test]
    fn positions_count_characters_and_survive_any_byte() {
        let notes = Notes::new("a\néb = 1\n");
        assert_eq!(notes.position(0), (1, 1));
        assert_eq!(notes.position(4), (2, 2));
        assert_eq!(notes.position(3), (2, 1), "the middle of a character");
        assert_eq!(notes.position(999), (3, 1));
    }
}
