//! `POST /services/instances`: deploys a box. The published schema forbids keys it does not know.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use jiff::Timestamp;
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
use super::body::{self, Fields};
use crate::engine::events::Event;
use crate::engine::fleet::{Account, Container, Extras, Fleet, Phase};

/// The one kind of request that is understood; others would register machines or import them.
const SCHEMA: &str = "http://elasticbox.net/schemas/deploy-instance-request";

/// The fields of a body.
const FIELDS: [&str; 9] = [
    "schema",
    "name",
    "owner",
    "box",
    "policy_box",
    "automatic_updates",
    "instance_tags",
    "lease",
    "ipv4_address",
];

/// The body, checked as far as that needs no look at the fleet.
#[derive(Debug)]
struct Request {
    name: String,
    owner: Option<String>,
    chosen: Choice,
    policy_box: Option<Choice>,
    updates: &'static str,
    instance_tags: Vec<String>,
    lease: Option<Lease>,
}

/// A box or a policy, with the variables that are laid over its own.
#[derive(Debug)]
struct Choice {
    id: String,
    variables: Vec<Value>,
}

impl Choice {
    fn read(form: &mut Fields<'_>) -> Option<Self> {
        form.only(&["id", "variables"]);
        form.require(&["variables"]);
        let (id, variables) = (form.need_text("id"), form.variables("variables"));
        Some(Self { id: id?.to_owned(), variables })
    }
}

/// A request whose references are found and checked.
struct Order {
    container: u32,
    policy: u32,
    server: u32,
    variables: Vec<Value>,
}

impl Request {
    /// Reads the body.
    ///
    /// # Errors
    /// 400 with everything that is wrong in it.
    fn read(body: &Value) -> Result<Self, Problem> {
        let mut form = Fields::of(body);
        form.only(&FIELDS);
        form.need_word("schema", &[SCHEMA]);
        form.require(&["name", "box"]);
        let name = form.text_of("name", 1..=30);
        let owner = form.text_of("owner", 1..=64);
        let chosen = form.child("box", Choice::read);
        let policy_box = form.child("policy_box", Choice::read);
        let updates = form.updates();
        let instance_tags = form.texts("instance_tags").unwrap_or_default();
        let lease = form.child("lease", Lease::read);
        if lease.is_some_and(|lease| lease.expire <= Timestamp::now()) {
            form.error("lease.expire", "must be in the future");
        }
        if form.given("ipv4_address").is_some() {
            form.error("ipv4_address", "is for infrastructure that is not the platform's, and there is none");
        }
        let found = name.zip(chosen).zip(updates);
        form.done()?;
        let ((name, chosen), updates) = found.ok_or_else(Problem::internal)?;
        Ok(Self { name, owner, chosen, policy_box, updates, instance_tags, lease })
    }

    /// The workspace that will own the instance.
    fn owner<'r>(&'r self, personal: &'r str) -> &'r str {
        self.owner.as_deref().unwrap_or(personal)
    }

    /// Finds the box, the workspace, the policy and a host.
    fn order(&self, fleet: &Fleet, catalogue: &Catalogue, personal: &str) -> Result<Order, Problem> {
        let owner = self.owner(personal);
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
    let request = Request::read(&body::read(&headers, &bytes)?)?;
    let email = counter.app.credentials.email.clone();
    let engine = &counter.app.engine;
    let mut account = counter.account();
    let order = engine
        .read(|fleet| request.order(fleet, &Catalogue::of(fleet, &email), workspaces::personal(&email)))?;
    let key = engine
        .write(|fleet, events| {
            let now = Timestamp::now();
            let key = fleet.add_instance(order.container, order.server, Phase::New, now)?;
            // Unlike the instances of a container, it is no older than its deployment.
            fleet.instances.get_mut(key)?.created = now;
            let extras = Extras { name: Some(request.name.clone()), ..Extras::default() };
            fleet.extras.insert(key, extras);
            events.push(Event::Reconfigured { container: order.container });
            Some(key)
        })
        .ok_or_else(Problem::internal)?;
    let owner = request.owner(workspaces::personal(&email)).to_owned();
    account.begin(engine, key, Verb::Deploy);
    if let Some(record) = account.change(key) {
        record.owner = Some(owner);
        record.policy = Some(order.policy);
        record.updates = Some(request.updates);
        record.lease = request.lease;
        record.tags = Some(request.instance_tags);
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
        Request::read(&body).map(|_| ())
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

    #[test]
    fn every_mistake_is_reported_with_the_place_of_its_field() {
        let refusal = request(|b| {
            b["name"] = json!("");
            b["color"] = json!("red");
            b["box"]["variables"] = json!([{ "name": "x" }]);
        });
        let expected = Problem::data(
            "color is not a field; name must be text of 1 to 30 characters; box.variables.0.type is required",
        );
        assert_eq!(refusal, Err(expected));
    }
}
