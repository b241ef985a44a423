//! Credentials for a shell: a password that opens the instance once at the cloud's SSH end, within half an hour.
//!
//! Cycle documents the half hour and a time of use; that a password opens one connection only is how this face reads
//! the latter.

use axum::Json;
use axum::extract::{Path, State};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::ids::{Thing, id, index};
use super::problem::Problem;
use super::read::find_instance;
use super::shapes::creator;
use crate::credentials::PASSWORD_LIFE;
use crate::engine::fleet::{Account, Fleet};
use crate::faces::{AppState, NEVER, time};

type Answer = Result<Json<Value>, Problem>;

/// `GET .../ssh`: makes a credential.
pub(super) async fn generate(
    State(app): State<AppState>,
    Path((container, instance)): Path<(String, String)>,
) -> Answer {
    let (key, container) = app.engine.read(|fleet| {
        let (key, row) = find_instance(fleet, &container, &instance)?;
        Ok::<_, Problem>((key, id(Thing::Container, row.container)))
    })?;
    let secret = app.credentials.mint_password(key).map_err(Problem::internal)?;
    let now = Timestamp::now();
    let token = json!({
        "id": id(Thing::ShellToken, key),
        "instance_id": &instance,
        "container_id": container,
        "hub_id": &app.credentials.hub,
        "creator": creator(),
        "events": { "created": time(Some(now)), "used": NEVER, "expires": time(Some(now + PASSWORD_LIFE)) },
        "valid": true,
    });
    let address = format!("{instance}@{}", app.ssh);
    Ok(Json(json!({ "data": { "token": token, "secret": secret, "address": address } })))
}

/// `DELETE .../ssh`: expires every credential of the instance. Sessions that are open stay.
pub(super) async fn expire(
    State(app): State<AppState>,
    Path((container, instance)): Path<(String, String)>,
) -> Answer {
    let key = app.engine.read(|fleet| find_instance(fleet, &container, &instance).map(|(key, _)| key))?;
    Ok(Json(json!({ "data": { "tokens": app.credentials.expire_passwords(key) } })))
}

/// The instance whose id is the user name at the SSH end.
pub(super) fn instance_of(fleet: &Fleet, user: &str) -> Option<u32> {
    let key = index(Thing::Instance, user)?;
    fleet.machine_of(Account::Cycle, key).map(|_| key)
}
