//! The platform's error document: `{exception_class, message, request_id, info?, invalid_fields?}`.

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use crate::credentials::random_hex;
use crate::faces::kit::problem::{self, ErrorShape, INJECTED};

/// An answer that is not a success.
pub(crate) type Problem = problem::Problem<GcoreError>;

/// Gcore's shape.
#[derive(Debug)]
pub(crate) struct GcoreError;

impl ErrorShape for GcoreError {
    fn body(status: StatusCode, message: String) -> Value {
        json!({
            "exception_class": class(status),
            "message": message,
            // Without randomness there is no id to quote, and the error stays what it is.
            "request_id": random_hex(16).unwrap_or_default(),
        })
    }

    fn message(status: StatusCode) -> &'static str {
        match status {
            StatusCode::NOT_FOUND => "Requested URL was not found",
            StatusCode::METHOD_NOT_ALLOWED => "Method Not Allowed",
            StatusCode::TOO_MANY_REQUESTS => "Too many requests, try again later",
            _ => INJECTED,
        }
    }
}

/// The class that goes with a status, unless an error has its own.
fn class(status: StatusCode) -> &'static str {
    match status {
        StatusCode::BAD_REQUEST => "ValidationError",
        StatusCode::UNAUTHORIZED => "AuthenticationError",
        StatusCode::NOT_FOUND => "NotFoundError",
        StatusCode::CONFLICT => "ConflictError",
        StatusCode::TOO_MANY_REQUESTS => "RateLimitError",
        StatusCode::INTERNAL_SERVER_ERROR => "InternalServerError",
        _ => "HTTPError",
    }
}

impl Problem {
    /// 401; only the text distinguishes the causes.
    pub(crate) fn auth(message: String) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, message)
    }

    /// 404: no such thing in this project and region.
    pub(crate) fn missing(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, message)
    }

    /// 404 for a thing with a name for its kind.
    pub(crate) fn no(what: &str, id: &str) -> Self {
        Self::missing(format!("{what} {id} could not be found"))
    }

    /// 404: no such path.
    pub(crate) fn path() -> Self {
        Self::bare(StatusCode::NOT_FOUND)
    }

    /// 400 that is not about a field: a wrong state, an unknown action.
    pub(crate) fn wrong(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// 400 with the fields that are wrong, each with its reasons.
    pub(crate) fn fields(wrong: Map<String, Value>) -> Self {
        let reasons: Vec<String> = wrong.iter().map(|(name, why)| format!("'{name}': {why}")).collect();
        Self::wrong(format!("Validation Error: {{{}}}", reasons.join(", "))).with("invalid_fields", wrong)
    }

    /// 400 with one wrong field.
    pub(crate) fn field(name: &str, why: &str) -> Self {
        Self::fields(Map::from_iter([(name.to_owned(), json!([why]))]))
    }

    /// 409: another task holds the thing.
    pub(crate) fn conflict(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, message)
    }

    /// A quota would be exceeded. The document gives no status for it; 400 is what was chosen.
    pub(crate) fn quota(attribute: &str, used: i64, wanted: i64, limit: i64) -> Self {
        Self::wrong(format!("Quota limit for {attribute} exceeded by {}", used + wanted - limit))
            .with("exception_class", "QuotaLimitExceed")
            .with(
                "info",
                json!({
                    "attribute": attribute,
                    "current_usage": used,
                    "requested_usage": used + wanted,
                    "limit": limit,
                }),
            )
    }

    /// 500: the demo cloud's own failure.
    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, message)
    }
}
