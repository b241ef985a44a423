//! The ring of lines: merged from its sources by time, bounded in bytes, with the filtered and the found on top.

use std::collections::VecDeque;

use arcstr::ArcStr;

use super::index::Index;
use super::line::{Body, Entry, Line, Marker, Source, SourceState};
use super::scan::is_hit;
use super::{Pattern, Sieve, level_of};
use qdeck_model::{LogEvent, LogLine, Timestamp};

/// The delay, in milliseconds, up to which a line of a source that has caught up may still be put in before others.
const MAX_LATENESS_MILLIS: i64 = 5000;
/// Entries that one source may have put behind its own before it counts as caught up: its clock must be wrong.
const MAX_MOVED_ENTRIES: usize = 2_000_000;

/// A buffer holds at least this many bytes: below, its own bookkeeping would leave no room for lines.
const MIN_BUFFER_BYTES: usize = 64 * 1024;

/// Counts of the lines that went through a buffer; markers are not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Lines that were put in.
    pub received: u64,
    /// Of them, lines that had to make room.
    pub evicted: u64,
    /// Of them, lines that are there. `received` is `evicted + held`.
    pub held: u64,
    /// Lines that are missing by the sources' own count.
    pub skipped: u64,
    /// Bytes in use, with what the allocations cost.
    pub bytes: usize,
}

#[expect(clippy::struct_excessive_bools, reason = "four facts that do not exclude one another")]
#[derive(Debug)]
struct Origin {
    name: ArcStr,
    state: SourceState,
    /// The key of its latest line; its lines are never put in another order.
    latest: Option<i64>,
    latest_at: Option<Timestamp>,
    connected_before: bool,
    /// The number of the line that is still being printed, and whether it was before the last connection.
    partial: Option<(u64, bool)>,
    /// It ended and was asked for again: the seam is noted with the first line that comes.
    seam_due: bool,
    /// Its end is noted, and no line has come since.
    end_noted: bool,
    /// Its lines have reached those of the others: from here on late ones are not put in far back.
    caught_up: bool,
    moved: usize,
}

/// Lines of one or several sources, merged by time.
///
/// It holds `limit` bytes for each source, all together: when it is full the oldest line goes, whosever it is, so
/// that what is left is everything from one moment on. A line put in costs the same however many there are, and so
/// does a look at one.
#[derive(Debug)]
pub struct LogBuffer {
    limit: usize,
    origins: Vec<Origin>,
    pub(super) entries: VecDeque<Entry>,
    /// The number of the first entry.
    pub(super) first: u64,
    /// The memory of the entries beside their places.
    weight: usize,
    counts: Counts,
    evicted_until: Option<Timestamp>,
    pub(super) sieve: Sieve,
    pub(super) shown: Index,
    pub(super) search: Option<Pattern>,
    pub(super) found: Index,
}

impl LogBuffer {
    /// An empty buffer that holds `limit` bytes for each of its sources, at least 64 KiB; 32 MiB is usual.
    pub fn new(limit: usize) -> Self {
        Self {
            limit: limit.max(MIN_BUFFER_BYTES),
            origins: Vec::new(),
            entries: VecDeque::new(),
            first: 0,
            weight: 0,
            counts: Counts::default(),
            evicted_until: None,
            sieve: Sieve::default(),
            shown: Index::default(),
            search: None,
            found: Index::default(),
        }
    }

    /// Adds a source under a name to be shown. At most 65,536 are distinguished.
    pub fn add_source(&mut self, name: impl Into<ArcStr>) -> Source {
        self.origins.push(Origin {
            name: name.into(),
            state: SourceState::Waiting,
            latest: None,
            latest_at: None,
            connected_before: false,
            partial: None,
            seam_due: false,
            end_noted: false,
            caught_up: false,
            moved: 0,
        });
        Source(u16::try_from(self.origins.len() - 1).unwrap_or(u16::MAX))
    }

    /// The sources in the order in which they were added: names and states.
    pub fn sources(&self) -> impl ExactSizeIterator<Item = (Source, &ArcStr, &SourceState)> {
        self.origins.iter().enumerate().map(|(place, origin)| {
            let source = Source(u16::try_from(place).unwrap_or(u16::MAX));
            (source, &origin.name, &origin.state)
        })
    }

    /// Applies an event of a source. Returns whether anything visible changed.
    pub fn push(&mut self, source: Source, event: LogEvent) -> bool {
        self.push_at(source, event, Timestamp::now())
    }

