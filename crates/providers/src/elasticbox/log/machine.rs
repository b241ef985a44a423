//! The log of one machine: the whole text comes every time, and what follows the part already told is new.

use std::hash::{DefaultHasher, Hasher};

/// So much of the end of what was told finds its place again where the server cut the beginning off.
const ANCHOR: usize = 512;
/// Less than this is found in too many places.
const LEAST_ANCHOR: usize = 64;

/// How far a machine's log has been told.
#[derive(Default)]
pub(super) struct MachineLog {
    told: usize,
    hash: u64,
    anchor: String,
}

/// What is new.
pub(super) struct News<'a> {
    pub(super) text: &'a str,
    /// It does not follow what was told: whether anything is missing in between cannot be known.
    pub(super) anew: bool,
}

impl MachineLog {
    /// The new part of `text`. A line that is still being written is left for the next time unless this is the `whole`.
    pub(super) fn news<'a>(&mut self, text: &'a str, whole: bool) -> News<'a> {
        let follows = text.is_char_boundary(self.told) && hash(&text[..self.told]) == self.hash;
        let from = if self.told == 0 || follows {
            Some(self.told)
        } else if self.anchor.len() >= LEAST_ANCHOR {
            text.find(&self.anchor).map(|at| at + self.anchor.len())
        } else {
            None
        };
        let start = from.unwrap_or(0);
        let rest = &text[start..];
        let length = if whole { rest.len() } else { rest.rfind('\n').map_or(0, |end| end + 1) };
        self.told = start + length;
        let told = &text[..self.told];
        self.hash = hash(told);
        let mut cut = told.len().saturating_sub(ANCHOR);
        while !told.is_char_boundary(cut) {
            cut += 1;
        }
        told[cut..].clone_into(&mut self.anchor);
        News { text: &rest[..length], anew: from.is_none() }
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(text.as_bytes());
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told<'a>(log: &mut MachineLog, text: &'a str, whole: bool) -> (&'a str, bool) {
        let news = log.news(text, whole);
        (news.text, news.anew)
    }

    #[test]
    fn only_the_rest_is_told_and_unfinished_lines_wait() {
        let mut log = MachineLog::default();
        assert_eq!(told(&mut log, "", false), ("", false));
        assert_eq!(told(&mut log, "one\ntw", false), ("one\n", false));
        assert_eq!(told(&mut log, "one\ntwo\n", false), ("two\n", false));
        assert_eq!(told(&mut log, "one\ntwo\n", false), ("", false));
        assert_eq!(told(&mut log, "one\ntwo\né end", true), ("é end", false));
        assert_eq!(told(&mut log, "one\ntwo\né end\n", true), ("\n", false));
    }

    #[test]
    fn a_log_that_begins_anew_is_told_whole() {
        let mut log = MachineLog::default();
        told(&mut log, "one\ntwo\n", true);
        assert_eq!(told(&mut log, "three\n", true), ("three\n", true));
        assert_eq!(told(&mut log, "", true), ("", true));
        assert_eq!(told(&mut log, "", true), ("", false));
        assert_eq!(told(&mut log, "four\n", true), ("four\n", false));
        // As long as before, but other: inside a character of what was there.
        assert_eq!(told(&mut log, "é€é€é\n", true), ("é€é€é\n", true));
    }

    #[test]
    fn a_log_whose_beginning_is_cut_off_goes_on() {
        let whole = (0..200).map(|n| format!("line {n} of the log")).collect::<Vec<_>>().join("\n") + "\n";
        let mut log = MachineLog::default();
        told(&mut log, &whole, true);
        let cut = format!("{}line 200\n", &whole[whole.len() - 2000..]);
        assert_eq!(told(&mut log, &cut, true), ("line 200\n", false));
    }
}
