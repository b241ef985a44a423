//! The ElasticBox face: `/services/...` of the Instances API, release 4.0, over the engine.
//!
//! Written from its page of 2015 and what later documents and clients add; where tables and samples differ, the samples win.

mod account;
mod names;
mod problem;
mod read;
mod shapes;
mod write;

use parking_lot::{Mutex, MutexGuard};
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use axum::routing::{get, post, put};
use tokio::sync::Notify;

use super::{AppState, Face, Ssh};
use crate::Access;
use crate::credentials::{random_hex, same};
use crate::engine::fleet::{Account, Fleet};
use crate::faces::kit::problem::injected;
use account::AccountState;
use account::acts::Verb;
use problem::{ElasticBoxError, Problem};
use qdeck_model::Secret;
use shapes::boxes::Catalogue;

/// This face's entry in the list of faces.
pub const FACE: Face = Face {
    platform: "elasticbox",
    account: Account::ElasticBox,
    router,
    access: |credentials, access| Access { secret: Secret::new(credentials.elasticbox.as_str()), ..access },
    failure: injected::<ElasticBoxError>,
    ssh: Ssh::ByAddress(shapes::service::at_address),
};

/// Sent with every answer; the official command line refuses to work without it.
const RELEASE: (HeaderName, HeaderValue) =
    (HeaderName::from_static("elasticbox-release"), HeaderValue::from_static("4.0"));
/// Carries the token on the page; later documents have `Authorization: Bearer` instead.
const TOKEN: &str = "elasticbox-token";

/// The state that every handler shares.
#[derive(Clone)]
struct Counter {
    app: AppState,
    account: Arc<Mutex<AccountState>>,
    /// Notified when a lease was set or changed.
    leases: Arc<Notify>,
}

impl Counter {
    fn open(app: AppState) -> Self {
        // Without randomness the cloud would not have started; the salt is no credential.
        let salt = random_hex(16).unwrap_or_default();
        let account = app.engine.read(|fleet| AccountState::open(fleet, salt));
        Self { app, account: Arc::new(Mutex::new(account)), leases: Arc::default() }
    }

    /// The account, up to date. It is locked before the fleet, never after it.
    fn account(&self) -> MutexGuard<'_, AccountState> {
        let mut account = self.account.lock();
        account.settle(&self.app.engine);
        account
    }

    /// Returns whether the account waits for something to happen to an instance.
    fn watches(&self, instance: u32) -> bool {
        let account = self.account.lock();
        account.watches(instance)
    }

    /// Looks at the account and the fleet side by side.
    fn look<T>(&self, look: impl FnOnce(&AccountState, &Fleet, &Catalogue) -> T) -> T {
        let account = self.account();
        let email = &self.app.credentials.email;
        self.app.engine.read(|fleet| look(&account, fleet, &Catalogue::of(fleet, email)))
    }
}

/// Everything under the face's prefix.
fn router(app: AppState) -> Router {
    let counter = Counter::open(app);
    account::keeper::start(&counter);
    let closed = instances()
        .merge(around())
        .fallback(async || Problem::missing())
        .method_not_allowed_fallback(async || Problem::method())
        .layer(axum::middleware::from_fn_with_state(counter.clone(), guard));
    Router::new()
        .route("/services/security/token", post(read::account::log_in))
        .merge(closed)
        .layer(axum::middleware::from_fn(release))
        .with_state(counter)
}