    /// As [`LogBuffer::push`], as if it were `now`.
    pub fn push_at(&mut self, source: Source, event: LogEvent, now: Timestamp) -> bool {
        let Some(origin) = self.origins.get_mut(source.place()) else {
            return false;
        };
        match event {
            LogEvent::Lines(lines) => {
                origin.state = SourceState::Live;
                let is_new = !lines.is_empty();
                if is_new {
                    self.note_seam(source, now);
                }
                let lines = self.complete(source, lines);
                return self.take(source, lines) || is_new;
            }
            LogEvent::Partial(line) => {
                origin.state = SourceState::Live;
                self.note_seam(source, now);
                self.print(source, line);
            }
            LogEvent::Connected => {
                let was = std::mem::replace(&mut origin.state, SourceState::Live);
                origin.partial = origin.partial.map(|(number, _)| (number, true));
                if std::mem::replace(&mut origin.connected_before, true) {
                    // A log that ended is asked for again and again, mostly in vain.
                    if was == SourceState::Finished {
                        origin.seam_due = true;
                    } else {
                        origin.seam_due = false;
                        self.mark(source, Marker::Seam, now);
                    }
                }
            }
            LogEvent::Finished => {
                origin.state = SourceState::Finished;
                if !std::mem::replace(&mut origin.end_noted, true) {
                    self.mark(source, Marker::Ended, now);
                }
            }
            LogEvent::Skipped { lines, why } => {
                self.counts.skipped += lines.unwrap_or_default();
                let after = origin.latest_at;
                self.mark(source, Marker::Skipped { lines, why, after }, now);
            }
            LogEvent::Interrupted(problem) => {
                let was = std::mem::replace(&mut origin.state, SourceState::Interrupted(problem.clone()));
                // Tries that fail in a row are one interruption.
                if !matches!(was, SourceState::Interrupted(_)) {
                    self.mark(source, Marker::Interrupted(problem), now);
                }
            }
        }
        true
    }

    /// Notes that lines may be missing between the end of a source and what comes now.
    fn note_seam(&mut self, source: Source, now: Timestamp) {
        let Some(origin) = self.origins.get_mut(source.place()) else { return };
        origin.end_noted = false;
        if std::mem::take(&mut origin.seam_due) {
            self.mark(source, Marker::Seam, now);
        }
    }

    /// A source ended for good.
    pub fn end(&mut self, source: Source, now: Timestamp) {
        let Some(origin) = self.origins.get_mut(source.place()) else {
            return;
        };
        let why = match std::mem::take(&mut origin.state) {
            SourceState::Interrupted(problem) => Some(problem),
            SourceState::Ended(why) => why,
            SourceState::Waiting | SourceState::Live | SourceState::Finished => None,
        };
        origin.state = SourceState::Ended(why);
        if !std::mem::replace(&mut origin.end_noted, true) {
            self.mark(source, Marker::Ended, now);
        }
    }

    /// The number of lines and markers that are shown, as far as they have been filtered.
    pub fn len(&self) -> usize {
        if self.sieve.is_open() { self.entries.len() } else { self.shown.len() }
    }

