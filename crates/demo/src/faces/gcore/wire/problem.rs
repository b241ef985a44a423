//! The platform's error document: `{exception_class, message, request_id, info?, invalid_fields?}`.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use crate::credentials::random_hex;

/// An answer that is not a success.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    class: &'static str,
    message: String,
    extra: Option<Box<(&'static str, Value)>>,
}

impl Problem {
    fn new(status: StatusCode, class: &'static str, message: impl Into<String>) -> Self {
        Self { status, class, message: message.into(), extra: None }
    }

    /// 401; only the text distinguishes the causes.
    pub(crate) fn auth(message: String) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "AuthenticationError", message)
    }

    /// 404: no such thing in this project and region.
    pub(crate) fn missing(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "NotFoundError", message)
    }

    /// 404 for a thing with a name for its kind.
    pub(crate) fn no(what: &str, id: &str) -> Self {
        Self::missing(format!("{what} {id} could not be found"))
    }

    /// 404: no such path.
    pub(crate) fn path() -> Self {
        Self::missing("Requested URL was not found")
    }

    /// 405.
    pub(crate) fn method() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "HTTPError", "Method Not Allowed")
    }

    /// 400 without a field to blame: a wrong state, an action that is none.
    pub(crate) fn wrong(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "ValidationError", message)
    }

    /// 400 with the fields that are wrong, each with its reasons.
    pub(crate) fn fields(wrong: Map<String, Value>) -> Self {
        let reasons: Vec<String> = wrong.iter().map(|(name, why)| format!("'{name}': {why}")).collect();
        let mut problem = Self::wrong(format!("Validation Error: {{{}}}", reasons.join(", ")));
        problem.extra = Some(Box::new(("invalid_fields", Value::Object(wrong))));
        problem
    }

    /// 400 with one wrong field.
    pub(crate) fn field(name: &str, why: &str) -> Self {
        Self::fields(Map::from_iter([(name.to_owned(), json!([why]))]))
    }

    /// 409: another task holds the thing.
    pub(crate) fn conflict(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "ConflictError", message)
    }

    /// A quota would be exceeded. The document gives no status for it; 400 is what was chosen.
    pub(crate) fn quota(attribute: &str, used: i64, wanted: i64, limit: i64) -> Self {
        let mut problem = Self::new(
            StatusCode::BAD_REQUEST,
            "QuotaLimitExceed",
            format!("Quota limit for {attribute} exceeded by {}", used + wanted - limit),
        );
        problem.extra = Some(Box::new((
            "info",
            json!({ "attribute": attribute, "current_usage": used, "requested_usage": used + wanted, "limit": limit }),
        )));
        problem
    }

    /// 429.
    pub(crate) fn limited() -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "RateLimitError", "Too many requests, try again later")
    }

    /// 500: our own fault.
    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError", message)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut body = json!({
            "exception_class": self.class,
            "message": self.message,
            // Without randomness there is no id to quote, and the error stays what it is.
            "request_id": random_hex(16).unwrap_or_default(),
        });
        if let Some(extra) = self.extra {
            let (name, value) = *extra;
            body[name] = value;
        }
        (self.status, Json(body)).into_response()
    }
}
