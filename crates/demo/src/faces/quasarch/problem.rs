//! Quasarch's error answer: `{"error": "text"}`, with `fields` when a body does not pass.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// An answer that is not a success.
#[derive(Debug)]
pub(super) struct Problem {
    status: StatusCode,
    error: String,
    field: Option<(&'static str, String)>,
}

impl Problem {
    fn new(status: StatusCode, error: &str) -> Self {
        Self { status, error: error.to_owned(), field: None }
    }

    /// 401 in the template's one word.
    pub(super) fn unauthorized() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "Unauthorized")
    }

    /// 403: somebody else's.
    pub(super) fn forbidden() -> Self {
        Self::new(StatusCode::FORBIDDEN, "Forbidden")
    }

    /// 404.
    pub(super) fn missing() -> Self {
        Self::new(StatusCode::NOT_FOUND, "Not Found")
    }

    /// 405: not in the documents' lists.
    pub(super) fn method() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed")
    }

    /// 400 with the field that is wrong.
    pub(super) fn field(name: &'static str, why: impl Into<String>) -> Self {
        let mut problem = Self::new(StatusCode::BAD_REQUEST, "data validation error");
        problem.field = Some((name, why.into()));
        problem
    }

    /// 429: too many requests at once.
    pub(super) fn limited() -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "Too Many Requests")
    }

    /// 500 in the template's words.
    pub(super) fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut body = json!({ "error": self.error });
        if let Some((name, why)) = self.field {
            body["fields"] = json!({ name: why });
        }
        (self.status, Json(body)).into_response()
    }
}
