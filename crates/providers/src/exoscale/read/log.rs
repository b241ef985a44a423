//! The log of changes of the last day, and operations.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::mpsc::Sender;

use super::super::Deck;
use super::super::api::Ask;
use super::super::map::events::{LoggedEvent, logged_events};
use super::super::wire;
use super::{anywhere, zone_of};
use crate::ListEvent;
use crate::kit::send_whole_listing;
use crate::mapping::lenient::Rows;
use qdeck_model::{Operation, Problem, ProblemKind, Resource, ResourceId, Timestamp};

/// The span of the log that is requested; the platform keeps 30 days.
const EVENTS_SINCE: Duration = Duration::from_secs(24 * 3600);
/// A cluster that scales by itself makes thousands of events a day: the latest are listed.
const MAX_EVENTS: usize = 1000;

/// The age up to which a log that was read serves: where it is listed, and where one event of it is looked up.
const MAX_AGE_LISTED: Duration = Duration::from_secs(2);
pub(super) const MAX_AGE_ASIDE: Duration = Duration::from_secs(30);

/// The events of the last day, newest first. The log belongs to the organisation: any zone has all of it.
pub(super) async fn events(deck: &Arc<Deck>, age: Duration) -> Arc<Result<Rows<LoggedEvent>, Problem>> {
    let fresh =
        move |known: &Result<Rows<LoggedEvent>, Problem>| if known.is_ok() { age } else { MAX_AGE_LISTED };
    let asked = {
        let deck = deck.clone();
        deck.clone().log.get(fresh, move || async move { ask(&deck).await }.boxed())
    };
    asked.await
}

async fn ask(deck: &Deck) -> Result<Rows<LoggedEvent>, Problem> {
    let now = Timestamp::now();
    let (from, to) = (second(now.before(EVENTS_SINCE)), second(now));
    let ask = Ask::new("list-events", &["event"]).query("from", &from).query("to", &to);
    let list: wire::EventList = anywhere(deck, &ask).await?;
    logged_events(list).readable(&ask.name())
}

/// RFC 3339 to the second, which is what the API takes.
pub(super) fn second(at: Timestamp) -> String {
    let whole = at.as_millis().div_euclid(1000).saturating_mul(1000);
    Timestamp::from_millis(whole).unwrap_or(at).to_string()
}

pub(crate) async fn operations(deck: Arc<Deck>, out: Sender<ListEvent>) {
    let rows = match &*events(&deck, MAX_AGE_LISTED).await {
        Ok(events) => {
            let started = deck.started.rows(&events.good);
            let own: HashSet<&str> = started.iter().filter_map(|(_, event)| Some(&*(*event)?.id)).collect();
            let others = events.good.iter().filter(|event| !own.contains(&*event.id)).take(MAX_EVENTS);
            let others = others.map(|event| deck.map.event(event));
            let started = started.iter().map(|(row, event)| match event {
                Some(event) => with_event(row, deck.map.event(event)),
                None => row.clone(),
            });
            let rows = started.chain(others).map(Resource::Operation).collect();
            Ok((rows, events.unreadable.clone()))
        }
        Err(problem) => Err(problem.clone()),
    };
    send_whole_listing(out, rows).await;
}

/// An operation with the fields that only its event has.
fn with_event(row: &Operation, event: Operation) -> Operation {
    Operation { by: event.by, facts: event.facts, ..row.clone() }
}

/// An operation of a zone, or an event of the log: those have no zone, and no read of their own.
pub(super) async fn get(deck: &Arc<Deck>, id: &ResourceId) -> Result<Operation, Problem> {
    if id.scope.is_some() {
        let zone = zone_of(deck, id).await?;
        let ask = Ask::new("get-operation", &["operation", &id.id]);
        let wire: wire::Operation = deck.api.get(&zone, &ask).await?;
        return Ok(deck.started.complete(deck.map.operation(id, &wire)));
    }
    one(deck, id, |event| deck.map.event(event)).await
}

/// The operation that the event of this id is mapped to.
pub(super) async fn one<T>(
    deck: &Arc<Deck>,
    id: &ResourceId,
    make: impl FnOnce(&LoggedEvent) -> T,
) -> Result<T, Problem> {
    let events = events(deck, MAX_AGE_ASIDE).await;
    let events = events.as_ref().as_ref().map_err(Clone::clone)?;
    let found = events.good.iter().find(|event| *event.id == *id.id);
    found.map(make).ok_or_else(|| {
        Problem::new(ProblemKind::NotFound, "this event is no longer in the log of the last day")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_sent_to_the_second() {
        let at = Timestamp::parse("2026-01-02T03:04:05.678Z").unwrap();
        assert_eq!(second(at), "2026-01-02T03:04:05Z");
        let early = Timestamp::parse("1969-12-31T23:59:58.500Z").unwrap();
        assert_eq!(second(early), "1969-12-31T23:59:58Z");
    }
}
