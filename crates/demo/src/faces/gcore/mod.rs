//! The Gcore face: `/cloud/...` and `/iam/clients/me` of that platform's API over the engine.
//!
//! Written from its specification and documentation; where those are silent the code says what was chosen. Machines
//! carry their old and their new field names at once, as both sorts of clients still read them.

mod account;
mod catalogue;
mod inference;
mod instances;
mod marks;
mod state;
mod view;
mod wire;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::Response;
use axum::routing::{get, post, put};

use super::{AppState, Face, Ssh};
use crate::Access;
use crate::credentials::same;
use crate::engine::fleet::Account;
use crate::faces::kit::problem::injected;
use account::{keys, log, names, offers, sizes, stock, tasks};
use inference::{list, logs, writes};
use instances::{actions, console, create, metrics, network, offered, plugs, tags};
use qdeck_model::Secret;
use state::FaceState;
use wire::{GcoreError, Problem};

/// This face's entry in the list of faces.
pub const FACE: Face = Face {
    platform: "gcore",
    account: Account::Gcore,
    router,
    access: |credentials, access| Access {
        secret: Secret::new(credentials.gcore.as_str()),
        project: Some(credentials.project),
        ..access
    },
    failure: injected::<GcoreError>,
    ssh: Ssh::ByAddress(instances::network::at_address),
};

/// Everything under the face's prefix.
fn router(app: AppState) -> Router {
    let face = FaceState::new(app);
    let closed = Router::new()
        .route("/iam/clients/me", get(account::me))
        .nest("/cloud/v1", first())
        .nest("/cloud/v2", second())
        .nest("/cloud/v3", third())
        .fallback(async || Problem::path())
        .method_not_allowed_fallback(async || Problem::method())
        .layer(axum::middleware::from_fn_with_state(face.clone(), guard));
    // These carry a token of their own in the query.
    let open = Router::new()
        .route("/console/", get(console::attach))
        .route("/console/vnc_auto.html", get(console::page));
    open.merge(closed).with_state(face)
}

/// `/v1`.
fn first() -> Router<FaceState> {
    let region = "/{project}/{region}";
    let with = |thing: &str| format!("/{thing}{region}");
    Router::new()
        .route("/projects", get(account::projects))
        .route("/projects/{project}", get(account::project))
        .route("/regions", get(account::regions))
        .route("/regions/{region}", get(account::one_region))
        .route("/ai/regions", get(account::ai_regions))
        .route("/user_actions", get(log::list))
        .merge(task_paths())
        .merge(key_paths())
        .route("/instances/search", get(instances::search))
        .route(&with("instances"), get(instances::list))
        .route(&format!("{}/available_flavors", with("instances")), post(sizes::fitting))
        .route(&format!("{}/available_names", with("instances")), get(names::of_instances))
        .nest(&format!("{}/{{instance}}", with("instances")), instance())
        .route(&with("flavors"), get(sizes::all))
        .route(&with("bmflavors"), get(sizes::metal))
        .route(&with("bmcapacity"), get(offers::metal_capacity))
        .route(&with("images"), get(offers::images))
        .route(&format!("{}/{{image}}", with("images")), get(offers::image))
        .route(&with("apptemplates"), get(offers::apps))
        .route(&format!("{}/{{app}}", with("apptemplates")), get(offers::app))
        .route(&format!("/pricing{region}/instances/{{instance}}"), get(offers::price))
        .route(&with("servergroups"), get(account::placements))
        .route(&format!("{}/{{group}}", with("servergroups")), get(account::one_placement))
        .route(&with("securitygroups"), get(stock::groups))
        .route(&format!("{}/{{group}}", with("securitygroups")), get(stock::one_group))
        .route(&format!("{}/{{group}}/instances", with("securitygroups")), get(instances::in_group))
        .route(&with("volumes"), get(stock::volumes))
        .route(&format!("{}/{{volume}}", with("volumes")), get(stock::one_volume))
        .route(&with("ports"), get(stock::ports))
        .route(&with("networks"), get(offered::networks))
        .route(&with("subnets"), get(offered::subnets))
        .route(&with("floatingips"), get(offered::floating_ips))
        .route(&with("reserved_fixed_ips"), get(offered::none))
        .route(&with("snapshots"), get(offered::none))
        .route(&format!("{}/{{snapshot}}", with("snapshots")), get(offered::no_snapshot))
        // Its first number is the reseller's where it is removed, and the project's where it is read.
        .route("/reseller_name_templates", get(names::list).put(names::put))
        .route("/reseller_name_templates/{project}/{region}", axum::routing::delete(names::remove))
        .route("/reseller_name_templates/{project}/{region}/available_names", get(names::of_everything))
}

fn task_paths() -> Router<FaceState> {
    Router::new()
        .route("/tasks", get(tasks::list))
        .route("/tasks/acknowledge", post(tasks::acknowledge_some))
        .route("/tasks/acknowledge_all", post(tasks::acknowledge_all))
        .route("/tasks/{task}", get(tasks::one))
        .route("/tasks/{task}/acknowledge", post(tasks::acknowledge_one))
        .route("/tasks/{project}/{region}/active", get(tasks::active))
}

