//! The pages of a listing as they were read last: what has not changed is neither decoded nor mapped again.
//!
//! ```text
//! answer ─▶ rows, cut out while it arrives ─▶ digest of each ── as the row that is expected here ──▶ that row
//!                                                  │ another
//!                                                  ▼
//!                                      as any row before ──▶ that row
//!                                                  │ another
//!                                                  ▼
//!                                         decoded and mapped
//! ```
//!
//! The text of an answer is never in memory whole, however long a page is ([`arriving`]). If all rows are those that were
//! expected, and what is left of the document is the same too, the page is the one before.
//!
//! A page is valid for the *version* of whatever else its rows were mapped with: names of containers, sizes, images. Anything
//! that depends on the clock is no part of a cached row. What is cached is therefore the same whichever credentials it was
//! read with; pages that cannot be read never get in. Where a version changes with what is left of the document, rows that
//! are as before keep what they were mapped with until the next listing.
//!
//! A digest has 64 bits of a hash with random keys of this run, beside the length. It is not cryptographic, and a server
//! cannot aim at keys that it does not know. If two texts had the same digest all the same, the row that changed would be
//! shown as it was until it changes once more.

use std::collections::HashMap;
use std::hash::BuildHasher as _;
use std::sync::Arc;

use arcstr::ArcStr;
use foldhash::fast::RandomState;
use parking_lot::Mutex;

mod arriving;

use super::pages::{CountedRows, ListPage, Rest};
use crate::MAX_ROWS_APPLIED;
use crate::mapping::lenient::Rows;
use qdeck_model::Unreadable;

/// The most rows that a cache holds. Those of further pages are read anew with every listing.
const MAX_CACHED_ROWS: usize = 1_000_000;

/// A page that was not read in so many listings is forgotten. Two kinds may be made of one list, and each listing of a kind
/// counts.
const MAX_UNUSED_LISTINGS: u64 = 4;

/// Rows that are mapped before other tasks have their turn: a millisecond or two.
const ROWS_A_TURN: usize = 512;

/// The digest of a text, and its length in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
struct Digest {
    hash: u64,
    length: u32,
}

/// A row's digest and its [`Row::key`](super::pages::Row::key).
#[derive(Debug, Clone, Copy)]
struct Mark {
    digest: Digest,
    key: u64,
}

/// A page of rows, as it was read from one text.
#[derive(Debug)]
pub(crate) struct CachedPage<R> {
    /// That of the document without its rows.
    envelope: Digest,
    version: u64,
    /// The rows, as many to a chunk as are sent in one event.
    chunks: Box<[Arc<[Arc<R>]>]>,
    /// One for each row.
    marks: Box<[Mark]>,
    unreadable: Unreadable,
    rest: Rest,
}

impl<R> CachedPage<R> {
    fn rows(&self) -> impl Iterator<Item = &Arc<R>> {
        self.chunks.iter().flat_map(|chunk| chunk.iter())
    }

    /// The row of this number, from 0.
    fn row(&self, number: usize) -> Option<&Arc<R>> {
        self.chunks.get(number / MAX_ROWS_APPLIED)?.get(number % MAX_ROWS_APPLIED)
    }
}

/// A cached page in a walk.
#[derive(Debug)]
pub(crate) struct Walked<R> {
    page: Arc<CachedPage<R>>,
    is_last: bool,
}

impl<R> Walked<R> {
    fn new(page: Arc<CachedPage<R>>) -> Self {
        Self { page, is_last: false }
    }

    /// A page that is not cached, since its rows come from several answers.
    pub(crate) fn uncached(rows: Rows<Arc<R>>, rest: Rest, key: impl Fn(&R) -> u64) -> Self {
        Self::new(Arc::new(CachedPage {
            envelope: Digest::default(),
            version: 0,
            chunks: chunks(&rows.good, &[]),
            marks: rows.good.iter().map(|row| Mark { digest: Digest::default(), key: key(row) }).collect(),
            unreadable: rows.unreadable,
            rest,
        }))
    }

    /// The rows that could be read.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &Arc<R>> {
        self.page.rows()
    }

    /// The number of rows that could be read.
    pub(crate) fn len(&self) -> usize {
        self.page.marks.len()
    }

    /// The rows in parts that are each sent as one page. A part that has not changed is the same allocation as before.
    pub(crate) fn chunks(&self) -> &[Arc<[Arc<R>]>] {
        &self.page.chunks
    }

    /// Rows in all, where the platform gives their number.
    pub(crate) fn total(&self) -> Option<usize> {
        self.page.rest.total()
    }
}

