//! ElasticBox's error answer. The page lists names and codes and shows no body; clients of it read `{"message": ..}`.

use axum::http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use crate::faces::kit::problem::{self, ErrorShape};

/// An answer that is not a success.
pub(crate) type Problem = problem::Problem<ElasticBoxError>;

/// ElasticBox's shape.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ElasticBoxError;

impl ErrorShape for ElasticBoxError {
    fn body(_: StatusCode, message: String) -> Value {
        json!({ "message": message })
    }

    fn add_headers(headers: &mut HeaderMap) {
        let (name, value) = super::RELEASE;
        headers.insert(name, value);
    }
}

impl Problem {
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

    /// 403: it was there once, or it is another user's; the answer does not distinguish the two.
    pub(super) fn forbidden() -> Self {
        Self::bare(StatusCode::FORBIDDEN)
    }

    /// 404.
    pub(super) fn missing() -> Self {
        Self::bare(StatusCode::NOT_FOUND)
    }

    /// 409 "Operation Conflict".
    pub(super) fn conflict(why: &str) -> Self {
        Self::new(StatusCode::CONFLICT, format!("Operation Conflict: {why}"))
    }

    /// 500.
    pub(super) fn internal() -> Self {
        Self::bare(StatusCode::INTERNAL_SERVER_ERROR)
    }
}
