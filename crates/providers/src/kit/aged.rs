//! An answer that is fetched when first needed and good for a while, however many ask for it at once.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use parking_lot::Mutex;

use qdeck_model::Problem;

pub(crate) type Pending<T> = Shared<BoxFuture<'static, Arc<T>>>;

/// Holds the latest answer, or the request for it that is under way.
pub(crate) struct AgedCache<T>(Mutex<Option<(Instant, Pending<T>)>>);

impl<T> Default for AgedCache<T> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<T: Send + Sync + 'static> AgedCache<T> {
    /// The cached answer while it is younger than `fresh` of it, else that of `fetch`. The future owns what it needs.
    pub(crate) fn get(
        &self,
        fresh: impl Fn(&T) -> Duration,
        fetch: impl FnOnce() -> BoxFuture<'static, T>,
    ) -> Pending<T> {
        let mut known = self.0.lock();
        if let Some((began, pending)) = &*known
            && pending.peek().is_none_or(|answer| began.elapsed() < fresh(answer))
        {
            return pending.clone();
        }
        let pending = fetch().map(Arc::new).boxed().shared();
        *known = Some((Instant::now(), pending.clone()));
        pending
    }

    /// The latest answer, however old, unless another is being fetched.
    pub(crate) fn peek(&self) -> Option<Arc<T>> {
        self.0.lock().as_ref().and_then(|(_, pending)| pending.peek().cloned())
    }

    /// Forgets the answer.
    pub(crate) fn forget(&self) {
        *self.0.lock() = None;
    }
}

/// The time for which an answer that may have failed is fresh: a failure is not kept.
pub(crate) fn if_good<T>(fresh: Duration) -> impl Fn(&Result<T, Problem>) -> Duration {
    move |answer| if answer.is_ok() { fresh } else { Duration::ZERO }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test]
    async fn many_ask_once_and_what_is_stale_is_asked_for_again() {
        let cache = AgedCache::default();
        let asked = Arc::new(AtomicUsize::new(0));
        let get = |fresh: Duration| {
            let asked = asked.clone();
            cache.get(
                move |_: &usize| fresh,
                move || async move { asked.fetch_add(1, Ordering::Relaxed) + 1 }.boxed(),
            )
        };
        let long = Duration::from_secs(3600);
        let (one, two) = (get(long), get(long));
        assert_eq!((*one.await, *two.await), (1, 1));
        assert_eq!(*get(Duration::ZERO).await, 2);
        assert_eq!(*get(long).await, 2);
        assert_eq!(cache.peek().as_deref(), Some(&2));
        cache.forget();
        assert_eq!((cache.peek(), *get(long).await), (None, 3));
    }
}
