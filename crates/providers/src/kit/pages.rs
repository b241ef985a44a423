//! Lists that come in pages: one rule for where a list ends, and the walk that follows it.
//!
//! The first of these ends a list:
//!
//! 1. a page without rows;
//! 2. a page that is marked as the last ([`Rest::Last`]), and the last page that the walk is allowed ([`PageWalk::at_most`]);
//! 3. where pages give the number of rows in all ([`Rest::Total`]): the page that reaches it;
//! 4. where pages have no mark and no number ([`Rest::Unsaid`]): a page that is not full. A server may cap pages below the
//!    size asked for, so a page with a round number of rows is taken for full, at the price of one request more.
//!
//! A page of which not one row can be read is an error. So is a page that brings only rows of the pages before it: the server ignores the page parameter, and the walk
//! would never end, or end with rows missing.
//!
//! ```text
//! fetch(1, offset 0) ── 100 rows of 250 ──> fetch(2, offset 100) ── 100 rows ──> fetch(3, offset 200) ── 50 rows ──> end
//! ```

use std::collections::HashSet;
use std::future::Future;
use std::hash::{BuildHasher as _, Hash};
use std::sync::Arc;

use foldhash::fast::{FixedState, RandomState};
use futures_util::StreamExt as _;
use futures_util::stream::{self, FuturesOrdered, Stream};

use crate::mapping::lenient::Rows;
use qdeck_model::{Problem, ProblemKind, Unreadable};

/// The most rows of a list that is needed whole: places, sizes, the versions of one container.
const MAX_ROWS_IN_ALL: usize = 100_000;

/// A page to fetch, by number and by offset: platforms ask by one or the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PageAt {
    /// From 1.
    pub(crate) number: usize,
    /// Rows that the server sent in the pages before.
    pub(crate) offset: usize,
}

impl PageAt {
    /// The first page.
    pub(crate) const FIRST: Self = Self { number: 1, offset: 0 };
}

/// A page's report of the rows after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rest {
    /// There are none.
    Last,
    /// Rows in all, those of this page included.
    Total(usize),
    /// Nothing.
    Unsaid,
}

/// One page of a list.
#[derive(Debug)]
pub(crate) struct Page<T> {
    /// The rows that could be read.
    pub(crate) rows: Vec<T>,
    /// Those that could not, and how many were sent in all.
    pub(crate) unreadable: Unreadable,
    rest: Rest,
    last: bool,
}

impl<T> Page<T> {
    /// A page as it was read.
    pub(crate) fn new(rows: Rows<T>, rest: Rest) -> Self {
        Self { rows: rows.good, unreadable: rows.unreadable, rest, last: false }
    }

    /// Rows in all, where the platform gives their number.
    pub(crate) fn total(&self) -> Option<usize> {
        self.rest.total()
    }
}

impl Rest {
    /// Rows in all, where the platform gives their number.
    pub(crate) fn total(self) -> Option<usize> {
        match self {
            Self::Total(total) => Some(total),
            Self::Last | Self::Unsaid => None,
        }
    }
}

/// A page, or what it is shared by.
pub(crate) trait CountedRows {
    /// The rows of it that could not be read, and how many were sent in all.
    fn unreadable(&self) -> &Unreadable;
}

/// A page of a list that a walk follows.
pub(crate) trait ListPage: CountedRows {
    /// Its report of the rows after it.
    fn rest(&self) -> Rest;

    /// The [`Row::key`]s of its rows.
    fn keys(&self) -> impl Iterator<Item = u64>;

    /// True if the list ends with it. Set by the walk.
    fn is_last(&self) -> bool;

    /// Sets whether the list ends with it.
    fn set_last(&mut self, is_last: bool);

    /// The number of rows that the server sent.
    fn sent(&self) -> usize {
        self.unreadable().of
    }
}

impl<P: CountedRows> CountedRows for Arc<P> {
    fn unreadable(&self) -> &Unreadable {
        (**self).unreadable()
    }
}

impl<T> CountedRows for Page<T> {
    fn unreadable(&self) -> &Unreadable {
        &self.unreadable
    }
}

impl<T: Row> ListPage for Page<T> {
    fn rest(&self) -> Rest {
        self.rest
    }

    fn keys(&self) -> impl Iterator<Item = u64> {
        self.rows.iter().map(Row::key)
    }

    fn is_last(&self) -> bool {
        self.last
    }

    fn set_last(&mut self, is_last: bool) {
        self.last = is_last;
    }
}

/// A row with an identity, by which a repeated page is noticed.
pub(crate) trait Row {
    /// A hash of what identifies the row in its list.
    fn key(&self) -> u64;
}

