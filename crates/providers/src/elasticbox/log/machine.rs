//! The log of one machine: the whole text comes every time, and what follows the part already sent is new.

use std::hash::{DefaultHasher, Hasher};

/// Bytes of the end of what was sent by which its place is found again where the server cut the beginning off.
const ANCHOR_BYTES: usize = 512;
/// An anchor of fewer bytes is found in too many places.
const MIN_ANCHOR_BYTES: usize = 64;

/// The part of a machine's log that has been sent.
#[derive(Default)]
pub(super) struct MachineLog {
    sent: usize,
    hash: u64,
    anchor: String,
}

/// The new lines.
pub(super) struct News<'a> {
    pub(super) text: &'a str,
    /// The line after them that is still being written.
    pub(super) partial: &'a str,
    /// It does not follow what was sent: whether anything is missing in between cannot be known.
    pub(super) anew: bool,
}

impl MachineLog {
    /// The new part of `text`. A line that is still being written comes again the next time unless this is the `whole`.
    pub(super) fn news<'a>(&mut self, text: &'a str, whole: bool) -> News<'a> {
        let follows = text.is_char_boundary(self.sent) && hash(&text[..self.sent]) == self.hash;
        let from = if self.sent == 0 || follows {
            Some(self.sent)
        } else if self.anchor.len() >= MIN_ANCHOR_BYTES {
            text.find(&self.anchor).map(|at| at + self.anchor.len())
        } else {
            None
        };
        let start = from.unwrap_or(0);
        let rest = &text[start..];
        let length = if whole { rest.len() } else { rest.rfind('\n').map_or(0, |end| end + 1) };
        self.sent = start + length;
        let sent = &text[..self.sent];
        self.hash = hash(sent);
        let mut cut = sent.len().saturating_sub(ANCHOR_BYTES);
        while !sent.is_char_boundary(cut) {
            cut += 1;
        }
        sent[cut..].clone_into(&mut self.anchor);
        News { text: &rest[..length], partial: &rest[length..], anew: from.is_none() }
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

    fn sent<'a>(log: &mut MachineLog, text: &'a str, whole: bool) -> (&'a str, bool) {
        let news = log.news(text, whole);
        (news.text, news.anew)
    }

    #[test]
    fn only_the_rest_is_sent_and_unfinished_lines_wait() {
        let mut log = MachineLog::default();
        assert_eq!(sent(&mut log, "", false), ("", false));
        assert_eq!(log.news("one\ntw", false).partial, "tw");
        assert_eq!(sent(&mut MachineLog::default(), "one\ntw", false), ("one\n", false));
        assert_eq!(sent(&mut log, "one\ntwo\n", false), ("two\n", false));
        assert_eq!(sent(&mut log, "one\ntwo\n", false), ("", false));
        assert_eq!(sent(&mut log, "one\ntwo\né end", true), ("é end", false));
        assert_eq!(sent(&mut log, "one\ntwo\né end\n", true), ("\n", false));
    }

    #[test]
    fn a_log_that_begins_anew_is_sent_whole() {
        let mut log = MachineLog::default();
        sent(&mut log, "one\ntwo\n", true);
        assert_eq!(sent(&mut log, "three\n", true), ("three\n", true));
        assert_eq!(sent(&mut log, "", true), ("", true));
        assert_eq!(sent(&mut log, "", true), ("", false));
        assert_eq!(sent(&mut log, "four\n", true), ("four\n", false));
        // As long as before, but other: inside a character of what was there.
        assert_eq!(sent(&mut log, "é€é€é\n", true), ("é€é€é\n", true));
    }

    #[test]
    fn a_log_whose_beginning_is_cut_off_goes_on() {
        let whole = (0..200).map(|n| format!("line {n} of the log")).collect::<Vec<_>>().join("\n") + "\n";
        let mut log = MachineLog::default();
        sent(&mut log, &whole, true);
        let cut = format!("{}line 200\n", &whole[whole.len() - 2000..]);
        assert_eq!(sent(&mut log, &cut, true), ("line 200\n", false));
    }
}
