//! The instances of every zone at once. Each zone is a scope, so one that is slow or broken hides no other.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::join_all;
use tokio::sync::mpsc::Sender;

use super::super::Deck;
use super::super::api::{Ask, Zone};
use super::super::wire;
use super::check::refused;
use super::types;
use crate::ListEvent;
use qdeck_model::{Problem, ProblemKind, Resource};

/// Longer than this a zone is not waited for; the rows it had stay.
const PATIENCE: Duration = Duration::from_secs(30);
/// Longer than this rows do not wait for the names of their types and templates: they are told without, and again.
const SOON: Duration = Duration::from_secs(3);
/// Longer than this nobody waits for them.
const NAMES_PATIENCE: Duration = Duration::from_secs(10);
/// Rows told at once.
const PAGE: usize = 500;

pub(crate) async fn instances(deck: Arc<Deck>, out: Sender<ListEvent>) {
    let found = deck.found().await;
    let expected = Expected::new(found.zones.len());
    let zones: Vec<_> =
        found.zones.iter().map(|zone| in_zone(&deck, zone, &expected, &out).boxed()).collect();
    // The types are asked for beside the zones, which wait for them no longer than they like.
    let types = tokio::time::timeout(NAMES_PATIENCE, types(&deck));
    let (failures, _) = tokio::join!(join_all(zones), types);
    let told = failures.iter().any(Option::is_none);
    let end = match (failures.into_iter().flatten().next(), &found.trouble) {
        (Some(problem), _) if !told => ListEvent::Failed(refused(problem, deck.api.accepted())),
        // There are zones that nobody knows of now; the rows they had stay.
        (_, Some(trouble)) if found.partial => ListEvent::Failed(trouble.clone()),
        _ => ListEvent::End,
    };
    // Nobody listening is no failure.
    let _ = out.send(end).await;
}

/// Tells one zone to its end, and gives the reason if it could not be told.
async fn in_zone(
    deck: &Arc<Deck>,
    zone: &Arc<Zone>,
    expected: &Expected,
    out: &Sender<ListEvent>,
) -> Option<Problem> {
    let result = told(deck, zone, expected, out).await;
    let (event, problem) = match result {
        Ok(()) => (ListEvent::ScopeEnd(zone.name.clone()), None),
        Err(problem) => (ListEvent::ScopeFailed(zone.name.clone(), problem.clone()), Some(problem)),
    };
    let _ = out.send(event).await;
    problem
}

async fn told(
    deck: &Arc<Deck>,
    zone: &Arc<Zone>,
    expected: &Expected,
    out: &Sender<ListEvent>,
) -> Result<(), Problem> {
    let catalogue = deck.catalogues.of(&zone.name);
    // A key that was never let in may be let in nowhere: nothing is asked beside the list then.
    let templates = || catalogue.templates(&deck.api, zone, &deck.map.strings);
    let (instances, _) = if deck.api.accepted() {
        let templates = tokio::time::timeout(SOON, templates());
        tokio::join!(list(deck, zone), templates)
    } else {
        (list(deck, zone).await, Ok(Arc::new(Ok(()))))
    };
    let instances = instances?;
    expected.add(instances.len());
    if instances.is_empty() {
        return Ok(());
    }
    let names = async {
        tokio::join!(types(deck), templates());
        let singles = catalogue.singles(&deck.api, zone, &deck.map.strings, &instances);
        singles.await;
    };
    let mut names = std::pin::pin!(tokio::time::timeout(NAMES_PATIENCE, names));
    if tokio::time::timeout(SOON, &mut names).await.is_err() {
        tell(deck, zone, &instances, expected, out).await;
        // What cannot be read is named by the check of the context; the rows go without.
        let _ = names.await;
    }
    tell(deck, zone, &instances, expected, out).await;
    Ok(())
}

async fn list(deck: &Deck, zone: &Zone) -> Result<Vec<wire::Instance>, Problem> {
    let ask = Ask::new("list-instances", &["instance"]);
    let asked = deck.api.get::<wire::InstanceList>(zone, &ask);
    let list = tokio::time::timeout(PATIENCE, asked).await.map_err(|_| {
        let why = format!("zone {} gave no list within {} s", zone.name, PATIENCE.as_secs());
        Problem::new(ProblemKind::Unreachable, why)
    })??;
    Ok(list.instances.good)
}

async fn tell(
    deck: &Deck,
    zone: &Zone,
    instances: &[wire::Instance],
    expected: &Expected,
    out: &Sender<ListEvent>,
) {
    let catalogue = deck.catalogues.of(&zone.name);
    for chunk in instances.chunks(PAGE) {
        let rows =
            chunk.iter().map(|wire| Resource::Instance(deck.map.instance(wire, &zone.name, &catalogue)));
        let page = ListEvent::Page {
            scope: Some(zone.name.clone()),
            rows: rows.collect(),
            expected: expected.now(),
        };
        if out.send(page).await.is_err() {
            return;
        }
    }
}

/// How many instances there will be, known once every zone has told its list.
struct Expected {
    sum: AtomicUsize,
    left: AtomicUsize,
}

impl Expected {
    fn new(zones: usize) -> Self {
        Self { sum: AtomicUsize::new(0), left: AtomicUsize::new(zones) }
    }

    fn add(&self, count: usize) {
        self.sum.fetch_add(count, Ordering::Relaxed);
        self.left.fetch_sub(1, Ordering::Relaxed);
    }

    fn now(&self) -> Option<usize> {
        (self.left.load(Ordering::Relaxed) == 0).then(|| self.sum.load(Ordering::Relaxed))
    }
}
