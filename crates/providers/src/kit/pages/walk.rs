//! The walk over the pages of a list, and the rule for where a list ends.
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

use arcstr::ArcStr;
use foldhash::fast::RandomState;
use futures_util::StreamExt as _;
use futures_util::stream::{self, FuturesOrdered, Stream};

use super::{ListPage, Page, PageAt, Rest, Row};
use crate::mapping::lenient::Rows;
use qdeck_model::{Problem, ProblemKind};

/// The most rows of a list that is needed whole: places, sizes, the versions of one container.
const MAX_ROWS_IN_ALL: usize = 100_000;

/// A walk over the pages of a list.
#[derive(Debug, Clone)]
pub(crate) struct PageWalk {
    request: ArcStr,
    size: usize,
    ahead: usize,
    most: usize,
}

impl PageWalk {
    /// A walk over the list of `request` (as in `GET /v1/containers`) that asks for pages of `size` rows.
    pub(crate) fn new(request: impl Into<ArcStr>, size: usize) -> Self {
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