    /// Returns whether nothing is shown.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The line at a place among those shown, from 0, the oldest.
    pub fn line(&self, index: usize) -> Option<Line<'_>> {
        let number = self.number(index)?;
        let entry = self.entries.get(usize::try_from(number - self.first).ok()?)?;
        Some(entry.as_line(number))
    }

    /// The number of the line at a place; see [`Line::number`].
    pub fn number(&self, index: usize) -> Option<u64> {
        if self.sieve.is_open() {
            (index < self.entries.len()).then(|| self.first + index as u64)
        } else {
            self.shown.get(index)
        }
    }

    /// The place of the line with this number or, if it is not shown, of the next one that is; [`LogBuffer::len`] if
    /// there is none.
    pub fn place(&self, number: u64) -> usize {
        if self.sieve.is_open() {
            let offset = usize::try_from(number.saturating_sub(self.first)).unwrap_or(usize::MAX);
            offset.min(self.entries.len())
        } else {
            self.shown.before(number)
        }
    }

    /// The place of the first line shown that is not older than `at`.
    pub fn place_at(&self, at: Timestamp) -> usize {
        let key = at.as_millis();
        let offset = self.entries.partition_point(|entry| entry.key < key);
        self.place(self.first + offset as u64)
    }

    /// Counts of what went through it.
    pub fn counts(&self) -> Counts {
        Counts { bytes: self.bytes(), ..self.counts }
    }

    /// The time of the latest line that had to make room.
    pub fn evicted_until(&self) -> Option<Timestamp> {
        self.evicted_until
    }

    /// The number of the line that a source is printing, and whether it was before the last connection.
    pub(super) fn partial_of(&self, source: Source) -> Option<(u64, bool)> {
        self.origins.get(source.place())?.partial
    }

    pub(super) fn set_partial(&mut self, source: Source, number: Option<u64>) {
        if let Some(origin) = self.origins.get_mut(source.place()) {
            origin.partial = number.map(|number| (number, false));
        }
    }

    /// Takes note that the memory of an entry changed.
    pub(super) const fn reweigh(&mut self, before: usize, after: usize) {
        self.weight = self.weight - before + after;
    }

    /// Puts the lines of a source in. Returns whether there were any.
    pub(super) fn take(&mut self, source: Source, lines: Vec<LogLine>) -> bool {
        if lines.is_empty() {
            return false;
        }
        self.counts.received += lines.len() as u64;
        self.counts.held += lines.len() as u64;
        let newest = self.entries.back().map_or(i64::MIN, |entry| entry.key);
        let Some(origin) = self.origins.get_mut(source.place()) else {
            return false;
        };
        let starts_at = lines.first().map_or(i64::MAX, |line| line.at.as_millis());
        origin.caught_up |=
            starts_at.saturating_add(MAX_LATENESS_MILLIS) >= newest || origin.moved > MAX_MOVED_ENTRIES;
        let floor = if origin.caught_up { newest.saturating_sub(MAX_LATENESS_MILLIS) } else { i64::MIN };
        origin.latest_at = lines.last().map(|line| line.at);
        let mut latest = origin.latest.unwrap_or(i64::MIN).max(floor);
        let run: Vec<Entry> = lines
            .into_iter()
            .map(|line| {
                latest = latest.max(line.at.as_millis());
                Entry {
                    key: latest,
                    at: line.at,
                    level: level_of(&line.text),
                    body: Body::Text(line.text),
                    source,
                    exact: line.exact,
                    is_partial: false,
                    shown: true,
                    hit: false,
                }
            })
            .collect();
        origin.latest = Some(latest);
        self.merge(run);
        self.make_room();
        true
    }

    fn mark(&mut self, source: Source, marker: Marker, now: Timestamp) {
        let newest = self.entries.back().map(|entry| entry.key);
        let Some(origin) = self.origins.get_mut(source.place()) else {
            return;
        };
        // It belongs just behind the source's latest line; its own time is this machine's, theirs may not be.
        let key = origin.latest.or(newest).unwrap_or_else(|| now.as_millis());
        self.merge(vec![Entry {
            key,
            at: now,
            level: None,
            body: Body::Marker(Box::new(marker)),
            source,
            exact: false,
            is_partial: false,
            shown: true,
            hit: false,
        }]);
        self.make_room();
    }

    /// Puts entries, which are in order, where they belong among the others.
    fn merge(&mut self, run: Vec<Entry>) {
        let Some(key) = run.first().map(|entry| entry.key) else {
            return;
        };
        if self.entries.back().is_none_or(|newest| newest.key <= key) {
            self.reserve(run.len());
            for entry in run {
                self.append(entry, true);
            }
            return;
        }
        let start = self.entries.partition_point(|entry| entry.key <= key);
        let number = self.first + start as u64;
        // Places behind this one shift: what has not been looked at behind it is looked at now.
        while self.is_sifting() && self.shown.tested_from() > number {
            self.sift_one();
        }
        while self.is_searching() && self.found.tested_from() > number {
            self.search_one();
        }
        let tail = self.entries.split_off(start);
        if let Some(source) = run.first().map(|entry| entry.source)
            && let Some(origin) = self.origins.get_mut(source.place())
        {
            origin.moved += tail.len();
        }
        self.shown.cut(number);
        self.found.cut(number);
        self.reserve(tail.len() + run.len());
        let mut run = run.into_iter().peekable();
        for entry in tail {
            self.weight -= entry.weight();
            while let Some(earlier) = run.next_if(|earlier| earlier.key < entry.key) {
                self.append(earlier, true);
            }
            self.append(entry, false);
        }
        for entry in run {
            self.append(entry, true);
        }
    }

    /// Puts an entry at the end; one that is new is sifted and searched.
    fn append(&mut self, mut entry: Entry, is_new: bool) {
        let number = self.end_number();
        if is_new {
            entry.shown = self.sieve.passes(&entry);
            entry.hit = is_hit(self.search.as_ref(), &entry);
        }
        if !self.sieve.is_open() {
            self.shown.append(number, entry.shown);
        }
        self.found.append(number, entry.hit);
        if entry.is_partial
            && let Some(origin) = self.origins.get_mut(entry.source.place())
        {
            let is_older = origin.partial.is_some_and(|(_, is_older)| is_older);
            origin.partial = Some((number, is_older));
        }
        self.weight += entry.weight();
        self.entries.push_back(entry);
    }

    /// Makes places, an eighth more at a time: a ring that doubles would hold twice what it should.
    fn reserve(&mut self, more: usize) {
        let needed = self.entries.len() + more;
        if needed > self.entries.capacity() {
            self.entries.reserve_exact(more + self.entries.len() / 8);
        }
    }

    fn bytes(&self) -> usize {
        let places = self.entries.capacity() * size_of::<Entry>();
        self.weight + places + self.shown.bytes() + self.found.bytes()
    }

    /// Lets the oldest go until the rest fits.
    pub(super) fn make_room(&mut self) {
        let limit = self.limit.saturating_mul(self.origins.len().max(1));
        while self.bytes() > limit {
            let Some(oldest) = self.entries.pop_front() else {
                break;
            };
            self.first += 1;
            self.weight -= oldest.weight();
            if oldest.is_partial
                && let Some(origin) = self.origins.get_mut(oldest.source.place())
            {
                origin.partial = None;
            }
            if oldest.is_line() {
                self.counts.held -= 1;
                self.counts.evicted += 1;
                self.evicted_until = Some(oldest.at);
            }
            self.shown.evict(self.first);
            self.found.evict(self.first);
            if self.entries.len() < self.entries.capacity() / 2 {
                // Lines grew longer: fewer of them need fewer places.
                self.entries.shrink_to(self.entries.len() + self.entries.len() / 8);
            }
        }
    }
}
