//! GPU models: the families of the instance types, with what is left of each quota.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::Sender;

use super::super::Deck;
use super::super::api::Ask;
use super::super::wire::{Quota, QuotaList};
use super::check::refused;
use super::{anywhere, types};
use crate::ListEvent;
use crate::kit::{self, send_whole_listing};
use qdeck_model::{GpuModel, Problem, ProblemKind, Resource, ResourceId};

/// The time for the quotas; models go without them after it.
const QUOTAS_TIMEOUT: Duration = Duration::from_secs(15);

pub(crate) async fn models(deck: Arc<Deck>, out: Sender<ListEvent>) {
    let models = sold(&deck).await;
    let unreadable = deck.catalogues.unreadable_types();
    let rows = models.map(|models| (models.into_iter().map(Resource::GpuModel).collect(), unreadable));
    let rows = rows.map_err(|problem| refused(problem, deck.api.accepted()));
    send_whole_listing(out, rows).await;
}

/// The models of every type that is sold; quotas that may not be read are left out.
async fn sold(deck: &Arc<Deck>) -> Result<Vec<GpuModel>, Problem> {
    let (types, quotas, found) = tokio::join!(types(deck), quotas(deck), deck.found());
    types.as_ref().clone()?;
    // A type without zones is sold where it was listed.
    let here = found.zones.first().map(|zone| zone.name.clone());
    let here = here.unwrap_or_else(|| deck.map.strings.intern("unknown"));
    let listed = deck.catalogues.listed();
    let types: Vec<_> = listed.into_iter().map(|kind| (here.clone(), kind)).collect();
    Ok(deck.map.gpu_models(&types, &quotas.unwrap_or_default()))
}

async fn quotas(deck: &Deck) -> Result<Vec<Quota>, Problem> {
    let ask = Ask::new("list-quotas", &["quota"]);
    let list: QuotaList = kit::within(QUOTAS_TIMEOUT, &ask.name(), anywhere(deck, &ask)).await?;
    Ok(list.quotas.readable(&ask.name())?.good)
}

/// One model, from the list.
pub(super) async fn get(deck: &Arc<Deck>, id: &ResourceId) -> Result<GpuModel, Problem> {
    let found = sold(deck).await?.into_iter().find(|model| model.id == *id);
    found.ok_or_else(|| {
        Problem::new(ProblemKind::NotFound, format!("no zone sells instance types of the family {}", id.id))
    })
}
