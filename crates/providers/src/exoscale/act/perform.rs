//! Sending what was prepared: each request once, in its order, each after the operation of the one before has ended.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::super::api::{Ask, Zone};
use super::super::read::zone_of;
use super::super::{Deck, wire};
use super::change::attach::{self, NEW_INSTANCE};
use super::table::REVEAL_PASSWORD;
use super::{change_of, create, poll_interval};
use crate::{Answer, kit};
use qdeck_model::{
    ActionId, Kind, NewResource, Outcome, PreparedRequest, PreparedWrite, Problem, ProblemKind, ResourceId,
    Target, Timestamp,
};

/// The longest that an operation is waited for before the request after it is given up.
const OPERATION_LIMIT: Duration = Duration::from_secs(20 * 60);
/// The official clients give an operation up after so many reads of it have failed.
const MAX_FAILED_READS: usize = 5;

/// Sends the requests of a write. Returns the operation that is to be followed: that of the instance that is made, else
/// that of the last request.
pub(in crate::exoscale) fn perform(deck: Arc<Deck>, write: &PreparedWrite) -> Answer<Outcome> {
    let course = Course {
        deck,
        action: write.action.id,
        target: write.target.clone(),
        made: write.preview.creates.clone(),
        prepared: write.prepared,
    };
    let requests = write.preview.requests.clone();
    async move { course.run(&requests).await }.boxed()
}

/// One write on its way.
struct Course {
    deck: Arc<Deck>,
    action: ActionId,
    target: Target,
    made: Option<NewResource>,
    prepared: Timestamp,
}

/// The answer to one request.
struct Accepted {
    operation: Option<ResourceId>,
    /// The id of what it refers to.
    reference: Option<String>,
    value: Value,
}

impl Course {
    async fn run(&self, requests: &[PreparedRequest]) -> Result<Outcome, Problem> {
        let zone = self.zone().await?;
        let Some((first, rest)) = requests.split_first() else { return Ok(Outcome::done()) };
        let accepted = self.send(&zone, first).await?;
        if self.action == REVEAL_PASSWORD {
            return revealed(accepted.value);
        }
        let mut outcome = Outcome { operation: accepted.operation, ..Outcome::default() };
        if self.made.is_some() {
            outcome.created = accepted.reference.as_deref().map(|id| self.instance(&zone, id));
        }
        let mut latest = outcome.operation.clone();
        for (done, request) in (1..).zip(rest) {
            match self.follow_up(&zone, &mut outcome, latest.take(), request).await {
                Ok(operation) => latest = operation,
                Err(problem) if self.made.is_some() => {
                    // The instance is there, or its own operation reports that it is not.
                    return Ok(
                        outcome.document("Not everything was attached", left_undone(request, &problem))
                    );
                }
                Err(problem) => return Err(kit::in_part(done, requests.len(), problem)),
            }
        }
        if self.made.is_none() {
            outcome.operation = latest;
        }
        Ok(outcome)
    }

    /// Sends a request once the operation before it has ended.
    async fn follow_up(
        &self,
        zone: &Arc<Zone>,
        outcome: &mut Outcome,
        before: Option<ResourceId>,
        request: &PreparedRequest,
    ) -> Result<Option<ResourceId>, Problem> {
        if let Some(before) = &before {
            self.ended(zone, before).await?;
        }
        if let (Some(made), None) = (&self.made, &outcome.created) {
            let context = self.target.context();
            outcome.created =
                create::instance(&self.deck, zone, context, made, self.prepared, before.as_ref()).await?;
        }
        let request = match &outcome.created {
            Some(id) => addressed(request, &id.id),
            None if self.made.is_some() => {
                return Err(Problem::new(ProblemKind::NotFound, "the answer does not name the new instance"));
            }
            None => request.clone(),
        };
        Ok(self.send(zone, &request).await?.operation)
    }

    async fn zone(&self) -> Result<Arc<Zone>, Problem> {
        let Some(made) = &self.made else { return zone_of(&self.deck, &self.target.id).await };
        let id = ResourceId { scope: made.scope.clone(), ..self.target.id.clone() };
        zone_of(&self.deck, &id).await
    }

    fn instance(&self, zone: &Zone, id: &str) -> ResourceId {
        ResourceId::scoped(self.target.context(), Kind::Instance, zone.name.clone(), id)
    }

