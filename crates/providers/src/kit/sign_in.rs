//! A sign-in that is made when first needed, kept, and forgotten when it is refused.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

use qdeck_model::Problem;

/// Holds what signing in gave. Many may ask at once: one signs in, the others wait for it.
pub(crate) struct SignIn<T>(Mutex<Arc<OnceCell<T>>>);

impl<T: Clone> SignIn<T> {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(Arc::default()))
    }

    /// What is known, or what `sign_in` finds.
    pub(crate) async fn get<F>(&self, sign_in: impl FnOnce() -> F) -> Result<T, Problem>
    where
        F: Future<Output = Result<T, Problem>>,
    {
        let cell = self.lock().clone();
        cell.get_or_try_init(sign_in).await.cloned()
    }

    /// Forgets it, if `stale` says so of what is known.
    pub(crate) fn forget_if(&self, stale: impl FnOnce(&T) -> bool) {
        let mut cell = self.lock();
        if cell.get().is_some_and(stale) {
            *cell = Arc::default();
        }
    }

    /// What is known, without signing in.
    pub(crate) fn peek(&self) -> Option<T> {
        self.lock().get().cloned()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Arc<OnceCell<T>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
