//! Sends the request of a write, and reads what was made of it.

use futures_util::FutureExt as _;
use serde_json::{Map, Value};

use super::super::wire;
use super::{Deck, deployment};
use crate::Answer;
use qdeck_model::{ActionId, Kind, Outcome, PreparedWrite, ResourceId};

/// Sends the request of a write once.
pub(crate) fn perform(deck: Deck, write: &PreparedWrite) -> Answer<Outcome> {
    let (action, context) = (write.action.id, write.target.context().clone());
    let (requests, creates) = (write.preview.requests.clone(), write.preview.creates.is_some());
    async move {
        let mut answer = Value::Null;
        for request in &requests {
            answer = deck.api.write(request).await?;
        }
        if action == ActionId::CONTAINER_DELETE {
            return Ok(Outcome::done());
        }
        // The answer is the container, `deploying`. What cannot be read of it shows in the container itself.
        let Ok(container) = serde_json::from_value::<wire::Container>(answer) else {
            return Ok(Outcome::done());
        };
        let outcome = Outcome::accepted(deployment::id(&context, &container.id));
        if !creates {
            return Ok(outcome);
        }
        Ok(outcome.created(ResourceId::new(&context, Kind::Container, &*container.id)))
    }
    .boxed()
}

/// JSON pointers of the values of variables, which are secrets.
pub(super) fn env_pointers(env: &Map<String, Value>) -> Vec<String> {
    env.keys().map(|name| format!("/env/{}", name.replace('~', "~0").replace('/', "~1"))).collect()
}