    async fn send(&self, zone: &Zone, request: &PreparedRequest) -> Result<Accepted, Problem> {
        let operation = match attach::operation_of(request) {
            Some(operation) => operation,
            None if self.made.is_some() => create::OPERATION,
            None => change_of(self.action)?.call.operation,
        };
        let value = self.deck.api.write(zone, operation, request).await?;
        let wire: wire::Operation = serde_json::from_value(value.clone()).unwrap_or_default();
        let id = taken_on(&value, &wire)?
            .map(|id| ResourceId::scoped(self.target.context(), Kind::Operation, zone.name.clone(), id));
        let reference = wire.reference.id.0.clone();
        if let Some(id) = &id {
            let of = match (&self.made, &reference) {
                (Some(made), Some(instance)) => {
                    Target { id: self.instance(zone, instance), name: made.name.clone(), state: None }
                }
                (Some(made), None) => Target { name: made.name.clone(), ..self.target.clone() },
                (None, _) => self.target.clone(),
            };
            self.deck.started.add(id, operation, &of);
        }
        Ok(Accepted { operation: id, reference, value })
    }

    /// Reads an operation until it has ended well.
    async fn ended(&self, zone: &Zone, id: &ResourceId) -> Result<(), Problem> {
        let began = Instant::now();
        let mut failed = 0;
        let ask = Ask::new("get-operation", &["operation", &id.id]);
        loop {
            sleep(poll_interval(began.elapsed())).await;
            match self.deck.api.get::<Value>(zone, &ask).await {
                Ok(value) => {
                    let wire: wire::Operation = serde_json::from_value(value.clone()).unwrap_or_default();
                    if wire.state.as_deref() == Some("success") {
                        return Ok(());
                    }
                    taken_on(&value, &wire)?;
                    failed = 0;
                }
                Err(problem) if !problem.kind.may_pass() || failed >= MAX_FAILED_READS => {
                    return Err(problem);
                }
                Err(_) => failed += 1,
            }
            if began.elapsed() > OPERATION_LIMIT {
                let minutes = OPERATION_LIMIT.as_secs() / 60;
                let message = format!("the operation before it has not ended within {minutes} min");
                return Err(Problem::new(ProblemKind::Refused, message));
            }
        }
    }
}

/// The request with the id of the new instance in its place.
fn addressed(request: &PreparedRequest, id: &str) -> PreparedRequest {
    let mut request = request.clone();
    let place = request.body.as_mut().and_then(|body| body.pointer_mut("/instance/id"));
    if let Some(place) = place.filter(|place| **place == NEW_INSTANCE) {
        *place = id.into();
    }
    request
}

fn revealed(answer: Value) -> Result<Outcome, Problem> {
    let answer: wire::Password = serde_json::from_value(answer)
        .map_err(|_| kit::unexpected_field("GET /instance/{id}:password", "password", "a password"))?;
    Ok(Outcome::done().secret("password", answer.password.0))
}

/// The first request of a new instance that was not done; those after it were not sent.
fn left_undone(request: &PreparedRequest, problem: &Problem) -> Value {
    json!({"request": format!("{} {}", request.method, request.url), "problem": problem.to_string()})
}

/// The id of the operation that an answer names, or `None` where it is over already.
fn taken_on<'a>(answer: &'a Value, operation: &wire::Operation) -> Result<Option<&'a str>, Problem> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use qdeck_model::Method;

    #[test]
    fn an_answer_names_its_operation_with_and_without_a_reference() {
        let id = |value: &Value| {
            let wire = serde_json::from_value(value.clone()).unwrap_or_default();
            taken_on(value, &wire).map(|id| id.map(ToOwned::to_owned))
        };
        let pending = json!({"id": "o1", "state": "pending", "resource": {"id": "i1", "type": "instance"}});
        assert_eq!(id(&pending), Ok(Some("o1".to_owned())));
        assert_eq!(id(&json!({"id": "o1", "state": "success"})), Ok(None));
        assert_eq!(id(&json!({"id": "o1"})), Ok(Some("o1".to_owned())));
        assert_eq!(id(&json!({})), Ok(None));
        let failed = id(&json!({"state": "failure", "reason": "busy", "message": "Locked"})).unwrap_err();
        assert_eq!(&*failed.message, "busy: Locked");
    }

    #[test]
    fn only_the_place_of_the_new_instance_is_filled_in() {
        let request = |id: &str| {
            let body = json!({"instance": {"id": id}});
            PreparedRequest::new(Method::Put, "https://api.example/v2/elastic-ip/e1:attach").body(body)
        };
        assert_eq!(addressed(&request(NEW_INSTANCE), "i9"), request("i9"));
        assert_eq!(addressed(&request("i1"), "i9"), request("i1"));
    }
}
