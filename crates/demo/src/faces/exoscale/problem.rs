//! Exoscale's refusals: `{"message": ..}`, with `errors` beside it where a request is not as documented.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::faces::kit::problem::{self, ErrorShape, INJECTED};

/// An answer that is not a success.
pub(crate) type Problem = problem::Problem<ExoscaleError>;

/// Exoscale's shape.
#[derive(Debug)]
pub(crate) struct ExoscaleError;

impl ErrorShape for ExoscaleError {
    fn body(status: StatusCode, message: String) -> Value {
        match status {
            // The one shape that the description documents, with an underscore.
            StatusCode::TOO_MANY_REQUESTS => json!({ "error": message, "retry_after": 1 }),
            // The shape of RFC 9457 that the description has a schema for.
            StatusCode::INTERNAL_SERVER_ERROR => json!({
                "type": "about:blank", "title": "Internal Server Error", "status": status.as_u16(), "detail": message,
            }),
            _ => json!({ "message": message }),
        }
    }

    fn message(status: StatusCode) -> &'static str {
        match status {
            StatusCode::NOT_FOUND => "There is no such endpoint",
            StatusCode::METHOD_NOT_ALLOWED => "The method is not allowed here",
            StatusCode::TOO_MANY_REQUESTS => "Too many requests",
            _ => INJECTED,
        }
    }
}

impl Problem {
    /// 400: the state of the thing does not allow it.
    pub(super) fn state(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// 400: fields that are missing or wrong; one sentence each.
    pub(super) fn invalid(errors: &[String]) -> Self {
        let errors: Value = errors.iter().map(|e| json!({ "message": e })).collect();
        Self::new(StatusCode::BAD_REQUEST, "The request is not valid").with("errors", errors)
    }

    /// 400 with one field.
    pub(super) fn field(name: &str, why: &str) -> Self {
        Self::invalid(&[format!("{name}: {why}")])
    }

    /// 403: the signature, a policy, or a protection refuses it.
    pub(super) fn forbidden(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, message)
    }

    /// 404: not there, or not in this zone.
    pub(super) fn missing(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("{what} was not found"))
    }

    /// 404 for a path that is no endpoint.
    pub(super) fn endpoint() -> Self {
        Self::bare(StatusCode::NOT_FOUND)
    }

    /// 409: the name is taken, or something else still uses it.
    pub(super) fn conflict(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, message)
    }

    /// 429 with the seconds to wait.
    pub(super) fn limited(seconds: u64) -> Self {
        Self::bare(StatusCode::TOO_MANY_REQUESTS).with("retry_after", seconds)
    }

    /// 500: the demo cloud's own failure.
    pub(super) fn internal(detail: &str) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, detail)
    }
}
