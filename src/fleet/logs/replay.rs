//! After a reconnect a platform may send its backlog again: recognises the lines that are known already.

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use crate::model::{LogLine, Timestamp};

/// Lines of a source that are remembered for the comparison.
const REMEMBERED: usize = 2000;
/// A replay comes at once; what has not been told apart by then is new.
const PATIENCE: Duration = Duration::from_secs(1);

/// The latest lines of one source, and a replay that is being compared with them.
#[derive(Debug, Default)]
pub(super) struct Replay {
    known: VecDeque<u64>,
    comparing: Option<Comparison>,
}

#[derive(Debug)]
struct Comparison {
    began: Timestamp,
    /// Lines that may be repeats and are held back.
    held: Vec<LogLine>,
    /// Places in `known` where the replay so far may have begun.
    starts: Vec<usize>,
    /// How many of `held` are surely repeats.
    repeated: usize,
}

impl Replay {
    /// What follows may be a repeat.
    pub(super) fn begin(&mut self, now: Timestamp) {
        if !self.known.is_empty() {
            self.comparing = Some(Comparison {
                began: now,
                held: Vec::new(),
                starts: (0..self.known.len()).collect(),
                repeated: 0,
            });
        }
    }

    /// Takes lines in and gives back those that are new, and how many were repeats.
    pub(super) fn sift(&mut self, lines: Vec<LogLine>, now: Timestamp) -> (Vec<LogLine>, u64) {
        let Some(mut comparison) = self.comparing.take() else {
            self.remember(&lines);
            return (lines, 0);
        };
        let mut lines = lines.into_iter();
        if now.since(comparison.began) <= PATIENCE {
            for line in lines.by_ref() {
                let (hash, place) = (hash(&line), comparison.held.len());
                let known = &self.known;
                comparison
                    .starts
                    .retain(|start| known.get(start + place) == Some(&hash));
                comparison.held.push(line);
                if comparison.starts.is_empty() {
                    break;
                }
                if comparison
                    .starts
                    .iter()
                    .any(|start| start + place + 1 == known.len())
                {
                    comparison.repeated = place + 1;
                }
            }
            if !comparison.starts.is_empty() {
                // Once every way it may have begun has reached the end of the known, what follows is new.
                let settled = comparison
                    .starts
                    .iter()
                    .all(|start| start + comparison.held.len() == self.known.len());
                if !settled {
                    self.comparing = Some(comparison);
                    return (Vec::new(), 0);
                }
            }
        }
        let mut new = comparison.held.split_off(comparison.repeated);
        new.extend(lines);
        self.remember(&new);
        (new, comparison.repeated as u64)
    }

    /// The replay is over, or will tell no more: gives back what was held and cannot be a repeat.
    pub(super) fn settle(&mut self) -> (Vec<LogLine>, u64) {
        let Some(mut comparison) = self.comparing.take() else {
            return (Vec::new(), 0);
        };
        let new = comparison.held.split_off(comparison.repeated);
        self.remember(&new);
        (new, comparison.repeated as u64)
    }

    fn remember(&mut self, lines: &[LogLine]) {
        let skip = lines.len().saturating_sub(REMEMBERED);
        for line in &lines[skip..] {
            if self.known.len() == REMEMBERED {
                self.known.pop_front();
            }
            self.known.push_back(hash(line));
        }
    }

    pub(super) fn bytes(&self) -> usize {
        self.known.capacity() * size_of::<u64>()
    }
}

/// Two lines are the same when their text is and, where the platform tells times, their time.
fn hash(line: &LogLine) -> u64 {
    let mut hasher = DefaultHasher::new();
    if line.exact {
        line.at.hash(&mut hasher);
    }
    line.text.hash(&mut hasher);
    hasher.finish()
}
