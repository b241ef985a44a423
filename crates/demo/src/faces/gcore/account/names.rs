//! Which names machines may have: nothing is restricted until a reseller puts rules for a region.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::super::state::FaceState;
use super::super::wire::{Answer, Body, Form, Page, Problem, Query, Scope};

/// The reseller's number.
const RESELLER: i64 = 1;
/// The rules that are lists of templates.
const LISTS: [&str; 5] = [
    "allowed_name_templates",
    "allowed_name_win_templates",
    "allowed_bm_name_templates",
    "allowed_bm_name_win_templates",
    "allowed_lb_name_templates",
];

fn available(face: &FaceState, region: i64, lists: &[&str]) -> Value {
    let rules = face.note(|_, account| account.names.get(&region).cloned());
    let rule = |name: &str| rules.as_ref().map_or(Value::Null, |rules| rules[name].clone());
    let free = rules.as_ref().is_none_or(|rules| rules["allow_custom_name"] != false);
    let limited = rules.is_some() && LISTS.iter().any(|name| rule(name).is_array());
    let mut document = json!({ "custom_name_allowed": free, "name_templates_limited": limited });
    for name in lists {
        document[*name] = rule(name);
    }
    document
}

/// `GET /v1/instances/{project}/{region}/available_names`.
pub(crate) async fn of_instances(State(face): State<FaceState>, scope: Scope) -> Json<Value> {
    Json(available(&face, scope.region.id, &LISTS[..4]))
}

/// `GET /v1/reseller_name_templates/{project}/{region}/available_names`.
pub(crate) async fn of_everything(State(face): State<FaceState>, scope: Scope) -> Json<Value> {
    let mut document = available(&face, scope.region.id, &LISTS);
    let rules = face.note(|_, account| account.names.get(&scope.region.id).cloned());
    document["allowed_lb_name_restriction"] =
        rules.map_or(Value::Null, |rules| rules["allowed_lb_name_restriction"].clone());
    Json(document)
}

/// `GET /v1/reseller_name_templates`.
pub(crate) async fn list(State(face): State<FaceState>, query: Query) -> Answer {
    query.page(1000)?;
    let rows: Vec<Value> = face.note(|_, account| account.names.values().cloned().collect());
    Ok(Json(Page::WHOLE.of(&rows, Clone::clone)))
}

/// `PUT /v1/reseller_name_templates`.
pub(crate) async fn put(State(face): State<FaceState>, body: Body) -> Answer {
    let mut form = Form::new(&body.0);
    let region = form.need_number("region_id", 0..=i64::MAX);
    let reseller = form.need_number("reseller_id", 0..=i64::MAX);
    let custom = form.switch("allow_custom_name").unwrap_or(true);
    let mut rules = json!({
        "region_id": region,
        "reseller_id": reseller,
        "reseller_name": form.text("reseller_name"),
        "allow_custom_name": custom,
        "allowed_lb_name_restriction": form.text("allowed_lb_name_restriction"),
    });
    for name in LISTS {
        let list = form.list(name);
        if list.iter().any(|item| !item.is_string()) {
            form.error(name, "Input should be a list of strings");
        }
        rules[name] = if form.given(name).is_some() { json!(list) } else { Value::Null };
    }
    form.done()?;
    let region = region.unwrap_or_default();
    if face.look(|view| view.region(region)).is_none() {
        return Err(Problem::no("Region", &region.to_string()));
    }
    if reseller != Some(RESELLER) {
        return Err(Problem::no("Reseller", &reseller.unwrap_or_default().to_string()));
    }
    face.note(|_, account| account.names.insert(region, rules.clone()));
    Ok(Json(rules))
}

/// `DELETE /v1/reseller_name_templates/{reseller}/{region}`.
pub(crate) async fn remove(
    State(face): State<FaceState>,
    Path((reseller, region)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    if reseller.parse() != Ok(RESELLER) {
        return Err(Problem::no("Reseller", &reseller));
    }
    let number: i64 = region.parse().map_err(|_| Problem::path())?;
    let gone = face.note(|_, account| account.names.remove(&number).is_some());
    if gone { Ok(StatusCode::NO_CONTENT) } else { Err(Problem::no("Name templates of region", &region)) }
}
