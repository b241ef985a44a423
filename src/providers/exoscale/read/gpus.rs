//! GPU models: the families that the zones' catalogues hold, with what is left of each quota.

use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use tokio::sync::mpsc::Sender;

use super::super::Deck;
use super::super::api::{Ask, Found, Zone};
use super::super::catalogue::Type;
use super::super::wire::{Quota, QuotaList};
use super::anywhere;
use crate::model::{GpuModel, Problem, ProblemKind, Resource, ResourceId};
use crate::providers::ListEvent;

/// Longer than this a zone is not waited for: the others name its types too.
const PATIENCE: Duration = Duration::from_secs(15);

/// Tells the models as soon as one zone has told its types and the quotas are known, and again when others add to them.
pub(crate) async fn models(deck: Arc<Deck>, out: Sender<ListEvent>) {
    let found = deck.found().await;
    let quotas = quotas(&deck).map(Result::unwrap_or_default);
    let (quotas, first) = {
        let mut zones = waiting(&deck, &found);
        let first = async {
            let mut failure = None;
            while let Some(result) = zones.next().await {
                match result {
                    Ok(()) => return (zones, None),
                    Err(problem) => failure = failure.or(Some(problem)),
                }
            }
            (zones, failure)
        };
        let (quotas, (mut zones, failure)) = tokio::join!(quotas, first);
        if let Some(problem) = failure {
            let _ = out.send(ListEvent::Failed(problem)).await;
            return;
        }
        let first = sold(&deck, &found, &quotas);
        if tell(&first, &out).await.is_none() {
            return;
        }
        while zones.next().await.is_some() {}
        (quotas, first)
    };
    let all = sold(&deck, &found, &quotas);
    if all != first && tell(&all, &out).await.is_none() {
        return;
    }
    let _ = out.send(ListEvent::End).await;
}

/// Every zone's catalogue being read.
fn waiting(
    deck: &Arc<Deck>,
    found: &Found,
) -> FuturesUnordered<impl Future<Output = Result<(), Problem>> + Send + use<>> {
    let one = |zone: &Arc<Zone>| {
        let types = deck
            .catalogues
            .of(&zone.name)
            .types(&deck.api, zone, &deck.map.words);
        let name = zone.name.clone();
        async move {
            match tokio::time::timeout(PATIENCE, types).await {
                Ok(result) => (*result).clone(),
                Err(_) => Err(Problem::new(
                    ProblemKind::Unreachable,
                    format!(
                        "zone {name} gave no instance types within {} s",
                        PATIENCE.as_secs()
                    ),
                )),
            }
        }
    };
    found.zones.iter().map(one).collect()
}

/// The models of everything that is known by now.
fn sold(deck: &Deck, found: &Found, quotas: &[Quota]) -> Vec<GpuModel> {
    let types: Vec<(Arc<str>, Arc<Type>)> = found
        .zones
        .iter()
        .flat_map(|zone| {
            let listed = deck.catalogues.of(&zone.name).listed();
            listed.into_iter().map(|kind| (zone.name.clone(), kind))
        })
        .collect();
    deck.map.gpu_models(&types, quotas)
}

async fn tell(models: &[GpuModel], out: &Sender<ListEvent>) -> Option<()> {
    let page = ListEvent::Page {
        scope: None,
        rows: models.iter().cloned().map(Resource::GpuModel).collect(),
        expected: Some(models.len()),
    };
    out.send(page).await.ok()
}

async fn quotas(deck: &Deck) -> Result<Vec<Quota>, Problem> {
    let ask = Ask::new("list-quotas", &["quota"]);
    let asked = anywhere::<QuotaList>(deck, &ask);
    let list = tokio::time::timeout(PATIENCE, asked).await.map_err(|_| {
        let why = format!("no quotas within {} s", PATIENCE.as_secs());
        Problem::new(ProblemKind::Unreachable, why)
    })??;
    Ok(list.quotas.good)
}

/// One model, from everything the zones tell.
pub(super) async fn get(deck: &Arc<Deck>, id: &ResourceId) -> Result<GpuModel, Problem> {
    let found = deck.found().await;
    let (quotas, results) = tokio::join!(quotas(deck), waiting(deck, &found).collect::<Vec<_>>());
    let all = sold(deck, &found, &quotas.unwrap_or_default());
    if let Some(model) = all.into_iter().find(|model| model.id == *id) {
        return Ok(model);
    }
    let failure = results.into_iter().find_map(Result::err);
    Err(failure.unwrap_or_else(|| {
        Problem::new(
            ProblemKind::NotFound,
            format!("no zone sells instance types of the family {}", id.id),
        )
    }))
}
