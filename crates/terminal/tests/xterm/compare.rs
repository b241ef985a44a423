//! Runs cases on both terminals, and shortens those that differ.

use std::collections::HashSet;
use std::fmt::Write as _;

use crate::emulator::Ours;
use crate::meant::reason;
use crate::screen::{Difference, Screen, escaped};
use crate::xterm::Xterm;

/// Different cases reported at most; the rest are counted.
const MAX_REPORTS: usize = 200;

/// Cases after which xterm is started anew: some of them make it drop all combining characters that follow.
const CASES_PER_XTERM: usize = 500;

/// Runs of a case on both terminals while it is shortened, at most.
const MAX_TRIALS: usize = 1000;

/// A sequence in pieces that can be left out one by one.
pub(crate) struct Case {
    pub name: String,
    pub chunks: Vec<Vec<u8>>,
}

impl Case {
    /// A case in pieces that begin with the controls in it.
    pub(crate) fn new(name: &str, bytes: &[u8]) -> Self {
        let mut chunks: Vec<Vec<u8>> = vec![Vec::new()];
        for byte in bytes {
            if *byte < 0x20 {
                chunks.push(Vec::new());
            }
            chunks.last_mut().unwrap().push(*byte);
        }
        Self { name: name.to_owned(), chunks }
    }
}

/// A real xterm, and our terminal of the same size beside it.
pub(crate) struct Comparison {
    xterm: Xterm,
    columns: u16,
    rows: u16,
    /// Replies of colours are compared: the cases set them.
    with_colours: bool,
}

impl Comparison {
    pub(crate) fn new(columns: u16, rows: u16) -> Self {
        Self { xterm: Xterm::start(columns, rows), columns, rows, with_colours: false }
    }

    pub(crate) fn with_colours(self) -> Self {
        Self { with_colours: true, ..self }
    }

    /// Compares all cases.
    ///
    /// # Panics
    ///
    /// With the shortest sequences that show the differences, if there are any.
    pub(crate) fn check(&mut self, cases: &[Case]) {
        let mut report = String::new();
        let mut seen = HashSet::new();
        let mut differ = 0;
        for (number, case) in cases.iter().enumerate() {
            if number > 0 && number % CASES_PER_XTERM == 0 {
                self.xterm = Xterm::start(self.columns, self.rows);
            }
            if self.difference(&case.chunks).is_none() {
                continue;
            }
            let shortest = self.shorten(case.chunks.clone());
            let mut found = self.difference(&shortest);
            if found.as_ref().is_some_and(|found| found.what == "combining") {
                self.xterm = Xterm::start(self.columns, self.rows);
                found = self.difference(&shortest);
            }
            let Some(difference) = found else { continue };
            if reason(&shortest.concat()).is_some() {
                continue;
            }
            differ += 1;
            if seen.len() >= MAX_REPORTS {
                continue;
            }
            // Replies differ each in a way of its own.
            let detail = if difference.what == "replies" { difference.detail.clone() } else { String::new() };
            if seen.insert((kind(&shortest), detail)) {
                let _ = writeln!(report, "{}: {}\n    {difference}", case.name, escaped(&shortest.concat()));
            }
        }
        assert!(differ == 0, "{differ} of {} cases differ from xterm:\n{report}", cases.len());
    }

    fn difference(&mut self, chunks: &[Vec<u8>]) -> Option<Difference> {
        let case = chunks.concat();
        let xterm: Screen = self.xterm.run(&case);
        Ours::run(self.columns, self.rows, &case).difference(&xterm, self.with_colours)
    }

    /// Leaves out pieces, from halves down to single ones, for as long as the case still differs.
    fn shorten(&mut self, mut chunks: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
        let mut size = chunks.len().div_ceil(2).max(1);
        let mut trials = 0;
        loop {
            let mut at = 0;
            let mut changed = false;
            while at < chunks.len() && trials < MAX_TRIALS {
                trials += 1;
                let mut shorter = chunks.clone();
                shorter.drain(at..(at + size).min(chunks.len()));
                if self.difference(&shorter).is_some() {
                    chunks = shorter;
                    changed = true;
                } else {
                    at += size;
                }
            }
            if trials >= MAX_TRIALS || (size == 1 && !changed) {
                return chunks;
            }
            size = (size / 2).max(1);
        }
    }
}

/// The sequence without its numbers and plain text: what is reported once.
fn kind(chunks: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut kinds: Vec<Vec<u8>> = chunks
        .iter()
        .map(|chunk| {
            if chunk.iter().all(u8::is_ascii_graphic) {
                return b"x".to_vec();
            }
            chunk.iter().copied().filter(|byte| !byte.is_ascii_digit()).collect()
        })
        .collect();
    kinds.dedup();
    kinds
}