/// The endpoints of the page.
fn instances() -> Router<Counter> {
    let verbs = [
        ("deploy", Verb::Deploy),
        ("poweron", Verb::PowerOn),
        ("shutdown", Verb::Shutdown),
        ("reinstall", Verb::Reinstall),
        ("reconfigure", Verb::Reconfigure),
    ];
    let routes = Router::new()
        .route("/services/instances", get(read::instances::all).post(write::deploy::deploy))
        .route(
            "/services/instances/{id}",
            get(read::instances::one).put(write::update::update).delete(write::actions::end),
        )
        // The platform's own client for Jenkins ends and deletes at an address with a slash at its end.
        .route("/services/instances/{id}/", axum::routing::delete(write::actions::end))
        .route("/services/instances/{id}/service", get(read::instances::service))
        .route("/services/instances/{id}/activity", get(read::instances::activity))
        .route("/services/instances/{id}/operations", get(read::instances::operations))
        .route("/services/instances/{id}/machine_logs", get(read::logs::machine_logs))
        // The page's heading has the first path, its table the second, the documents of 2018 the third.
        .route("/services/instances/{id}/binding", get(read::bindings::profiles))
        .route("/services/instances/{id}/binding_instances", get(read::bindings::instances))
        .route("/services/instances/{id}/bindings", get(read::bindings::instances));
    verbs.into_iter().fold(routes, |routes, (word, verb)| {
        let act = async move |State(counter): State<Counter>,
                              Path(id): Path<String>,
                              headers: HeaderMap,
                              body: Bytes| {
            write::actions::act(verb, &counter, &id, &headers, &body)
        };
        routes.route(&format!("/services/instances/{{id}}/{word}"), put(act))
    })
}

/// Endpoints that a client of instances also needs.
fn around() -> Router<Counter> {
    Router::new()
        .route("/services/profile", get(read::account::profile))
        .route("/services/blobs/upload/{name}", post(write::blobs::upload))
        .route("/services/blobs/download/{id}/{name}", get(write::blobs::download))
        .layer(DefaultBodyLimit::max(write::blobs::MAX_BYTES))
        .route("/services/tokens", get(read::account::tokens).post(write::tokens::create))
        .route("/services/tokens/{id}", axum::routing::delete(write::tokens::revoke))
        .route("/services/workspaces", get(read::account::workspaces))
        .route("/services/workspaces/{id}", get(read::account::workspace))
        .route("/services/workspaces/{id}/instances", get(read::instances::of_workspace))
        .route("/services/workspaces/{id}/boxes", get(read::boxes::of_workspace))
        .route("/services/workspaces/{id}/providers", get(read::boxes::providers_of_workspace))
        .route("/services/boxes", get(read::boxes::all))
        .route("/services/boxes/{id}", get(read::boxes::one))
        .route("/services/providers", get(read::boxes::providers))
        .route("/services/providers/{id}", get(read::boxes::provider))
}

/// The token first, then the release.
async fn guard(State(counter): State<Counter>, request: Request, next: Next) -> Result<Response, Problem> {
    let token = token(request.headers()).ok_or_else(Problem::unauthorized)?;
    let known = same(token, &counter.app.credentials.elasticbox)
        || counter.app.credentials.knows_login(token)
        || counter.account().tokens.iter().any(|kept| same(token, &kept.value));
    if !known {
        return Err(Problem::unauthorized());
    }
    asks_for_release(request.headers())?;
    Ok(next.run(request).await)
}

/// The token, from whichever of the two headers carries it.
fn token(headers: &HeaderMap) -> Option<&str> {
    match headers.get(TOKEN) {
        Some(value) => value.to_str().ok(),
        None => (headers.get(header::AUTHORIZATION)?.to_str().ok()?).strip_prefix("Bearer "),
    }
}

/// `ElasticBox-Release: 4.0` is the only release there is.
fn asks_for_release(headers: &HeaderMap) -> Result<(), Problem> {
    let asked = headers.get(RELEASE.0).map(HeaderValue::as_bytes);
    match asked {
        Some(b"4.0") => Ok(()),
        Some(_) => Err(Problem::request("ElasticBox-Release must be 4.0")),
        None => Err(Problem::request("the header ElasticBox-Release is missing")),
    }
}

/// Every answer says the release it is of.
async fn release(request: Request, next: Next) -> Response {
    let mut answer = next.run(request).await;
    answer.headers_mut().insert(RELEASE.0, RELEASE.1);
    answer
}
