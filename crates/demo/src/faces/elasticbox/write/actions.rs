//! `PUT /services/instances/{id}/VERB` and `DELETE`: accepted with 202 and an empty body, or refused.

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use serde_json::Value;

use super::super::Counter;
use super::super::account::acts::Verb;
use super::super::account::row::Row;
use super::super::problem::Problem;
use super::super::read::parameter;
use super::body;
use crate::engine::fleet::Phase;

/// One of the five verbs of the page.
pub(in super::super) fn act(
    verb: Verb,
    counter: &Counter,
    id: &str,
    headers: &HeaderMap,
    bytes: &Bytes,
) -> Result<StatusCode, Problem> {
    if !bytes.is_empty() {
        let said: Value = body::read(headers, bytes)?;
        agrees(verb, id, &said)?;
    }
    begin(counter, id, verb, |row| suits(verb, row))
}

/// Only reconfigure documents a body, and its fields say again what the path says.
fn agrees(verb: Verb, id: &str, said: &Value) -> Result<(), Problem> {
    if verb != Verb::Reconfigure {
        return Ok(());
    }
    let expected = [("id", id), ("method", "reconfigure")];
    match (expected.into_iter()).find(|(key, value)| !said[*key].is_null() && said[*key] != **value) {
        Some((key, value)) => Err(Problem::data(format!("{key} must be {value}"))),
        None => Ok(()),
    }
}

/// Refuses an operation that the instance's state does not allow. The documents leave out the answer for a wrong state; 409 is the only
/// error they list for the verbs.
fn suits(verb: Verb, row: &Row<'_>) -> Result<(), Problem> {
    let phase = row.instance.phase;
    let fits = match verb {
        Verb::Deploy => !row.dead(),
        Verb::PowerOn => matches!(phase, Phase::Stopped | Phase::Failed),
        _ => matches!(phase, Phase::Running | Phase::Failed),
    };
    if fits {
        return Ok(());
    }
    Err(Problem::conflict(match phase {
        Phase::Gone => "the instance is terminated",
        Phase::Stopped => "the instance is shut down",
        _ => "the instance is online",
    }))
}

/// `DELETE /services/instances/{id}?operation=terminate|force_terminate|delete`.
pub(in super::super) async fn end(
    State(counter): State<Counter>,
    Path(id): Path<String>,
    RawQuery(raw): RawQuery,
) -> Result<StatusCode, Problem> {
    let verb = match parameter(raw.as_deref(), "operation").as_deref() {
        Some("terminate") => Verb::Terminate,
        Some("force_terminate") => Verb::ForceTerminate,
        Some("delete") => return forget(&counter, &id),
        _ => {
            return Err(Problem::operation("operation must be terminate, force_terminate or delete"));
        }
    };
    begin(&counter, &id, verb, |row| {
        if row.dead() {
            return Err(Problem::operation("the instance is terminated already"));
        }
        if row.protected() {
            return Err(Problem::operation("the instance is protected from being terminated"));
        }
        let failed_otherwise = row.instance.phase == Phase::Failed && row.last_verb() != Verb::Terminate;
        if verb == Verb::Terminate && failed_otherwise {
            return Err(Problem::operation("an unavailable instance can be force-terminated only"));
        }
        Ok(())
    })
}

/// Removes the record of a terminated instance, and its logs.
fn forget(counter: &Counter, id: &str) -> Result<StatusCode, Problem> {
    let mut account = counter.account();
    let instance = counter.app.engine.read(|fleet| {
        let row = Row::find(&account, fleet, id)?;
        idle(&row)?;
        if !row.dead() {
            return Err(Problem::operation("only a terminated instance can be deleted"));
        }
        Ok((row.key, row.instance.clone()))
    })?;
    account.delete(instance.0, &instance.1);
    Ok(StatusCode::ACCEPTED)
}

/// Nothing is begun while something else is under way.
fn idle(row: &Row<'_>) -> Result<(), Problem> {
    if row.busy() {
        return Err(Problem::conflict("another operation is running on the instance"));
    }
    Ok(())
}

/// Begins an operation if it may be begun.
pub(in super::super) fn begin(
    counter: &Counter,
    id: &str,
    verb: Verb,
    may: impl FnOnce(&Row<'_>) -> Result<(), Problem>,
) -> Result<StatusCode, Problem> {
    // Held from the question to the deed, so that of two that come together one is refused.
    let mut account = counter.account();
    let engine = &counter.app.engine;
    let key = engine.read(|fleet| {
        let row = Row::find(&account, fleet, id)?;
        idle(&row)?;
        may(&row)?;
        Ok(row.key)
    })?;
    account.begin(engine, key, verb);
    Ok(StatusCode::ACCEPTED)
}
