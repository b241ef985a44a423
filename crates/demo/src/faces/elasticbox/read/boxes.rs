//! Boxes, policies and cloud accounts.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use serde_json::Value;

use super::super::Counter;
use super::super::problem::Problem;
use super::super::shapes::boxes;
use super::super::shapes::workspaces::personal;
use super::ids;
use crate::engine::fleet::{Account, Fleet};

type Answer<T> = Result<Json<T>, Problem>;

/// `GET /services/boxes`: every one that the caller reaches, or those of `ids`.
pub(in super::super) async fn all(
    State(counter): State<Counter>,
    RawQuery(raw): RawQuery,
) -> Json<Vec<Arc<Value>>> {
    let wanted = ids(raw.as_deref());
    Json(counter.look(|_, _, catalogue| {
        let mut rows = catalogue.documents(None);
        rows.retain(|row| (wanted.as_ref()).is_none_or(|ids| ids.iter().any(|id| row["id"] == id.as_str())));
        rows
    }))
}

/// `GET /services/boxes/{id}`.
pub(in super::super) async fn one(
    State(counter): State<Counter>,
    Path(id): Path<String>,
) -> Answer<Arc<Value>> {
    counter.look(|_, _, catalogue| {
        let mut rows = catalogue.documents(None).into_iter();
        let found = rows.find(|row| row["id"] == id.as_str());
        found.map(Json).ok_or_else(Problem::missing)
    })
}

/// `GET /services/workspaces/{id}/boxes`: script boxes and policies mixed.
pub(in super::super) async fn of_workspace(
    State(counter): State<Counter>,
    Path(workspace): Path<String>,
) -> Answer<Vec<Arc<Value>>> {
    counter.look(|_, _, catalogue| {
        catalogue.workspace(&workspace).ok_or_else(Problem::missing)?;
        Ok(Json(catalogue.documents(Some(&workspace))))
    })
}

/// `GET /services/workspaces/{id}/providers`. The cloud accounts are the user's, who shares them with every team.
pub(in super::super) async fn providers_of_workspace(
    State(counter): State<Counter>,
    Path(workspace): Path<String>,
) -> Answer<Vec<Value>> {
    let email = counter.app.credentials.email.clone();
    counter.look(|_, fleet, catalogue| {
        catalogue.workspace(&workspace).ok_or_else(Problem::missing)?;
        Ok(Json(accounts(fleet, personal(&email))))
    })
}

/// `GET /services/providers`.
pub(in super::super) async fn providers(State(counter): State<Counter>) -> Json<Vec<Value>> {
    let email = counter.app.credentials.email.clone();
    Json(counter.look(|_, fleet, _| accounts(fleet, personal(&email))))
}

/// `GET /services/providers/{id}`.
pub(in super::super) async fn provider(
    State(counter): State<Counter>,
    Path(id): Path<String>,
) -> Answer<Value> {
    let email = counter.app.credentials.email.clone();
    counter.look(|_, fleet, _| {
        let mut rows = accounts(fleet, personal(&email)).into_iter();
        let found = rows.find(|row| row["id"] == id.as_str());
        found.map(Json).ok_or_else(Problem::missing)
    })
}

fn accounts(fleet: &Fleet, owner: &str) -> Vec<Value> {
    fleet
        .locations_of(Account::ElasticBox)
        .map(|(place, location)| boxes::provider(fleet, owner, place, location))
        .collect()
}
