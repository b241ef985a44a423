//! The instances of every zone at once. Each zone is a scope, so one that is slow or broken hides no other.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{FutureExt, StreamExt, stream};
use tokio::sync::mpsc::Sender;

use super::super::Deck;
use super::super::api::{Ask, Zone};
use super::super::wire;
use super::check::refused;
use super::types;
use crate::ListEvent;
use crate::kit::{self, ExpectedRows, Listing, of_parts};
use crate::mapping::lenient::Rows;
use qdeck_model::{Problem, Resource};

/// The time for the list of a zone; the rows it had stay after it.
const LIST_TIMEOUT: Duration = Duration::from_secs(30);
/// The time that rows wait for the names of their types and templates before they are sent without, and later again.
const NAMES_WAIT: Duration = Duration::from_secs(3);
/// The time after which the names are given up.
const MAX_NAMES_WAIT: Duration = Duration::from_secs(10);

pub(crate) async fn instances(deck: Arc<Deck>, out: Sender<ListEvent>) {
    let found = deck.found().await;
    let listing = Listing::new(out);
    listing.count(&of_parts("zone", &found.unreadable));
    let expected = ExpectedRows::of_parts(found.zones.len());
    let of_zone = |zone: Arc<Zone>| {
        let (deck, expected, listing) = (&deck, &expected, &listing);
        async move { (zone.name.clone(), of_zone(deck, &zone, expected, listing).await) }.boxed()
    };
    let zones = stream::iter(found.zones.clone()).map(Ok);
    // The types are read beside the zones, which wait for them no longer than they like.
    let types = tokio::time::timeout(MAX_NAMES_WAIT, types(&deck));
    let (_, ()) = tokio::join!(types, listing.scopes(zones, found.zones.len(), of_zone));
    let failure = listing.failure().map(|problem| refused(problem, deck.api.accepted()));
    // There may be zones that are not known now; the rows they had stay.
    let unlisted = found.trouble.clone().filter(|_| found.partial);
    listing.end(failure.or(unlisted)).await;
}

async fn of_zone(
    deck: &Arc<Deck>,
    zone: &Arc<Zone>,
    expected: &ExpectedRows,
    listing: &Listing,
) -> Result<(), Problem> {
    let catalogue = deck.catalogues.of(&zone.name);
    // A key that was never let in may be let in nowhere: nothing is asked beside the list then.
    let templates = || catalogue.templates(&deck.api, zone, &deck.map.strings);
    let (instances, _) = if deck.api.accepted() {
        let templates = tokio::time::timeout(NAMES_WAIT, templates());
        tokio::join!(list(deck, zone), templates)
    } else {
        (list(deck, zone).await, Ok(Arc::new(Ok(()))))
    };
    let Rows { good: instances, unreadable } = instances?;
    listing.count(&unreadable);
    expected.add_last(instances.len());
    if instances.is_empty() {
        return Ok(());
    }
    let names = async {
        tokio::join!(types(deck), templates());
        let singles = catalogue.singles(&deck.api, zone, &deck.map.strings, &instances);
        singles.await;
    };
    let mut names = std::pin::pin!(tokio::time::timeout(MAX_NAMES_WAIT, names));
    if tokio::time::timeout(NAMES_WAIT, &mut names).await.is_err() {
        send(deck, zone, &instances, expected, listing).await;
        // What cannot be read is named by the check of the context; the rows go without.
        let _ = names.await;
    }
    send(deck, zone, &instances, expected, listing).await;
    Ok(())
}

async fn list(deck: &Deck, zone: &Zone) -> Result<Rows<wire::Instance>, Problem> {
    let ask = Ask::new("list-instances", &["instance"]);
    let request = format!("{} of zone {}", ask.name(), zone.name);
    let list: wire::InstanceList = kit::within(LIST_TIMEOUT, &request, deck.api.get(zone, &ask)).await?;
    list.instances.readable(&request)
}

async fn send(
    deck: &Deck,
    zone: &Zone,
    instances: &[wire::Instance],
    expected: &ExpectedRows,
    listing: &Listing,
) {
    let catalogue = deck.catalogues.of(&zone.name);
    let row = |wire| Resource::Instance(deck.map.instance(wire, &zone.name, &catalogue));
    listing.rows(&zone.name, Box::new(instances.iter().map(row)), Some(expected)).await;
}
