//! `POST /services/instances`: deploys a box. The published schema forbids keys it does not know.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::super::Counter;
use super::super::account::acts::Verb;
use super::super::account::lease::Lease;
use super::super::account::row::Row;
use super::super::names::{Kind, index};
use super::super::problem::Problem;
use super::super::shapes::boxes::{self, Catalogue};
use super::super::shapes::instance::{self, Document};
use super::super::shapes::workspaces;
use super::body;
use crate::engine::events::Event;
use crate::engine::fleet::{Account, Container, Extras, Fleet, Phase};

/// The one kind of request that is understood; others would register machines or import them.
const SCHEMA: &str = "http://elasticbox.net/schemas/deploy-instance-request";

/// The body.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    schema: String,
    name: String,
    owner: Option<String>,
    #[serde(rename = "box")]
    chosen: Choice,
    policy_box: Option<Choice>,
    automatic_updates: String,
    instance_tags: Option<Vec<String>>,
    lease: Option<Value>,
    /// Only for infrastructure that is not the platform's; here there is none.
    ipv4_address: Option<String>,
}

/// A box or a policy, with the variables that are laid over its own.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Choice {
    id: String,
    variables: Vec<Value>,
}

/// A request whose references are found and checked.
struct Order {
    container: u32,
    policy: u32,
    server: u32,
    owner: String,
    updates: &'static str,
    lease: Option<Lease>,
    variables: Vec<Value>,
}

impl Request {
    /// Checks the fields that do not depend on the fleet.
    fn check(&self) -> Result<(&'static str, Option<Lease>), Problem> {
        if self.schema != SCHEMA {
            return Err(Problem::data(format!("schema must be {SCHEMA}")));
        }
        if !(1..=30).contains(&self.name.chars().count()) {
            return Err(Problem::data("name must have 1 to 30 characters"));
        }
        if (self.owner.as_ref()).is_some_and(|owner| !(1..=64).contains(&owner.chars().count())) {
            return Err(Problem::data("owner must have 1 to 64 characters"));
        }
        if self.ipv4_address.is_some() {
            return Err(Problem::data("ipv4_address belongs to machines of one's own only"));
        }
        let overlaid = self.policy_box.iter().flat_map(|policy| &policy.variables);
        self.chosen.variables.iter().chain(overlaid).try_for_each(body::variable)?;
        let lease = self.lease.as_ref().map(Lease::read).transpose()?;
        if lease.is_some_and(|lease| lease.expire <= Timestamp::now()) {
            return Err(Problem::data("lease.expire must be in the future"));
        }
        Ok((body::updates(&self.automatic_updates)?, lease))
    }

    /// Finds the box, the workspace, the policy and a host.
    fn order(&self, fleet: &Fleet, catalogue: &Catalogue, personal: &str) -> Result<Order, Problem> {
        let (updates, lease) = self.check()?;
        let owner = self.owner.as_deref().unwrap_or(personal);
        let workspace = catalogue
            .workspace(owner)
            .ok_or_else(|| Problem::data(format!("there is no workspace {owner}")))?;
        let (key, container) = index(Kind::ScriptBox, &self.chosen.id)
            .and_then(|key| Some((key, fleet.container_of(Account::ElasticBox, key)?)))
            .ok_or_else(|| Problem::data(format!("there is no box {}", self.chosen.id)))?;
        let policy = match &self.policy_box {
            Some(policy) => index(Kind::PolicyBox, &policy.id)
                .filter(|index| catalogue.policy(*index).is_some())
                .ok_or_else(|| Problem::data(format!("there is no policy box {}", policy.id)))?,
            None => fleet
                .locations_of(Account::ElasticBox)
                .map(|(place, _)| boxes::policy_index(workspace.number, place))
                .find(|policy| claimed(fleet, container, *policy))
                .ok_or_else(|| Problem::data("no policy box claims what the box requires"))?,
        };
        if !claimed(fleet, container, policy) {
            return Err(Problem::data("the policy box does not claim what the box requires"));
        }
        let server = host(fleet, boxes::place_of(policy), container)
            .ok_or_else(|| Problem::data("the policy box has no room"))?;
        let document = catalogue.script_box(key);
        let own = document.and_then(|d| d["variables"].as_array());
        Ok(Order {
            container: key,
            policy,
            server,
            owner: owner.to_owned(),
            updates,
            lease,
            variables: body::overridden(own.map_or(&[], Vec::as_slice), &self.chosen.variables),
        })
    }
}

