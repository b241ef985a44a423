//! Refusals, workspaces that cannot be read, and servers that ask to wait.

use std::sync::Mutex;

use quarterdeck::model::{Kind, ProblemKind};
use quarterdeck::providers::ListEvent;
use serde_json::json;

use super::{id, provider, server};
use crate::setup::{Recorder, Reply, described, list, titles, within};

#[tokio::test]
async fn refusals_are_reported_with_the_servers_message_and_a_hint() {
    let recorder = Recorder::start_with(|line, _| match line.rsplit('/').next().unwrap_or_default() {
        "gone" => Reply::refusal(404, &json!({"message": "Instance not found"})),
        "foreign" => Reply::refusal(403, &json!("You may not")),
        "busy" => Reply::refusal(409, &json!({"error": "Operation Conflict"})),
        "signed-out" => Reply::new(401, "text/html", "<html><body><h1>Sign in</h1></body></html>"),
        "page" => Reply::new(
            400,
            "text/html",
            "<html><head><title>x</title></head><body><b>Bad</b> data</body></html>",
        ),
        _ => Reply::new(400, "text/plain", "Invalid Data"),
    })
    .await;
    let provider = provider(&recorder);
    for (name, kind, message, hint) in [
        ("gone", ProblemKind::NotFound, "Instance not found", "deleted"),
        ("foreign", ProblemKind::NotFound, "You may not", "deleted"),
        ("busy", ProblemKind::Refused, "Operation Conflict", "Another operation"),
        ("signed-out", ProblemKind::Unauthorized, "Sign in", "token_header"),
        ("page", ProblemKind::Refused, "Bad data", ""),
        ("else", ProblemKind::Refused, "Invalid Data", ""),
    ] {
        let problem = within(provider.get(&id(Kind::Instance, name))).await.unwrap_err();
        assert_eq!((problem.kind, &*problem.message), (kind, message));
        assert!(problem.hint.as_deref().unwrap_or_default().contains(hint), "{name}");
        assert!(problem.request.as_ref().unwrap().ends_with(name));
    }
    assert_eq!(recorder.lines().len(), 6, "none of them is tried again");
    let sections = described(&provider, &id(Kind::Instance, "foreign")).await;
    assert_eq!(titles(&sections), ["instance"], "nothing else is read of what is gone");
}

#[tokio::test]
async fn a_workspace_that_is_refused_hides_no_other_and_a_bad_token_ends_the_listing() {
    let recorder = Recorder::start_with(|line, _| match line {
        "GET /services/workspaces/ops/instances" => Reply::refusal(403, &json!({"message": "not a member"})),
        _ => server(line),
    })
    .await;
    let (rows, events) = list(&provider(&recorder), Kind::Instance).await;
    assert_eq!(rows.len(), 2);
    let [ListEvent::ScopeEnd(_), ListEvent::ScopeFailed(scope, problem), ListEvent::End] = &events[..] else {
        panic!("{events:?}")
    };
    assert_eq!((&**scope, problem.kind), ("ops", ProblemKind::Forbidden));

    let recorder = Recorder::start_with(|line, _| match line {
        "GET /services/workspaces" => Reply::refusal(403, &json!({"message": "no"})),
        _ => server(line),
    })
    .await;
    let (rows, events) = list(&provider(&recorder), Kind::Instance).await;
    assert_eq!(rows.len(), 2, "the user's own workspace is listed all the same");
    assert!(matches!(events.last(), Some(ListEvent::End)), "{events:?}");

    let recorder = Recorder::start_with(|_, _| Reply::refusal(401, &json!({"message": "bad token"}))).await;
    for kind in [Kind::Instance, Kind::Operation, Kind::Container] {
        let (_, events) = list(&provider(&recorder), kind).await;
        let Some(ListEvent::Failed(problem)) = events.last() else { panic!("{events:?}") };
        assert_eq!(problem.kind, ProblemKind::Unauthorized);
    }
    assert!(within(provider(&recorder).check()).await.is_err());
}

#[tokio::test]
async fn a_server_that_asks_to_wait_is_waited_for() {
    // When each request came, and the first of each path is refused with a wait of a second.
    let seen: &'static Mutex<Vec<(String, std::time::Instant)>> = Box::leak(Box::default());
    let recorder = Recorder::start_with(move |line, _| {
        let mut seen = seen.lock().unwrap();
        let first = !seen.iter().any(|(other, _)| other == line);
        seen.push((line.to_owned(), std::time::Instant::now()));
        if !first {
            return server(line);
        }
        let mut reply = Reply::refusal(429, &json!({"message": "slow down"}));
        reply.headers.push_str("retry-after: 1\r\n");
        reply
    })
    .await;
    let provider = provider(&recorder);
    let (rows, events) = list(&provider, Kind::Instance).await;
    assert_eq!(rows.len(), 3);
    assert!(matches!(events.last(), Some(ListEvent::End)), "{events:?}");
    let seen = seen.lock().unwrap();
    assert_eq!(seen.len(), 8, "every read once more, and no more: {seen:?}");
    for (line, first) in seen.iter() {
        let Some((_, again)) = seen.iter().rfind(|(other, at)| other == line && at > first) else {
            continue;
        };
        let waited = again.duration_since(*first);
        assert!(waited >= std::time::Duration::from_secs(1), "{line} after {waited:?}");
    }
    assert_eq!((provider.traffic().requests, provider.traffic().retries), (8, 4));
}

#[tokio::test]
async fn a_server_that_stays_broken_is_tried_a_few_times_and_its_rows_stay() {
    let recorder = Recorder::start_with(|_, _| Reply::new(503, "text/html", "<h1>Maintenance</h1>")).await;
    let provider = provider(&recorder);
    let (rows, events) = list(&provider, Kind::Instance).await;
    assert!(rows.is_empty());
    let Some(ListEvent::Failed(problem)) = events.last() else { panic!("{events:?}") };
    assert_eq!((&*problem.message, problem.kind), ("Maintenance", ProblemKind::Server));
    // The user's own instances and the workspaces, each with three retries.
    assert_eq!(recorder.lines().len(), 8);
}
