//! The check of an API key: whose it is, every zone, and each sort of read once.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::super::Deck;
use super::super::api::{Ask, Zone};
use super::super::wire::Organization;
use crate::Check;
use crate::kit::{self, Due, Probe, Probes};
use qdeck_model::{Problem, ProblemKind, Timestamp};

/// Reads of the whole organisation and those that every zone answers alike, asked of one zone.
const READS: [(&str, &[&str]); 11] = [
    ("list-instance-types", &["instance-type"]),
    ("list-templates", &["template"]),
    ("list-quotas", &["quota"]),
    ("list-snapshots", &["snapshot"]),
    ("list-security-groups", &["security-group"]),
    ("list-ssh-keys", &["ssh-key"]),
    ("list-elastic-ips", &["elastic-ip"]),
    ("list-private-networks", &["private-network"]),
    ("list-block-storage-volumes", &["block-storage"]),
    ("list-block-storage-snapshots", &["block-storage-snapshot"]),
    ("list-instance-pools", &["instance-pool"]),
];

pub(crate) async fn run(deck: &Arc<Deck>) -> Result<Check, Problem> {
    let mut probes = Probes::default();
    let zones = async { deck.found().await.trouble.clone().map_or(Ok(()), Err) };
    // Without the list, the zones known when this was written are tried.
    let _ = probes.first(Probe::new("list-zones", zones)).await;
    let found = deck.found().await;
    let lists = found.zones.iter().map(|zone| {
        let name = format!("list-instances {}", zone.name);
        probe(deck, zone, name, Ask::new("list-instances", &["instance"]), Due::ListIn("instances"))
    });
    let listed = probes.all(lists.collect()).await;
    // The first zone that answers: one that is down must not make every read look refused.
    let home = listed.iter().position(Option::is_some).and_then(|at| found.zones.get(at));
    let Some(home) = home.or(found.zones.first()) else {
        return Err(super::unsupported("there are no zones"));
    };
    let ask = Ask::new("get-organization", &["organization"]);
    let [whose] = probes.each([probe(deck, home, "get-organization", ask, Due::Object)]).await;
    let whose = whose.and_then(|it| serde_json::from_value(it).ok());
    if probes.failure().is_none() {
        let reads = READS.iter().map(|&(operation, path)| {
            // Lists are in the field that their operation is named by: `list-ssh-keys` answers `ssh-keys`.
            let field = operation.strip_prefix("list-").unwrap_or(operation);
            probe(deck, home, operation, Ask::new(operation, path), Due::ListIn(field))
        });
        let events = probe(deck, home, "list-events", latest_events(), Due::List);
        probes.all(reads.chain([events]).collect()).await;
    }
    let accepted = deck.api.accepted();
    probes.finish(identity(deck, whose).await).map_err(|problem| refused(problem, accepted))
}

fn probe<'a>(
    deck: &'a Deck,
    zone: &'a Zone,
    name: impl Into<String>,
    ask: Ask,
    due: Due<'static>,
) -> Probe<'a, Value> {
    Probe::new(name, async move { kit::due(deck.api.get(zone, &ask).await?, due, &ask.name()) })
}

/// A minute of the log is enough to show whether it may be read.
fn latest_events() -> Ask {
    let now = Timestamp::now();
    let from = super::log::second(now.before(Duration::from_secs(60)));
    let to = super::log::second(now);
    Ask::new("list-events", &["event"]).query("from", &from).query("to", &to)
}

/// The organisation's name; a key that may not read it is named itself.
async fn identity(deck: &Deck, whose: Option<Organization>) -> Option<String> {
    let named = whose.and_then(|it| it.name.0.or(it.id.0));
    match (named, deck.api.key_id().await) {
        (Some(name), _) => Some(format!("organisation {name}")),
        (None, Ok(key)) => Some(format!("API key {key}")),
        (None, Err(_)) => None,
    }
}

/// Nothing at all could be read: one status means both that a key is wrong and that it may not do this.
pub(super) fn refused(mut problem: Problem, accepted: bool) -> Problem {
    if problem.kind == ProblemKind::Forbidden && !accepted {
        problem.kind = ProblemKind::Unauthorized;
    }
    problem
}
