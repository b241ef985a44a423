//! One listing for several readers: the rows of a kind and the scopes of another are the same pages.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};

use qdeck_model::Problem;

/// Listings that begin within this time are one sweep of the same scheduler.
const WALK_SHARED_FOR: Duration = Duration::from_secs(2);

/// One page, and whether another follows it.
pub(crate) struct Page<T> {
    pub(crate) rows: Vec<T>,
    pub(crate) more: bool,
    /// Rows in all, where the platform says so.
    pub(crate) total: Option<usize>,
}

type Pending<T> = Shared<BoxFuture<'static, Result<Arc<Page<T>>, Problem>>>;
type Fetch<T> = dyn Fn(usize) -> BoxFuture<'static, Result<Page<T>, Problem>> + Send + Sync;

/// Where the sweep under way is found.
pub(crate) struct PageCache<T> {
    fetch: Arc<Fetch<T>>,
    current: Mutex<Option<(Instant, PageWalk<T>)>>,
}

/// One walk over all pages, each asked for once however many read it, and only when somebody wants it.
pub(crate) struct PageWalk<T> {
    fetch: Arc<Fetch<T>>,
    pages: Arc<Mutex<Vec<Pending<T>>>>,
}

impl<T> Clone for PageWalk<T> {
    fn clone(&self) -> Self {
        Self { fetch: self.fetch.clone(), pages: self.pages.clone() }
    }
}

impl<T: Send + Sync + 'static> PageCache<T> {
    /// `fetch` asks for one page; the first is number 1.
    pub(crate) fn new(
        fetch: impl Fn(usize) -> BoxFuture<'static, Result<Page<T>, Problem>> + Send + Sync + 'static,
    ) -> Self {
        Self { fetch: Arc::new(fetch), current: Mutex::new(None) }
    }

    /// The latest sweep, however old, unless it met a failure; else a new one.
    pub(crate) fn latest(&self) -> PageWalk<T> {
        self.sweep_within(Duration::MAX)
    }

    /// The sweep under way if it has just begun and met no failure, else a new one.
    pub(crate) fn sweep(&self) -> PageWalk<T> {
        self.sweep_within(WALK_SHARED_FOR)
    }

    fn sweep_within(&self, age: Duration) -> PageWalk<T> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((began, sweep)) = &*current
            && began.elapsed() < age
            && !sweep.failed()
        {
            return sweep.clone();
        }
        let sweep = PageWalk { fetch: self.fetch.clone(), pages: Arc::default() };
        *current = Some((Instant::now(), sweep.clone()));
        sweep
    }
}

impl<T: Send + Sync + 'static> PageWalk<T> {
    /// The page of this number, from 1.
    pub(crate) async fn page(&self, number: usize) -> Result<Arc<Page<T>>, Problem> {
        let page = {
            let mut pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
            while pages.len() < number {
                let page = (self.fetch)(pages.len() + 1);
                pages.push(async move { page.await.map(Arc::new) }.boxed().shared());
            }
            pages.get(number.saturating_sub(1)).cloned()
        };
        match page {
            Some(page) => page.await,
            None => Err(Problem::new(qdeck_model::ProblemKind::Local, "there is no page 0")),
        }
    }

    fn failed(&self) -> bool {
        let pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
        pages.iter().any(|page| page.peek().is_some_and(Result::is_err))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test]
    async fn two_readers_of_one_sweep_ask_once_for_each_page() {
        let asked = Arc::new(AtomicUsize::new(0));
        let count = asked.clone();
        let shelf = PageCache::new(move |number| {
            count.fetch_add(1, Ordering::Relaxed);
            async move {
                tokio::task::yield_now().await;
                Ok(Page { rows: vec![number], more: number < 2, total: None })
            }
            .boxed()
        });
        let (one, two) = (shelf.sweep(), shelf.sweep());
        let (a, b) = tokio::join!(one.page(1), two.page(1));
        assert_eq!((a.unwrap().rows[0], b.unwrap().rows[0]), (1, 1));
        assert_eq!(asked.load(Ordering::Relaxed), 1, "page 2 is not asked for before it is wanted");
        assert!(!two.page(2).await.unwrap().more);
        assert_eq!(asked.load(Ordering::Relaxed), 2);
    }

    #[tokio::test]
    async fn a_failed_sweep_is_not_given_to_the_next_reader() {
        let asked = Arc::new(AtomicUsize::new(0));
        let count = asked.clone();
        let shelf: PageCache<()> = PageCache::new(move |_| {
            count.fetch_add(1, Ordering::Relaxed);
            async { Err(Problem::new(qdeck_model::ProblemKind::Server, "no")) }.boxed()
        });
        assert!(shelf.sweep().page(1).await.is_err());
        assert!(shelf.sweep().page(1).await.is_err());
        assert_eq!(asked.load(Ordering::Relaxed), 2);
    }
}
