//! Lists each kind of a context again and again: at its pace, sooner when asked, slower when changes are pushed, and
//! with growing pauses when it fails. Sleeps between; nothing ticks.

use std::time::Duration;

use futures_util::StreamExt;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::events::Closed;
use super::link::{Link, SLOW_FACTOR, backoff, jittered};
use super::{FleetEvent, ListEvent};
use qdeck_model::{Kind, Problem, ProblemKind, Unreadable};
use qdeck_net::Backoff;
use qdeck_providers::{MAX_ROWS_APPLIED, bounded};

/// The interval between tries of a forbidden listing: the user may have been given the permission meanwhile.
const FORBIDDEN_RETRY: Duration = Duration::from_secs(600);
/// The least time between two listings that changes ask for.
const MIN_RELIST_INTERVAL: Duration = Duration::from_secs(1);

/// The outcome of a listing.
enum Outcome {
    Complete,
    Failed(Problem),
    /// The user signed in again meanwhile.
    Superseded,
}

/// Lists a kind until the receiver of the events is gone. `place` is its position among the kinds: the first listings
/// begin one after another, each once the one before has sent something.
pub(super) async fn keep_listing(
    link: Link,
    kind: Kind,
    place: usize,
    turn: watch::Sender<usize>,
) -> Result<(), Closed> {
    let mut reconnect = link.reconnect.subscribe();
    let mut refresh = link.signals.refresh.subscribe();
    let mut relist = link.relist[kind as usize].subscribe();
    let mut backoff = backoff();
    let mut unreadable = Unreadable::default();
    // Down, and this is the kind that tries again.
    let mut retries_sign_in = false;
    // The sender is held right here, so waiting cannot fail.
    turn.subscribe().wait_for(|turn| *turn >= place).await.ok();
    loop {
        reconnect.borrow_and_update();
        relist.borrow_and_update();
        let started = Instant::now();
        let outcome = if link.is_down() && !retries_sign_in {
            Outcome::Superseded
        } else {
            list(&link, kind, place, &turn, &mut reconnect, &mut unreadable).await?
        };
        refresh.borrow_and_update();
        let mut pause = None;
        let forbidden =
            matches!(&outcome, Outcome::Failed(problem) if problem.kind == ProblemKind::Forbidden);
        match outcome {
            Outcome::Complete => {
                backoff.reset();
                link.recover(kind);
                link.listed(kind, Ok(())).await?;
            }
            Outcome::Failed(problem) => {
                pause = Some(pause_after(&link, &mut backoff, &problem));
                match problem.kind {
                    ProblemKind::Unauthorized | ProblemKind::Local => link.down(kind, problem).await?,
                    // As long as nothing was answered the credentials may still be refused.
                    _ if link.is_down() && problem.kind.may_pass() => {}
                    _ => {
                        link.recover(kind);
                        link.listed(kind, Err(problem)).await?;
                    }
                }
            }
            Outcome::Superseded => backoff.reset(),
        }
        turn.send_if_modified(|turn| raise(turn, place + 1));
        retries_sign_in = false;
        if link.is_down() {
            retries_sign_in = wait_to_sign_in(&link, kind, &mut refresh, &mut reconnect).await;
            continue;
        }
        if reconnect.has_changed().unwrap_or(false) {
            continue;
        }
        let mut earliest = Instant::now() + MIN_RELIST_INTERVAL.max(started.elapsed());
        if forbidden {
            // Neither does a change make it allowed.
            earliest += pause.unwrap_or_default();
        }
        tokio::select! {
            () = rest(&link, kind, pause) => {}
            _ = refresh.changed() => {}
            _ = reconnect.changed() => {}
            () = asked(&link, &mut relist, earliest) => {}
        }
    }
}