/// The [`Row::key`] of an id.
pub(crate) fn key_of(id: &(impl Hash + ?Sized)) -> u64 {
    FixedState::default().hash_one(id)
}

/// A row whose id is not known: the same row is the same text.
impl Row for serde_json::Value {
    fn key(&self) -> u64 {
        key_of(&self.to_string())
    }
}

/// A walk over the pages of a list.
#[derive(Debug, Clone)]
pub(crate) struct PageWalk {
    request: Arc<str>,
    size: usize,
    ahead: usize,
    most: usize,
}

impl PageWalk {
    /// A walk over the list of `request` (as in `GET /v1/containers`) that asks for pages of `size` rows.
    pub(crate) fn new(request: impl Into<Arc<str>>, size: usize) -> Self {
        Self { request: request.into(), size, ahead: 1, most: usize::MAX }
    }

    /// Asks for so many pages at once as soon as a full first page gives the number of rows in all.
    pub(crate) fn ahead(self, pages: usize) -> Self {
        Self { ahead: pages, ..self }
    }

    /// Ends after so many pages, whatever follows.
    pub(crate) fn at_most(self, pages: usize) -> Self {
        Self { most: pages, ..self }
    }

    /// The pages in order, to the last one or the first problem. A page is fetched only when it is asked for.
    pub(crate) fn pages<P, F, Fut>(self, fetch: F) -> impl Stream<Item = Result<P, Problem>>
    where
        P: ListPage,
        F: Fn(PageAt) -> Fut,
        Fut: Future<Output = Result<P, Problem>>,
    {
        let walking = Walking {
            progress: Progress::default(),
            asked: FuturesOrdered::new(),
            plan: None,
            walk: self,
            fetch,
        };
        stream::unfold(Some(walking), |walking| async move {
            let mut walking = walking?;
            let page = walking.next().await?;
            let goes_on = page.as_ref().is_ok_and(|page| !page.is_last());
            Some((page, goes_on.then_some(walking)))
        })
    }

    /// Every row of the list, and how many could not be read.
    ///
    /// # Errors
    /// The first problem of a page, and when the list is longer than anything that is needed whole.
    pub(crate) async fn all<T, F, Fut>(self, fetch: F) -> Result<Rows<T>, Problem>
    where
        T: Row,
        F: Fn(PageAt) -> Fut,
        Fut: Future<Output = Result<Page<T>, Problem>>,
    {
        let message = format!("unexpected answer: the list has more than {MAX_ROWS_IN_ALL} rows");
        let problem_of_length = Problem::new(ProblemKind::BadAnswer, message).request(self.request.clone());
        let mut pages = std::pin::pin!(self.pages(fetch));
        let mut all = Rows::default();
        while let Some(page) = pages.next().await {
            let page = page?;
            all.unreadable.add(&page.unreadable);
            if all.good.is_empty() {
                all.good = page.rows;
            } else {
                all.good.extend(page.rows);
            }
            if all.good.len() > MAX_ROWS_IN_ALL {
                return Err(problem_of_length);
            }
        }
        Ok(all)
    }

    fn repeated(&self, page: usize) -> Problem {
        let message = format!(
            "unexpected answer: page {page} of the list has no row that the pages before it did not have; the server \
             seems to ignore which page is asked for"
        );
        Problem::new(ProblemKind::BadAnswer, message).request(self.request.clone()).hint(
            "Check that `base_url` leads to the API itself: a proxy or cache may drop the query of requests",
        )
    }
}

/// The progress of a walk: the state of the end rule.
#[derive(Debug)]
pub(crate) struct Progress {
    next: PageAt,
    pages: usize,
    sent_last: usize,
    seen: HashSet<u64, RandomState>,
}

impl Default for Progress {
    fn default() -> Self {
        Self { next: PageAt::FIRST, pages: 0, sent_last: 0, seen: HashSet::default() }
    }
}

impl Progress {
    /// The page that comes next.
    pub(crate) fn next(&self) -> PageAt {
        self.next
    }

    /// Counts the page in that was fetched at [`Progress::next`], and decides whether it is the last.
    ///
    /// # Errors
    /// When the page repeats rows of those before it, and when not one of its rows could be read.
    pub(crate) fn advance(&mut self, walk: &PageWalk, page: &mut impl ListPage) -> Result<(), Problem> {
        self.next = PageAt { number: self.next.number + 1, offset: self.next.offset + page.sent() };
        let more = match page.rest() {
            Rest::Last => false,
            Rest::Total(total) => self.next.offset < total,
            Rest::Unsaid => is_full(page.sent(), walk.size),
        };
        self.count(walk, page, more)
    }

