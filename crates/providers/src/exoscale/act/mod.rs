//! Changes at Exoscale: the actions that fit an instance, their requests, and how those are sent.
//!
//! Every change answers with an operation of the zone, which is read until it ends; see `started` for how it is shown.

mod power;
mod started;

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use serde_json::Value;

use super::api::Ask;
use super::read::zone_of;
use super::{Deck, unsupported, wire};
use crate::Answer;
use power::POWER;
use qdeck_model::{
    Action, ActionId, Availability, FormValues, Kind, Outcome, PreparedWrite, Preview, Problem, ProblemKind,
    Resource, ResourceId, Target,
};
pub(super) use started::StartedOperations;

/// Every action that there is.
pub(super) fn declared() -> Vec<Action> {
    POWER.iter().map(|power| power.declared(Availability::Yes)).collect()
}

/// The actions that fit a resource as it is now.
pub(super) fn actions(resource: &Resource) -> Vec<Action> {
    match (resource.kind(), resource.state()) {
        (Kind::Instance, Some(state)) => POWER.iter().map(|power| power.action(state)).collect(),
        _ => Vec::new(),
    }
}

/// Reads the target again and prepares the request.
pub(super) async fn preview(
    deck: &Arc<Deck>,
    target: &Target,
    action: ActionId,
    _values: &FormValues,
) -> Result<Preview, Problem> {
    let power = POWER.iter().find(|power| power.id == action).ok_or_else(|| not_offered(action))?;
    power.preview(deck, target).await
}

/// Sends the requests of a write, and returns the operation that was made of the last one.
pub(super) fn perform(deck: Arc<Deck>, write: &PreparedWrite) -> Answer<Outcome> {
    let (action, target, requests) = (write.action.id, write.target.clone(), write.preview.requests.clone());
    async move {
        let power = POWER.iter().find(|power| power.id == action);
        let operation = power.map(|power| power.operation).ok_or_else(|| not_offered(action))?;
        let zone = zone_of(&deck, &target.id).await?;
        let mut outcome = Outcome::done();
        for request in &requests {
            let answer = deck.api.write(&zone, operation, request).await?;
            outcome = match taken_on(&answer)? {
                None => Outcome::done(),
                Some(id) => {
                    let id = ResourceId::scoped(target.context(), Kind::Operation, zone.name.clone(), id);
                    deck.started.add(&id, operation, &target);
                    Outcome::accepted(id)
                }
            };
        }
        Ok(outcome)
    }
    .boxed()
}

/// The id of the operation that an answer names, or `None` where it is over already.
fn taken_on(answer: &Value) -> Result<Option<&str>, Problem> {
    let operation: wire::Operation = serde_json::from_value(answer.clone()).unwrap_or_default();
    match operation.state.as_deref() {
        Some("success") => Ok(None),
        Some(state @ ("failure" | "timeout")) => {
            let words = [&operation.reason, &operation.message]
                .into_iter()
                .filter_map(|it| it.as_deref())
                .collect::<Vec<_>>()
                .join(": ");
            let message = if words.is_empty() { format!("the operation ended as {state}") } else { words };
            Err(Problem::new(ProblemKind::Refused, message))
        }
        _ => Ok(answer.get("id").and_then(Value::as_str)),
    }
}

fn not_offered(action: ActionId) -> Problem {
    unsupported(&format!("there is no action {action}"))
}

/// The time between two reads of an operation of this age: the cadence of all official clients. Every 3 s in
/// the first half minute, then ever slower, to once a minute after a quarter of an hour.
pub(super) fn poll_interval(age: Duration) -> Duration {
    const SLOWS_FROM: Duration = Duration::from_secs(30);
    const SLOWEST_FROM: Duration = Duration::from_secs(900);
    const FIRST_INTERVAL: Duration = Duration::from_secs(3);
    // From 3 s to 60 s over 870 s.
    FIRST_INTERVAL + age.min(SLOWEST_FROM).saturating_sub(SLOWS_FROM) * 57 / 870
}

/// One read of an instance, as a change needs it before.
async fn read_instance(deck: &Deck, id: &ResourceId) -> Result<wire::Instance, Problem> {
    let zone = zone_of(deck, id).await?;
    deck.api.get(&zone, &Ask::new("get-instance", &["instance", &id.id])).await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn operations_are_looked_at_at_the_pace_of_the_official_clients() {
        for (age, pause) in [(0, 3), (30, 3), (465, 31), (900, 60), (9000, 60)] {
            let seconds = poll_interval(Duration::from_secs(age)).as_secs_f64();
            assert!((seconds - f64::from(pause)).abs() < 0.51, "{age}: {seconds}");
        }
    }

    #[test]
    fn an_answer_names_its_operation_with_and_without_a_reference() {
        let pending = json!({"id": "o1", "state": "pending", "resource": {"id": "i1", "type": "instance"}});
        assert_eq!(taken_on(&pending), Ok(Some("o1")));
        assert_eq!(taken_on(&json!({"id": "o1", "state": "success"})), Ok(None));
        assert_eq!(taken_on(&json!({"id": "o1"})), Ok(Some("o1")));
        assert_eq!(taken_on(&json!({})), Ok(None));
        let failed =
            taken_on(&json!({"state": "failure", "reason": "busy", "message": "Locked"})).unwrap_err();
        assert_eq!(&*failed.message, "busy: Locked");
    }
}
