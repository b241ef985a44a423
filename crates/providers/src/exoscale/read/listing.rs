//! The instances of every zone at once. Each zone is a scope, so one that is slow or broken hides no other.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{FutureExt, StreamExt, stream};
use tokio::sync::mpsc::Sender;

use super::super::Deck;
use super::super::api::{Ask, Zone};
use super::super::catalogue::Unknown;
use super::super::wire;
use super::check::refused;
use super::types;
use crate::ListEvent;
use crate::kit::pages::{CountedRows as _, key_of};
use crate::kit::{self, CachedWalk, ExpectedRows, Listing, ReadPage, Rest, RowsAt, Walked, of_parts};
use crate::mapping::lenient::read_row;
use qdeck_model::{Problem, Resource};
use qdeck_net::JsonText;

/// The time for the list of a zone; the rows it had stay after it.
const LIST_TIMEOUT: Duration = Duration::from_secs(30);
/// The time that rows wait for the names of their types and templates before they are sent without, and later again.
const NAMES_WAIT: Duration = Duration::from_secs(3);
/// The time after which the names are given up.
const MAX_NAMES_WAIT: Duration = Duration::from_secs(10);

pub(crate) async fn instances(deck: Arc<Deck>, out: Sender<ListEvent>) {
    let found = deck.found().await;
    let listing = Listing::new(out);
    deck.instances.begin_listing();
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
    let walk = deck.instances.walk(&zone.name);
    let (instances, _) = if deck.api.accepted() {
        let templates = tokio::time::timeout(NAMES_WAIT, templates());
        tokio::join!(list(deck, zone, &walk), templates)
    } else {
        (list(deck, zone, &walk).await, Ok(Arc::new(Ok(()))))
    };
    let page = match instances? {
        ReadPage::Known(page) => {
            expected.add_last(page.len());
            listing.count(page.unreadable());
            send(&page, zone, expected, listing).await;
            // What could not be named before may be named now: the rows follow with the next listing.
            let absent = catalogue.unknown(std::iter::empty());
            let _ = tokio::time::timeout(MAX_NAMES_WAIT, singles(deck, zone, absent)).await;
            return Ok(());
        }
        ReadPage::Changed(page) => page,
    };
    expected.add_last(page.len());
    let names = async {
        if page.changed().next().is_some() {
            tokio::join!(types(deck), templates());
            singles(deck, zone, catalogue.unknown(page.changed().map(Box::as_ref))).await;
        }
    };
    let map = async || {
        let version = catalogue.version();
        let row = |wire: &wire::Instance| Resource::Instance(deck.map.instance(wire, &zone.name, &catalogue));
        walk.keep(1, version, &page, |wire| Arc::new(row(wire)), |row| key_of(&row.id().id)).await
    };
    let mut names = std::pin::pin!(tokio::time::timeout(MAX_NAMES_WAIT, names));
    if tokio::time::timeout(NAMES_WAIT, &mut names).await.is_err() {
        send(&map().await, zone, expected, listing).await;
        // What cannot be read is named by the check of the context; the rows go without.
        let _ = names.await;
    }
    listing.count(page.unreadable());
    send(&map().await, zone, expected, listing).await;
    Ok(())
}

/// Reads the types and templates that no list has.
async fn singles(deck: &Deck, zone: &Zone, unknown: Vec<Unknown>) {
    deck.catalogues.of(&zone.name).singles(&deck.api, zone, &deck.map.strings, unknown).await;
}

async fn list(
    deck: &Deck,
    zone: &Zone,
    walk: &CachedWalk<Resource>,
) -> Result<ReadPage<Resource, Box<wire::Instance>>, Problem> {
    let ask = Ask::new("list-instances", &["instance"]);
    let request = format!("{} of zone {}", ask.name(), zone.name);
    let version = deck.catalogues.of(&zone.name).version();
    let envelope = |text: JsonText<'_>| text.decode::<wire::InstanceEnvelope>().map(|_| Rest::Last);
    let begin = || walk.arriving(1, version, RowsAt::Member("instances"), read_row, envelope);
    let page = kit::within(LIST_TIMEOUT, &request, deck.api.take(zone, &ask, begin)).await?;
    if let ReadPage::Changed(page) = &page
        && let Some(problem) = page.unreadable().failure()
    {
        return Err(problem.request(request));
    }
    Ok(page)
}

async fn send(page: &Walked<Resource>, zone: &Zone, expected: &ExpectedRows, listing: &Listing) {
    listing.chunks(Some(&zone.name), page.chunks(), || expected.now()).await;
}
