//! ElasticBox's error answer. The page lists names and codes and shows no body; clients of it read `{"message": ..}`.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// An answer that is not a success.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Problem {
    status: StatusCode,
    message: String,
}

impl Problem {
    fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into() }
    }

    /// 400 "Bad Request": headers and parameters.
    pub(super) fn request(why: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, format!("Bad Request: {why}"))
    }

    /// 400 "Invalid Data": a body that does not pass.
    pub(super) fn data(why: impl std::fmt::Display) -> Self {
        Self::new(StatusCode::BAD_REQUEST, format!("Invalid Data: {why}"))
    }

    /// 400 "Invalid Operation": the way of ending that does not fit the state.
    pub(super) fn operation(why: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, format!("Invalid Operation: {why}"))
    }

    /// 401: the token.
    pub(super) fn unauthorized() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "Unauthorized: the token is not valid")
    }

    /// 403: it was there once, or it is somebody else's; the answer does not distinguish the two.
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

    /// 409 "Operation Conflict".
    pub(super) fn conflict(why: &str) -> Self {
        Self::new(StatusCode::CONFLICT, format!("Operation Conflict: {why}"))
    }

    /// 429: no rate limit is documented; this is the fault switch's.
    pub(super) fn limited() -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "Too Many Requests")
    }

    /// 500.
    pub(super) fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = Json(json!({ "message": self.message }));
        (self.status, [super::RELEASE], body).into_response()
    }
}
