//! The rows of a kind as the fleet keeps them and the tables read them: by place, in chunks that are copied only when one
//! changes while it is still read elsewhere.
//!
//! ```text
//! fleet ──▶ Rows  [chunk 0][chunk 1][chunk 2]          a clone shares every chunk
//!                     │        │        ╲ a row changes: the fleet copies this chunk
//! job   ──▶ Rows  [chunk 0][chunk 1][chunk 2 as it was]
//! ```
//!
//! So to hand 100,000 rows to work beside the screen takes a hundred pointers, and what has changed between two such
//! snapshots is found without a look at the chunks that they share.

use std::ops::Range;
use std::sync::Arc;

use qdeck_model::Resource;

/// Rows of a chunk. More make a change dearer, fewer a snapshot.
const ROWS_A_CHUNK: usize = 512;

/// The number of a row's place. It keeps it as long as it lives, unless the rows are compacted.
pub type Place = u32;

type Chunk = Vec<Option<Arc<Resource>>>;

/// Rows by place. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    chunks: Vec<Arc<Chunk>>,
    /// Places that hold a row.
    live: usize,
    /// Grows whenever rows move to other places.
    moves: u64,
}

impl Rows {
    /// The number of rows.
    pub const fn len(&self) -> usize {
        self.live
    }

    /// Returns true if there is no row.
    pub const fn is_empty(&self) -> bool {
        self.live == 0
    }

    /// The number of places, those that hold no row any more among them.
    pub fn places(&self) -> usize {
        self.chunks.last().map_or(0, |last| (self.chunks.len() - 1) * ROWS_A_CHUNK + last.len())
    }

    /// The row at a place.
    pub fn get(&self, place: Place) -> Option<&Arc<Resource>> {
        let place = place as usize;
        self.chunks.get(place / ROWS_A_CHUNK)?.get(place % ROWS_A_CHUNK)?.as_ref()
    }

    /// Adds a row at a new place, which is returned. A listing ends at its bound of rows long before places run out.
    pub fn push(&mut self, row: Arc<Resource>) -> Place {
        let place = self.places();
        match self.chunks.last_mut() {
            Some(last) if last.len() < ROWS_A_CHUNK => Arc::make_mut(last).push(Some(row)),
            _ => {
                let mut chunk = Vec::with_capacity(ROWS_A_CHUNK);
                chunk.push(Some(row));
                self.chunks.push(Arc::new(chunk));
            }
        }
        self.live += 1;
        Place::try_from(place).unwrap_or(Place::MAX)
    }

    /// Replaces the row at a place that there is, or takes it out. Returns the one before.
    pub fn replace(&mut self, place: Place, row: Option<Arc<Resource>>) -> Option<Arc<Resource>> {
        let place = place as usize;
        let chunk = Arc::make_mut(self.chunks.get_mut(place / ROWS_A_CHUNK)?);
        let slot = chunk.get_mut(place % ROWS_A_CHUNK)?;
        self.live += usize::from(row.is_some());
        let before = std::mem::replace(slot, row);
        self.live -= usize::from(before.is_some());
        before
    }

    /// Moves all rows to places without a gap between them, keeping their order.
    pub fn compact(&mut self) {
        let rows: Self = self.iter().cloned().collect();
        *self = Self { moves: self.moves + 1, ..rows };
    }

    /// The rows in the order of their places.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Arc<Resource>> {
        RowsIter { left: self.live, rows: self.placed() }
    }

    /// The rows with their places, in the order of these.
    pub(crate) fn placed(&self) -> impl Iterator<Item = (Place, &Arc<Resource>)> {
        let rows = self.chunks.iter().enumerate().flat_map(|(number, chunk)| {
            chunk.iter().enumerate().map(move |(at, row)| (number * ROWS_A_CHUNK + at, row))
        });
        rows.filter_map(|(place, row)| Some((Place::try_from(place).ok()?, row.as_ref()?)))
    }

    /// What has changed since an earlier snapshot of the same rows. `None` if rows have moved, or if more than `most` have
    /// changed.
    pub(crate) fn changes_since(&self, before: &Self, most: usize) -> Option<Changes> {
        if self.moves != before.moves {
            return None;
        }
        let none: &Arc<Chunk> = &Arc::default();
        let mut changes = Changes { is_changed: PlaceSet::of(self.places()), now: Vec::new() };
        let mut found = 0;
        for (number, now) in self.chunks.iter().enumerate() {
            let was = before.chunks.get(number).unwrap_or(none);
            if Arc::ptr_eq(was, now) {
                continue;
            }
            for (at, row) in now.iter().enumerate() {
                let was = was.get(at).and_then(Option::as_ref);
                if was.map(Arc::as_ptr) == row.as_ref().map(Arc::as_ptr) {
                    continue;
                }
                found += 1;
                if found > most {
                    return None;
                }
                let place = Place::try_from(number * ROWS_A_CHUNK + at).ok()?;
                changes.is_changed.insert(place);
                if row.is_some() {
                    changes.now.push(place);
                }
            }
        }
        Some(changes)
    }
}

