//! One listing for several readers: the rows of a kind and the scopes of another are the same pages.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};
use futures_util::stream::{self, Stream};
use parking_lot::Mutex;

use super::pages::{ListPage, PageAt, PageWalk, Progress};
use qdeck_model::Problem;

/// Listings that begin within this time belong to one round of the scheduler and share their pages.
const SHARED_FOR: Duration = Duration::from_secs(2);

type Pending<P> = Shared<BoxFuture<'static, Result<Arc<P>, Problem>>>;
type Fetch<P> = dyn Fn(PageAt) -> BoxFuture<'static, Result<P, Problem>> + Send + Sync;

/// Holds the latest walk over a list, so that several listings read the same pages.
pub(crate) struct PageCache<P> {
    walk: PageWalk,
    fetch: Arc<Fetch<P>>,
    current: Mutex<Option<(Instant, SharedPages<P>)>>,
}

/// The pages of one walk, each fetched once however many read it, and only when one of them asks for it.
pub(crate) struct SharedPages<P> {
    walk: PageWalk,
    fetch: Arc<Fetch<P>>,
    progress: Arc<Mutex<Progress>>,
    pages: Arc<Mutex<Vec<Pending<P>>>>,
}

impl<P> Clone for SharedPages<P> {
    fn clone(&self) -> Self {
        Self {
            walk: self.walk.clone(),
            fetch: self.fetch.clone(),
            progress: self.progress.clone(),
            pages: self.pages.clone(),
        }
    }
}

impl<P: ListPage + Send + Sync + 'static> PageCache<P> {
    /// A cache of the pages that `fetch` reads, in the way of `walk`.
    pub(crate) fn new(
        walk: PageWalk,
        fetch: impl Fn(PageAt) -> BoxFuture<'static, Result<P, Problem>> + Send + Sync + 'static,
    ) -> Self {
        Self { walk, fetch: Arc::new(fetch), current: Mutex::new(None) }
    }

    /// The pages of the latest walk, however old, unless it failed; else those of a new one.
    pub(crate) fn latest(&self) -> SharedPages<P> {
        self.younger_than(Duration::MAX)
    }

    /// The pages of the walk that has just begun, unless it failed; else those of a new one.
    pub(crate) fn current(&self) -> SharedPages<P> {
        self.younger_than(SHARED_FOR)
    }

    fn younger_than(&self, age: Duration) -> SharedPages<P> {
        let mut current = self.current.lock();
        if let Some((began, pages)) = &*current
            && began.elapsed() < age
            && !pages.has_failed()
        {
            return pages.clone();
        }
        let pages = SharedPages {
            walk: self.walk.clone(),
            fetch: self.fetch.clone(),
            progress: Arc::default(),
            pages: Arc::default(),
        };
        *current = Some((Instant::now(), pages.clone()));
        pages
    }
}

impl<P: ListPage + Send + Sync + 'static> SharedPages<P> {
    /// The pages in order, to the last one or the first problem.
    pub(crate) fn pages(self) -> impl Stream<Item = Result<Arc<P>, Problem>> + Send {
        stream::unfold(Some((self, 0)), |state| async move {
            let (pages, index) = state?;
            let page = pages.page(index).await;
            let goes_on = page.as_ref().is_ok_and(|page| !page.is_last());
            Some((page, goes_on.then(|| (pages, index + 1))))
        })
    }

    /// The first page: the whole list where lists have no pages.
    ///
    /// # Errors
    /// When it cannot be fetched.
    pub(crate) async fn first(&self) -> Result<Arc<P>, Problem> {
        self.page(0).await
    }

    /// The page of this index, from 0. Those before it are fetched first: where a page begins may depend on them.
    fn page(&self, index: usize) -> Pending<P> {
        let mut pages = self.pages.lock();
        loop {
            if let Some(page) = pages.get(index) {
                return page.clone();
            }
            let before = pages.last().cloned();
            let (walk, fetch, progress) = (self.walk.clone(), self.fetch.clone(), self.progress.clone());
            let page = async move {
                if let Some(before) = before {
                    before.await?;
                }
                let at = progress.lock().next();
                let mut page = fetch(at).await?;
                progress.lock().advance(&walk, &mut page)?;
                Ok(Arc::new(page))
            };
            pages.push(page.boxed().shared());
        }
    }

    fn has_failed(&self) -> bool {
        self.pages.lock().iter().any(|page| page.peek().is_some_and(Result::is_err))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::StreamExt as _;

    use super::super::pages::tests::read;
    use super::super::pages::{Page, Rest};
    use super::*;
    use qdeck_model::ProblemKind;

    #[tokio::test]
    async fn two_readers_of_one_walk_ask_once_for_each_page() {
        let asked = Arc::new(AtomicUsize::new(0));
        let count = asked.clone();
        let cache = PageCache::new(PageWalk::new("GET /things", 1), move |at| {
            count.fetch_add(1, Ordering::Relaxed);
            async move {
                tokio::task::yield_now().await;
                Ok(Page::new(read(vec![at.number]), Rest::Total(2)))
            }
            .boxed()
        });
        let mut one = Box::pin(cache.current().pages());
        let mut two = Box::pin(cache.current().pages());
        let (a, b) = tokio::join!(one.next(), two.next());
        assert_eq!((a.unwrap().unwrap().rows[0], b.unwrap().unwrap().rows[0]), (1, 1));
        assert_eq!(asked.load(Ordering::Relaxed), 1, "page 2 is not asked for before a reader wants it");
        assert!(two.next().await.unwrap().unwrap().is_last());
        assert_eq!(asked.load(Ordering::Relaxed), 2);
        assert!(two.next().await.is_none());
    }

    #[tokio::test]
    async fn a_walk_that_failed_is_not_given_to_the_next_reader() {
        let asked = Arc::new(AtomicUsize::new(0));
        let count = asked.clone();
        let cache: PageCache<Page<usize>> = PageCache::new(PageWalk::new("GET /things", 1), move |_| {
            count.fetch_add(1, Ordering::Relaxed);
            async { Err(Problem::new(ProblemKind::Server, "no")) }.boxed()
        });
        assert!(cache.current().first().await.is_err());
        assert!(cache.current().first().await.is_err());
        assert_eq!(asked.load(Ordering::Relaxed), 2);
    }
}
