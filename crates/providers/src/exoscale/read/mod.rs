//! Reading Exoscale: every zone at once, what belongs to the whole organisation from one of them.

pub(super) mod check;
pub(super) mod detail;
pub(super) mod gpus;
mod instance;
pub(super) mod listing;
pub(super) mod log;
mod sections;

use std::sync::Arc;

use futures_util::FutureExt;
use serde::de::DeserializeOwned;

use super::api::{Ask, Zone};
use super::catalogue::fresh;
use super::{Deck, unsupported, wire};
use crate::kit::Pending;
use qdeck_model::{Problem, ResourceId};

/// Zones that are tried for what any of them has.
const MAX_ZONES_TRIED: usize = 3;

/// Reads what belongs to the whole organisation: from the first zone, and from others while those that were asked
/// cannot be reached.
pub(super) async fn anywhere<T: DeserializeOwned>(deck: &Deck, ask: &Ask) -> Result<T, Problem> {
    let found = deck.found().await;
    let mut failure = unsupported("there are no zones");
    for (tried, zone) in found.zones.iter().take(MAX_ZONES_TRIED).enumerate() {
        match deck.api.get(zone, ask).await {
            Ok(answer) => return Ok(answer),
            Err(problem) => {
                let elsewhere = problem.kind.may_pass();
                // The first zone's reason is the one that the user can act on.
                if tried == 0 {
                    failure = problem;
                }
                if !elsewhere {
                    break;
                }
            }
        }
    }
    Err(failure)
}

/// Sees to it that the instance types are known, unless they cannot be read.
fn types(deck: &Arc<Deck>) -> Pending<Result<(), Problem>> {
    let own = deck.clone();
    deck.catalogues.types.get(fresh, move || {
        async move {
            let ask = Ask::new("list-instance-types", &["instance-type"]);
            let list: wire::TypeList = anywhere(&own, &ask).await?;
            own.catalogues
                .learn(list, &own.map.strings)
                .map_or(Ok(()), |problem| Err(problem.request(ask.name())))
        }
        .boxed()
    })
}

/// The zone of a resource that is in one.
pub(super) async fn zone_of(deck: &Deck, id: &ResourceId) -> Result<Arc<Zone>, Problem> {
    let Some(name) = &id.scope else {
        return Err(unsupported("this is asked of what is in a zone"));
    };
    let found = deck.found().await;
    found.named(name).cloned().ok_or_else(|| {
        let problem = Problem::new(
            qdeck_model::ProblemKind::NotFound,
            format!("zone {name} is not among this context's zones"),
        );
        match &found.trouble {
            Some(trouble) => problem.hint(format!("The zones could not be listed: {}", trouble.message)),
            None => problem,
        }
    })
}
