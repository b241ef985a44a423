//! The Cycle face: `/v1/...` of Cycle's API over the engine.
//!
//! Written from its API description and documentation pages; where those are silent the code says what was chosen.

mod config;
mod ids;
mod live;
mod problem;
mod query;
mod read;
mod shapes;
mod ssh;
mod writes;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::Response;
use axum::routing::{get, post};

use super::{AppState, Face, Ssh};
use crate::Access;
use crate::credentials::{Ticket, same};
use crate::engine::fleet::Account;
use crate::faces::kit::problem::injected;
use live::{console, notify, telemetry, ticket};
use problem::{CycleError, Problem};
use qdeck_model::Secret;
use read::{containers, instances, jobs, logs, places};

/// The name of the header that says which hub is meant.
const HUB: &str = "x-hub-id";

/// This face's entry in the list of faces.
pub const FACE: Face = Face {
    platform: "cycle",
    account: Account::Cycle,
    router,
    access: |credentials, access| Access {
        secret: Secret::new(credentials.key.as_str()),
        hub: Some(credentials.hub.clone()),
        ..access
    },
    failure: injected::<CycleError>,
    ssh: Ssh::ByUser(ssh::instance_of),
};

/// Everything under the face's prefix.
fn router(app: AppState) -> Router {
    let closed = Router::new()
        .route("/v1/hubs", get(places::hubs))
        .route("/v1/hubs/current", get(places::hub))
        .route("/v1/hubs/current/membership", get(places::membership))
        .route("/v1/monitoring/logs/aggregate", post(logs::aggregate))
        .route("/v1/environments", get(places::environments))
        .route("/v1/environments/{environment}", get(places::environment))
        .route("/v1/jobs", get(jobs::jobs))
        .route("/v1/jobs/latest", get(jobs::latest_job))
        .route("/v1/jobs/{job}", get(jobs::job))
        .route("/v1/containers", get(containers::containers))
        .nest("/v1/containers/{container}", container())
        .nest("/v1/containers/{container}/instances/{instance}", instance())
        .nest("/v1/infrastructure", infrastructure())
        .fallback(async || Problem::missing("404.endpoint"))
        .method_not_allowed_fallback(async || Problem::method())
        .layer(axum::middleware::from_fn_with_state(app.clone(), guard));
    // These carry a single-use token in the query instead of the headers.
    let open = Router::new()
        .route("/streams/console/{instance}", get(console::attach))
        .route("/streams/telemetry/{instance}", get(telemetry::stream))
        .route("/v1/hubs/current/notifications", get(notify::notifications));
    open.merge(closed).with_state(app)
}

/// The endpoints of one container.
fn container() -> Router<AppState> {
    Router::new()
        .route("/", get(containers::container).delete(writes::delete_container))
        .route("/summary", get(containers::summary))
        .route("/tasks", post(writes::container_task))
        .route("/servers/usable", get(containers::usable_servers))
        .route("/compatible-images", get(containers::compatible_images))
        .route("/instances", get(instances::instances).post(writes::create_instances))
}

/// The endpoints of one instance.
fn instance() -> Router<AppState> {
    Router::new()
        .route("/", get(instances::instance).delete(writes::delete_instance))
        .route("/tasks", post(writes::instance_task))
        .route("/ssh", get(ssh::generate).delete(ssh::expire))
        .route("/volumes", get(instances::volumes))
        .route("/console", ticket::hand_out("console", Ticket::Console))
        .route("/telemetry/resources/report", get(telemetry::report))
        .route("/telemetry/resources/stream", ticket::hand_out("telemetry", Ticket::Telemetry))
}

/// Hosts and their locations.
fn infrastructure() -> Router<AppState> {
    Router::new()
        .route("/servers", get(places::servers))
        .route("/servers/{server}", get(places::server))
        .route("/servers/{server}/instances", get(instances::server_instances))
        .route("/providers/{provider}/locations", get(places::locations))
}

async fn guard(State(app): State<AppState>, request: Request, next: Next) -> Result<Response, Problem> {
    admit(&app, request.headers(), request.uri().path())?;
    Ok(next.run(request).await)
}

/// Lets a request in: the key in `Authorization: Bearer`, and the hub in `X-Hub-Id` but for the endpoints whose security
/// is the bearer alone.
fn admit(app: &AppState, headers: &HeaderMap, path: &str) -> Result<(), Problem> {
    let bearer = headers
        .get(header::AUTHORIZATION)
        .ok_or_else(|| Problem::auth("the Authorization header is missing"))?
        .to_str()
        .ok()
        .and_then(|value| value.strip_prefix("Bearer "))
        .ok_or_else(|| Problem::auth("the Authorization header is not a bearer token"))?;
    if !same(bearer, &app.credentials.key) {
        return Err(Problem::auth("the API key is not known"));
    }
    if ["/v1/hubs", "/v1/hubs/current", "/v1/hubs/current/membership"].iter().any(|open| path.ends_with(open))
    {
        return Ok(());
    }
    let hub = headers
        .get(HUB)
        .and_then(|value| value.to_str().ok())
        .ok_or_else(|| Problem::auth("the X-Hub-Id header is missing"))?;
    if hub.len() != 24 || !hub.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(Problem::invalid("X-Hub-Id must be 24 hexadecimal digits"));
    }
    if same(hub, &app.credentials.hub) { Ok(()) } else { Err(Problem::wrong_hub()) }
}