impl<R> CountedRows for Walked<R> {
    fn unreadable(&self) -> &Unreadable {
        &self.page.unreadable
    }
}

impl<R> ListPage for Walked<R> {
    fn rest(&self) -> Rest {
        self.page.rest
    }

    fn keys(&self) -> impl Iterator<Item = u64> {
        self.page.marks.iter().map(|mark| mark.key)
    }

    fn is_last(&self) -> bool {
        self.is_last
    }

    fn set_last(&mut self, is_last: bool) {
        self.is_last = is_last;
    }
}

/// A row of a changed page.
enum ReadRow<R, T> {
    /// As before.
    Known(Arc<R>),
    /// New or changed, or one that may be mapped to something else now: then with what it was mapped to.
    Changed(T, Option<Arc<R>>),
}

/// A page with at least one row that is to be mapped.
pub(crate) struct ChangedPage<R, T> {
    envelope: Digest,
    version: u64,
    rows: Vec<(Digest, ReadRow<R, T>)>,
    unreadable: Unreadable,
    rest: Rest,
}

impl<R, T> ChangedPage<R, T> {
    /// The rows that are to be mapped.
    pub(crate) fn changed(&self) -> impl Iterator<Item = &T> {
        self.rows.iter().filter_map(|(_, row)| match row {
            ReadRow::Known(_) => None,
            ReadRow::Changed(row, _) => Some(row),
        })
    }

    /// The rows that could not be read, and how many were sent in all.
    pub(crate) fn unreadable(&self) -> &Unreadable {
        &self.unreadable
    }

    /// The number of rows that could be read.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }
}

/// A page as it came.
pub(crate) enum ReadPage<R, T> {
    /// The same as before.
    Known(Walked<R>),
    /// Another one.
    Changed(ChangedPage<R, T>),
}

/// The pages of one kind of one context, by scope and number.
pub(crate) struct RowCache<R> {
    hasher: RandomState,
    state: Mutex<State<R>>,
}

struct State<R> {
    listing: u64,
    rows: usize,
    scopes: HashMap<ArcStr, Vec<Slot<R>>>,
}

/// The place of a page of a scope.
struct Slot<R> {
    page: Option<Arc<CachedPage<R>>>,
    /// The listing that read it last.
    used: u64,
}

impl<R> Default for RowCache<R> {
    fn default() -> Self {
        let state = State { listing: 0, rows: 0, scopes: HashMap::new() };
        Self { hasher: RandomState::default(), state: Mutex::new(state) }
    }
}

impl<R> RowCache<R> {
    /// Counts a listing in, and forgets pages that were in none of the latest.
    pub(crate) fn begin_listing(&self) {
        let State { listing, rows, scopes } = &mut *self.state.lock();
        *listing += 1;
        scopes.retain(|_, pages| {
            for slot in pages.iter_mut().filter(|slot| slot.used + MAX_UNUSED_LISTINGS < *listing) {
                *rows -= slot.page.take().map_or(0, |page| page.marks.len());
            }
            while pages.last().is_some_and(|slot| slot.page.is_none()) {
                pages.pop();
            }
            !pages.is_empty()
        });
    }

    /// Forgets every page.
    pub(crate) fn clear(&self) {
        let mut state = self.state.lock();
        state.scopes.clear();
        state.rows = 0;
    }

    /// A walk over the pages of a scope.
    pub(crate) fn walk(self: &Arc<Self>, scope: &ArcStr) -> CachedWalk<R> {
        CachedWalk { cache: self.clone(), scope: scope.clone(), known: Mutex::new(None) }
    }

    fn digest(&self, text: &[u8]) -> Digest {
        Digest { hash: self.hasher.hash_one(text), length: u32::try_from(text.len()).unwrap_or(u32::MAX) }
    }
}

/// The rows of a scope by the digests of their texts, each with the version of its page.
type KnownRows<R> = HashMap<Digest, (u64, Arc<R>), RandomState>;

/// One walk over the pages of a scope.
pub(crate) struct CachedWalk<R> {
    cache: Arc<RowCache<R>>,
    scope: ArcStr,
    /// Collected with the first page that has changed: rows move from page to page when one is added or removed.
    known: Mutex<Option<KnownRows<R>>>,
}