    /// Counts a page in that is followed by another if there is `more` and nothing else ends the list.
    fn count(&mut self, walk: &PageWalk, page: &mut impl ListPage, more: bool) -> Result<(), Problem> {
        self.pages += 1;
        // Neither is it known whether the server ignores the page asked for, nor which rows the list has.
        if let Some(problem) = page.unreadable().failure() {
            return Err(problem.request(walk.request.clone()));
        }
        let more = more && page.sent() > 0 && self.pages < walk.most;
        // Most lists have one page: their rows are never hashed.
        if more || self.pages > 1 {
            let known = self.seen.len();
            self.seen.extend(page.keys());
            let is_repeated = page.sent() > 0 && self.seen.len() == known;
            // A short page may end with rows that new ones pushed back while the list was read.
            if is_repeated && (more || page.sent() == self.sent_last) {
                return Err(walk.repeated(self.pages));
            }
        }
        self.sent_last = page.sent();
        page.set_last(!more);
        Ok(())
    }
}

/// Returns true if a page without a mark or a number may be full.
fn is_full(sent: usize, size: usize) -> bool {
    sent >= size || (sent >= 10 && sent.is_multiple_of(10))
}

/// Pages known from the number of rows in all, which can be asked for before those ahead of them are here.
struct Plan {
    next: PageAt,
    stride: usize,
    total: usize,
}

impl Iterator for Plan {
    type Item = PageAt;

    fn next(&mut self) -> Option<PageAt> {
        let at = self.next;
        self.next = PageAt { number: at.number + 1, offset: at.offset + self.stride };
        (at.offset < self.total).then_some(at)
    }
}

/// A walk under way.
struct Walking<F, Fut: Future> {
    walk: PageWalk,
    fetch: F,
    asked: FuturesOrdered<Fut>,
    progress: Progress,
    plan: Option<Plan>,
}

