//! `PUT /services/instances/{id}`: the whole document comes back; only boxes, tags, lease, members and variables change.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use jiff::Timestamp;
use serde_json::Value;

use super::super::Counter;
use super::super::account::Record;
use super::super::account::lease::Lease;
use super::super::account::row::Row;
use super::super::problem::Problem;
use super::super::shapes::boxes::Catalogue;
use super::super::shapes::instance::{self, Document};
use super::body::{self, Fields};

/// The schema of the document.
const SCHEMA: &str = "http://elasticbox.net/schemas/instance";

/// The required fields of an instance; `lease` is not among it: leaving it out ends the lease.
const REQUIRED: [&str; 10] =
    ["automatic_updates", "box", "boxes", "id", "name", "operation", "schema", "service", "state", "tags"];

/// The fields that may change.
#[derive(Debug)]
struct Changes {
    boxes: Vec<Value>,
    tags: Vec<String>,
    lease: Option<Lease>,
    members: Option<Vec<Value>>,
    variables: Option<Vec<Value>>,
}

impl Changes {
    fn read(id: &str, document: &Value) -> Result<Self, Problem> {
        let mut form = Fields::of(document);
        form.require(&REQUIRED);
        form.word("schema", &[SCHEMA]);
        form.word("id", &[id]);
        let boxes = form.rows("boxes").unwrap_or_default();
        let described = |it: &Value| it["id"].is_string() && it["schema"].is_string();
        if form.given("boxes").is_some() && (boxes.is_empty() || !boxes.iter().all(described)) {
            form.error("boxes", "must be a list of boxes");
        }
        let variables = form.given("variables").map(|_| form.variables("variables"));
        let lease = form.child("lease", Lease::read);
        let tags = form.texts("tags").unwrap_or_default();
        let members = form.rows("members");
        form.done()?;
        Ok(Self { boxes, tags, lease, members, variables })
    }

    /// Writes down what differs from what is answered anyway.
    fn apply(self, record: &mut Record, now: &Value) {
        if now["boxes"].as_array() != Some(&self.boxes) {
            record.boxes = Some(Arc::new(self.boxes));
        }
        record.tags = Some(self.tags);
        record.lease = self.lease;
        if self.members.as_ref().is_some_and(|members| now["members"].as_array() != Some(members)) {
            record.members = self.members;
        }
        if let Some(variables) = self.variables {
            record.variables = Some(Arc::new(variables));
        }
        record.edited = Some(Timestamp::now());
    }
}

/// Answers 200 with the instance as it is then.
pub(in super::super) async fn update(
    State(counter): State<Counter>,
    Path(id): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Json<Document>, Problem> {
    let sent: Value = body::read(&headers, &bytes)?;
    let email = counter.app.credentials.email.clone();
    let engine = &counter.app.engine;
    let mut account = counter.account();
    let (key, engines, now) = engine.read(|fleet| {
        let row = Row::find(&account, fleet, &id)?;
        let document = instance::whole(&row, fleet, &Catalogue::of(fleet, &email));
        let now = serde_json::to_value(document).map_err(|_| Problem::internal())?;
        Ok((row.key, row.instance.clone(), now))
    })?;
    let changes = Changes::read(&id, &sent)?;
    changes.apply(account.record_of(key, &engines), &now);
    counter.leases.notify_one();
    engine.read(|fleet| {
        let row = Row::find(&account, fleet, &id)?;
        Ok(Json(instance::whole(&row, fleet, &Catalogue::of(fleet, &email))))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn document() -> Value {
        json!({
            "automatic_updates": "off", "box": "b", "boxes": [{ "id": "b", "schema": "s", "name": "n" }], "id": "i-a",
            "name": "n", "operation": { "event": "deploy" }, "schema": "http://elasticbox.net/schemas/instance",
            "service": { "id": "eb-a", "machines": [] }, "state": "done", "tags": ["x"], "variables": [],
            "members": [], "lease": { "expire": "2015-10-29 19:00:00.000000", "operation": "terminate", "released": true },
        })
    }

    #[test]
    fn the_whole_document_is_wanted() {
        assert!(Changes::read("i-a", &document()).is_ok());
        for key in REQUIRED {
            let mut sent = document();
            sent.as_object_mut().expect("an object").remove(key);
            assert!(Changes::read("i-a", &sent).is_err(), "without {key}");
        }
        for (key, value) in [
            ("id", json!("i-b")),
            ("schema", json!("http://elasticbox.net/schemas/boxes/script")),
            ("tags", json!([1])),
            ("boxes", json!([])),
            ("variables", json!([{ "name": "x" }])),
            ("members", json!("all")),
            ("lease", json!({ "operation": "shutdown" })),
        ] {
            let mut sent = document();
            sent[key] = value;
            assert!(Changes::read("i-a", &sent).is_err(), "{key}");
        }
    }

    #[test]
    fn a_lease_that_is_left_out_ends() {
        let mut record = Record::default();
        Changes::read("i-a", &document()).expect("whole").apply(&mut record, &document());
        assert!(record.lease.is_some() && record.boxes.is_none() && record.members.is_none());
        let mut sent = document();
        sent.as_object_mut().expect("an object").remove("lease");
        Changes::read("i-a", &sent).expect("whole").apply(&mut record, &document());
        assert_eq!(record.lease, None);
    }
}