/// Waits while a context is down: for the user, or until it is this kind's turn to try the credentials again. Returns
/// whether it is to try.
async fn wait_to_sign_in(
    link: &Link,
    kind: Kind,
    refresh: &mut watch::Receiver<u64>,
    reconnect: &mut watch::Receiver<u64>,
) -> bool {
    let Some(pause) = link.sign_in_pause(kind) else {
        reconnect.changed().await.ok();
        return false;
    };
    let due = Instant::now().checked_add(pause);
    let paused = async {
        match due {
            Some(due) => sleep_until(due).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        () = paused => true,
        _ = refresh.changed() => {
            link.provider.sign_in_again();
            true
        }
        _ = reconnect.changed() => false,
    }
}

/// The pause after a failure.
fn pause_after(link: &Link, backoff: &mut Backoff, problem: &Problem) -> Duration {
    if problem.kind == ProblemKind::Forbidden {
        jittered(FORBIDDEN_RETRY)
    } else if problem.kind.may_pass() {
        backoff.next_pause(problem.retry_after)
    } else {
        jittered(link.options.refresh.saturating_mul(SLOW_FACTOR))
    }
}

/// Sleeps until the next listing of a kind is due by itself. Its pace follows the push channel and the user's attention, and a
/// rest lasts as long as the fleet is paused.
async fn rest(link: &Link, kind: Kind, pause: Option<Duration>) {
    let since = Instant::now();
    let mut pushed = link.pushed.subscribe();
    let mut paused = link.signals.paused.subscribe();
    let mut attention = link.signals.attention.subscribe();
    loop {
        pushed.borrow_and_update();
        attention.borrow_and_update();
        let due = pause.map_or_else(|| link.next_listing(kind, since), |pause| since + pause);
        tokio::select! {
            () = sleep_until(due) => break,
            _ = pushed.changed() => {}
            _ = attention.changed() => {}
        }
    }
    paused.wait_for(|paused| !paused).await.ok();
}

/// Waits until a change asks for a listing, but no sooner than `earliest`, so that many changes make one listing.
async fn asked(link: &Link, relist: &mut watch::Receiver<u64>, earliest: Instant) {
    relist.changed().await.ok();
    sleep_until(earliest).await;
    let mut paused = link.signals.paused.subscribe();
    paused.wait_for(|paused| !paused).await.ok();
}

/// Lists a kind once, sending every page as it arrives.
async fn list(
    link: &Link,
    kind: Kind,
    place: usize,
    turn: &watch::Sender<usize>,
    reconnect: &mut watch::Receiver<u64>,
    logged: &mut Unreadable,
) -> Result<Outcome, Closed> {
    link.outbox.send(FleetEvent::ListStarted(link.name.clone(), kind)).await?;
    let mut unreadable = Unreadable::default();
    let mut is_cut_off = false;
    let mut stream = bounded(link.provider.list(kind), link.options.listing);
    loop {
        let event = tokio::select! {
            biased;
            _ = reconnect.changed() => return Ok(Outcome::Superseded),
            event = stream.next() => event,
        };
        let event = event.unwrap_or_else(|| {
            let problem = Problem::new(ProblemKind::BadAnswer, "the listing stopped before its end");
            ListEvent::Failed(problem)
        });
        let outcome = match &event {
            ListEvent::End => Some(Outcome::Complete),
            ListEvent::Failed(problem) => Some(Outcome::Failed(problem.clone())),
            _ => None,
        };
        match &event {
            ListEvent::Unreadable(rows) => unreadable.add(rows),
            ListEvent::Bounded(_) => is_cut_off = true,
            _ => {}
        }
        turn.send_if_modified(|turn| raise(turn, place + 1));
        if event.is_good_answer() && link.answered(kind) {
            link.send_condition().await?;
        }
        for piece in pieces(event) {
            link.outbox.send(FleetEvent::List(link.name.clone(), kind, piece)).await?;
        }
        if let Some(outcome) = outcome {
            // One that was cut off does not get to count them.
            if !is_cut_off {
                log_change(link, kind, unreadable, logged);
            }
            return Ok(outcome);
        }
    }
}

/// A page in pieces, so that none holds up the screen that applies it; any other event as it is.
fn pieces(event: ListEvent) -> Vec<ListEvent> {
    match event {
        ListEvent::Page { scope, rows, expected } if rows.len() > MAX_ROWS_APPLIED => {
            let piece = |rows: &[_]| ListEvent::Page { scope: scope.clone(), rows: rows.into(), expected };
            rows.chunks(MAX_ROWS_APPLIED).map(piece).collect()
        }
        event => vec![event],
    }
}

/// Logs the rows that could not be read, once until that changes.
fn log_change(link: &Link, kind: Kind, unreadable: Unreadable, logged: &mut Unreadable) {
    if unreadable.rows == logged.rows && unreadable.why == logged.why {
        return;
    }
    let (context, kind) = (link.name.as_str(), kind.title());
    if unreadable.any() {
        tracing::warn!(context, kind, "{unreadable}");
    } else {
        tracing::info!(context, kind, "every row can be read again");
    }
    *logged = unreadable;
}

fn raise(turn: &mut usize, to: usize) -> bool {
    let raised = *turn < to;
    *turn = (*turn).max(to);
    raised
}

#[cfg(test)]
mod tests {
    use super::super::fake::{id, model};
    use super::*;
    use qdeck_providers::page_rows;

    #[test]
    fn a_large_page_comes_in_pieces_with_every_row_in_order() {
        let rows = page_rows((0..600).map(|n| model(&id(&n.to_string()))));
        let page = ListEvent::Page { scope: Some("a".into()), rows: rows.clone(), expected: Some(900) };
        let mut sizes = Vec::new();
        let mut joined = Vec::new();
        for piece in pieces(page) {
            let ListEvent::Page { scope: Some(scope), rows, expected: Some(900) } = piece else {
                panic!("{piece:?}");
            };
            assert_eq!(&*scope, "a");
            sizes.push(rows.len());
            joined.extend(rows.iter().cloned());
        }
        assert_eq!((sizes, &joined[..]), (vec![256, 256, 88], &rows[..]));
        let empty = ListEvent::Page { scope: None, rows: page_rows([]), expected: Some(0) };
        assert_eq!(pieces(empty).len(), 1, "an empty page is an answer, too");
    }
}
