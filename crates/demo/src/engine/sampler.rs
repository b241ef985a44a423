//! Counters of instances without a client: sampled at a slow cadence, so that a later client finds no gap.

use std::time::Duration;

use super::Engine;

/// The time between two samples of an instance without a client.
pub const CADENCE: Duration = Duration::from_secs(5);

impl Engine {
    /// Samples every instance that has a process, for as long as any has one; sleeps while none has.
    pub(super) fn sample_slowly(&self) {
        let engine = self.clone();
        self.spawn(async move {
            loop {
                let reader = engine.clone();
                let read =
                    tokio::task::spawn_blocking(move || reader.inner.machines.sample_unwatched(CADENCE));
                // A panic in there is reported by the runtime; the next round is taken all the same.
                if read.await.unwrap_or(true) {
                    tokio::time::sleep(CADENCE).await;
                } else {
                    engine.inner.started.notified().await;
                }
            }
        });
    }
}
