//! Reading: the login and every list.

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::super::AppState;
use super::problem::Problem;
use super::shapes::{self, CONTAINER};
use crate::credentials::same;
use crate::engine::fleet::{Account, Container, Fleet};
use crate::faces::kit::is_uuid;

type Answer = Result<Json<Value>, Problem>;

/// Rows a page when none are asked for, as in the samples; GPU models come 100 a page.
const DEFAULT_ROWS: usize = 10;
/// The largest page answered; the real maximum is not documented.
const MOST_ROWS: usize = 100;

/// `GET /v1/users/token`: Basic with the e-mail and the password.
pub(super) async fn log_in(State(app): State<AppState>, headers: HeaderMap) -> Answer {
    let pair = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Basic "))
        .and_then(|value| STANDARD.decode(value).ok())
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or_else(Problem::unauthorized)?;
    let (email, password) = pair.split_once(':').ok_or_else(Problem::unauthorized)?;
    if email != app.credentials.email {
        // The template answers 404 for an address it does not know.
        return Err(Problem::missing());
    }
    if !same(password, &app.credentials.password) {
        return Err(Problem::unauthorized());
    }
    let token = app.credentials.log_in().map_err(|_| Problem::internal())?;
    Ok(Json(json!({ "token": token })))
}

/// `page` and `rows`, both from 1.
fn paging(raw: Option<&str>, default_rows: usize) -> Result<(usize, usize), Problem> {
    let (mut page, mut rows) = (1, default_rows);
    for (key, value) in url::form_urlencoded::parse(raw.unwrap_or_default().as_bytes()) {
        let number = value.parse::<usize>().ok().filter(|n| *n >= 1);
        match &*key {
            "page" => page = number.ok_or_else(|| Problem::field("page", "must be a number from 1"))?,
            "rows" => {
                rows = number.filter(|n| *n <= MOST_ROWS).ok_or_else(|| {
                    Problem::field("rows", format!("must be a number from 1 to {MOST_ROWS}"))
                })?;
            }
            _ => return Err(Problem::field("query", format!("{key} is not a parameter"))),
        }
    }
    Ok((page, rows))
}

fn listed(rows: impl ExactSizeIterator<Item = Value>, (page, size): (usize, usize)) -> Json<Value> {
    let total = rows.len();
    let items = crate::faces::page(rows, page, size);
    Json(json!({ "items": items, "total": total, "page": page, "rowsPerPage": size }))
}

/// A container named in a path.
pub(super) fn find<'f>(fleet: &'f Fleet, text: &str) -> Result<(u32, &'f Container), Problem> {
    if !is_uuid(text) {
        return Err(Problem::field("container_id", "must be a UUID"));
    }
    shapes::index(CONTAINER, text)
        .and_then(|key| fleet.container_of(Account::Quasarch, key).map(|c| (key, c)))
        .ok_or_else(Problem::missing)
}

pub(super) async fn containers(State(app): State<AppState>, RawQuery(raw): RawQuery) -> Answer {
    let paging = paging(raw.as_deref(), DEFAULT_ROWS)?;
    Ok(app.engine.read(|fleet| {
        let all: Vec<(u32, &Container)> = fleet.containers_of(Account::Quasarch).collect();
        listed(all.into_iter().map(|(key, c)| shapes::container(&app.credentials.user, key, c)), paging)
    }))
}

pub(super) async fn container(State(app): State<AppState>, Path(text): Path<String>) -> Answer {
    app.engine.read(|fleet| {
        let (key, container) = find(fleet, &text)?;
        Ok(Json(shapes::container(&app.credentials.user, key, container)))
    })
}

pub(super) async fn revisions(
    State(app): State<AppState>,
    Path(text): Path<String>,
    RawQuery(raw): RawQuery,
) -> Answer {
    let paging = paging(raw.as_deref(), DEFAULT_ROWS)?;
    app.engine.read(|fleet| {
        let (key, container) = find(fleet, &text)?;
        Ok(listed(container.revisions.iter().rev().map(|r| shapes::revision(key, r)), paging))
    })
}

pub(super) async fn gpu_models(State(app): State<AppState>, RawQuery(raw): RawQuery) -> Answer {
    let paging = paging(raw.as_deref(), MOST_ROWS)?;
    Ok(app.engine.read(|fleet| listed(fleet.gpus.iter().map(shapes::gpu_model), paging)))
}

pub(super) async fn providers(State(app): State<AppState>, RawQuery(raw): RawQuery) -> Answer {
    let paging = paging(raw.as_deref(), DEFAULT_ROWS)?;
    Ok(app.engine.read(|fleet| {
        let founded = fleet.founded();
        let rows: Vec<Value> = (0..)
            .zip(&fleet.providers)
            .map(|(key, plan)| shapes::provider(&app.credentials.user, key, plan, founded))
            .collect();
        listed(rows.into_iter(), paging)
    }))
}

/// `GET /v1/users/:id` for oneself; the list of all users is an administrator's.
pub(super) async fn user(State(app): State<AppState>, Path(id): Path<String>) -> Answer {
    if id != app.credentials.user {
        return Err(Problem::forbidden());
    }
    let founded = crate::faces::time(Some(app.engine.read(Fleet::founded)));
    Ok(Json(json!({
        "id": id, "name": "Captain", "email": app.credentials.email, "roles": ["USER"], "enabled": true,
        "dateCreated": founded, "dateUpdated": founded,
    })))
}
