//! Search patterns as typed: a regular expression where it is one, else the literal words.

use std::ops::Range;

use regex::{Regex, RegexBuilder};

/// A search over lines. Capital letters in it make it case-sensitive, as vim's smartcase does.
#[derive(Debug, Clone)]
pub struct Pattern {
    text: String,
    regex: Regex,
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Pattern {
    /// Reads what was typed; `None` when it is empty. What is no regular expression (or one too large to be run) is
    /// searched for letter by letter, so that `[` finds a bracket while the rest is still being typed.
    pub fn parse(text: &str) -> Option<Self> {
        if text.is_empty() {
            return None;
        }
        let exact = text.chars().any(char::is_uppercase);
        let build = |source: &str| {
            RegexBuilder::new(source).case_insensitive(!exact).size_limit(1 << 20).build().ok()
        };
        let regex = build(text).or_else(|| build(&regex::escape(text)))?;
        Some(Self { text: text.to_owned(), regex })
    }

    /// The text as typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The compiled pattern.
    pub fn regex(&self) -> &Regex {
        &self.regex
    }

    /// Returns true if the text has a match.
    pub fn is_match(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    /// The matches in a text; empty ones are left out.
    pub fn find<'a>(&'a self, text: &'a str) -> impl Iterator<Item = Range<usize>> + 'a {
        self.regex.find_iter(text).map(|found| found.range()).filter(|range| !range.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_expression_is_searched_letter_by_letter() {
        let pattern = Pattern::parse("[warn").unwrap();
        assert!(pattern.is_match("x [WARN] y"));
        assert!(!pattern.is_match("warn"));
        assert!(Pattern::parse("").is_none());
    }

    #[test]
    fn capitals_make_it_exact() {
        assert!(Pattern::parse("error").unwrap().is_match("ERROR"));
        assert!(!Pattern::parse("Error").unwrap().is_match("error"));
    }

    #[test]
    fn matches_of_nothing_are_left_out() {
        let pattern = Pattern::parse("x*").unwrap();
        assert!(pattern.find("axxb").eq(std::iter::once(1..3)));
    }
}
