//! Listings as streams of events: rows, scopes that end or fail by themselves, and how the whole ends.
//!
//! The whole fails ([`ListEvent::Failed`]) when its scopes are not known ([`Listing::fail`]), when a scope failed for a
//! reason of the whole context (the sign-in, the configuration), and when scopes failed and none ended well. In every
//! other case it ends ([`ListEvent::End`]), and the rows of the failed scopes stay as they were.

use std::borrow::Borrow;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use arcstr::ArcStr;
use futures_util::StreamExt as _;
use futures_util::stream::{self, BoxStream, Stream};
use parking_lot::Mutex;
use tokio::sync::mpsc::Sender;

use super::pages::CountedRows;
use super::row_cache::Walked;
use crate::{ListEvent, PageRows, page_rows};
use qdeck_model::{Problem, ProblemKind, Resource, Unreadable};

/// Rows of one event where an answer holds a whole list: the screen draws in between.
const ROWS_PER_EVENT: usize = 500;

/// The longest page that is one event; a longer one is sent like a whole list.
const MAX_ROWS_PER_EVENT: usize = 1_000;

/// The rows of a scope, made one by one as they are sent.
pub(crate) type RowsOfScope<'a> = Box<dyn Iterator<Item = Arc<Resource>> + Send + 'a>;

/// One listing under way.
pub(crate) struct Listing {
    out: Sender<ListEvent>,
    outcome: Mutex<Outcome>,
}

/// The outcomes of the scopes so far.
#[derive(Default)]
struct Outcome {
    has_good: bool,
    /// The first problem of a scope, or the first of the whole context.
    failure: Option<Problem>,
    /// The scopes themselves could not be listed.
    fatal: Option<Problem>,
    /// Rows that could not be read, of all scopes.
    unreadable: Unreadable,
}

impl Listing {
    /// A listing that sends to `out`. A closed receiver is no failure: the listing ends early.
    pub(crate) fn new(out: Sender<ListEvent>) -> Self {
        Self { out, outcome: Mutex::default() }
    }

    /// Sends rows as one page, or as several where they are many. Returns whether there is still a receiver.
    pub(crate) async fn page(
        &self,
        scope: Option<&ArcStr>,
        rows: Vec<Resource>,
        expected: Option<usize>,
    ) -> bool {
        if rows.len() <= MAX_ROWS_PER_EVENT {
            return self.send(scope, page_rows(rows), expected).await;
        }
        let mut rows = rows.into_iter();
        while rows.len() > 0 {
            if !self.send(scope, page_rows(rows.by_ref().take(ROWS_PER_EVENT)), expected).await {
                return false;
            }
        }
        true
    }

    /// Sends rows as one page, as they are. Returns whether there is still a receiver.
    pub(crate) async fn send(&self, scope: Option<&ArcStr>, rows: PageRows, expected: Option<usize>) -> bool {
        self.out.send(ListEvent::Page { scope: scope.cloned(), rows, expected }).await.is_ok()
    }

    /// Sends the rows of a whole list, at most [`ROWS_PER_EVENT`] in a page; no rows, no page.
    pub(crate) async fn rows(&self, scope: &ArcStr, rows: RowsOfScope<'_>, expected: Option<&ExpectedRows>) {
        let mut rows = rows.peekable();
        while rows.peek().is_some() {
            let page = rows.by_ref().take(ROWS_PER_EVENT).collect();
            if !self.send(Some(scope), page, expected.and_then(ExpectedRows::now)).await {
                break;
            }
        }
    }

    /// Sends the pages of a walk as they come; `rows` makes the rows of a page and how many there will be in all.
    ///
    /// # Errors
    /// The first problem of a page.
    pub(crate) async fn pages<P: CountedRows>(
        &self,
        scope: Option<&ArcStr>,
        pages: impl Stream<Item = Result<P, Problem>>,
        mut rows: impl FnMut(P) -> (Vec<Resource>, Option<usize>),
    ) -> Result<(), Problem> {
        let mut pages = std::pin::pin!(pages);
        while let Some(page) = pages.next().await {
            let page = page?;
            self.count(page.unreadable());
            let (rows, expected) = rows(page);
            let is_empty = rows.is_empty() && expected.is_none();
            if !is_empty && !self.page(scope, rows, expected).await {
                break;
            }
        }
        Ok(())
    }

    /// Sends the pages of a walk over cached rows as they come; `expected` gives how many there will be in all, once a page
    /// is counted in.
    ///
    /// # Errors
    /// The first problem of a page.
    pub(crate) async fn cached_pages(
        &self,
        scope: Option<&ArcStr>,
        pages: impl Stream<Item = Result<impl Borrow<Walked<Resource>>, Problem>>,
        mut expected: impl FnMut(&Walked<Resource>) -> Option<usize>,
    ) -> Result<(), Problem> {
        let mut pages = std::pin::pin!(pages);
        while let Some(page) = pages.next().await {
            let page = page?;
            let page = page.borrow();
            self.count(page.unreadable());
            let expected = expected(page);
            if !self.chunks(scope, page.chunks(), || expected).await {
                break;
            }
        }
        Ok(())
    }

