//! The Quasarch face: `/v1/...` of the Container Service API over the engine.
//!
//! Written from its reference pages of 2023. They document no error body: ours is `{"error": "text"}`, the shape of
//! the service template whose other answers match field for field.

mod lists;
mod logs;
mod problem;
mod shapes;
mod writes;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header;
use axum::middleware::Next;
use axum::response::Response;
use axum::routing::get;

use super::{AppState, Face, Ssh};
use crate::Access;
use crate::engine::fleet::Account;
use crate::faces::kit::problem::injected;
use problem::{Problem, QuasarchError};
use qdeck_model::Secret;

/// This face's entry in the list of faces.
pub const FACE: Face = Face {
    platform: "quasarch",
    account: Account::Quasarch,
    router,
    access: |credentials, access| Access {
        secret: Secret::new(credentials.password.as_str()),
        email: Some(credentials.email.clone()),
        ..access
    },
    failure: injected::<QuasarchError>,
    ssh: Ssh::None,
};

/// Everything under the face's prefix.
fn router(app: AppState) -> Router {
    let closed = Router::new()
        .route("/v1/containers", get(lists::containers).post(writes::create))
        .route("/v1/containers/{container}", get(lists::container).put(writes::update).delete(writes::delete))
        .route("/v1/containers/{container}/logs", get(logs::follow))
        .route("/v1/containers/{container}/revisions", get(lists::revisions))
        .route("/v1/gpu-models", get(lists::gpu_models))
        .route("/v1/providers", get(lists::providers))
        .route("/v1/users/{user}", get(lists::user))
        .fallback(async || Problem::missing())
        .method_not_allowed_fallback(async || Problem::method())
        .layer(axum::middleware::from_fn_with_state(app.clone(), guard));
    let open = Router::new().route("/v1/users/token", get(lists::log_in));
    open.merge(closed).with_state(app)
}

async fn guard(State(app): State<AppState>, request: Request, next: Next) -> Result<Response, Problem> {
    let known = request
        .headers()
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "))
        .is_some_and(|token| app.credentials.knows_login(token));
    if known { Ok(next.run(request).await) } else { Err(Problem::unauthorized()) }
}
