//! Cycle's error document: `{"error": {status, code, title, detail?, extra?}, "data": null}`.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// An answer that is not a success.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    code: &'static str,
    title: &'static str,
    detail: Option<String>,
    capability: Option<&'static str>,
}

impl Problem {
    fn new(status: StatusCode, code: &'static str, title: &'static str) -> Self {
        Self { status, code, title, detail: None, capability: None }
    }

    /// 401: no key, or a wrong one.
    pub(crate) fn auth(detail: &str) -> Self {
        let mut problem =
            Self::new(StatusCode::UNAUTHORIZED, "401.auth-invalid", "The authorization is invalid.");
        problem.detail = Some(detail.to_owned());
        problem
    }

    /// 403: the key is not of this hub.
    pub(crate) fn wrong_hub() -> Self {
        Self::new(StatusCode::FORBIDDEN, "403.wrong-hub", "This API key does not belong to that hub.")
    }

    /// 403: the state does not allow it.
    pub(crate) fn state(detail: String) -> Self {
        let mut problem =
            Self::new(StatusCode::FORBIDDEN, "403.invalid-state", "The current state does not allow this.");
        problem.detail = Some(detail);
        problem
    }

    /// 403: a right that nobody has here.
    pub(crate) fn capability(name: &'static str, detail: &str) -> Self {
        let mut problem = Self::new(StatusCode::FORBIDDEN, "403.permissions", "The key lacks a capability.");
        problem.detail = Some(detail.to_owned());
        problem.capability = Some(name);
        problem
    }

    /// 404 with the code of the thing that is not there.
    pub(crate) fn missing(code: &'static str) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, "It was not found.")
    }

    /// 405: the path is known, the method is not. Cycle's list of codes has none for it.
    pub(crate) fn method() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "405.method-not-allowed",
            "This method is not allowed here.",
        )
    }

    /// 422: the request is not as documented.
    pub(crate) fn invalid(detail: impl Into<String>) -> Self {
        let mut problem =
            Self::new(StatusCode::UNPROCESSABLE_ENTITY, "422.invalid-input", "The input is invalid.");
        problem.detail = Some(detail.into());
        problem
    }

    /// 429: too many requests at once.
    pub(crate) fn limited() -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "429.rate-limiting", "There are too many requests.")
    }

    /// 500: our own fault.
    pub(crate) fn internal(detail: String) -> Self {
        let mut problem =
            Self::new(StatusCode::INTERNAL_SERVER_ERROR, "500.jobd", "Something went wrong on our side.");
        problem.detail = Some(detail);
        problem
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut error = json!({ "status": self.status.as_u16(), "code": self.code, "title": self.title });
        if let Some(detail) = self.detail {
            error["detail"] = detail.into();
        }
        if let Some(capability) = self.capability {
            error["extra"] = json!({ "capability": capability });
        }
        (self.status, Json(json!({ "error": error, "data": null }))).into_response()
    }
}
