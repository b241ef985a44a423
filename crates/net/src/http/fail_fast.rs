//! Requests that fail fast: a check whether a server answers does not wait as long as a caller that needs the answer.

use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::time::Duration;

use parking_lot::Mutex;
use url::Url;

use crate::cause::Cause;

tokio::task_local! {
    static FAIL_FAST: FailFast;
}

struct FailFast {
    limit: Duration,
    /// Hosts that could not be connected to or never answered, by host and port, and why.
    unreachable: Mutex<HashMap<String, Cause>>,
    /// Hosts that answered: one that is late once is asked again.
    answered: Mutex<HashSet<String>>,
}

/// Runs a future whose requests are not retried and take no longer than `limit`, and in which a host that could not be
/// connected to, or that never answered, is not tried a second time. Applies to requests of the future itself, not to those of tasks that it
/// spawns.
pub async fn fail_fast<F: Future>(limit: Duration, future: F) -> F::Output {
    let fail_fast = FailFast { limit, unreachable: Mutex::default(), answered: Mutex::default() };
    FAIL_FAST.scope(fail_fast, future).await
}

/// The time that a request may take, inside of [`fail_fast`].
pub(super) fn limit() -> Option<Duration> {
    FAIL_FAST.try_with(|it| it.limit).ok()
}

/// Why this host is not asked again.
pub(super) fn unreachable(url: &Url) -> Option<Cause> {
    let cause = |it: &FailFast| it.unreachable.lock().get(&host(url)).cloned();
    FAIL_FAST.try_with(cause).ok().flatten()
}

/// Remembers that this host answered, whatever it was.
pub(super) fn note_answer(url: &Url) {
    // Outside of `fail_fast` there is nothing to remember.
    let _ = FAIL_FAST.try_with(|it| it.answered.lock().insert(host(url)));
}

/// Remembers that this host could not be connected to, if `cause` is that, or that it has never answered.
pub(super) fn note_unreachable(url: &Url, cause: &Cause) {
    let is_late = matches!(cause, Cause::Timeout { .. });
    let _ = FAIL_FAST.try_with(|it| {
        let host = host(url);
        if cause.is_no_connection() || (is_late && !it.answered.lock().contains(&host)) {
            it.unreachable.lock().insert(host, cause.clone());
        }
    });
}

fn host(url: &Url) -> String {
    format!("{}:{}", url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or_default())
}
