//! The instance that a write has made: by the reference of its operation, else by its name and the time.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;

use super::super::super::api::{Ask, Zone};
use super::super::super::{Deck, wire};
use crate::Answer;
use qdeck_model::{ContextName, Kind, NewResource, PreparedWrite, Problem, ResourceId, Timestamp};

/// The clocks of this machine and of the platform may differ by so much.
const CLOCK_SKEW: Duration = Duration::from_secs(120);

/// The instance that a write has made. `None` where that cannot be found out.
pub(in crate::exoscale) fn created(
    deck: Arc<Deck>,
    write: &PreparedWrite,
    operation: Option<&ResourceId>,
) -> Answer<Option<ResourceId>> {
    let made = write.preview.creates.clone();
    let (context, prepared) = (write.target.context().clone(), write.prepared);
    let operation = operation.cloned();
    async move {
        let Some(made) = made else { return Ok(None) };
        let found = deck.found().await;
        let Some(zone) = made.scope.as_deref().and_then(|name| found.named(name)) else { return Ok(None) };
        instance(&deck, zone, &context, &made, prepared, operation.as_ref()).await
    }
    .boxed()
}

/// The same for one that was prepared at a moment.
pub(in crate::exoscale::act) async fn instance(
    deck: &Deck,
    zone: &Zone,
    context: &ContextName,
    made: &NewResource,
    prepared: Timestamp,
    operation: Option<&ResourceId>,
) -> Result<Option<ResourceId>, Problem> {
    let id = |id: &str| ResourceId::scoped(context, Kind::Instance, zone.name.clone(), id);
    if let Some(operation) = operation {
        let ask = Ask::new("get-operation", &["operation", &operation.id]);
        let operation: wire::Operation = deck.api.get(zone, &ask).await?;
        if let Some(reference) = operation.reference.id.as_deref() {
            return Ok(Some(id(reference)));
        }
    }
    let list: wire::InstanceList = deck.api.get(zone, &Ask::new("list-instances", &["instance"])).await?;
    let since = prepared.before(CLOCK_SKEW);
    let is_made = |it: &&wire::Instance| {
        it.name.as_deref() == Some(&*made.name) && it.created_at.timestamp().is_some_and(|at| at >= since)
    };
    let mut all = list.instances.good.iter().filter(is_made);
    // Of two that fit neither is taken for it.
    Ok(all.next().filter(|_| all.next().is_none()).map(|it| id(&it.id)))
}
