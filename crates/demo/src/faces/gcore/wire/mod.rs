//! Parsing and refusal of requests: queries, bodies, the project and region of a path, and the error document.

mod body;
mod problem;
mod query;
mod scope;

pub(super) use body::{Body, Form, is_name};
pub(super) use problem::{GcoreError, Problem};
pub(super) use query::{Page, Query};
pub(super) use scope::{Named, Owned, Scope, Target};

use super::marks::{Kind, uuid};

/// The result of most handlers.
pub(super) type Answer = Result<axum::Json<serde_json::Value>, Problem>;

/// The answer to a write: the task that does it. The pages know the list alone; the specification wants an id too.
pub(super) fn tasks(number: u32) -> axum::Json<serde_json::Value> {
    let id = uuid(Kind::Task, number);
    axum::Json(serde_json::json!({ "tasks": [id], "id": id }))
}
