//! The lines of all sources in one order, bounded in bytes for each source, and what of them passes the filters.
//!
//! Places in it are named by [`Key`]s, which stay true while lines come, go and are hidden.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::model::Timestamp;

/// What a line costs beside its text, about.
const OVERHEAD: usize = 64;
/// A late line is put into its place by steps from the end up to here; beyond, everything is sorted once.
const NEAR: usize = 2048;

/// A place in the tape: by time, then by arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    /// The time it is sorted by: its own, but never before an earlier line of the same source.
    pub(super) order: Timestamp,
    serial: u64,
}

/// What stands at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    /// A line, as the remote sent it.
    Line {
        text: Arc<str>,
        at: Timestamp,
        /// Whether `at` is the platform's own time.
        exact: bool,
    },
    /// Something that happened to the tail: a gap, a seam, an end.
    Rule {
        text: Arc<str>,
        /// Lines are or may be missing here.
        loss: bool,
    },
}

/// One entry of the tape. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) key: Key,
    pub(super) source: usize,
    pub(super) what: What,
}

impl Entry {
    fn bytes(&self) -> usize {
        match &self.what {
            What::Line { text, .. } | What::Rule { text, .. } => text.len() + OVERHEAD,
        }
    }

    pub(super) fn is_line(&self) -> bool {
        matches!(self.what, What::Line { .. })
    }
}

/// The entries, and those of them that show.
pub(super) struct Tape {
    all: VecDeque<Entry>,
    /// What passes the filters; `None` while there is no filter and everything shows.
    passed: Option<VecDeque<Entry>>,
    serial: u64,
    /// By source: the bytes kept, and the time of its last entry.
    kept: Vec<(usize, Option<Timestamp>)>,
    /// Bytes kept for each source.
    limit: usize,
    /// Lines kept, and let go for lack of room.
    pub(super) lines: usize,
    pub(super) let_go: u64,
    sorted: bool,
}

impl Tape {
    /// An empty tape that keeps `limit` bytes of each source.
    pub(super) fn new(sources: usize, limit: usize) -> Self {
        Self {
            all: VecDeque::new(),
            passed: None,
            serial: 0,
            kept: vec![(0, None); sources],
            limit,
            lines: 0,
            let_go: 0,
            sorted: true,
        }
    }

    /// Adds an entry; `passes` says whether the filters, if there are any, let it show. Call [`Tape::settle`] after
    /// the last of a batch.
    pub(super) fn push(&mut self, source: usize, at: Timestamp, what: What, passes: bool) {
        let Some((bytes, last)) = self.kept.get_mut(source) else {
            return;
        };
        let order = last.map_or(at, |last| last.max(at));
        *last = Some(order);
        self.serial += 1;
        let entry = Entry {
            key: Key {
                order,
                serial: self.serial,
            },
            source,
            what,
        };
        *bytes += entry.bytes();
        self.lines += usize::from(entry.is_line());
        if let Some(passed) = self.passed.as_mut().filter(|_| passes) {
            self.sorted &= put(passed, entry.clone());
        }
        self.sorted &= put(&mut self.all, entry);
    }

    /// Puts late lines into their places and lets the oldest go where a source has more than it may keep.
    pub(super) fn settle(&mut self) {
        if !self.sorted {
            self.sorted = true;
            for entries in std::iter::once(&mut self.all).chain(&mut self.passed) {
                entries.make_contiguous().sort_by_key(|entry| entry.key);
            }
        }
        for source in 0..self.kept.len() {
            if self.kept[source].0 > self.limit {
                self.let_go(source);
            }
        }
    }

    fn let_go(&mut self, source: usize) {
        // A sixteenth more than needed, so that the walk over the other sources' lines is rare.
        let goal = self.limit - self.limit / 16;
        let mut bytes = self.kept[source].0;
        let mut last = None;
        let alone = self.kept.len() == 1;
        let mut dropped = 0;
        let mut drop = |entry: &Entry| {
            if entry.source == source && bytes > goal {
                bytes -= entry.bytes();
                last = Some(entry.key);
                dropped += usize::from(entry.is_line());
                return true;
            }
            false
        };
        if alone {
            while self.all.front().is_some_and(&mut drop) {
                self.all.pop_front();
            }
        } else {
            self.all.retain(|entry| !drop(entry));
        }
        self.kept[source].0 = bytes;
        self.lines -= dropped;
        self.let_go += dropped as u64;
        if let (Some(passed), Some(last)) = (&mut self.passed, last) {
            passed.retain(|entry| entry.source != source || entry.key > last);
        }
    }

    /// Filters anew; `None` lets everything show.
    pub(super) fn filter(&mut self, passes: Option<impl Fn(&Entry) -> bool>) {
        self.passed = passes.map(|passes| self.all.iter().filter(|entry| passes(entry)).cloned().collect());
    }

    /// The entries that show, in order.
    pub(super) fn shown(&self) -> &VecDeque<Entry> {
        self.passed.as_ref().unwrap_or(&self.all)
    }

    /// How many are hidden by filters.
    pub(super) fn hidden(&self) -> usize {
        self.all.len() - self.shown().len()
    }

    /// Bytes kept, of all sources.
    pub(super) fn bytes(&self) -> usize {
        self.kept.iter().map(|(bytes, _)| bytes).sum()
    }

    /// Bytes that may be kept, of all sources.
    pub(super) fn room(&self) -> usize {
        self.limit.saturating_mul(self.kept.len())
    }

    /// The time of the last entry of a source.
    pub(super) fn last(&self, source: usize) -> Option<Timestamp> {
        self.kept.get(source).and_then(|(_, last)| *last)
    }

    /// The position of a place among those that show, or of the next one where it is gone.
    pub(super) fn position(&self, key: Key) -> usize {
        let shown = self.shown();
        shown
            .partition_point(|entry| entry.key < key)
            .min(shown.len().saturating_sub(1))
    }
}

/// Puts an entry into its place near the end; `false` when its place is too far from there to look for.
fn put(entries: &mut VecDeque<Entry>, entry: Entry) -> bool {
    let behind = entries
        .iter()
        .rev()
        .take(NEAR)
        .take_while(|other| other.key > entry.key)
        .count();
    if behind == NEAR {
        entries.push_back(entry);
        return false;
    }
    let at = entries.len() - behind;
    entries.insert(at, entry);
    true
}
