//! The caller: login, profile, tokens, and workspaces.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::names::time;
use super::super::problem::Problem;
use super::super::shapes::workspaces;
use super::super::write::body;
use super::super::{Counter, asks_for_release};
use super::{ids, parameter};
use crate::credentials::same;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Login {
    email: String,
    password: String,
}

/// `POST /services/security/token`: the body of the answer is the bare token.
pub(in super::super) async fn log_in(
    State(counter): State<Counter>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<String, Problem> {
    asks_for_release(&headers)?;
    let login: Login = body::read(&headers, &bytes)?;
    let credentials = &counter.app.credentials;
    if login.email != credentials.email || !same(&login.password, &credentials.password) {
        return Err(Problem::unauthorized());
    }
    credentials.log_in().map_err(|_| Problem::internal())
}

/// `GET /services/profile`: its `workspace` is the personal one.
pub(in super::super) async fn profile(State(counter): State<Counter>) -> Json<Value> {
    let email = &counter.app.credentials.email;
    Json(json!({
        "email": email, "workspace": workspaces::personal(email), "organization": "quarterdeck",
        "schema": "http://elasticbox.net/schemas/profile",
    }))
}

/// `GET /services/tokens`: the long-lived ones that were created through the API. Their values are returned only at creation.
pub(in super::super) async fn tokens(State(counter): State<Counter>) -> Json<Vec<Value>> {
    let account = counter.account();
    let rows = account.tokens.iter().map(
        |token| json!({ "id": token.id, "description": token.description, "created": time(token.created) }),
    );
    Json(rows.collect())
}

/// `GET /services/workspaces`: all, or short entries of `ids`; `limit` at most.
pub(in super::super) async fn workspaces(
    State(counter): State<Counter>,
    RawQuery(raw): RawQuery,
) -> Result<Json<Vec<Value>>, Problem> {
    let limit = match parameter(raw.as_deref(), "limit") {
        Some(text) => text.parse::<usize>().map_err(|_| Problem::request("limit must be a number"))?,
        None => usize::MAX,
    };
    let wanted = ids(raw.as_deref());
    let email = counter.app.credentials.email.clone();
    Ok(counter.look(|_, fleet, catalogue| {
        let rows = catalogue.workspaces.iter();
        let rows = rows.filter_map(|workspace| match &wanted {
            Some(ids) => ids.contains(&workspace.id).then(|| workspace.short()),
            None => Some(workspace.document(fleet, &email)),
        });
        Json(rows.take(limit).collect())
    }))
}

/// `GET /services/workspaces/{id}`.
pub(in super::super) async fn workspace(
    State(counter): State<Counter>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    let email = counter.app.credentials.email.clone();
    counter.look(|_, fleet, catalogue| {
        let found = catalogue.workspace(&id).ok_or_else(Problem::missing)?;
        Ok(Json(found.document(fleet, &email)))
    })
}
