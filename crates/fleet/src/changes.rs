//! Follows the changes that a platform pushes, and reads again what has changed.

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

/// Resources that changed and are to be read again.
#[derive(Default)]
struct Touched {
    waiting: IndexSet<ResourceId>,
    due: Option<Instant>,
    reads: FuturesUnordered<Read>,
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
        loop {
            let due = touched.due;
            tokio::select! {
                _ = reconnect.changed() => break,
                change = changes.next() => match change {
                    Some(Ok(Change::Connected)) => {
                        backoff.reset();
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
                    send_answer(&link, id, answer).await?;
                    touched.read(&link);
                }
            }
        }
        link.pushed.send_replace(false);
        if reconnect.has_changed().unwrap_or(false) {
            continue;
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
                self.waiting.swap_remove(resource.id());
                link.outbox.send(FleetEvent::Upsert(resource)).await?;
            }
            Change::Gone(id) => {
                self.waiting.swap_remove(&id);
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
            && let Some(id) = self.waiting.shift_remove_index(0)
        {
            let answer = link.provider.get(&id);
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
