//! The account itself: who one is, the project, the regions, placement groups, quotas and the audit log.

pub(super) mod keys;
pub(super) mod log;
pub(super) mod names;
pub(super) mod offers;
pub(super) mod sizes;
pub(super) mod stock;
pub(super) mod tasks;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::catalogue::quota;
use super::marks::{self, Kind, index, uuid};
use super::state::FaceState;
use super::view::{Region, View};
use super::wire::{Answer, Named, Owned, Page, Problem, Query, Scope};

/// The client's number.
pub(super) const CLIENT: i64 = 29_841;
/// The user's number.
pub(super) const USER: i64 = 51_077;
/// The user's address.
pub(super) const EMAIL: &str = "captain@example.com";

/// `GET /iam/clients/me`: the cheapest way to try a token.
pub(super) async fn me() -> Json<Value> {
    let on = json!({ "status": "active", "enabled": true });
    let off = json!({ "status": "new", "enabled": false });
    let none = json!({ "CDN": [], "CLOUD": [], "DDOS": [], "DNS": [], "STORAGE": [], "STREAMING": [] });
    Json(json!({
        "id": CLIENT,
        "users": [{
            "id": USER, "email": EMAIL, "name": "Captain", "lang": "en", "phone": "", "company": "Harbour",
            "reseller": 1, "client": CLIENT, "deleted": false, "activated": true, "sso_auth": false, "two_fa": false,
            "auth_types": ["password"], "groups": [{ "id": 2, "name": "Administrators" }],
        }],
        "email": EMAIL,
        "phone": "",
        "name": "Harbour",
        "status": "active",
        "companyName": "Harbour",
        "website": "https://example.com",
        "currentUser": USER,
        "capabilities": ["CLOUD"],
        "serviceStatuses": { "CDN": off, "CLOUD": on, "DDOS": off, "DNS": off, "STORAGE": off, "STREAMING": off },
        "paidFeatures": none,
        "freeFeatures": none,
        "entryBaseDomain": "example.com",
        "signup_process": "sign_up_full",
        "deleted": false,
        "bill_type": "postpaid",
        "custom_id": "",
        "country_code": "LU",
        "is_test": false,
        "has_active_admin": true,
    }))
}

fn project_document(view: &View<'_>) -> Value {
    json!({
        "id": view.account.project,
        "name": "default",
        "client_id": CLIENT,
        "description": "Everything this client has.",
        "is_default": true,
        "state": "ACTIVE",
        "task_id": Value::Null,
        "created_at": marks::zulu(view.fleet.founded()),
        "deleted_at": Value::Null,
    })
}

/// `GET /v1/projects`.
pub(super) async fn projects(State(face): State<FaceState>, query: Query) -> Answer {
    let page = query.page(100)?;
    query.switch("include_deleted", false)?;
    query.order(&["created_at", "name"], ("created_at", false))?;
    let named = query.text("name").is_none_or(|name| "default".contains(name));
    Ok(Json(face.look(|view| {
        let rows: Vec<Value> = named.then(|| project_document(view)).into_iter().collect();
        page.of(&rows, Clone::clone)
    })))
}

/// `GET /v1/projects/{project}`.
pub(super) async fn project(State(face): State<FaceState>, _: Owned) -> Json<Value> {
    Json(face.look(project_document))
}

