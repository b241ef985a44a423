//! Comparing letters: case counts only where the filter has a capital, and composed and decomposed letters are the same.

use std::borrow::Cow;
use std::ops::Range;

use icu_normalizer::ComposingNormalizerBorrowed;
use unicode_segmentation::UnicodeSegmentation;

/// The text in composed letters (NFC). Platforms and keyboards write `é` as one character or as two.
pub(super) fn composed(text: &str) -> Cow<'_, str> {
    if text.is_ascii() { Cow::Borrowed(text) } else { ComposingNormalizerBorrowed::new_nfc().normalize(text) }
}

/// Returns true if a needle is compared with its case: it has a capital.
pub(super) fn is_exact(needle: &str) -> bool {
    needle.chars().any(char::is_uppercase)
}

/// Returns true if `text` contains `needle`.
pub(super) fn contains(text: &str, needle: &str) -> bool {
    if text.is_ascii() {
        return find(text, needle, 0).is_some();
    }
    // Which letters it is matters to highlights alone.
    let exact = is_exact(needle);
    !needle.is_empty() && folded(text, exact).contains(&*folded(needle, exact))
}

/// Returns true if `text` is `needle`.
pub(super) fn equals(text: &str, needle: &str) -> bool {
    let exact = is_exact(needle);
    folded(text, exact) == folded(needle, exact)
}

/// The bytes of `needle` in `text` from byte `from` on.
pub(super) fn find(text: &str, needle: &str, from: usize) -> Option<Range<usize>> {
    let exact = is_exact(needle);
    let rest = text.get(from..)?;
    if !rest.is_ascii() {
        return find_graphemes(rest, &folded(needle, exact), exact).map(|at| from + at.start..from + at.end);
    }
    if !needle.is_ascii() || needle.is_empty() {
        return None;
    }
    let at = if exact { rest.find(needle) } else { find_ascii(rest.as_bytes(), needle.as_bytes()) }?;
    Some(from + at..from + at + needle.len())
}

/// ASCII in ASCII, case ignored.
fn find_ascii(text: &[u8], needle: &[u8]) -> Option<usize> {
    let first = *needle.first()?;
    let (lower, upper) = (first.to_ascii_lowercase(), first.to_ascii_uppercase());
    let last = text.len().checked_sub(needle.len())?;
    let mut starts = memchr::memchr2_iter(lower, upper, &text[..=last]);
    starts.find(|&at| text[at..at + needle.len()].eq_ignore_ascii_case(needle))
}

/// Finds a folded needle; the result is whole graphemes of `text` as it is written.
fn find_graphemes(text: &str, needle: &str, exact: bool) -> Option<Range<usize>> {
    if needle.is_empty() {
        return None;
    }
    // The byte in the folded text after each grapheme, and the byte in the text itself.
    let mut ends = Vec::new();
    let mut fold = String::with_capacity(text.len());
    for (at, grapheme) in text.grapheme_indices(true) {
        fold.push_str(&folded(grapheme, exact));
        ends.push((fold.len(), at + grapheme.len()));
    }
    let start = fold.find(needle)?;
    let end = start + needle.len();
    let first = ends.partition_point(|(fold_end, _)| *fold_end <= start);
    let last = ends.partition_point(|(fold_end, _)| *fold_end < end);
    let begin = first.checked_sub(1).map_or(0, |before| ends[before].1);
    Some(begin..ends.get(last).map_or(text.len(), |(_, end)| *end))
}

/// A text as it is compared: composed, and in lower case unless `exact`.
fn folded(text: &str, exact: bool) -> Cow<'_, str> {
    let text = composed(text);
    if exact || !text.chars().any(char::is_uppercase) { text } else { Cow::Owned(text.to_lowercase()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_match_in_any_composition_and_the_range_is_of_the_text_as_written() {
        let (one, two) = ("Gen\u{e8}ve-Sud", "Gene\u{300}ve-Sud");
        for text in [one, two] {
            for needle in [one, two, "gen\u{e8}ve", "gene\u{300}ve", "\u{e8}ve", "e\u{300}ve-s"] {
                assert!(contains(text, needle), "{needle} in {text}");
            }
            let at = find(text, "n\u{e8}v", 0).unwrap();
            assert_eq!(composed(&text[at]), "n\u{e8}v");
            assert!(!contains(text, "geneve"), "another letter is another letter");
        }
        assert!(equals(two, one));
    }

    #[test]
    fn a_capital_makes_it_exact_and_none_ignores_case() {
        for (text, needle, matches) in [
            ("Web-1", "web", true),
            ("web-1", "Web", false),
            ("Web-1", "Web", true),
            ("WEB-1", "Web", false),
            ("\u{c9}cole", "\u{e9}cole", true),
            ("\u{e9}cole", "\u{c9}cole", false),
            ("E\u{301}cole", "\u{c9}cole", true),
        ] {
            assert_eq!(contains(text, needle), matches, "{needle} in {text}");
            let prefix: String = text.chars().take(needle.chars().count()).collect();
            assert_eq!(find(text, needle, 0).is_some_and(|at| at.start == 0), matches, "{prefix}");
        }
        assert!(!contains("web", "") && !contains("", "web"));
    }
}
