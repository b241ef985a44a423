//! Trying an API key: whose it is, every zone, and each sort of read once.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use futures_util::{FutureExt, StreamExt, stream};
use serde::de::IgnoredAny;

use super::super::Deck;
use super::super::api::{Ask, Zone};
use super::super::wire::Organization;
use crate::Check;
use crate::kit::timed;
use qdeck_model::{Problem, ProblemKind, Timestamp};

/// More at once would wait for one another, and their times would say nothing.
const AT_ONCE: usize = 4;

type Probe = (String, Result<Duration, Problem>);

/// Reads of the whole organisation and those that every zone answers alike, asked of one zone.
const READS: [(&str, &[&str]); 9] = [
    ("list-instance-types", &["instance-type"]),
    ("list-templates", &["template"]),
    ("list-quotas", &["quota"]),
    ("list-snapshots", &["snapshot"]),
    ("list-security-groups", &["security-group"]),
    ("list-ssh-keys", &["ssh-key"]),
    ("list-elastic-ips", &["elastic-ip"]),
    ("list-private-networks", &["private-network"]),
    ("list-block-storage-volumes", &["block-storage"]),
];

pub(crate) async fn run(deck: &Arc<Deck>) -> Result<Check, Problem> {
    let (found, took) = timed(deck.found()).await;
    let mut probes: Vec<Probe> = vec![("list-zones".to_owned(), found.trouble.clone().map_or(Ok(took), Err))];
    let zones: Vec<Probe> = join_all(found.zones.iter().map(|zone| {
        let name = format!("list-instances {}", zone.name);
        async move { (name, probe(deck, zone, &Ask::new("list-instances", &["instance"])).await) }
    }))
    .await;
    // The first zone that answers: one that is down must not make every read look refused.
    let home = zones.iter().position(|(_, result)| result.is_ok()).and_then(|at| found.zones.get(at));
    let dead = home.is_none();
    let Some(home) = home.or(found.zones.first()) else {
        return Err(super::unsupported("there are no zones"));
    };
    let ask = Ask::new("get-organization", &["organization"]);
    let (whose, took) = timed(deck.api.get::<Organization>(home, &ask)).await;
    if dead
        && whose.is_err()
        && let Some((_, Err(problem))) = zones.first()
    {
        return Err(refused(problem.clone(), deck.api.accepted()));
    }
    probes.extend(zones);
    probes.push(("get-organization".to_owned(), whose.as_ref().map(|_| took).map_err(Clone::clone)));
    let reads: Vec<_> = READS
        .iter()
        .map(|(operation, path)| {
            let ask = Ask::new(operation, path);
            async move { ((*operation).to_owned(), probe(deck, home, &ask).await) }.boxed()
        })
        .collect();
    probes.extend(stream::iter(reads).buffered(AT_ONCE).collect::<Vec<_>>().await);
    probes.push(("list-events".to_owned(), events(deck, home).await));
    Ok(Check { identity: identity(deck, whose).await, probes })
}

async fn probe(deck: &Deck, zone: &Zone, ask: &Ask) -> Result<Duration, Problem> {
    let (answer, took) = timed(deck.api.get::<IgnoredAny>(zone, ask)).await;
    answer.map(|_| took)
}

/// A minute of the log is enough to know whether it may be read.
async fn events(deck: &Deck, zone: &Zone) -> Result<Duration, Problem> {
    let now = Timestamp::now();
    let from = super::log::second(now.before(Duration::from_secs(60)));
    let to = super::log::second(now);
    let ask = Ask::new("list-events", &["event"]).query("from", &from).query("to", &to);
    probe(deck, zone, &ask).await
}

/// The organisation's name; a key that may not read it is named itself.
async fn identity(deck: &Deck, whose: Result<Organization, Problem>) -> String {
    let named = whose.ok().and_then(|it| it.name.0.or(it.id.0));
    match (named, deck.api.key_id().await) {
        (Some(name), _) => format!("organisation {name}"),
        (None, Ok(key)) => format!("API key {key}"),
        (None, Err(_)) => "signed in".to_owned(),
    }
}

/// Nothing at all could be read: one status says both that a key is wrong and that it may not do this.
pub(super) fn refused(mut problem: Problem, accepted: bool) -> Problem {
    if problem.kind == ProblemKind::Forbidden && !accepted {
        problem.kind = ProblemKind::Unauthorized;
    }
    problem
}
