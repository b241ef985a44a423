//! Exoscale's refusals: `{"message": ..}`, with `errors` beside it where a request is not as documented.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// An answer that is not a success.
#[derive(Debug)]
pub(super) struct Problem {
    /// What the client goes by.
    pub(super) status: StatusCode,
    body: Value,
}

impl Problem {
    fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, body: json!({ "message": message.into() }) }
    }

    /// 400: the state of the thing does not allow it.
    pub(super) fn state(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// 400: fields that are missing or wrong; one sentence each.
    pub(super) fn invalid(errors: &[String]) -> Self {
        let mut problem = Self::new(StatusCode::BAD_REQUEST, "The request is not valid");
        problem.body["errors"] = errors.iter().map(|e| json!({ "message": e })).collect();
        problem
    }

    /// 400 with one field.
    pub(super) fn field(name: &str, why: &str) -> Self {
        Self::invalid(&[format!("{name}: {why}")])
    }

    /// 403: the signature, a policy, or a protection says no.
    pub(super) fn forbidden(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, message)
    }

    /// 404: not there, or not in this zone.
    pub(super) fn missing(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("{what} was not found"))
    }

    /// 404 for a path that is no endpoint.
    pub(super) fn endpoint() -> Self {
        Self::new(StatusCode::NOT_FOUND, "There is no such endpoint")
    }

    /// 405: the path is known, the method is not.
    pub(super) fn method() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "The method is not allowed here")
    }

    /// 409: the name is taken, or something still hangs on it.
    pub(super) fn conflict(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, message)
    }

    /// 429 in the one shape that the description documents, with an underscore.
    pub(super) fn limited(seconds: u64) -> Self {
        Self {
            status: StatusCode::TOO_MANY_REQUESTS,
            body: json!({ "error": "Too many requests", "retry_after": seconds }),
        }
    }

    /// 501: an address of a screen is given, but nothing is drawn on it.
    pub(super) fn without_screens() -> Self {
        Self::new(StatusCode::NOT_IMPLEMENTED, "The demo cloud's machines have no screens")
    }

    /// 500: our own fault, in the shape of RFC 9457 that the description has a schema for.
    pub(super) fn internal(detail: &str) -> Self {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        let body = json!({
            "type": "about:blank", "title": "Internal Server Error", "status": status.as_u16(), "detail": detail,
        });
        Self { status, body }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        (self.status, Json(self.body)).into_response()
    }
}
