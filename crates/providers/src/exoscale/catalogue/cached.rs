//! An answer that is fetched when first needed and good for a while, however many ask for it at once.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use parking_lot::Mutex;

pub(crate) type Pending<T> = Shared<BoxFuture<'static, Arc<T>>>;

/// Holds the latest answer, or the request for it that is under way.
pub(crate) struct Cached<T>(Mutex<Option<(Instant, Pending<T>)>>);

impl<T> Default for Cached<T> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<T: Send + Sync + 'static> Cached<T> {
    /// The cached answer while it is younger than `fresh` of it, else that of `fetch`. The future owns what it needs.
    pub(crate) fn get(
        &self,
        fresh: impl Fn(&T) -> Duration,
        fetch: impl FnOnce() -> BoxFuture<'static, T>,
    ) -> Pending<T> {
        let mut cached = self.0.lock();
        if let Some((began, pending)) = &*cached
            && pending.peek().is_none_or(|known| began.elapsed() < fresh(known))
        {
            return pending.clone();
        }
        let pending = fetch().map(Arc::new).boxed().shared();
        *cached = Some((Instant::now(), pending.clone()));
        pending
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test]
    async fn many_ask_once_and_what_is_stale_is_asked_for_again() {
        let cached = Cached::default();
        let asked = Arc::new(AtomicUsize::new(0));
        let get = |fresh: Duration| {
            let asked = asked.clone();
            cached.get(
                move |_: &usize| fresh,
                move || async move { asked.fetch_add(1, Ordering::Relaxed) + 1 }.boxed(),
            )
        };
        let long = Duration::from_secs(3600);
        let (one, two) = (get(long), get(long));
        assert_eq!((*one.await, *two.await), (1, 1));
        assert_eq!(*get(Duration::ZERO).await, 2);
        assert_eq!(*get(long).await, 2);
    }
}
