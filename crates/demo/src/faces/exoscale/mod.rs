//! The Exoscale face: `/ZONE/v2/...` of Exoscale's API over the engine, each zone with its own.
//!
//! Written from its API description and from what others recorded of the real one; where these are silent the code
//! says what was chosen.

mod account;
mod answers;
mod catalog;
mod context;
mod ids;
mod problem;
mod screens;
mod sign;

use parking_lot::Mutex;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use axum::body::Bytes;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, Method, header};
use axum::response::{IntoResponse as _, Response};
use axum::{Json, Router};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{AppState, Face, Ssh};
use crate::Access;
use crate::engine::fleet::Account;
use crate::faces::kit::problem::injected;
use account::{AccountState, seed};
use answers::Call;
use context::route::Params;
use context::{RequestContext, zone_named};
use problem::{ExoscaleError, Problem};
use qdeck_model::Secret;
use sign::Wire;

/// This face's entry in the list of faces.
pub const FACE: Face = Face {
    platform: "exoscale",
    account: Account::Exoscale,
    router,
    access: |credentials, access| Access {
        secret: Secret::new(credentials.exoscale_secret.as_str()),
        key: Some(Secret::new(credentials.exoscale_key.as_str())),
        base_url: format!("{}/{HOME}/v2", access.base_url),
        ..access
    },
    failure: injected::<ExoscaleError>,
    ssh: Ssh::ByAddress(account::guest::at_address),
};

/// The zone that a client is sent to first.
const HOME: &str = "ch-gva-2";

/// Paths that need no signature, because their answers are public.
const OPEN: [&str; 3] = ["list-zones", "list-instance-types", "get-instance-type"];

#[derive(Clone)]
struct Office {
    app: AppState,
    account: Arc<Mutex<AccountState>>,
}

/// Everything under the face's prefix. One table has all calls: their verbs follow a colon, which the router
/// knows nothing of.
fn router(app: AppState) -> Router {
    let account = Arc::new(Mutex::new(seed::account(&app)));
    // The console proxy has a token of its own in the query.
    Router::new()
        .route("/{zone}/console-proxy", axum::routing::get(screens::attach))
        .fallback(serve)
        .with_state(Office { app, account })
}

async fn serve(
    State(office): State<Office>,
    OriginalUri(uri): OriginalUri,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let wire = Wire {
        method: method.as_str(),
        path: uri.path(),
        query: uri.query().unwrap_or_default(),
        body: &body,
    };
    match office.answer(wire, &headers) {
        Ok(answer) => Json(answer).into_response(),
        Err(problem) => problem.into_response(),
    }
}

impl Office {
    fn answer(&self, wire: Wire<'_>, headers: &HeaderMap) -> Result<Value, Problem> {
        let began = Instant::now();
        let below = wire.path.strip_prefix("/exoscale/").unwrap_or(wire.path);
        let (zone, path) = below.split_once("/v2").ok_or_else(Problem::endpoint)?;
        let zone = zone_named(zone).ok_or_else(|| Problem::missing("The zone"))?;
        let found = answers::find(wire.method, path);
        let open = found.as_ref().is_ok_and(|(call, _)| OPEN.contains(&call.name));
        let known = self.admit(wire, headers, open)?;
        let (call, params) = found?;
        let body = read(wire.body)?;
        let query = url::form_urlencoded::parse(wire.query.as_bytes()).into_owned().collect();
        let host = headers
            .get(header::HOST)
            .and_then(|host| host.to_str().ok())
            .unwrap_or(&self.app.authority)
            .to_owned();
        let mut account = self.account.lock();
        self.app.engine.read(|fleet| account.settle(fleet));
        let mut ctx =
            RequestContext { app: &self.app, account: &mut account, host, zone, params, query, body, known };
        let answer = call.answer(&mut ctx);
        if wire.method != "GET" {
            let status = answer.as_ref().map_or_else(|p| p.status().as_u16(), |_| 200);
            note(ctx, call, wire.path, status, began);
        }
        answer
    }

    /// Returns whether a request is signed by the account. Only what is public may come without.
    fn admit(&self, wire: Wire<'_>, headers: &HeaderMap, open: bool) -> Result<bool, Problem> {
        let Some(value) = headers.get(header::AUTHORIZATION) else {
            return if open { Ok(false) } else { Err(Problem::forbidden("The request is not signed")) };
        };
        let credentials = &self.app.credentials;
        let (key, secret) = (&credentials.exoscale_key, &credentials.exoscale_secret);
        let now = Timestamp::now().as_second();
        sign::check(wire, value.to_str().unwrap_or_default(), key, secret, now)
            .map(|()| true)
            .map_err(Problem::forbidden)
    }
}

/// A body of JSON, or none.
fn read(bytes: &[u8]) -> Result<Value, Problem> {
    if bytes.is_empty() {
        return Ok(Value::Null);
    }
    let body: Value =
        serde_json::from_slice(bytes).map_err(|_| Problem::field("body", "is not a JSON document"))?;
    if body.is_object() { Ok(body) } else { Err(Problem::field("body", "must be an object")) }
}

/// Writes a change, or the attempt at one, into the audit trail.
fn note(ctx: RequestContext<'_>, call: &Call, uri: &str, status: u16, began: Instant) {
    let params: Params = ctx.params;
    let path: serde_json::Map<String, Value> =
        params.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
    let query: serde_json::Map<String, Value> =
        ctx.query.into_iter().map(|(name, value)| (name, value.into())).collect();
    let zone = catalog::zone_name(ctx.zone);
    let request = ctx.account.number();
    let key = ctx.app.credentials.exoscale_key.as_str();
    let event = json!({
        "handler": call.name,
        "message": format!("API key {key}: {}", call.name),
        "status": status,
        "source-ip": SocketAddr::from(([127, 0, 0, 1], 0)).ip(),
        "zone": zone,
        "uri": uri,
        "elapsed-ms": began.elapsed().as_millis().max(1).to_string().parse::<u64>().unwrap_or(1),
        "request-id": ids::id(ids::Thing::Request, request),
        "iam-api-key": { "name": "qdeck", "key": key, "role-id": ids::id(ids::Thing::Role, 1) },
        "path-params": path,
        "get-params": query,
        "body-params": if ctx.body.is_null() { json!({}) } else { ctx.body },
    });
    ctx.account.journal.note(Timestamp::now(), event);
}
