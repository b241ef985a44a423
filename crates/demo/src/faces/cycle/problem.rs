//! Cycle's error document: `{"error": {status, code, title, detail?, extra?}, "data": null}`.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::faces::kit::problem::{self, ErrorShape, INJECTED};

/// An answer that is not a success.
pub(crate) type Problem = problem::Problem<CycleError>;

/// Cycle's shape.
#[derive(Debug)]
pub(crate) struct CycleError;

impl ErrorShape for CycleError {
    fn body(status: StatusCode, message: String) -> Value {
        let (code, title) = words(status);
        let mut error = json!({ "status": status.as_u16(), "code": code, "title": title });
        if !message.is_empty() {
            error["detail"] = message.into();
        }
        json!({ "error": error, "data": null })
    }

    fn message(status: StatusCode) -> &'static str {
        if status == StatusCode::INTERNAL_SERVER_ERROR { INJECTED } else { "" }
    }

    fn fields(body: &mut Value) -> &mut Value {
        &mut body["error"]
    }
}

/// The code and the title that go with a status, unless an error has its own. Cycle's list of codes has none for 405.
fn words(status: StatusCode) -> (&'static str, &'static str) {
    match status {
        StatusCode::UNAUTHORIZED => ("401.auth-invalid", "The authorization is invalid."),
        StatusCode::FORBIDDEN => ("403.invalid-state", "The current state does not allow this."),
        StatusCode::NOT_FOUND => ("404", "It was not found."),
        StatusCode::METHOD_NOT_ALLOWED => ("405.method-not-allowed", "This method is not allowed here."),
        StatusCode::TOO_MANY_REQUESTS => ("429.rate-limiting", "There are too many requests."),
        StatusCode::INTERNAL_SERVER_ERROR => ("500.jobd", "Something went wrong on our side."),
        _ => ("422.invalid-input", "The input is invalid."),
    }
}

impl Problem {
    /// 401: no key, or a wrong one.
    pub(crate) fn auth(detail: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, detail)
    }

    /// 403: the key is not of this hub.
    pub(crate) fn wrong_hub() -> Self {
        Self::bare(StatusCode::FORBIDDEN)
            .with("code", "403.wrong-hub")
            .with("title", "This API key does not belong to that hub.")
    }

    /// 403: the state does not allow it.
    pub(crate) fn state(detail: String) -> Self {
        Self::new(StatusCode::FORBIDDEN, detail)
    }

    /// 404 with the code of the thing that is not there.
    pub(crate) fn missing(code: &'static str) -> Self {
        Self::bare(StatusCode::NOT_FOUND).with("code", code)
    }

    /// 422: the request is not as documented.
    pub(crate) fn invalid(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, detail)
    }

    /// 500: the demo cloud's own failure.
    pub(crate) fn internal(detail: String) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, detail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_may_have_a_code_of_its_own_and_no_detail() {
        assert_eq!(
            Problem::bare(StatusCode::TOO_MANY_REQUESTS).sent(),
            r#"{"error":{"status":429,"code":"429.rate-limiting","title":"There are too many requests."},"data":null}"#
        );
        let own = Problem::new(StatusCode::FORBIDDEN, "ask an owner")
            .with("code", "403.permissions")
            .with("title", "The key lacks a capability.")
            .with("extra", json!({ "capability": "containers-console" }));
        assert_eq!(
            own.sent(),
            r#"{"error":{"status":403,"code":"403.permissions","title":"The key lacks a capability.","detail":"ask an owner","extra":{"capability":"containers-console"}},"data":null}"#
        );
    }
}
