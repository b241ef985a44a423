//! Keeps the account up to date between requests: follows the engine's jobs, and ends instances whose lease is over. It
//! sleeps until one of them happens.

use jiff::Timestamp;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, sleep_until};

use super::super::Counter;
use super::AccountState;
use super::acts::Verb;
use super::lease::Ending;
use super::row::Row;
use crate::engine::Engine;
use crate::engine::events::Event;
use crate::engine::fleet::Phase;

/// Starts the task; it ends with the engine.
pub(in super::super) fn start(counter: &Counter) {
    let counter = counter.clone();
    let engine = counter.app.engine.clone();
    engine.spawn(async move {
        let mut events = counter.app.engine.events();
        loop {
            let next = {
                let mut account = counter.account();
                account.release(&counter.app.engine, Timestamp::now());
                account.next_release()
            };
            let due = async {
                match next {
                    Some(wait) => sleep_until(Instant::now() + wait).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = due => {}
                () = counter.leases.notified() => {}
                event = news(&mut events, &counter) => if event.is_none() { return },
            }
        }
    });
}

/// Waits until something happens to an instance that the account watches, or to a job; `None` when the engine is no more.
async fn news(events: &mut tokio::sync::broadcast::Receiver<Event>, counter: &Counter) -> Option<()> {
    loop {
        match events.recv().await {
            Ok(Event::Instance { instance, .. }) if !counter.watches(instance) => {}
            Ok(Event::Job { .. } | Event::Instance { .. }) | Err(RecvError::Lagged(_)) => return Some(()),
            Ok(_) => {}
            Err(RecvError::Closed) => return None,
        }
    }
}

impl AccountState {
    /// Ends what is leased and whose time is over. What is busy waits for its operation's end.
    fn release(&mut self, engine: &Engine, now: Timestamp) {
        let over: Vec<(u32, Ending)> = self
            .records()
            .filter_map(|(key, record)| {
                let lease = record.lease.filter(|lease| !lease.released && lease.expire <= now)?;
                Some((key, lease.ending))
            })
            .collect();
        for (key, ending) in over {
            let state = engine.read(|fleet| {
                let row = Row::of(self, fleet, key)?;
                Some((row.busy(), row.instance.phase))
            });
            let verb = match (state, ending) {
                (Some((true, _)), _) => continue,
                (Some((_, Phase::Running | Phase::Failed)), Ending::Shutdown) => Some(Verb::Shutdown),
                (Some((_, Phase::Running | Phase::Failed | Phase::Stopped)), Ending::Terminate) => {
                    Some(Verb::Terminate)
                }
                // It has ended otherwise.
                _ => None,
            };
            if let Some(verb) = verb {
                self.begin(engine, key, verb);
            }
            if let Some(lease) = self.change(key).and_then(|record| record.lease.as_mut()) {
                lease.released = true;
            }
        }
    }

    /// The time until the next lease is over that no operation delays.
    fn next_release(&self) -> Option<std::time::Duration> {
        let now = Timestamp::now();
        self.records()
            .filter_map(|(_, record)| record.lease)
            .filter(|lease| !lease.released && lease.expire > now)
            .map(|lease| lease.expire)
            .min()
            .map(|expire| std::time::Duration::try_from(expire.duration_since(now)).unwrap_or_default())
    }
}
