//! Answers that are not what was documented, as problems that name the request, the field and what was expected.

use std::fmt::Display;
use std::future::Future;
use std::time::Duration;

use arcstr::ArcStr;
use serde_json::Value;

use qdeck_model::{Platform, Problem, ProblemKind, Reason, Unreadable};
use qdeck_net::{Cause, NetError};

/// A request as problems name it: `GET /v1/containers`.
pub(crate) fn request_name(method: &str, path: &[&str]) -> String {
    format!("{method} /{}", path.join("/"))
}

/// The problem of an answer whose `field` is missing or not what is `expected`.
pub(crate) fn unexpected_field(request: impl Into<ArcStr>, field: &str, expected: impl Display) -> Problem {
    unexpected_answer(request, format_args!("`{field}` is not {expected}"))
}

/// The problem of an answer in which `what` is wrong.
pub(crate) fn unexpected_answer(request: impl Into<ArcStr>, what: impl Display) -> Problem {
    Problem::new(ProblemKind::BadAnswer, format!("unexpected answer: {what}")).request(request)
}

/// The result of a read, or the problem that it took longer than `limit`.
///
/// # Errors
/// Those of the read, and [`ProblemKind::Unreachable`] after `limit`.
pub(crate) async fn within<T>(
    limit: Duration,
    request: &str,
    read: impl Future<Output = Result<T, Problem>>,
) -> Result<T, Problem> {
    tokio::time::timeout(limit, read).await.unwrap_or_else(|_| {
        let message = format!("no answer within {} s", limit.as_secs());
        Err(Problem::new(ProblemKind::Unreachable, message).reason(Reason::Timeout).request(request))
    })
}

/// Checks that of all rows that were sent some could be used.
///
/// # Errors
/// None could be, for the reason `why`.
pub(crate) fn some_readable(used: usize, sent: usize, why: &str, request: &str) -> Result<(), Problem> {
    let unreadable = Unreadable { rows: sent - used, of: sent, why: Some(why.into()) };
    unreadable.failure().map_or(Ok(()), |problem| Err(problem.request(request)))
}

/// Where an answer has what was asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Due<'a> {
    /// It is an object with any field.
    Object,
    /// It is an object with an object in this field.
    ObjectIn(&'a str),
    /// It is a list.
    List,
    /// It is an object with a list in this field; `null` is no rows.
    ListIn(&'a str),
}

/// The answer, if it has what is due: `{}` is no list.
///
/// # Errors
/// It has not.
pub(crate) fn due(answer: Value, due: Due<'_>, request: &str) -> Result<Value, Problem> {
    let (is_good, field, expected) = match due {
        Due::Object => {
            let is_good = answer.as_object().is_some_and(|fields| !fields.is_empty());
            (is_good, None, "an object with fields")
        }
        Due::ObjectIn(field) => (answer.get(field).is_some_and(Value::is_object), Some(field), "an object"),
        Due::List => (answer.is_array(), None, "a list"),
        Due::ListIn(field) => {
            let list = answer.get(field);
            (list.is_some_and(|list| list.is_array() || list.is_null()), Some(field), "a list")
        }
    };
    match field {
        _ if is_good => Ok(answer),
        Some(field) => Err(unexpected_field(request, field, expected)),
        None => Err(unexpected_answer(request, format_args!("it is not {expected}"))),
    }
}

/// The problem of a request of a write of `all`, of which `done` were done before: with any it is no refusal of the whole.
pub(crate) fn in_part(done: usize, all: usize, problem: Problem) -> Problem {
    if done == 0 {
        return problem;
    }
    let message = format!("{done} of {all} requests were done, the next one failed: {}", problem.message);
    let problem = Problem { status: None, message: message.into(), ..problem };
    problem.reason(Reason::InPart).hint("Look at it before you try again: what was done stays")
}

/// The body of a refusal, where the server sent one.
pub(crate) fn refusal_body(error: &NetError) -> Option<&[u8]> {
    match &*error.cause {
        Cause::Status { body, .. } => Some(body),
        _ => None,
    }
}

/// The body of a refusal as JSON.
pub(crate) fn refusal_json(error: &NetError) -> Option<Value> {
    serde_json::from_slice(refusal_body(error)?).ok()
}

/// The problem of what a platform does not offer.
pub(crate) fn unsupported(platform: Platform, what: &str) -> Problem {
    Problem::new(ProblemKind::Unsupported, format!("{platform}: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_names_the_request_the_field_and_what_was_expected() {
        let request = request_name("GET", &["v1", "console"]);
        let problem = unexpected_field(request, "data.address", "the address of a websocket");
        assert_eq!(&*problem.message, "unexpected answer: `data.address` is not the address of a websocket");
        assert_eq!(problem.request.as_deref(), Some("GET /v1/console"));
        assert_eq!(problem.kind, ProblemKind::BadAnswer);
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_does_not_come_names_the_limit() {
        let problem = within(Duration::from_secs(3), "GET /x", std::future::pending::<Result<(), Problem>>());
        let problem = problem.await.unwrap_err();
        assert_eq!((&*problem.message, problem.request.as_deref()), ("no answer within 3 s", Some("GET /x")));
    }
}
