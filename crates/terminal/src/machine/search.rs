//! The search in history and screen, in parts that take a millisecond or so.
//!
//! ```text
//!  a block   "line one" "line two" "line three"
//!  joined    line one⏎line two⏎line three      searched at once; then alone, the lines in which a match begins
//! ```

use regex::Regex;

use super::Machine;
use crate::history::PackedLine;
use crate::text::{Match, columns_of};

/// The most matches of a search.
const MAX_MATCHES: usize = 20_000;
/// Bytes of history that one part of a search goes through.
const PART_BYTES: usize = 512 * 1024;

/// A search that is under way: from the newest line to the oldest.
#[derive(Debug)]
pub struct TextSearch {
    needle: Regex,
    /// Lines before this one are left; `None` before the first part.
    before: Option<u64>,
    /// The newest first.
    matches: Vec<Match>,
    block: JoinedBlock,
}

/// The lines of a block as one text, with a line feed behind each.
#[derive(Debug, Default)]
struct JoinedBlock {
    text: String,
    starts: Vec<usize>,
}

impl TextSearch {
    /// A search that has not begun.
    pub fn new(needle: &Regex) -> Self {
        Self { needle: needle.clone(), before: None, matches: Vec::new(), block: JoinedBlock::default() }
    }

    /// The matches so far, the oldest first. Bounded: of too many the latest are kept.
    pub fn into_matches(self) -> Vec<Match> {
        let mut matches = self.matches;
        matches.reverse();
        matches
    }

    fn is_full(&self) -> bool {
        self.matches.len() >= MAX_MATCHES
    }

    fn search_line(&mut self, number: u64, text: &str) {
        let from = self.matches.len();
        let found = self.needle.find_iter(text).filter(|found| !found.is_empty());
        let columns = columns_of(text, found.map(|found| found.range()));
        self.matches.extend(columns.map(|columns| Match { line: number, columns }));
        self.matches[from..].reverse();
    }

    fn search_block(&mut self, first: u64, lines: &[PackedLine<'_>]) {
        let places: Vec<usize> = if ends_with_lines(&self.needle) {
            (0..lines.len()).collect()
        } else {
            self.block.fill(lines);
            self.block.lines_of_matches(&self.needle)
        };
        for place in places.into_iter().rev() {
            if self.is_full() {
                return;
            }
            self.search_line(first + place as u64, lines[place].text.trim_end());
        }
    }
}

/// Whether a match may depend on where a text begins or ends.
fn ends_with_lines(needle: &Regex) -> bool {
    let needle = needle.as_str();
    needle.contains(['^', '$']) || needle.contains(r"\A") || needle.contains(r"\z")
}

impl JoinedBlock {
    fn fill(&mut self, lines: &[PackedLine<'_>]) {
        self.text.clear();
        self.starts.clear();
        for line in lines {
            self.starts.push(self.text.len());
            self.text.push_str(line.text.trim_end());
            self.text.push('\n');
        }
    }

    /// The lines in which a match begins, which may end in a later one. A line that has matches is among them.
    fn lines_of_matches(&self, needle: &Regex) -> Vec<usize> {
        let mut lines = Vec::new();
        let mut from = Some(0);
        while let Some(found) = from.and_then(|from| needle.find_at(&self.text, from)) {
            let line = self.starts.partition_point(|start| *start <= found.start()).saturating_sub(1);
            lines.push(line);
            from = self.starts.get(line + 1).copied();
        }
        lines
    }
}

impl Machine {
    /// Searches the next part; returns true if there is none after it. What arrives during the search is not searched.
    pub fn search_part(&self, search: &mut TextSearch) -> bool {
        let Some(before) = search.before else {
            for number in (self.history.next()..self.line_numbers().end).rev() {
                if let Some(line) = self.text_line(number) {
                    search.search_line(number, &line.text);
                }
            }
            search.before = Some(self.history.next());
            return search.is_full();
        };
        let mut bytes = 0;
        for (first, lines) in self.history.blocks_before(before) {
            search.search_block(first, &lines);
            search.before = Some(first);
            bytes += lines.iter().map(|line| line.text.len()).sum::<usize>();
            if search.is_full() || bytes >= PART_BYTES {
                return search.is_full();
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Emulator, Line, Size};

    fn emulator(lines: u32) -> Emulator {
        let mut emulator = Emulator::new(Size { columns: 40, rows: 5 });
        for n in 0..lines {
            let text = match n % 5 {
                0 => format!("{n} the quick brown fox\r\n"),
                1 => "\r\n".to_owned(),
                2 => format!("  {n} \x1b[31mFehler\x1b[m: Grüße 漢字 {n}\r\n"),
                3 => format!("{n} a line that is longer than the screen is wide, so that it is wrapped\r\n"),
                _ => format!("x{n}x\r\n"),
            };
            emulator.feed(text.as_bytes());
        }
        emulator
    }

    fn line_by_line(lines: &[(u64, Line)], needle: &Regex) -> Vec<Match> {
        let mut matches = Vec::new();
        for (number, line) in lines {
            for found in needle.find_iter(&line.text).filter(|found| !found.is_empty()) {
                let columns = line.column_of(found.start())..line.column_of(found.end());
                matches.push(Match { line: *number, columns });
            }
        }
        matches
    }

    #[test]
    fn the_matches_are_those_of_each_line_alone() {
        let emulator = emulator(6_000);
        let lines: Vec<_> = emulator.lines().map(|line| (line, emulator.line(line).unwrap())).collect();
        for needle in [
            "absent",
            "fox",
            "fox$",
            "^[0-9]+7 ",
            r"\A  [0-9]+",
            r"x\z",
            r"\bwide\b",
            r"\s+",
            r"[^a-z]+",
            r"x\s*[0-9]",
            "(?s)fox.*Fehler|x",
            "漢字",
            "(?i)FEHLER",
            "[0-9]*5",
        ] {
            let regex = Regex::new(needle).unwrap();
            let found = emulator.search(&regex);
            let mut expected = line_by_line(&lines, &regex);
            let from = expected.len() - found.len();
            assert!(from == 0 || found.len() >= MAX_MATCHES, "{needle}: {from} are missing");
            assert_eq!(found, expected.split_off(from), "{needle}");
        }
    }

    #[test]
    fn output_between_two_parts_costs_no_match() {
        let mut emulator = emulator(30_000);
        let needle = Regex::new("[0-9]+99x").unwrap();
        let before = emulator.search(&needle);
        assert!(before.len() > 50);
        let mut search = TextSearch::new(&needle);
        let mut parts = 1;
        while !emulator.search_part(&mut search) {
            emulator.feed("x12399x\r\n".repeat(400).as_bytes());
            parts += 1;
        }
        assert!(parts > 2, "one part goes through all of it");
        assert_eq!(search.into_matches(), before);
    }

    #[test]
    fn a_history_that_is_dropped_during_a_search_ends_it() {
        let mut emulator = emulator(30_000);
        let mut search = TextSearch::new(&Regex::new("fox").unwrap());
        assert!(!emulator.search_part(&mut search));
        emulator.feed(b"\x1b[3J");
        assert!(emulator.search_part(&mut search));
        assert!(search.into_matches().len() <= 1, "the screen's alone");
    }
}
