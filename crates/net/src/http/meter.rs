//! Counts of what the requests of one stream read, such as those of a listing.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use futures_util::StreamExt as _;
use futures_util::stream::{self, BoxStream};

tokio::task_local! {
    static METER: Arc<Meter>;
}

/// Answers and bytes that were read.
#[derive(Debug, Default)]
pub struct Meter {
    answers: AtomicUsize,
    bytes: AtomicU64,
}

impl Meter {
    /// Answers that were read, or begun to be read.
    pub fn answers(&self) -> usize {
        self.answers.load(Ordering::Relaxed)
    }

    /// Bytes of their bodies so far, after decompression.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// The same stream, whose requests are counted. Counts requests of the stream itself, not those of tasks that it
    /// spawns. A request that several streams wait for is counted by the one that was polled.
    pub fn measure<T: Send + 'static>(
        self: Arc<Self>,
        mut stream: BoxStream<'static, T>,
    ) -> BoxStream<'static, T> {
        let poll = move |cx: &mut std::task::Context<'_>| {
            METER.sync_scope(self.clone(), || stream.poll_next_unpin(cx))
        };
        stream::poll_fn(poll).boxed()
    }
}

/// Counts one answer.
pub(super) fn count_answer() {
    // Outside of a measured stream nothing is counted.
    let _ = METER.try_with(|meter| meter.answers.fetch_add(1, Ordering::Relaxed));
}

/// Counts bytes of an answer.
pub(super) fn count_bytes(bytes: usize) {
    let _ = METER.try_with(|meter| meter.bytes.fetch_add(bytes as u64, Ordering::Relaxed));
}
