//! Follows the changes that a platform pushes, and reads again what has changed.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use indexmap::IndexSet;
use tokio::time::{Instant, sleep, sleep_until};

use super::FleetEvent;
use super::events::Closed;
use super::link::{Link, backoff, bump};
use qdeck_model::{Kind, Problem, ProblemKind, Resource, ResourceId};
use qdeck_providers::Change;

/// Concurrent reads of changed resources.
const MAX_CONCURRENT_READS: usize = 4;
/// More changed resources than this are cheaper to list than to read one by one.
const MAX_SINGLE_READS: usize = 100;
/// Changes of one resource that arrive within this time are one.
const CHANGE_DEBOUNCE: Duration = Duration::from_millis(50);

type Read = BoxFuture<'static, (ResourceId, Result<Resource, Problem>)>;

/// Resources that changed and are to be read again, each by one read at a time: of two the older might end last.
#[derive(Default)]
struct Touched {
    waiting: IndexSet<ResourceId>,
    due: Option<Instant>,
    reads: FuturesUnordered<Read>,
    /// What is being read, and whether its answer counts: what is pushed meanwhile is newer.
    reading: HashMap<ResourceId, bool>,
}

/// Follows changes until the receiver of the events is gone. Reconnects when the connection breaks; meanwhile the listings
/// run at their normal pace.
pub(super) async fn follow_changes(link: Link) -> Result<(), Closed> {
    let mut reconnect = link.reconnect.subscribe();
    let mut backoff = backoff();
    let mut connected_before = false;
    loop {
        reconnect.borrow_and_update();
        if link.is_down() && reconnect.changed().await.is_err() {
            return Ok(());
        }
        let Some(mut changes) = link.provider.changes() else {
            return Ok(());
        };
        let mut touched = Touched::default();
        let mut problem = None;
        let mut connected_at = None;
        loop {
            let due = touched.due;
            tokio::select! {
                _ = reconnect.changed() => break,
                change = changes.next() => match change {
                    Some(Ok(Change::Connected)) => {
                        connected_at = Some(Instant::now());
                        link.pushed.send_replace(true);
                        // What changed meanwhile is not pushed again.
                        if std::mem::replace(&mut connected_before, true) {
                            link.provider.kinds().iter().for_each(|kind| bump(&link.relist[*kind as usize]));
                        }
                    }
                    Some(Ok(change)) => touched.take(&link, change).await?,
                    Some(Err(broken)) => {
                        problem = Some(broken);
                        break;
                    }
                    None => break,
                },
                () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => touched.read(&link),
                Some((id, answer)) = touched.reads.next() => {
                    if touched.reading.remove(&id).unwrap_or_default() {
                        send_answer(&link, id, answer).await?;
                    }
                    touched.read(&link);
                }
            }
        }
        link.pushed.send_replace(false);
        if reconnect.has_changed().unwrap_or(false) {
            continue;
        }
        // Every connection makes listings: one that is accepted and broken at once must not be opened again and again.
        if let Some(at) = connected_at {
            backoff.lasted(at.elapsed());
        }
        let retry_after = problem.as_ref().and_then(|problem| problem.retry_after);
        let is_refused = problem.as_ref().is_some_and(|problem| !problem.kind.may_pass());
        // A channel that is refused will be refused again: only a new sign-in is worth a try soon.
        let pause =
            if is_refused { backoff.longest_pause(retry_after) } else { backoff.next_pause(retry_after) };
        tokio::select! {
            () = sleep(pause) => {}
            _ = reconnect.changed() => {}
        }
    }
}

impl Touched {
    /// Applies a change.
    async fn take(&mut self, link: &Link, change: Change) -> Result<(), Closed> {
        match change {
            Change::Connected => {}
            Change::Upsert(resource) => {
                self.supersede(resource.id());
                link.outbox.send(FleetEvent::Upsert(resource)).await?;
            }
            Change::Gone(id) => {
                self.supersede(&id);
                link.outbox.send(FleetEvent::Gone(id)).await?;
            }
            Change::Relist(kind) => bump(&link.relist[kind as usize]),
            Change::Touched(id) => {
                self.waiting.insert(id);
                self.due.get_or_insert_with(|| Instant::now() + CHANGE_DEBOUNCE);
            }
        }
        Ok(())
    }