fn region(view: &View<'_>, region: &Region, volumes: bool) -> Value {
    let plan = view.fleet.locations.get(region.place as usize);
    let (country, zone) = match plan.map(|plan| (plan.country.as_str(), plan.region.as_str())) {
        Some(("Luxembourg", _)) => ("LU", "EMEA"),
        Some(("United States", _)) => ("US", "AMERICAS"),
        Some((_, "asia-pacific" | "asia")) => ("SG", "APAC"),
        _ => ("LU", "EMEA"),
    };
    let founded = marks::zulu(view.fleet.founded());
    let types = ["standard", "ssd_hiiops", "ssd_lowlatency", "cold"];
    json!({
        "id": region.id,
        "display_name": region.name,
        "slug": region.name.to_lowercase().replace(' ', "-"),
        "keystone_id": region.id,
        "keystone_name": region.keystone,
        "country": country,
        "zone": zone,
        "state": "ACTIVE",
        "access_level": "core",
        "endpoint_type": "public",
        "coordinates": plan.map(|plan| {
            json!({ "latitude": plan.latitude.to_string(), "longitude": plan.longitude.to_string() })
        }),
        "external_network_id": super::instances::network::network_id(region, true),
        "vlan_physical_network": "vlan",
        "has_ai": true,
        "has_ai_gpu": true,
        "has_baremetal": true,
        "has_basic_vm": true,
        "has_dbaas": false,
        "has_ddos": false,
        "has_k8s": false,
        "has_kvm": true,
        "has_sfs": false,
        "file_share_types": Value::Null,
        "available_volume_types": if volumes { json!(types) } else { Value::Null },
        "ddos_endpoint_id": Value::Null,
        "metrics_database_id": Value::Null,
        "task_id": Value::Null,
        "created_at": founded,
        "created_on": founded,
    })
}

/// `GET /v1/regions`.
pub(super) async fn regions(State(face): State<FaceState>, query: Query) -> Answer {
    let page = query.page(100)?;
    let volumes = query.switch("show_volume_types", false)?;
    query.choice("product", &["containers", "inference"])?;
    let (field, down) = query.order(&["created_at", "display_name"], ("created_at", false))?;
    Ok(Json(face.look(|view| {
        let wanted = query.text("display_name");
        let mut rows = view.regions();
        rows.retain(|row| wanted.is_none_or(|name| row.name == name));
        if field == "display_name" {
            rows.sort_by(|a, b| a.name.cmp(&b.name));
        }
        if down {
            rows.reverse();
        }
        page.of(&rows, |row| region(view, row, volumes))
    })))
}

/// `GET /v1/regions/{region}`.
pub(super) async fn one_region(State(face): State<FaceState>, Named(id): Named, query: Query) -> Answer {
    let volumes = query.switch("show_volume_types", false)?;
    let number: i64 = id.parse().map_err(|_| Problem::path())?;
    face.look(|view| Some(region(view, &view.region(number)?, volumes)))
        .map(Json)
        .ok_or_else(|| Problem::no("Region", &id))
}

/// `GET /v1/ai/regions`: the same places, and where their consoles' proxies are.
pub(super) async fn ai_regions(State(face): State<FaceState>, query: Query) -> Answer {
    let page = query.page(100)?;
    let proxy = format!("ws://{}/gcore/console/", face.authority);
    let browser = format!("http://{}/gcore/console/", face.authority);
    Ok(Json(face.look(|view| {
        page.of(&view.regions(), |row| {
            let mut document = region(view, row, false);
            document["novnc_proxy_url"] = json!(browser);
            document["serial_proxy_url"] = json!(row.has_serial().then_some(&proxy));
            document["spice_proxy_url"] = Value::Null;
            document["keystone"] = json!({
                "id": row.id, "url": browser, "state": "INITIALIZED", "keystone_federated_domain_id": "default",
                "username": "", "password": Value::Null, "created_on": marks::zulu(view.fleet.founded()),
            });
            document["metrics_database"] = Value::Null;
            document
        })
    })))
}

/// The placement groups of every region: their name and policy.
const PLACEMENTS: [(&str, &str); 2] = [("spread", "anti-affinity"), ("together", "affinity")];

/// Which placement group of a region has that id.
pub(super) fn placement_nth(region: &Region, id: &str) -> Option<u32> {
    (0..2).find(|nth| uuid(Kind::Placement, region.nth(*nth)) == id)
}

