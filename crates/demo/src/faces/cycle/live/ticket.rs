//! Single-use tokens: handed out for one stream of one instance, redeemed by the websocket that comes with it.

use axum::Json;
use serde_json::{Value, json};

use crate::credentials::Ticket;
use crate::faces::AppState;
use crate::faces::cycle::problem::Problem;
use crate::faces::cycle::read::find_instance;

/// A token for a stream of an instance, and the address to use it at.
pub(super) fn hand_out(
    app: &AppState,
    (container, instance): (&str, &str),
    stream: &str,
    opens: fn(u32) -> Ticket,
) -> Result<Json<Value>, Problem> {
    let key = app.engine.read(|fleet| find_instance(fleet, container, instance).map(|(key, _)| key))?;
    let token = app.credentials.issue(opens(key)).map_err(Problem::internal)?;
    let address = format!("ws://{}/cycle/streams/{stream}/{key}", app.authority);
    Ok(Json(json!({ "data": { "token": token, "address": address } })))
}

/// The single-use token in the query, or 401.
pub(super) fn redeem(app: &AppState, raw: Option<&str>, ticket: Ticket) -> Result<(), Problem> {
    let known = url::form_urlencoded::parse(raw.unwrap_or_default().as_bytes())
        .any(|(key, value)| key == "token" && app.credentials.redeem(&value, ticket));
    if known { Ok(()) } else { Err(Problem::auth("the token is not known, was used before, or has expired")) }
}
