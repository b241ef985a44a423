//! A sign-in that is made when first needed, cached, and forgotten when it is refused.

use std::future::Future;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::OnceCell;

use qdeck_model::Problem;
use qdeck_net::NetError;

/// The status of a refused sign-in.
const UNAUTHORIZED: u16 = 401;

/// Caches the result of signing in. Many may ask at once: one signs in, the others wait for it.
pub(crate) struct SignIn<T>(Mutex<Arc<OnceCell<T>>>);

impl<T: Clone> SignIn<T> {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(Arc::default()))
    }

    /// The cached result, or that of `sign_in`.
    ///
    /// # Errors
    /// Those of `sign_in`, which are not cached.
    pub(crate) async fn get<F>(&self, sign_in: impl FnOnce() -> F) -> Result<T, Problem>
    where
        F: Future<Output = Result<T, Problem>>,
    {
        let cell = self.0.lock().clone();
        cell.get_or_try_init(sign_in).await.cloned()
    }

    /// Forgets the cached result if it `is_stale`.
    pub(crate) fn forget_if(&self, is_stale: impl FnOnce(&T) -> bool) {
        let mut cell = self.0.lock();
        if cell.get().is_some_and(is_stale) {
            *cell = Arc::default();
        }
    }

    /// Forgets the cached result.
    pub(crate) fn forget(&self) {
        self.forget_if(|_| true);
    }

    /// The cached result, without signing in.
    pub(crate) fn peek(&self) -> Option<T> {
        self.0.lock().get().cloned()
    }
}

impl<T: Clone + PartialEq> SignIn<T> {
    /// Sends a request with the sign-in at hand. One that is refused (401) is forgotten, and the request sent once more
    /// with a new one, unless signing in gives the same again.
    ///
    /// # Errors
    /// Those of `sign_in`, and the refusal of the last request.
    pub(crate) async fn send<R, F, S>(
        &self,
        sign_in: impl Fn() -> F,
        send: impl Fn(T) -> S,
    ) -> Result<R, Problem>
    where
        F: Future<Output = Result<T, Problem>>,
        S: Future<Output = Result<R, NetError>>,
    {
        let used = self.get(&sign_in).await?;
        let refusal = match send(used.clone()).await {
            Err(refusal) if refusal.status == Some(UNAUTHORIZED) => refusal,
            other => return other.map_err(Problem::from),
        };
        self.forget_if(|current| *current == used);
        let renewed = self.get(&sign_in).await?;
        if renewed == used {
            return Err(refusal.into());
        }
        send(renewed).await.map_err(Problem::from)
    }
}
