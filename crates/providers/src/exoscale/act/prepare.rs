//! The preview of a change: the instance read again, the values checked, the exact request.

use std::sync::Arc;

use super::super::Deck;
use super::super::api::{Api, Ask};
use super::change::{self, Draft};
use super::now::Now;
use super::table::Change;
use crate::kit::form::{Entered, refused};
use qdeck_model::{FormValues, PreparedRequest, Preview, Problem, Target};

/// Reads the instance again, and prepares the request if the change still fits.
pub(super) async fn change(
    deck: &Arc<Deck>,
    target: &Target,
    change: &Change,
    values: &FormValues,
) -> Result<Preview, Problem> {
    let now = Now::read(deck, target).await?;
    let state = deck.map.state(now.is.state.as_deref());
    if let Some(reason) = change.availability(&state).reason() {
        return Err(refused(&target.name, reason));
    }
    let entered = Entered::check(change::form(&now, change.id), values)?;
    let draft = change::draft(deck, &now, change, &entered).await?;
    let requests =
        if draft.requests.is_empty() { vec![request(&now, change, &draft)?] } else { draft.requests };
    let mut consequences: Vec<String> = change.consequences.iter().map(|&it| it.to_owned()).collect();
    consequences.extend(draft.consequences);
    if let Some(manager) = &*now.is.manager.kind {
        consequences.push(format!("It belongs to an {manager}, which may react to that."));
    }
    let (name, zone) = (&target.name, &now.zone.name);
    let summary = format!("{} {name} in zone {zone}{}.", change.summary, draft.clause);
    Ok(Preview {
        consequences,
        changes: draft.changes,
        danger: draft.danger,
        ..Preview::new(summary, requests, change.expected.clone())
    })
}

fn request(now: &Now, change: &Change, draft: &Draft) -> Result<PreparedRequest, Problem> {
    let call = &change.call;
    let instance = format!("{}{}", now.id, call.verb);
    let mut path = vec!["instance", &*instance];
    path.extend(draft.field.as_deref());
    let url = Api::address(&now.zone, &Ask::new(call.operation, &path))?;
    let request = PreparedRequest::new(call.method, url.as_str());
    let request = PreparedRequest { secrets: draft.secrets.clone(), ..request };
    Ok(match &draft.body {
        Some(body) => request.body(body.clone()),
        None => request,
    })
}