/// Returns whether a policy claims everything that a box requires.
fn claimed(fleet: &Fleet, container: &Container, policy: u32) -> bool {
    let claims = boxes::claims(fleet, boxes::place_of(policy));
    boxes::requirements(container).iter().all(|it| claims.contains(it))
}

/// A host at a place, in turn.
fn host(fleet: &Fleet, place: u32, container: &Container) -> Option<u32> {
    let hosts: Vec<u32> = fleet
        .servers_of(Account::ElasticBox)
        .filter(|(_, server)| server.location == place)
        .map(|(key, _)| key)
        .collect();
    hosts.get(container.made as usize % hosts.len().max(1)).copied()
}

/// Answers 202 with the instance as it is then: processing, without machines.
pub(in super::super) async fn deploy(
    State(counter): State<Counter>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<(StatusCode, Json<Document>), Problem> {
    let request: Request = body::read(&headers, &bytes)?;
    let email = counter.app.credentials.email.clone();
    let engine = &counter.app.engine;
    let mut account = counter.account();
    let order = engine
        .read(|fleet| request.order(fleet, &Catalogue::of(fleet, &email), workspaces::personal(&email)))?;
    let key = engine
        .write(|fleet, events| {
            let key = fleet.add_instance(order.container, order.server, Phase::New, Timestamp::now())?;
            let extras = Extras { name: Some(request.name.clone()), ..Extras::default() };
            fleet.extras.insert(key, extras);
            events.push(Event::Reconfigured { container: order.container });
            Some(key)
        })
        .ok_or_else(Problem::internal)?;
    account.begin(engine, key, Verb::Deploy);
    if let Some(record) = account.change(key) {
        record.owner = Some(order.owner);
        record.policy = Some(order.policy);
        record.updates = Some(order.updates);
        record.lease = order.lease;
        record.tags = Some(request.instance_tags.unwrap_or_default());
        record.variables = Some(Arc::new(order.variables));
    }
    counter.leases.notify_one();
    engine.read(|fleet| {
        let row = Row::of(&account, fleet, key).ok_or_else(Problem::internal)?;
        let document = instance::whole(&row, fleet, &Catalogue::of(fleet, &email));
        Ok((StatusCode::ACCEPTED, Json(document)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn request(change: impl FnOnce(&mut Value)) -> Result<(), Problem> {
        let mut body = json!({
            "schema": SCHEMA, "name": "n", "box": { "id": "b", "variables": [] }, "automatic_updates": "off",
        });
        change(&mut body);
        let request: Request = serde_json::from_value(body).map_err(Problem::data)?;
        request.check().map(|_| ())
    }

    #[test]
    fn the_schema_is_strict() {
        assert_eq!(request(|_| ()), Ok(()));
        assert_eq!(request(|b| b["name"] = json!("x".repeat(30))), Ok(()));
        let future = "2999-01-01 00:00:00.000000";
        assert_eq!(request(|b| b["lease"] = json!({ "expire": future, "operation": "shutdown" })), Ok(()));
        let wrong: [(&str, Value); 12] = [
            ("name", json!("")),
            ("name", json!("x".repeat(31))),
            ("schema", json!("http://elasticbox.net/schemas/bulk-import-request")),
            ("color", json!("red")),
            ("owner", json!("")),
            ("box", json!({ "id": "b" })),
            ("box", json!({ "id": "b", "variables": [{ "name": "x" }] })),
            ("automatic_updates", json!("always")),
            ("automatic_updates", Value::Null),
            ("lease", json!({ "expire": future })),
            ("lease", json!({ "expire": "2001-01-01 00:00:00.000000", "operation": "shutdown" })),
            ("ipv4_address", json!("10.0.0.1")),
        ];
        for (key, value) in wrong {
            assert!(request(|b| b[key] = value.clone()).is_err(), "{key}: {value}");
        }
    }
}
