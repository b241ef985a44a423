//! Quasarch's error answer: `{"error": "text"}`, with `fields` when a body does not pass.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::faces::kit::problem::{self, ErrorShape};

/// An answer that is not a success.
pub(crate) type Problem = problem::Problem<QuasarchError>;

/// Quasarch's shape. Its template words errors by the status alone.
#[derive(Debug)]
pub(crate) struct QuasarchError;

impl ErrorShape for QuasarchError {
    fn body(_: StatusCode, message: String) -> Value {
        json!({ "error": message })
    }
}

impl Problem {
    /// 401.
    pub(super) fn unauthorized() -> Self {
        Self::bare(StatusCode::UNAUTHORIZED)
    }

    /// 403: another account's.
    pub(super) fn forbidden() -> Self {
        Self::bare(StatusCode::FORBIDDEN)
    }

    /// 404.
    pub(super) fn missing() -> Self {
        Self::bare(StatusCode::NOT_FOUND)
    }

    /// 400 with the field that is wrong.
    pub(super) fn field(name: &'static str, why: impl Into<String>) -> Self {
        let why: String = why.into();
        Self::new(StatusCode::BAD_REQUEST, "data validation error").with("fields", json!({ name: why }))
    }

    /// 500.
    pub(super) fn internal() -> Self {
        Self::bare(StatusCode::INTERNAL_SERVER_ERROR)
    }
}