impl<P, F, Fut> Walking<F, Fut>
where
    P: ListPage,
    F: Fn(PageAt) -> Fut,
    Fut: Future<Output = Result<P, Problem>>,
{
    async fn next(&mut self) -> Option<Result<P, Problem>> {
        if self.asked.is_empty() {
            self.asked.push_back((self.fetch)(self.progress.next()));
        }
        let page = self.asked.next().await?;
        Some(page.and_then(|mut page| self.take_in(&mut page).map(|()| page)))
    }

    fn take_in(&mut self, page: &mut P) -> Result<(), Problem> {
        if let Some(plan) = &self.plan {
            let more = !self.asked.is_empty() || plan.next.offset < plan.total;
            self.progress.count(&self.walk, page, more)?;
            if !page.is_last() {
                self.ask_ahead();
            }
            return Ok(());
        }
        self.progress.advance(&self.walk, page)?;
        if let Rest::Total(total) = page.rest()
            && page.sent() == self.walk.size
            && self.walk.ahead > 1
            && !page.is_last()
        {
            self.plan = Some(Plan { next: self.progress.next(), stride: page.sent(), total });
            self.ask_ahead();
        }
        Ok(())
    }

    fn ask_ahead(&mut self) {
        while self.asked.len() < self.walk.ahead
            && let Some(at) = self.plan.as_mut().and_then(Iterator::next)
        {
            self.asked.push_back((self.fetch)(at));
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    impl Row for usize {
        fn key(&self) -> u64 {
            key_of(self)
        }
    }

    const SIZE: usize = 100;

    /// Rows that could all be read.
    pub(crate) fn read<T>(good: Vec<T>) -> Rows<T> {
        Rows { unreadable: Unreadable::none_of(good.len()), good }
    }

    /// Walks a server's `rows`, of which it gives at most `cap` a page, and returns what was read and asked.
    async fn walked(rows: usize, cap: usize, rest: Rest, ahead: usize) -> (Vec<usize>, usize) {
        let asked = AtomicUsize::new(0);
        let all = PageWalk::new("GET /things", SIZE).ahead(ahead).all(|at| {
            asked.fetch_add(1, Ordering::Relaxed);
            let page: Vec<usize> = (at.offset..rows).take(cap.min(SIZE)).collect();
            std::future::ready(Ok(Page::new(read(page), rest)))
        });
        let all = all.await.unwrap().good;
        (all, asked.load(Ordering::Relaxed))
    }

    #[tokio::test]
    async fn a_list_ends_by_one_rule() {
        let of = |rows| Rest::Total(rows);
        for (rows, cap, rest, requests) in [
            (250, SIZE, of(250), 3),
            (200, SIZE, of(200), 2),
            (250, 40, of(250), 7),        // a server with smaller pages
            (250, SIZE, Rest::Unsaid, 4), // a round number at the end
            (253, SIZE, Rest::Unsaid, 3),
            (7, SIZE, Rest::Unsaid, 1),
            (100, SIZE, Rest::Unsaid, 2),
            (0, SIZE, Rest::Unsaid, 1),
            (0, SIZE, of(0), 1),
            (3, SIZE, of(900), 2), // fewer rows than promised: an empty page ends it
        ] {
            for ahead in [1, 3] {
                let (all, asked) = walked(rows, cap, rest, ahead).await;
                assert_eq!(all, (0..rows).collect::<Vec<_>>(), "{rows} by {cap}, {rest:?}, {ahead} ahead");
                assert_eq!(asked, requests, "{rows} by {cap}, {rest:?}, {ahead} ahead");
            }
        }
        assert_eq!(walked(7, SIZE, Rest::Last, 1).await.1, 1);
    }

    #[tokio::test]
    async fn no_more_pages_are_fetched_than_allowed() {
        let walk = PageWalk::new("GET /things", 2).at_most(2);
        let page = |at: PageAt| {
            let rows = read(vec![at.offset, at.offset + 1]);
            std::future::ready(Ok(Page::new(rows, Rest::Unsaid)))
        };
        assert_eq!(walk.all(page).await.unwrap().good, [0, 1, 2, 3]);
    }

    #[tokio::test]
    async fn a_server_that_ignores_the_page_is_an_error_and_no_endless_list() {
        for rest in [Rest::Unsaid, Rest::Total(1000), Rest::Total(15)] {
            for ahead in [1, 3] {
                let asked = AtomicUsize::new(0);
                let all = PageWalk::new("GET /things", 10).ahead(ahead).all(|_| {
                    asked.fetch_add(1, Ordering::Relaxed);
                    std::future::ready(Ok(Page::new(read((0..10).collect()), rest)))
                });
                let problem = all.await.unwrap_err();
                assert_eq!(problem.kind, ProblemKind::BadAnswer);
                assert_eq!(problem.request.as_deref(), Some("GET /things"));
                assert!(problem.message.contains("page 2"), "{problem}");
                assert!(asked.load(Ordering::Relaxed) <= 1 + ahead, "{rest:?}");
            }
        }
    }

    #[tokio::test]
    async fn a_row_that_a_new_one_pushed_to_the_next_page_is_no_error() {
        let walk = PageWalk::new("GET /things", 10);
        let all = walk.all(|at| {
            let rows: Vec<usize> = if at.number == 1 { (0..10).collect() } else { vec![9] };
            std::future::ready(Ok(Page::new(read(rows), Rest::Unsaid)))
        });
        assert_eq!(all.await.unwrap().good.len(), 11);
    }

    #[tokio::test]
    async fn rows_that_cannot_be_read_are_counted_and_a_page_without_any_other_ends_the_walk() {
        let page = |good: std::ops::Range<usize>, rows: usize| {
            let of = good.len() + rows;
            Rows { good: good.collect(), unreadable: Unreadable { rows, of, why: Some("no id".into()) } }
        };
        let walk = || PageWalk::new("GET /things", 10);
        let all = walk().all(|at| {
            let rows = if at.number == 1 { page(0..7, 3) } else { page(7..8, 1) };
            std::future::ready(Ok(Page::new(rows, Rest::Unsaid)))
        });
        let all = all.await.unwrap();
        assert_eq!(all.good.len(), 8);
        assert_eq!(all.unreadable.to_string(), "4 of 12 rows could not be read: no id");
        let asked = AtomicUsize::new(0);
        let none = walk().all(|_| {
            asked.fetch_add(1, Ordering::Relaxed);
            std::future::ready(Ok(Page::<usize>::new(page(0..0, 10), Rest::Unsaid)))
        });
        let problem = none.await.unwrap_err();
        assert_eq!(&*problem.message, "unexpected answer: 10 of 10 rows could not be read: no id");
        assert_eq!((problem.request.as_deref(), asked.into_inner()), (Some("GET /things"), 1));
    }

    #[tokio::test]
    async fn a_list_that_is_needed_whole_has_an_end() {
        let asked = AtomicUsize::new(0);
        let all = PageWalk::new("GET /things", 1_000).all(|at| {
            asked.fetch_add(1, Ordering::Relaxed);
            let rows: Vec<usize> = (at.offset..at.offset + 1_000).collect();
            std::future::ready(Ok(Page::new(read(rows), Rest::Total(usize::MAX))))
        });
        let problem = all.await.unwrap_err();
        assert!(problem.message.contains("more than 100000 rows"), "{problem}");
        assert_eq!(asked.load(Ordering::Relaxed), 101);
    }
}
