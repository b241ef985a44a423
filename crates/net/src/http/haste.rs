//! Asking in haste: whoever only wants to know whether a server answers does not wait as long as one who needs the
//! answer.

use std::collections::HashMap;
use std::future::Future;
use std::time::Duration;

use parking_lot::Mutex;
use url::Url;

use crate::cause::Cause;

tokio::task_local! {
    static HASTE: Haste;
}

struct Haste {
    limit: Duration,
    /// Hosts that no connection was made to, by host and port, and why not.
    gone: Mutex<HashMap<String, Cause>>,
}

/// Runs a future in whose requests nothing is tried again, none takes longer than `limit`, and a host that could not
/// be connected to is not asked a second time. Holds for requests of the future itself, not for those of tasks that
/// it starts.
pub async fn in_haste<F: Future>(limit: Duration, future: F) -> F::Output {
    let haste = Haste { limit, gone: Mutex::default() };
    HASTE.scope(haste, future).await
}

/// The time that a request may take, if there is haste.
pub(super) fn limit() -> Option<Duration> {
    HASTE.try_with(|haste| haste.limit).ok()
}

/// Why this host could not be connected to a moment ago.
pub(super) fn gone(url: &Url) -> Option<Cause> {
    let known = |haste: &Haste| {
        let gone = haste.gone.lock();
        gone.get(&host(url)).cloned()
    };
    HASTE.try_with(known).ok().flatten()
}

/// Remembers that this host could not be connected to, if that is what went wrong.
pub(super) fn note(url: &Url, cause: &Cause) {
    if cause.is_no_connection() {
        // Without haste there is nothing to remember.
        let _ = HASTE.try_with(|haste| {
            let mut gone = haste.gone.lock();
            gone.insert(host(url), cause.clone());
        });
    }
}

fn host(url: &Url) -> String {
    format!("{}:{}", url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or_default())
}
