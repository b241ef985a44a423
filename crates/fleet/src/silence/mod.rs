//! Notices when a context stops answering, whatever its requests are doing: a server that accepts a request and never
//! answers it fails nothing for a while.

#[cfg(test)]
mod tests;

use tokio::time::{Instant, sleep_until};

use super::FleetEvent;
use super::events::Closed;
use super::link::Link;

/// Watches the good answers of each kind until the receiver of the events is gone. Sleeps until one is overdue.
pub(super) async fn watch(link: Link) -> Result<(), Closed> {
    let mut pushed = link.pushed.subscribe();
    let mut paused = link.signals.paused.subscribe();
    let mut attention = link.signals.attention.subscribe();
    loop {
        let paces: Vec<_> = link.provider.kinds().iter().map(|kind| (*kind, link.pace(*kind))).collect();
        if *paused.borrow_and_update() {
            // Nothing is asked for, so nothing is overdue.
            paused.wait_for(|paused| !paused).await.ok();
            link.watch_from_now();
        }
        tokio::select! {
            () = sleep_until(link.next_overdue(Instant::now())) => {}
            _ = paused.changed() => continue,
            _ = pushed.changed() => {
                // Another pace from here on.
                link.watch_from_now();
                continue;
            }
            _ = attention.changed() => {
                for (kind, pace) in paces {
                    link.expect_by_pace(kind, pace);
                }
                continue;
            }
        }
        let silent = link.note_overdue(Instant::now());
        for kind in &silent {
            link.outbox.send(FleetEvent::ListSilent(link.name.clone(), *kind)).await?;
        }
        if !silent.is_empty() {
            link.send_condition().await?;
        }
    }
}
