//! Streams that replay their backlog after a reconnect: lines seen before are left out.
//!
//! Lines have no ids, so the replayed ones are found by where the new beginning fits the end of what was seen:
//!
//! ```text
//! seen       a b c d e f
//! replay           d e f g h     the longest start that ends with the last line seen
//! sent                   g h
//! ```

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash, Hasher};

use qdeck_model::LogLine;

/// Lines remembered, as hashes: more than the 128 KiB that Cycle's console keeps hold in lines of 16 bytes.
const MAX_REMEMBERED_LINES: usize = 8192;

/// Lines and bytes held back at most until it is clear where the backlog ends.
const MAX_HELD_LINES: usize = 8192;
const MAX_HELD_BYTES: usize = 256 << 10;

/// Remembers the latest lines, and separates new ones from repeated ones.
#[derive(Default)]
pub(super) struct Replay {
    tail: VecDeque<u64>,
    held: Option<Vec<LogLine>>,
    held_bytes: usize,
}

impl Replay {
    /// Notes that from here on lines may repeat earlier ones: they are held back until [`Replay::settle`], or until there
    /// are more of them than a backlog has.
    pub(super) fn reconnected(&mut self) {
        if !self.tail.is_empty() {
            self.held.get_or_insert_default();
        }
    }

    /// Returns true while lines are held back; then call [`Replay::settle`] when nothing comes for a moment.
    pub(super) fn is_holding(&self) -> bool {
        self.held.is_some()
    }

    /// Takes lines as they come, and returns those to send.
    pub(super) fn take(&mut self, lines: Vec<LogLine>) -> Vec<LogLine> {
        let Some(held) = &mut self.held else {
            self.remember(&lines);
            return lines;
        };
        self.held_bytes += lines.iter().map(|line| line.text.len()).sum::<usize>();
        held.extend(lines);
        if held.len() > MAX_HELD_LINES || self.held_bytes > MAX_HELD_BYTES {
            return self.settle();
        }
        Vec::new()
    }

    /// Ends the holding back, and returns the lines that are new.
    pub(super) fn settle(&mut self) -> Vec<LogLine> {
        let mut held = self.held.take().unwrap_or_default();
        self.held_bytes = 0;
        let hashes: Vec<u64> = held.iter().map(hash).collect();
        let repeated = self.repeated(&hashes);
        held.drain(..repeated);
        self.remember(&held);
        held
    }

    /// The number of lines at the start of `replay` that were seen before: the most that end with the last line seen and
    /// agree with those before it. The first line may differ, since a backlog is cut by bytes.
    fn repeated(&self, replay: &[u64]) -> usize {
        let known = |back: usize| self.tail.iter().rev().nth(back);
        (1..=replay.len())
            .rev()
            .find(|&count| {
                (0..count.min(self.tail.len())).all(|back| {
                    let at = count - 1 - back;
                    Some(&replay[at]) == known(back) || (at == 0 && back > 0)
                })
            })
            .unwrap_or(0)
    }

    fn remember(&mut self, lines: &[LogLine]) {
        let skip = lines.len().saturating_sub(MAX_REMEMBERED_LINES);
        self.tail.extend(lines[skip..].iter().map(hash));
        let over = self.tail.len().saturating_sub(MAX_REMEMBERED_LINES);
        self.tail.drain(..over);
    }
}

fn hash(line: &LogLine) -> u64 {
    let mut hasher = DefaultHasher::new();
    line.text.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use qdeck_model::Timestamp;

    fn lines(text: &str) -> Vec<LogLine> {
        text.chars()
            .map(|c| LogLine { at: Timestamp::now(), exact: false, text: c.to_string().into() })
            .collect()
    }

    fn after(before: &str, replay: &str) -> String {
        let mut dedupe = Replay::default();
        assert_eq!(dedupe.take(lines(before)).len(), before.len());
        dedupe.reconnected();
        let mut sent = dedupe.take(lines(replay));
        sent.extend(dedupe.settle());
        assert!(!dedupe.is_holding());
        sent.iter().map(|line| &*line.text).collect()
    }

    #[test]
    fn only_lines_that_are_new_are_sent() {
        for (before, replay, new) in [
            ("abcdef", "abcdefgh", "gh"), // the whole backlog and more
            ("abcdef", "defgh", "gh"),    // its end and more
            ("abcdef", "?efgh", "gh"),    // cut inside its first line
            ("abcdef", "cdef", ""),       // nothing new
            ("abcdef", "ghi", "ghi"),     // no backlog
            ("def", "abcdefg", "g"),      // a backlog from before what was seen
            ("", "abc", "abc"),
            ("abc", "", ""),
        ] {
            let sent = after(before, replay);
            assert_eq!(sent, new, "{before} then {replay}");
        }
    }

    #[test]
    fn a_flood_is_not_held_back_for_ever() {
        let mut dedupe = Replay::default();
        dedupe.take(lines("ab"));
        dedupe.reconnected();
        let flood = lines(&"x".repeat(MAX_HELD_LINES + 1));
        assert_eq!(dedupe.take(flood).len(), MAX_HELD_LINES + 1);
        assert_eq!(dedupe.take(lines("y")).len(), 1);
    }
}