fn placement(view: &View<'_>, region: &Region, nth: u32) -> Value {
    let (name, policy) = PLACEMENTS.get(nth as usize).copied().unwrap_or(PLACEMENTS[0]);
    let members: Vec<Value> = view
        .machines_in(region)
        .filter(|vm| view.traits(vm.key).and_then(|t| t.placement) == Some(nth))
        .map(|vm| json!({ "instance_id": vm.id(), "instance_name": view.name(&vm) }))
        .collect();
    json!({
        "servergroup_id": uuid(Kind::Placement, region.nth(nth)),
        "name": name,
        "policy": policy,
        "instances": members,
        "project_id": view.account.project,
        "region": region.name,
        "region_id": region.id,
    })
}

/// `GET /v1/servergroups/{project}/{region}`.
pub(super) async fn placements(State(face): State<FaceState>, scope: Scope, query: Query) -> Answer {
    let page = query.page(1000)?;
    Ok(Json(face.look(|view| page.of(&[0, 1], |nth| placement(view, &scope.region, *nth)))))
}

/// `GET /v1/servergroups/{project}/{region}/{group}`.
pub(super) async fn one_placement(State(face): State<FaceState>, scope: Scope, Named(id): Named) -> Answer {
    let nth = placement_nth(&scope.region, &id).ok_or_else(|| Problem::no("Server group", &id))?;
    Ok(Json(face.look(|view| placement(view, &scope.region, nth))))
}

/// `GET /v2/client_quotas`.
pub(super) async fn quotas(State(face): State<FaceState>) -> Json<Value> {
    Json(face.look(|view| {
        let regional: Vec<Value> = view.regions().iter().map(|row| quota::regional(view, row)).collect();
        json!({ "global_quotas": quota::global(view), "regional_quotas": regional })
    }))
}

fn own(client: &str) -> Result<(), Problem> {
    if client.parse() == Ok(CLIENT) { Ok(()) } else { Err(Problem::no("Client", client)) }
}

/// `GET /v2/global_quotas/{client}`.
pub(super) async fn global_quotas(State(face): State<FaceState>, Named(client): Named) -> Answer {
    own(&client)?;
    Ok(Json(face.look(quota::global)))
}

/// `GET /v2/regional_quotas/{client}/{region}`.
pub(super) async fn regional_quotas(
    State(face): State<FaceState>,
    axum::extract::Path((client, id)): axum::extract::Path<(String, String)>,
) -> Answer {
    own(&client)?;
    let number: i64 = id.parse().map_err(|_| Problem::path())?;
    face.look(|view| Some(quota::regional(view, &view.region(number)?)))
        .map(Json)
        .ok_or_else(|| Problem::no("Region", &id))
}

/// `GET /v2/reservations`: what is paid for ahead.
pub(super) async fn reservations(State(face): State<FaceState>, query: Query) -> Answer {
    query.switch("show_inactive", true)?;
    let wanted = query.numbers("region_id")?;
    Ok(Json(face.look(|view| {
        let from = marks::zulu(view.fleet.founded());
        let rows: Vec<Region> = view
            .regions()
            .into_iter()
            .filter(|row| wanted.is_empty() || wanted.contains(&row.id))
            .take(1)
            .collect();
        Page::WHOLE.of(&rows, |row| {
            let money = json!({
                "active_from": from, "price_per_month": "9928.00", "price_per_unit": "13.60",
                "price_total": "9928.00", "subscription_id": 7,
            });
            let (mut commit, mut over) = (money.clone(), money);
            commit["active_to"] = Value::Null;
            over["plan_item_id"] = Value::Null;
            json!({
                "active_billing_plan_id": 3,
                "active_overcommit": over,
                "commit": commit,
                "hardware_info": { "cpu": "2x 64 cores", "ram": "2048 GB", "disk": "4x 3.84 TB NVMe" },
                "region_name": row.name,
                "resource_count": 1,
                "resource_name": "bm3-ai-1xlarge-a100-80-8",
                "unit_name": "hours",
                "unit_size_month": "730",
                "unit_size_total": "730",
            })
        })
    })))
}

/// The index behind a task's id.
pub(super) fn task_number(id: &str) -> Result<u32, Problem> {
    index(Kind::Task, id).ok_or_else(|| Problem::no("Task", id))
}
