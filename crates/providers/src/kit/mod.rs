//! The kit: what every platform needs, written once. Knows no platform.

pub(crate) mod page_cache;
pub(crate) mod replay;
pub(crate) mod secret_fields;
pub(crate) mod sign_in;

mod listing;
mod request;

use std::future::Future;
use std::time::{Duration, Instant};

pub(crate) use listing::{failed_listing, send_whole_listing};
pub(crate) use request::join_url;

/// The result of a future, and how long it took.
pub(crate) async fn timed<T>(future: impl Future<Output = T>) -> (T, Duration) {
    let began = Instant::now();
    let value = future.await;
    (value, began.elapsed())
}
