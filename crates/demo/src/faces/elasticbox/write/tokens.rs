//! Lasting tokens: made, and revoked by being deleted.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::Counter;
use super::super::account::Token;
use super::super::names::time;
use super::super::problem::Problem;
use super::body;
use crate::credentials::random_hex;

/// The most tokens of one user.
const MOST: usize = 50;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    description: Option<String>,
}

/// `POST /services/tokens`: the answer's `value` is the token, returned only here.
pub(in super::super) async fn create(
    State(counter): State<Counter>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Json<Value>, Problem> {
    let request: Request = body::read(&headers, &bytes)?;
    let token = Token {
        id: random_hex(16).map_err(|_| Problem::internal())?,
        description: request.description.unwrap_or_default(),
        value: random_hex(24).map_err(|_| Problem::internal())?,
        created: Timestamp::now(),
    };
    let mut account = counter.account();
    if account.tokens.len() >= MOST {
        return Err(Problem::data(format!("there are {MOST} tokens already")));
    }
    let answer = json!({
        "id": token.id, "description": token.description, "value": token.value, "created": time(token.created),
    });
    account.tokens.push(token);
    Ok(Json(answer))
}

/// `DELETE /services/tokens/{id}`.
pub(in super::super) async fn revoke(
    State(counter): State<Counter>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let mut account = counter.account();
    let before = account.tokens.len();
    account.tokens.retain(|token| token.id != id);
    if account.tokens.len() == before {
        return Err(Problem::missing());
    }
    Ok(StatusCode::NO_CONTENT)
}
