//! Fuzzy matches that a reader takes for such: the letters of a word are next to each other but for one or two, or begin the
//! parts of a name. `db` is in `orders-db-1`, `mongodb` and `demo-backup`, and not in `demo-elasticbox`.

use nucleo_matcher::chars::{graphemes, normalize, to_lower_case};

use super::letters::is_exact;

/// Letters that may be left out between two letters of a match.
const MAX_LEFT_OUT: usize = 2;

/// A letter of the word at a place of the text.
#[derive(Clone, Copy)]
struct Reached {
    /// How far from the word as it is written: less is better.
    cost: usize,
    /// The place of the letter before.
    before: usize,
}

/// A word whose letters are looked for.
#[derive(Debug, Clone)]
pub(super) struct Near {
    letters: Box<[char]>,
    is_exact: bool,
    /// It has no accents, so those of a text do not count.
    is_plain: bool,
}

impl Near {
    /// A word in composed letters.
    pub(super) fn new(word: &str) -> Self {
        let is_exact = is_exact(word);
        Self {
            letters: graphemes(word).map(|c| if is_exact { c } else { to_lower_case(c) }).collect(),
            is_exact,
            is_plain: graphemes(word).all(|c| normalize(c) == c),
        }
    }

    /// The places of its letters in a text in composed letters, counted in graphemes: those that are the nearest to each other.
    pub(super) fn places(&self, text: &str) -> Option<Vec<usize>> {
        let text: Vec<char> = graphemes(text).collect();
        let rows = self.reached(&text)?;
        let last = rows.last()?.iter().enumerate();
        let ends = last.filter_map(|(at, reached)| Some((reached.as_ref()?.cost, at)));
        let mut at = ends.min()?.1;
        let mut places: Vec<usize> = rows
            .iter()
            .rev()
            .filter_map(|row| {
                let here = at;
                at = row[here]?.before;
                Some(here)
            })
            .collect();
        places.reverse();
        Some(places)
    }

    /// For each letter the places that it is reached at; `None` as soon as a letter is reached nowhere.
    fn reached(&self, text: &[char]) -> Option<Vec<Vec<Option<Reached>>>> {
        let mut rows: Vec<Vec<Option<Reached>>> = Vec::with_capacity(self.letters.len());
        for letter in &self.letters {
            // The best place so far of the letter before, from which the beginning of a part is reached.
            let mut best: Option<Reached> = None;
            let before = rows.last();
            let row: Vec<_> = text
                .iter()
                .enumerate()
                .map(|(at, c)| {
                    let reached = match before {
                        _ if self.folded(*c) != *letter => None,
                        None => Some(Reached { cost: usize::from(!begins_part(text, at)), before: at }),
                        Some(before) => {
                            least(inside(text, before, at), best.filter(|_| begins_part(text, at)))
                        }
                    };
                    if let Some(cost) = before.and_then(|before| before[at]).map(|it| it.cost + MAX_LEFT_OUT)
                    {
                        best = least(best, Some(Reached { cost, before: at }));
                    }
                    reached
                })
                .collect();
            if row.iter().all(Option::is_none) {
                return None;
            }
            rows.push(row);
        }
        Some(rows)
    }

    fn folded(&self, c: char) -> char {
        let c = if self.is_plain { normalize(c) } else { c };
        if self.is_exact { c } else { to_lower_case(c) }
    }
}

/// The best way to a place from one that is next to it, or a few letters before it in the same part of the name.
fn inside(text: &[char], before: &[Option<Reached>], at: usize) -> Option<Reached> {
    let mut best = None;
    for from in (0..at).rev().take(1 + MAX_LEFT_OUT) {
        let left_out = at - from - 1;
        best = least(best, before[from].map(|it| Reached { cost: it.cost + left_out, before: from }));
        if !text[from].is_alphanumeric() || begins_part(text, from) {
            // Before it is another part.
            break;
        }
    }
    best
}

fn least(one: Option<Reached>, other: Option<Reached>) -> Option<Reached> {
    match (one, other) {
        (Some(one), Some(other)) if other.cost < one.cost => Some(other),
        (None, other) => other,
        (one, _) => one,
    }
}

/// Returns true if a part of a name begins here: behind a separator, at a number or behind it, at a capital.
fn begins_part(text: &[char], at: usize) -> bool {
    let c = text[at];
    let Some(before) = at.checked_sub(1).map(|at| text[at]) else { return c.is_alphanumeric() };
    c.is_alphanumeric()
        && (!before.is_alphanumeric()
            || c.is_numeric() != before.is_numeric()
            || (c.is_uppercase() && before.is_lowercase()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn places(word: &str, text: &str) -> Option<Vec<usize>> {
        Near::new(word).places(text)
    }

    #[test]
    fn letters_are_near_or_begin_a_part() {
        for (word, text, at) in [
            ("db", "orders-db-1", &[7, 8][..]),
            ("db", "mongodb-1", &[5, 6]),
            ("db", "demo-backup", &[0, 5]),
            ("wb1", "web-1", &[0, 2, 4]),
            ("web1", "web-11", &[0, 1, 2, 4]),
            ("w-1", "web-1", &[0, 3, 4]),
            ("coapi", "checkoutApi", &[3, 5, 8, 9, 10]),
            ("10.4", "10.0.0.4", &[0, 5, 6, 7]),
            ("a100", "NVIDIA A100 80GB", &[7, 8, 9, 10]),
            ("gnv", "Genève", &[0, 2, 4]),
            ("x\u{302}y", "ax\u{302}y", &[1, 2]),
            ("genev", "Genève", &[0, 1, 2, 3, 4]),
        ] {
            assert_eq!(places(word, text).as_deref(), Some(at), "{word} in {text}");
        }
        for (word, text) in [
            ("db", "demo-elasticbox"),
            ("db", "d-xbx"),
            ("api", "a-long-spit"),
            ("A100", "a100"),
            ("gè", "Geneve"),
            ("web", "we"),
            ("x", ""),
        ] {
            assert_eq!(places(word, text), None, "{word} in {text}");
        }
    }

    proptest! {
        #[test]
        fn what_a_longer_word_is_in_its_beginning_is_in_too(word in "[ab1.]{1,5}", text in "[abAB1.-]{0,12}") {
            if let Some(found) = places(&word, &text) {
                prop_assert_eq!(found.len(), word.len());
                prop_assert!(found.is_sorted_by(|one, next| one < next), "{:?}", found);
                let text_letters: Vec<char> = text.to_lowercase().chars().collect();
                prop_assert!(found.iter().zip(word.chars()).all(|(at, c)| text_letters[*at] == c), "{:?}", found);
                prop_assert!(places(&word[..word.len() - 1], &text).is_some() || word.len() == 1);
            }
            if text.to_lowercase().contains(&word) {
                prop_assert!(places(&word, &text).is_some(), "a word as it is written");
            }
        }
    }
}