impl<R> CachedWalk<R> {
    /// Maps the rows of a page that have changed, and caches it unless none of its rows could be read. A row that is mapped to
    /// the same as before is that allocation. `version` is that of whatever else rows are mapped with, taken before the first is
    /// mapped; `key` is the [`Row::key`](super::pages::Row::key) of a row.
    ///
    /// Other tasks have their turn in between: a list without pages may have tens of thousands of rows.
    pub(crate) async fn keep<T>(
        &self,
        number: usize,
        version: u64,
        page: &ChangedPage<R, T>,
        map: impl Fn(&T) -> Arc<R>,
        key: impl Fn(&R) -> u64,
    ) -> Walked<R>
    where
        R: PartialEq,
    {
        let (mut rows, mut marks) = (Vec::with_capacity(page.rows.len()), Vec::new());
        marks.reserve_exact(page.rows.len());
        for (number, (digest, row)) in page.rows.iter().enumerate() {
            if number % ROWS_A_TURN == ROWS_A_TURN - 1 {
                tokio::task::yield_now().await;
            }
            let row = match row {
                ReadRow::Known(row) => row.clone(),
                ReadRow::Changed(row, before) => {
                    let row = map(row);
                    before.as_ref().filter(|before| ***before == *row).cloned().unwrap_or(row)
                }
            };
            marks.push(Mark { digest: *digest, key: key(&row) });
            rows.push(row);
        }
        // A row that was kept may not be as this version would make it: the page is then mapped whole with the next listing.
        let is_whole = page.rows.iter().all(|(_, row)| matches!(row, ReadRow::Changed(..)));
        let version = if is_whole { version } else { page.version };
        let mut state = self.cache.state.lock();
        let State { listing, rows: cached_rows, scopes } = &mut *state;
        let slots = scopes.entry(self.scope.clone()).or_default();
        while slots.len() < number {
            slots.push(Slot { page: None, used: 0 });
        }
        let slot = number.checked_sub(1).and_then(|index| slots.get_mut(index));
        let before = slot.as_ref().and_then(|slot| slot.page.as_ref());
        let page = Arc::new(CachedPage {
            envelope: page.envelope,
            version,
            chunks: chunks(&rows, before.map_or(&[], |page| &page.chunks)),
            marks: marks.into(),
            unreadable: page.unreadable.clone(),
            rest: page.rest,
        });
        if let Some(slot) = slot {
            *cached_rows -= slot.page.take().map_or(0, |page| page.marks.len());
            let fits = *cached_rows + page.marks.len() <= MAX_CACHED_ROWS;
            if fits && page.unreadable.failure().is_none() {
                *cached_rows += page.marks.len();
                slot.page = Some(page.clone());
                slot.used = *listing;
            }
        }
        Walked::new(page)
    }

    /// The page of this number as it was read last.
    fn page(&self, number: usize) -> Option<Arc<CachedPage<R>>> {
        let state = self.cache.state.lock();
        state.scopes.get(&self.scope)?.get(number.checked_sub(1)?)?.page.clone()
    }

    /// Takes in that the page of this number is the same as before.
    fn use_page(&self, number: usize) {
        let state = &mut *self.cache.state.lock();
        let pages = state.scopes.get_mut(&self.scope);
        if let Some(slot) = pages.and_then(|pages| pages.get_mut(number.saturating_sub(1))) {
            slot.used = state.listing;
        }
    }

    /// The row of the scope whose text has this digest, with the version of its page.
    fn known_row(&self, digest: &Digest) -> Option<(u64, Arc<R>)> {
        self.known.lock().get_or_insert_with(|| self.known_rows()).get(digest).cloned()
    }

    /// Every row of the scope.
    fn known_rows(&self) -> KnownRows<R> {
        let state = self.cache.state.lock();
        let pages = state.scopes.get(&self.scope).into_iter().flatten().filter_map(|slot| slot.page.as_ref());
        let rows = pages.flat_map(|page| {
            let digests = page.marks.iter().map(|mark| mark.digest);
            digests.zip(page.rows().map(|row| (page.version, row.clone())))
        });
        rows.collect()
    }
}

/// Rows in chunks, each of which is one event. A chunk with the same rows as one before at its place is that one.
pub(crate) fn chunks<R>(rows: &[Arc<R>], before: &[Arc<[Arc<R>]>]) -> Box<[Arc<[Arc<R>]>]> {
    let chunk = |(index, rows): (usize, &[Arc<R>])| match before.get(index) {
        Some(known)
            if known.len() == rows.len()
                && known.iter().zip(rows).all(|(known, row)| Arc::ptr_eq(known, row)) =>
        {
            known.clone()
        }
        _ => rows.into(),
    };
    rows.chunks(MAX_ROWS_APPLIED).enumerate().map(chunk).collect()
}

#[cfg(test)]
mod tests;
