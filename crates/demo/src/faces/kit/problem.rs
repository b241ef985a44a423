//! Errors that every face answers with: a status and a body in the platform's shape.

use std::marker::PhantomData;

use axum::Json;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

/// The detail of an error that the fault switch injected, on platforms whose errors have details.
pub(crate) const INJECTED: &str = "the demo cloud injected this fault as asked";

/// A platform's error bodies.
pub(crate) trait ErrorShape: Sized {
    /// The body of an error with that message.
    fn body(status: StatusCode, message: String) -> Value;

    /// The message of an error that has no cause of its own to name.
    fn message(status: StatusCode) -> &'static str {
        status.canonical_reason().unwrap_or_default()
    }

    /// The fields of a body, where they are not at its top.
    fn fields(body: &mut Value) -> &mut Value {
        body
    }

    /// Adds the headers that every answer of the platform carries.
    fn add_headers(_: &mut HeaderMap) {}
}

/// An answer that is not a success, in the shape `S`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Problem<S> {
    status: StatusCode,
    body: Value,
    shape: PhantomData<S>,
}

impl<S: ErrorShape> Problem<S> {
    /// An error with a message.
    pub(crate) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, body: S::body(status, message.into()), shape: PhantomData }
    }

    /// An error whose status is all there is to it.
    pub(crate) fn bare(status: StatusCode) -> Self {
        Self::new(status, S::message(status))
    }

    /// Sets a field of the body.
    pub(crate) fn with(mut self, field: &str, value: impl Into<Value>) -> Self {
        S::fields(&mut self.body)[field] = value.into();
        self
    }

    /// 405: the path is known, the method is not.
    pub(crate) fn method() -> Self {
        Self::bare(StatusCode::METHOD_NOT_ALLOWED)
    }

    /// The body as it is sent.
    #[cfg(test)]
    pub(crate) fn sent(&self) -> String {
        self.body.to_string()
    }

    /// Its status.
    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }
}

impl<S: ErrorShape> IntoResponse for Problem<S> {
    fn into_response(self) -> Response {
        let mut answer = (self.status, Json(self.body)).into_response();
        S::add_headers(answer.headers_mut());
        answer
    }
}

/// An error that the fault switch injects: 429 or 500.
pub(crate) fn injected<S: ErrorShape>(status: StatusCode) -> Response {
    Problem::<S>::bare(status).into_response()
}