    /// Sends the chunks of a page, each as one page. Returns whether there is still a receiver.
    pub(crate) async fn chunks(
        &self,
        scope: Option<&ArcStr>,
        chunks: &[PageRows],
        expected: impl Fn() -> Option<usize>,
    ) -> bool {
        if chunks.is_empty() && expected().is_some() {
            return self.send(scope, PageRows::default(), expected()).await;
        }
        for rows in chunks {
            if !self.send(scope, rows.clone(), expected()).await {
                return false;
            }
        }
        true
    }

    /// Lists scopes, `at_once` of them at a time, and reports how each ended. A problem among the scopes fails the whole.
    pub(crate) async fn scopes<S, Fut>(
        &self,
        scopes: impl Stream<Item = Result<S, Problem>>,
        at_once: usize,
        list: impl Fn(S) -> Fut,
    ) where
        Fut: Future<Output = (ArcStr, Result<(), Problem>)>,
    {
        let list = &list;
        let each = scopes.take_while(|_| std::future::ready(!self.out.is_closed()));
        each.for_each_concurrent(at_once.max(1), |scope| async move {
            match scope {
                Ok(scope) => {
                    let (scope, result) = list(scope).await;
                    self.end_scope(scope, result).await;
                }
                Err(problem) => self.fail(problem),
            }
        })
        .await;
    }

    /// Reports how a scope ended.
    pub(crate) async fn end_scope(&self, scope: ArcStr, result: Result<(), Problem>) {
        let event = match result {
            Ok(()) => {
                self.outcome.lock().has_good = true;
                ListEvent::ScopeEnd(scope)
            }
            Err(problem) => {
                self.outcome.lock().add(&problem);
                ListEvent::ScopeFailed(scope, problem)
            }
        };
        let _ = self.out.send(event).await;
    }

    /// Notes that some rows are known whatever becomes of the scopes.
    pub(crate) fn has_rows(&self) {
        self.outcome.lock().has_good = true;
    }

    /// Counts rows that were read otherwise than by [`Listing::pages`], and those that could not be.
    pub(crate) fn count(&self, unreadable: &Unreadable) {
        self.outcome.lock().unreadable.add(unreadable);
    }

    /// Notes a problem that fails the whole.
    pub(crate) fn fail(&self, problem: Problem) {
        self.outcome.lock().fatal.get_or_insert(problem);
    }

    /// Why the whole failed, if it did.
    pub(crate) fn failure(&self) -> Option<Problem> {
        let outcome = self.outcome.lock();
        let scope = outcome.failure.as_ref().filter(|problem| !outcome.has_good || is_of_context(problem));
        outcome.fatal.as_ref().or(scope).cloned()
    }

    /// Ends the listing: well, or with this problem. Reports the rows that could not be read before.
    pub(crate) async fn end(self, failure: Option<Problem>) {
        let unreadable = std::mem::take(&mut self.outcome.lock().unreadable);
        if unreadable.any() {
            let _ = self.out.send(ListEvent::Unreadable(unreadable)).await;
        }
        let _ = self.out.send(failure.map_or(ListEvent::End, ListEvent::Failed)).await;
    }

    /// Ends the listing as its scopes did.
    pub(crate) async fn finish(self) {
        let failure = self.failure();
        self.end(failure).await;
    }
}

impl Outcome {
    fn add(&mut self, problem: &Problem) {
        let known = self.failure.as_ref();
        if known.is_none_or(|known| is_of_context(problem) && !is_of_context(known)) {
            self.failure = Some(problem.clone());
        }
    }
}

/// Returns true if a problem is one of the whole context, so that no other scope can be listed either.
pub(crate) fn is_of_context(problem: &Problem) -> bool {
    matches!(problem.kind, ProblemKind::Unauthorized | ProblemKind::Local)
}

/// The same, but that what was deleted a moment ago has no rows: that is no failure.
pub(crate) fn unless_gone(result: Result<(), Problem>) -> Result<(), Problem> {
    match result {
        Err(problem) if problem.kind == ProblemKind::NotFound => Ok(()),
        other => other,
    }
}

/// Each row of shared pages: rows that are scopes of another listing, which counts those that could not be read.
pub(crate) fn each_row<R>(
    listing: &Listing,
    noun: &'static str,
    pages: impl Stream<Item = Result<Arc<Walked<R>>, Problem>>,
) -> impl Stream<Item = Result<Arc<R>, Problem>> {
    pages.flat_map(move |page| {
        if let Ok(page) = &page {
            listing.count(&of_parts(noun, page.unreadable()));
        }
        let (page, problem) = match page {
            Ok(page) => (Some(page), None),
            Err(problem) => (None, Some(Err(problem))),
        };
        let rows: Vec<_> = page.iter().flat_map(|page| page.rows().cloned().map(Ok)).collect();
        stream::iter(rows.into_iter().chain(problem))
    })
}

