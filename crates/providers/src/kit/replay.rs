//! Log lines across reconnects: a server that replays its backlog does not make lines appear twice.

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash, Hasher};

use qdeck_model::LogLine;

/// Lines remembered, as hashes: more than the 128 KiB that Cycle's console keeps hold in lines of 16 bytes.
const REMEMBERED: usize = 8192;

/// Lines and bytes held back at most while it is found out where the backlog ends.
const HELD_LINES: usize = 8192;
const HELD_BYTES: usize = 256 << 10;

/// Knows the latest lines, and tells new ones from repeated ones.
#[derive(Default)]
pub(crate) struct Replay {
    tail: VecDeque<u64>,
    held: Option<Vec<LogLine>>,
    held_bytes: usize,
}

impl Replay {
    /// From here on lines may repeat what was told: they are held back until [`Replay::settle`], or until there are
    /// more of them than a backlog has.
    pub(crate) fn reconnected(&mut self) {
        if !self.tail.is_empty() {
            self.held.get_or_insert_default();
        }
    }

    /// Whether lines are being held back; then call [`Replay::settle`] when nothing comes for a moment.
    pub(crate) fn holding(&self) -> bool {
        self.held.is_some()
    }

    /// Takes lines as they come, and gives those to be passed on.
    pub(crate) fn take(&mut self, lines: Vec<LogLine>) -> Vec<LogLine> {
        let Some(held) = &mut self.held else {
            self.remember(&lines);
            return lines;
        };
        self.held_bytes += lines.iter().map(|line| line.text.len()).sum::<usize>();
        held.extend(lines);
        if held.len() > HELD_LINES || self.held_bytes > HELD_BYTES {
            return self.settle();
        }
        Vec::new()
    }

    /// Ends the holding back: gives the lines that are new.
    pub(crate) fn settle(&mut self) -> Vec<LogLine> {
        let mut held = self.held.take().unwrap_or_default();
        self.held_bytes = 0;
        let hashes: Vec<u64> = held.iter().map(hash).collect();
        let repeated = self.repeated(&hashes);
        held.drain(..repeated);
        self.remember(&held);
        held
    }

    /// How many lines at the start of `replay` were told before: the most that end with the last line known and agree
    /// with what is known before it. The first line may differ, since a backlog is cut by bytes.
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
        let skip = lines.len().saturating_sub(REMEMBERED);
        self.tail.extend(lines[skip..].iter().map(hash));
        let over = self.tail.len().saturating_sub(REMEMBERED);
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
        let mut told = dedupe.take(lines(replay));
        told.extend(dedupe.settle());
        assert!(!dedupe.holding());
        told.iter().map(|line| &*line.text).collect()
    }

    #[test]
    fn only_lines_that_are_new_are_told() {
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
            let told = after(before, replay);
            assert_eq!(told, new, "{before} then {replay}");
        }
    }

    #[test]
    fn a_flood_is_not_held_back_for_ever() {
        let mut dedupe = Replay::default();
        dedupe.take(lines("ab"));
        dedupe.reconnected();
        let flood = lines(&"x".repeat(HELD_LINES + 1));
        assert_eq!(dedupe.take(flood).len(), HELD_LINES + 1);
        assert_eq!(dedupe.take(lines("y")).len(), 1);
    }
}
