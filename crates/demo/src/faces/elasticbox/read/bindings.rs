//! The bindings of an instance. The page's only sample is a deployment profile from before release 4.0, its table
//! describes instances: the path of its heading answers the one, the two others the other.

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};

use super::super::Counter;
use super::super::account::row::Row;
use super::super::names::{Kind, time, uuid};
use super::super::problem::Problem;
use super::super::shapes::instance::{self, Document};

/// `GET /services/instances/{id}/binding`.
pub(in super::super) async fn profiles(
    State(counter): State<Counter>,
    Path(id): Path<String>,
) -> Result<Json<Vec<Value>>, Problem> {
    counter.look(|account, fleet, catalogue| {
        let row = Row::find(account, fleet, &id)?;
        let rows =
            instance::bound(&row, fleet).filter_map(|key| Row::of(account, fleet, key)).map(|target| {
                let owner = instance::owner(&target, catalogue);
                profile(&target, owner)
            });
        Ok(Json(rows.collect()))
    })
}

/// `GET /services/instances/{id}/bindings`, also under the path of the page's table.
pub(in super::super) async fn instances(
    State(counter): State<Counter>,
    Path(id): Path<String>,
) -> Result<Json<Vec<Document>>, Problem> {
    counter.look(|account, fleet, catalogue| {
        let row = Row::find(account, fleet, &id)?;
        let rows = instance::bound(&row, fleet)
            .filter_map(|key| Row::of(account, fleet, key))
            .map(|target| instance::listed(&target, catalogue));
        Ok(Json(rows.collect()))
    })
}

fn profile(target: &Row<'_>, owner: &str) -> Value {
    let version = uuid(Kind::ScriptBox, target.instance.container);
    let of_box = json!({ "version": version, "name": target.container.name });
    json!({
        "box": of_box,
        "updated": time(target.updated()),
        "name": target.name(),
        "created": time(target.instance.created),
        "default_stamp": target.instance.created.as_second(),
        "uri": format!("/services/instances/{}", target.id()),
        "instances": [{
            "box": of_box,
            "profile": {
                "image": "test", "instances": 1, "keypair": "test_keypair", "location": "Simulated Location",
                "flavor": "test.micro", "schema": "http://elasticbox.net/schemas/test/compute/profile",
            },
            "provider": "Test Provider",
            "path": "/",
            "variables": [],
            "bindings": [],
        }],
        "members": [],
        "owner": owner,
        "id": target.id(),
        "schema": "http://elasticbox.net/schemas/deployment-profile",
    })
}
