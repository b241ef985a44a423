//! Answers that are not what was documented, as problems that name the request, the field and what was expected.

use std::fmt::Display;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use qdeck_model::{Platform, Problem, ProblemKind};
use qdeck_net::{Cause, NetError};

/// A request as problems name it: `GET /v1/containers`.
pub(crate) fn request_name(method: &str, path: &[&str]) -> String {
    format!("{method} /{}", path.join("/"))
}

/// The problem of an answer whose `field` is missing or not what is `expected`.
pub(crate) fn unexpected_field(request: impl Into<Arc<str>>, field: &str, expected: impl Display) -> Problem {
    unexpected_answer(request, format_args!("`{field}` is not {expected}"))
}

/// The problem of an answer in which `what` is wrong.
pub(crate) fn unexpected_answer(request: impl Into<Arc<str>>, what: impl Display) -> Problem {
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
        Err(Problem::new(ProblemKind::Unreachable, message).request(request))
    })
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