    /// A resource was pushed as it is now: no read of it is needed, and one that has begun does not count.
    fn supersede(&mut self, id: &ResourceId) {
        self.waiting.swap_remove(id);
        if let Some(counts) = self.reading.get_mut(id) {
            *counts = false;
        }
    }

    /// Begins to read what waits, some at once; when there is too much, its kinds are listed instead.
    fn read(&mut self, link: &Link) {
        self.due = None;
        if self.waiting.len() > MAX_SINGLE_READS {
            for kind in Kind::ALL {
                if self.waiting.iter().any(|id| id.kind == kind) {
                    bump(&link.relist[kind as usize]);
                }
            }
            self.waiting.clear();
        }
        while self.reads.len() < MAX_CONCURRENT_READS
            && let Some(at) = self.waiting.iter().position(|id| !self.reading.contains_key(id))
            && let Some(id) = self.waiting.shift_remove_index(at)
        {
            let answer = link.provider.get(&id);
            self.reading.insert(id.clone(), true);
            self.reads.push(answer.map(|answer| (id, answer)).boxed());
        }
    }
}

async fn send_answer(link: &Link, id: ResourceId, answer: Result<Resource, Problem>) -> Result<(), Closed> {
    match answer {
        Ok(resource) => link.outbox.send(FleetEvent::Upsert(Box::new(resource))).await,
        Err(problem) if problem.kind == ProblemKind::NotFound => link.outbox.send(FleetEvent::Gone(id)).await,
        // Whatever it is, the next listing meets it, too.
        Err(_) => {
            bump(&link.relist[id.kind as usize]);
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::fake::{Fake, id, receive, start};
    use super::*;

    const ONE: &[Kind] = &[Kind::Instance];

    #[tokio::test(start_paused = true)]
    async fn a_resource_is_read_once_at_a_time_and_again_for_what_changed_meanwhile() {
        let fake = Arc::new(Fake::new(ONE));
        let pushed = Fake::line(&fake.changes);
        let (_fleet, mut events) = start(&fake);
        pushed.send(Ok(Change::Connected)).await.unwrap();
        receive(&mut events, 1.0).await;
        let began = Instant::now();
        for _ in 0..3 {
            pushed.send(Ok(Change::Touched(id("slow")))).await.unwrap();
            receive(&mut events, 0.1).await;
        }
        let received = receive(&mut events, 3.0).await;
        let times: Vec<_> = fake.times("get slow", began).iter().map(|at| (at * 100.0).round()).collect();
        assert_eq!(times, [5.0, 105.0], "a read takes a second");
        let upserts = received.iter().filter(|event| matches!(event, FleetEvent::Upsert(_)));
        assert_eq!(upserts.count(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn what_went_while_it_was_read_does_not_come_back() {
        let fake = Arc::new(Fake::new(ONE));
        let pushed = Fake::line(&fake.changes);
        let (_fleet, mut events) = start(&fake);
        pushed.send(Ok(Change::Connected)).await.unwrap();
        pushed.send(Ok(Change::Touched(id("slow")))).await.unwrap();
        receive(&mut events, 0.5).await;
        pushed.send(Ok(Change::Gone(id("slow")))).await.unwrap();
        let received = receive(&mut events, 3.0).await;
        assert!(received.iter().any(|event| matches!(event, FleetEvent::Gone(_))));
        assert!(!received.iter().any(|event| matches!(event, FleetEvent::Upsert(_))), "{received:?}");
        // It is read again like any other if it is there all the same.
        pushed.send(Ok(Change::Touched(id("slow")))).await.unwrap();
        let received = receive(&mut events, 3.0).await;
        assert!(received.iter().any(|event| matches!(event, FleetEvent::Upsert(_))));
    }

    #[tokio::test(start_paused = true)]
    async fn a_channel_that_breaks_as_soon_as_it_is_open_is_opened_and_listed_for_ever_more_rarely() {
        let fake = Arc::new(Fake::new(ONE));
        for _ in 0..200 {
            let pushed = Fake::line(&fake.changes);
            pushed.send(Ok(Change::Connected)).await.unwrap();
            pushed.send(Err(Problem::new(ProblemKind::Unreachable, "cut"))).await.unwrap();
        }
        let (_fleet, mut events) = start(&fake);
        receive(&mut events, 300.0).await;
        let (opened, listed) = (fake.count("changes"), fake.count("list instance"));
        assert!(opened < 20, "{opened}");
        assert!(listed < 300 / 5 + 20, "{listed}");
    }
}