/// Scopes that could not be read, to be counted among the rows of the listing: those that could are no rows of it.
pub(crate) fn of_parts(noun: &str, scopes: &Unreadable) -> Unreadable {
    let why = scopes.why.as_ref().map(|why| format!("{noun}: {why}").into());
    Unreadable { rows: scopes.rows, of: scopes.rows, why }
}

/// The number of rows that a listing will have, known once each of its parts has reported its share.
pub(crate) struct ExpectedRows {
    open_parts: AtomicUsize,
    rows: AtomicUsize,
}

impl ExpectedRows {
    /// Rows of so many parts.
    pub(crate) fn of_parts(parts: usize) -> Self {
        Self { open_parts: AtomicUsize::new(parts), rows: AtomicUsize::new(0) }
    }

    /// Adds rows of a part that has more.
    pub(crate) fn add(&self, rows: usize) {
        self.rows.fetch_add(rows, Ordering::Relaxed);
    }

    /// Adds the (remaining) rows of a part.
    pub(crate) fn add_last(&self, rows: usize) {
        self.add(rows);
        self.open_parts.fetch_sub(1, Ordering::Relaxed);
    }

    /// The number, once it is known.
    pub(crate) fn now(&self) -> Option<usize> {
        (self.open_parts.load(Ordering::Relaxed) == 0).then(|| self.rows.load(Ordering::Relaxed))
    }
}

/// Sends a listing that comes whole: one page and its end, or the failure.
pub(crate) async fn send_whole_listing(
    out: Sender<ListEvent>,
    listed: Result<(Vec<Resource>, Unreadable), Problem>,
) {
    let listing = Listing::new(out);
    match listed {
        Ok((rows, unreadable)) => {
            listing.count(&unreadable);
            let expected = Some(rows.len());
            listing.page(None, rows, expected).await;
        }
        Err(problem) => listing.fail(problem),
    }
    listing.finish().await;
}

/// The listing of a kind that cannot be listed.
pub(crate) fn failed_listing(problem: Problem) -> BoxStream<'static, ListEvent> {
    stream::iter([ListEvent::Failed(problem)]).boxed()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn ended(scopes: &[(&str, Result<(), ProblemKind>)]) -> Vec<String> {
        let (out, mut events) = tokio::sync::mpsc::channel(16);
        let listing = Listing::new(out);
        for (scope, result) in scopes {
            let result = result.map_err(|kind| Problem::new(kind, *scope));
            listing.end_scope((*scope).into(), result).await;
        }
        listing.finish().await;
        let mut all = Vec::new();
        while let Some(event) = events.recv().await {
            all.push(match event {
                ListEvent::ScopeEnd(scope) => format!("{scope} ended"),
                ListEvent::ScopeFailed(scope, _) => format!("{scope} failed"),
                ListEvent::Failed(problem) => format!("failed: {}", problem.message),
                ListEvent::End => "end".to_owned(),
                ListEvent::Unreadable(unreadable) => unreadable.to_string(),
                ListEvent::Bounded(bound) => format!("bounded to {bound}"),
                ListEvent::Page { rows, .. } => format!("{} rows", rows.len()),
            });
        }
        all
    }

    #[tokio::test]
    async fn a_listing_fails_when_no_scope_ends_well_or_the_sign_in_is_refused() {
        use ProblemKind::{Forbidden, Server, Unauthorized};
        assert_eq!(ended(&[]).await, ["end"]);
        assert_eq!(ended(&[("a", Ok(())), ("b", Err(Server))]).await, ["a ended", "b failed", "end"]);
        assert_eq!(ended(&[("a", Err(Server)), ("b", Err(Forbidden))]).await[2], "failed: a");
        let refused = ended(&[("a", Err(Server)), ("b", Ok(())), ("c", Err(Unauthorized))]).await;
        assert_eq!(refused[3], "failed: c");
    }

    #[test]
    fn the_number_of_rows_is_known_when_every_part_has_reported() {
        let expected = ExpectedRows::of_parts(2);
        expected.add_last(3);
        expected.add(4);
        assert_eq!(expected.now(), None);
        expected.add_last(5);
        assert_eq!(expected.now(), Some(12));
    }

    #[tokio::test]
    async fn a_long_page_is_sent_in_parts() {
        let (out, mut events) = tokio::sync::mpsc::channel(16);
        let context = qdeck_model::ContextName::new("x");
        let row = |n: usize| {
            let id = qdeck_model::ResourceId::new(&context, qdeck_model::Kind::GpuModel, n.to_string());
            Resource::GpuModel(qdeck_model::GpuModel::new(id, "x", "x"))
        };
        let listing = Listing::new(out);
        assert!(listing.page(None, (0..1_000).map(row).collect(), None).await);
        assert!(listing.page(None, (0..1_300).map(row).collect(), None).await);
        drop(listing);
        let mut pages = Vec::new();
        while let Some(ListEvent::Page { rows, .. }) = events.recv().await {
            pages.push(rows.len());
        }
        assert_eq!(pages, [1_000, 500, 500, 300]);
    }
}
