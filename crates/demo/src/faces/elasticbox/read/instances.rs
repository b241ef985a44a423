//! Instances: the bare arrays, one of them whole, its service, activity and operations.

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use serde_json::Value;

use super::super::Counter;
use super::super::account::row::Row;
use super::super::problem::Problem;
use super::super::shapes::boxes::Catalogue;
use super::super::shapes::instance::{self, Document};
use super::super::shapes::{activity, service, workspaces};
use super::{ids, parameter};

type Answer<T> = Result<Json<T>, Problem>;

/// `GET /services/instances`: what the personal workspace reaches: its own, and what is shared with it.
pub(in super::super) async fn all(State(counter): State<Counter>) -> Json<Vec<Document>> {
    let personal = workspaces::personal(&counter.app.credentials.email);
    Json(counter.look(|account, fleet, catalogue| {
        let rows = Row::all(account, fleet).into_iter();
        rows.filter(|row| reaches(personal, row, catalogue))
            .map(|row| instance::listed(&row, catalogue))
            .collect()
    }))
}

/// `GET /services/workspaces/{id}/instances`, all or those of `ids`.
pub(in super::super) async fn of_workspace(
    State(counter): State<Counter>,
    Path(workspace): Path<String>,
    RawQuery(raw): RawQuery,
) -> Answer<Vec<Document>> {
    let wanted = ids(raw.as_deref());
    counter.look(|account, fleet, catalogue| {
        catalogue.workspace(&workspace).ok_or_else(Problem::missing)?;
        let rows = Row::all(account, fleet).into_iter();
        let rows = rows
            .filter(|row| reaches(&workspace, row, catalogue))
            .filter(|row| wanted.as_ref().is_none_or(|ids| ids.contains(&row.id())))
            .map(|row| instance::listed(&row, catalogue));
        Ok(Json(rows.collect()))
    })
}

fn reaches(workspace: &str, row: &Row<'_>, catalogue: &Catalogue) -> bool {
    instance::owner(row, catalogue) == workspace
        || instance::members(row, catalogue).iter().any(|member| member["workspace"] == workspace)
}

/// `GET /services/instances/{id}`.
pub(in super::super) async fn one(
    State(counter): State<Counter>,
    Path(id): Path<String>,
) -> Answer<Document> {
    counter.look(|account, fleet, catalogue| {
        let row = Row::find(account, fleet, &id)?;
        Ok(Json(instance::whole(&row, fleet, catalogue)))
    })
}

/// `GET /services/instances/{id}/service`.
pub(in super::super) async fn service(
    State(counter): State<Counter>,
    Path(id): Path<String>,
) -> Answer<Value> {
    counter.look(|account, fleet, catalogue| {
        let row = Row::find(account, fleet, &id)?;
        let policy = service::profile(&row, catalogue);
        Ok(Json(service::document(&row, policy, &account.salt)))
    })
}

/// `GET /services/instances/{id}/activity`: the whole array each time, oldest first.
pub(in super::super) async fn activity(
    State(counter): State<Counter>,
    Path(id): Path<String>,
    RawQuery(raw): RawQuery,
) -> Answer<Vec<Value>> {
    let operation = parameter(raw.as_deref(), "operation");
    counter.look(|account, fleet, _| {
        let row = Row::find(account, fleet, &id)?;
        Ok(Json(activity::entries(&row, operation.as_deref())))
    })
}

/// `GET /services/instances/{id}/operations`: oldest first.
pub(in super::super) async fn operations(
    State(counter): State<Counter>,
    Path(id): Path<String>,
) -> Answer<Vec<Value>> {
    let email = counter.app.credentials.email.clone();
    counter.look(|account, fleet, catalogue| {
        let row = Row::find(account, fleet, &id)?;
        let owner = instance::owner(&row, catalogue);
        Ok(Json(activity::operations(&row, owner, &email)))
    })
}
