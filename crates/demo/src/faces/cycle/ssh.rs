//! Credentials for a shell. The demo has no SSH end: what it makes leads to a host that cannot exist, and its console is
//! two-way instead.

use axum::Json;
use axum::extract::{Path, State};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::ids::{Thing, id};
use super::problem::Problem;
use super::read::find_instance;
use super::shapes::creator;
use crate::credentials::random_hex;
use crate::faces::{AppState, NEVER, time};

/// The lifetime in the vendor's sample.
const LIFETIME: SignedDuration = SignedDuration::from_mins(30);

type Answer = Result<Json<Value>, Problem>;

/// `GET .../ssh`: makes a credential.
pub(super) async fn generate(
    State(app): State<AppState>,
    Path((container, instance)): Path<(String, String)>,
) -> Answer {
    let secret = random_hex(12).map_err(Problem::internal)?;
    let hub = &app.credentials.hub;
    app.engine.write(|fleet, _| {
        let (key, row) = find_instance(fleet, &container, &instance)?;
        let container = id(Thing::Container, row.container);
        let made = fleet.shells.entry(key).or_default();
        *made += 1;
        let now = Timestamp::now();
        let token = json!({
            "id": id(Thing::ShellToken, key),
            "instance_id": &instance,
            "container_id": container,
            "hub_id": hub,
            "creator": creator(),
            "events": { "created": time(Some(now)), "used": NEVER, "expires": time(Some(now + LIFETIME)) },
            "valid": true,
        });
        let address = format!("{instance}@console.invalid:22");
        Ok(Json(json!({ "data": { "token": token, "secret": secret, "address": address } })))
    })
}

/// `DELETE .../ssh`: expires every credential of the instance.
pub(super) async fn expire(
    State(app): State<AppState>,
    Path((container, instance)): Path<(String, String)>,
) -> Answer {
    app.engine.write(|fleet, _| {
        let (key, _) = find_instance(fleet, &container, &instance)?;
        let tokens = fleet.shells.remove(&key).unwrap_or(0);
        Ok(Json(json!({ "data": { "tokens": tokens } })))
    })
}