fn key_paths() -> Router<FaceState> {
    Router::new()
        .route("/ssh_keys/{project}", get(keys::list).post(keys::create))
        .route("/ssh_keys/{project}/{key}", get(keys::one).patch(keys::share).delete(keys::remove))
}

/// The endpoints of one machine.
fn instance() -> Router<FaceState> {
    Router::new()
        .route("/", get(instances::get).patch(instances::update).delete(actions::delete))
        .route("/start", post(actions::start))
        .route("/stop", post(actions::stop))
        .route("/reboot", post(actions::reboot))
        .route("/powercycle", post(actions::powercycle))
        .route("/suspend", post(actions::suspend))
        .route("/resume", post(actions::resume))
        .route("/changeflavor", post(actions::resize))
        .route("/available_flavors", get(sizes::resizes))
        .route("/interfaces", get(network::interfaces))
        .route("/attach_interface", post(plugs::attach))
        .route("/detach_interface", post(plugs::detach))
        .route("/ports", get(network::port_list))
        .route("/securitygroups", get(network::groups))
        .route("/addsecuritygroup", post(plugs::put_group))
        .route("/delsecuritygroup", post(plugs::take_group))
        .route("/put_into_servergroup", post(actions::into_group))
        .route("/remove_from_servergroup", post(actions::out_of_group))
        .route("/metrics", post(metrics::list))
        .route("/get_console", get(console::address))
        .route("/metadata", get(tags::list).post(tags::put).merge(put(tags::replace)))
        .route("/metadata/{key}", get(tags::item).delete(tags::remove_item))
}

/// `/v2`.
fn second() -> Router<FaceState> {
    let one = "/instances/{project}/{region}/{instance}";
    Router::new()
        .route("/instances/{project}/{region}", post(create::create))
        .route("/instances/{project}/{region}/check_limits", post(create::check_limits))
        .route(&format!("{one}/action"), post(actions::action))
        .route(&format!("{one}/metadata_item"), get(tags::asked_item).delete(tags::remove_asked_item))
        .route("/pricing/{project}/{region}/instances", post(offers::preview))
        .route("/client_quotas", get(account::quotas))
        .route("/global_quotas/{client}", get(account::global_quotas))
        .route("/regional_quotas/{client}/{region}", get(account::regional_quotas))
        .route("/reservations", get(account::reservations))
}

/// `/v3`.
fn third() -> Router<FaceState> {
    let own = "/inference/{project}/deployments";
    let machines = "/gpu/virtual/{project}/{region}";
    let metal = "/gpu/baremetal/{project}/{region}";
    Router::new()
        .route(&format!("{machines}/flavors"), get(offers::virtual_gpus))
        .route(&format!("{machines}/clusters"), get(stock::clusters))
        .route(&format!("{machines}/clusters/{{cluster}}"), get(stock::one_cluster))
        .route(&format!("{machines}/clusters/{{cluster}}/servers"), get(stock::servers))
        .route(&format!("{metal}/flavors"), get(offers::metal_gpus))
        .route(&format!("{metal}/clusters"), get(stock::metal_clusters))
        .route("/inference/flavors", get(list::sizes))
        .route("/inference/flavors/{flavor}", get(list::size))
        .route("/inference/capacity", get(list::capacity))
        .route(own, get(list::list).post(writes::create))
        .route(&format!("{own}/check_limits"), post(list::check))
        .route(&format!("{own}/{{name}}"), get(list::one).patch(writes::update).delete(writes::remove))
        .route(&format!("{own}/{{name}}/start"), post(writes::start))
        .route(&format!("{own}/{{name}}/stop"), post(writes::stop))
        .route(&format!("{own}/{{name}}/logs"), get(logs::list))
}

async fn guard(State(face): State<FaceState>, request: Request, next: Next) -> Result<Response, Problem> {
    admit(&face, request.headers())?;
    Ok(next.run(request).await)
}

/// Lets a request in: `Authorization: APIKey <token>`, and no other scheme.
fn admit(face: &FaceState, headers: &HeaderMap) -> Result<(), Problem> {
    let missing = || Problem::auth("Authentication credentials were not provided.".to_owned());
    let given = headers.get(header::AUTHORIZATION).ok_or_else(missing)?;
    let (scheme, token) = given.to_str().ok().and_then(|value| value.split_once(' ')).ok_or_else(missing)?;
    if !scheme.eq_ignore_ascii_case("apikey") {
        return Err(Problem::auth("Given token not valid for any token type: token_not_valid".to_owned()));
    }
    if same(token, &face.credentials.gcore) {
        return Ok(());
    }
    // Enough to see that a shell expanded the text after the dollar sign, and no more.
    let part: String = token.chars().take(6).collect();
    Err(Problem::auth(format!("Bad permanent token: {part}")))
}