struct RowsIter<I> {
    rows: I,
    left: usize,
}

impl<'a, I: Iterator<Item = (Place, &'a Arc<Resource>)>> Iterator for RowsIter<I> {
    type Item = &'a Arc<Resource>;

    fn next(&mut self) -> Option<Self::Item> {
        let (_, row) = self.rows.next()?;
        self.left -= 1;
        Some(row)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<'a, I: Iterator<Item = (Place, &'a Arc<Resource>)>> ExactSizeIterator for RowsIter<I> {}

impl FromIterator<Arc<Resource>> for Rows {
    fn from_iter<T: IntoIterator<Item = Arc<Resource>>>(iter: T) -> Self {
        let mut rows = Self::default();
        for row in iter {
            rows.push(row);
        }
        rows
    }
}

/// The difference between two snapshots.
pub(crate) struct Changes {
    /// The places whose row is another, is gone, or is new.
    pub(crate) is_changed: PlaceSet,
    /// Those of them that hold a row now.
    pub(crate) now: Vec<Place>,
}

/// A set of places, one bit each.
pub(crate) struct PlaceSet(Vec<u64>);

impl PlaceSet {
    /// An empty set that has room for so many places.
    pub(crate) fn of(places: usize) -> Self {
        Self(vec![0; places.div_ceil(64)])
    }

    pub(crate) fn insert(&mut self, place: Place) {
        if let Some(word) = self.0.get_mut(place as usize / 64) {
            *word |= 1 << (place % 64);
        }
    }

    pub(crate) fn contains(&self, place: Place) -> bool {
        self.0.get(place as usize / 64).is_some_and(|word| word >> (place % 64) & 1 == 1)
    }
}

/// Rows in an order.
#[derive(Debug, Clone, Copy, Default)]
pub struct OrderedRows<'a> {
    rows: Option<&'a Rows>,
    places: &'a [Place],
}

impl<'a> OrderedRows<'a> {
    /// These places of the rows. All of them hold one.
    pub(crate) const fn new(rows: &'a Rows, places: &'a [Place]) -> Self {
        Self { rows: Some(rows), places }
    }

    /// The number of rows.
    pub const fn len(self) -> usize {
        self.places.len()
    }

    /// Returns true if there is no row.
    pub const fn is_empty(self) -> bool {
        self.places.is_empty()
    }

    /// The row of this number, from 0.
    pub fn get(self, number: usize) -> Option<&'a Arc<Resource>> {
        self.rows?.get(*self.places.get(number)?)
    }

    /// The rows of these numbers; empty where there are none such.
    #[must_use]
    pub fn range(self, numbers: Range<usize>) -> Self {
        Self { places: self.places.get(numbers).unwrap_or_default(), ..self }
    }

    /// Every row, in order.
    pub fn iter(self) -> OrderedIter<'a> {
        self.into_iter()
    }
}

impl<'a> IntoIterator for OrderedRows<'a> {
    type Item = &'a Arc<Resource>;
    type IntoIter = OrderedIter<'a>;

    fn into_iter(self) -> OrderedIter<'a> {
        OrderedIter(self)
    }
}

/// The rows of [`OrderedRows`], one after the other.
#[derive(Debug, Clone)]
pub struct OrderedIter<'a>(OrderedRows<'a>);

impl<'a> Iterator for OrderedIter<'a> {
    type Item = &'a Arc<Resource>;

    fn next(&mut self) -> Option<Self::Item> {
        let (first, rest) = self.0.places.split_first()?;
        self.0.places = rest;
        self.0.rows?.get(*first)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.0.len(), Some(self.0.len()))
    }
}

impl DoubleEndedIterator for OrderedIter<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        let (last, rest) = self.0.places.split_last()?;
        self.0.places = rest;
        self.0.rows?.get(*last)
    }
}

impl ExactSizeIterator for OrderedIter<'_> {}
