//! One face a platform: the engine's fleet told in that platform's wire protocol, written from its documents.

pub mod cycle;
pub mod quasarch;
pub(crate) mod socket;

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::Response;

use crate::demo::credentials::Credentials;
use crate::demo::engine::Engine;

/// What every handler of a face has at hand.
#[derive(Clone)]
pub struct Desk {
    /// The fleet.
    pub engine: Engine,
    /// Who may come in.
    pub credentials: Arc<Credentials>,
    /// `127.0.0.1:PORT`, for the addresses that answers carry.
    pub authority: Arc<str>,
}

/// A failure on purpose, in the shape of the face whose path it is.
pub(crate) fn failure(path: &str, status: StatusCode) -> Response {
    if path.starts_with("/cycle/") {
        cycle::failure(status)
    } else {
        quasarch::failure(status)
    }
}

/// The zero time of Go, which both platforms send for "never".
pub(crate) const NEVER: &str = "0001-01-01T00:00:00Z";

/// A time in RFC 3339 with milliseconds, or "never".
pub(crate) fn time(at: Option<jiff::Timestamp>) -> String {
    at.map_or_else(|| NEVER.to_owned(), |at| format!("{at:.3}"))
}

/// One page of a list: which rows `number` (from 1) of `size` are.
pub(crate) fn page<T>(rows: impl Iterator<Item = T>, number: usize, size: usize) -> Vec<T> {
    rows.skip(number.saturating_sub(1).saturating_mul(size))
        .take(size)
        .collect()
}
