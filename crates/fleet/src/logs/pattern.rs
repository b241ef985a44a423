//! The pattern that finds or filters lines.

use std::borrow::Cow;
use std::ops::Range;

use regex::{Regex, RegexBuilder};

/// A text or, between slashes, a regular expression. Case matters only if the pattern holds a capital letter.
#[derive(Debug, Clone)]
pub struct Pattern {
    typed: String,
    regex: Regex,
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.typed == other.typed
    }
}

impl Pattern {
    /// Reads what was typed: `/like this/` is a regular expression, anything else is text.
    ///
    /// # Errors
    /// The regular expression's mistake in one line.
    pub fn parse(typed: &str) -> Result<Self, String> {
        let inner =
            typed.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')).filter(|inner| !inner.is_empty());
        let source = inner.map_or_else(|| Cow::from(regex::escape(typed)), Cow::from);
        // Bounded, so that no expression can take the memory or the time of the whole program.
        let regex = RegexBuilder::new(&source)
            .case_insensitive(!typed.chars().any(char::is_uppercase))
            .size_limit(1 << 20)
            .build();
        match regex {
            Ok(regex) => Ok(Self { typed: typed.to_owned(), regex }),
            Err(regex::Error::Syntax(text)) => {
                // The last line is the error; those before draw its position.
                let last = text.lines().last().unwrap_or_default();
                Err(last.trim_start_matches("error: ").to_owned())
            }
            Err(_) => Err("the expression is too large".to_owned()),
        }
    }

    /// The typed text.
    pub fn typed(&self) -> &str {
        &self.typed
    }

    /// Returns whether a line contains it; escape codes are skipped.
    pub fn is_in(&self, text: &str) -> bool {
        self.regex.is_match(&without_escapes(text))
    }

    /// Where it is found in a text that holds no escape codes, as byte ranges; empty finds are left out.
    pub fn ranges<'a>(&'a self, plain: &'a str) -> impl Iterator<Item = Range<usize>> + 'a {
        let found = self.regex.find_iter(plain).map(|found| found.range());
        found.filter(|range| !range.is_empty())
    }
}

/// The text without escape sequences (CSI, OSC and other strings, two-character ones). Costs nothing where there are
/// none.
pub fn without_escapes(text: &str) -> Cow<'_, str> {
    if memchr::memchr(0x1b, text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\u{1b}') {
        plain.push_str(&rest[..at]);
        rest = after_escape(&rest[at + 1..]);
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

/// The text after the sequence that began with the escape just before `rest`.
fn after_escape(rest: &str) -> &str {
    let mut letters = rest.char_indices();
    match letters.next() {
        Some((_, '[')) => {
            let end = letters.find(|(_, letter)| !matches!(letter, ' '..='?'));
            match end {
                Some((at, letter @ '@'..='~')) => &rest[at + letter.len_utf8()..],
                Some((at, _)) => &rest[at..],
                None => "",
            }
        }
        Some((_, ']' | 'P' | '^' | '_' | 'X')) => match rest.find(['\u{7}', '\u{1b}']) {
            Some(at) if rest[at..].starts_with('\u{7}') => &rest[at + 1..],
            // `ESC \` ends it, which is an escape of its own.
            Some(at) => &rest[at..],
            None => "",
        },
        Some((_, ' '..='/')) => match letters.find(|(_, letter)| !matches!(letter, ' '..='/')) {
            Some((at, letter)) => &rest[at + letter.len_utf8()..],
            None => "",
        },
        Some((_, letter)) => &rest[letter.len_utf8()..],
        None => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_text_and_slashes_make_an_expression() {
        let dots = Pattern::parse("a.c").unwrap();
        assert!(dots.is_in("xA.Cx") && !dots.is_in("abc"));
        let expression = Pattern::parse("/^err.*[0-9]$/").unwrap();
        assert!(expression.is_in("Error 5") && !expression.is_in("an error 5"));
        assert!(!Pattern::parse("Warn").unwrap().is_in("warn"));
        assert!(Pattern::parse("/").unwrap().is_in("a/b"));
        assert!(Pattern::parse("/(/").is_err());
        assert!(Pattern::parse("/a{1000}{1000}/").is_err());
    }

    #[test]
    fn escape_codes_do_not_hide_a_word() {
        let word = Pattern::parse("failed").unwrap();
        assert!(word.is_in("\u{1b}[1;31mfai\u{1b}[0mled"));
        let plain = without_escapes("a\u{1b}]8;;http://x\u{1b}\\b\u{1b}]0;t\u{7}c\u{1b}(Bd\u{1b}Me\u{1b}[2");
        assert_eq!(plain, "abcde");
        assert_eq!(word.ranges("failed, FAILED").collect::<Vec<_>>(), [0..6, 8..14]);
    }
}
