//! The entries of a log buffer: lines, and markers between them.

use arcstr::ArcStr;
use qdeck_model::{LogLevel, Problem, Timestamp};

/// One of the sources merged in a buffer, in the order in which they were added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Source(pub(super) u16);

impl Source {
    /// Its place among the sources, from 0; for a colour.
    pub const fn place(self) -> usize {
        self.0 as usize
    }
}

/// The state of a source.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum SourceState {
    /// Nothing has come yet.
    #[default]
    Waiting,
    /// Connected.
    Live,
    /// The connection broke; it is being made again.
    Interrupted(Problem),
    /// The platform ended it in good order. It is asked for again by itself, ever more rarely.
    Finished,
    /// It ended for good, and why, where a problem came before the end.
    Ended(Option<Problem>),
}

/// A note between lines.
#[derive(Debug, Clone, PartialEq)]
pub enum Marker {
    /// Lines are missing here.
    Skipped {
        /// Their number, where known.
        lines: Option<u64>,
        /// The reason, as their source words it.
        why: ArcStr,
        /// The time of the last line before; the marker's own time is that of the event.
        after: Option<Timestamp>,
    },
    /// The connection broke here.
    Interrupted(Problem),
    /// The link was made again: lines in between may be missing.
    Seam,
    /// The source ended here.
    Ended,
}

/// The content of an entry.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum LineBody<'a> {
    /// The text as the remote sent it; it may hold escape codes.
    Text(&'a ArcStr),
    /// A marker.
    Marker(&'a Marker),
}

/// One line of a buffer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line<'a> {
    /// Its number, counted from 0 over all lines and markers ever put in. It stays the same, but for the moments in
    /// which a line of another source with an earlier time is put in before it.
    pub number: u64,
    /// Where it is from.
    pub source: Source,
    /// When it was printed or, of a marker, noted.
    pub at: Timestamp,
    /// `at` is the platform's own time.
    pub exact: bool,
    /// Its level, as far as its text has one.
    pub level: Option<LogLevel>,
    /// Its content.
    pub body: LineBody<'a>,
    /// The search finds something in it.
    pub hit: bool,
}

/// A line as it is kept.
#[expect(clippy::struct_excessive_bools, reason = "four facts that do not exclude one another")]
#[derive(Debug)]
pub(super) struct Entry {
    /// Milliseconds by which it is ordered; never smaller than that of the entry before it.
    pub(super) key: i64,
    pub(super) at: Timestamp,
    pub(super) body: Body,
    pub(super) source: Source,
    pub(super) level: Option<LogLevel>,
    pub(super) exact: bool,
    /// It is still being printed.
    pub(super) is_partial: bool,
    pub(super) shown: bool,
    pub(super) hit: bool,
}

#[derive(Debug)]
pub(super) enum Body {
    Text(ArcStr),
    Marker(Box<Marker>),
}

/// The cost of an allocation beside its content: the two counts of an `Arc` and the allocator's own word.
const ALLOCATION_BYTES: usize = 24;

impl Entry {
    /// Bytes it holds beside its place in the ring.
    pub(super) fn weight(&self) -> usize {
        match &self.body {
            Body::Text(text) => text.len() + ALLOCATION_BYTES,
            Body::Marker(marker) => {
                let why = match &**marker {
                    Marker::Skipped { why, .. } => why.len(),
                    Marker::Interrupted(problem) => problem.message.len(),
                    Marker::Seam | Marker::Ended => 0,
                };
                size_of::<Marker>() + why + 2 * ALLOCATION_BYTES
            }
        }
    }

    pub(super) fn is_line(&self) -> bool {
        matches!(self.body, Body::Text(_))
    }

    pub(super) fn as_line(&self, number: u64) -> Line<'_> {
        Line {
            number,
            source: self.source,
            at: self.at,
            exact: self.exact,
            level: self.level,
            body: match &self.body {
                Body::Text(text) => LineBody::Text(text),
                Body::Marker(marker) => LineBody::Marker(marker),
            },
            hit: self.hit,
        }
    }
}
