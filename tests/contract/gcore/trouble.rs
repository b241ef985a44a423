//! Regions that fail or hang, missing permissions, and refusals in every form.

use std::net::SocketAddr;

use futures_util::StreamExt as _;
use quarterdeck::model::{Kind, LogEvent, LogStart, ProblemKind, ScreenKind};
use quarterdeck::providers::{Console, ListEvent, gcore};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::{account, account_context, id, recorded, refused, web};
use crate::setup::{Reply, list, within};

/// Every request to region 9 is refused.
fn troubled(line: &str, address: SocketAddr) -> Reply {
    if line.contains("/5/9") {
        return refused(403, "ForbiddenError", "You shall not pass");
    }
    account(line, address)
}

#[tokio::test]
async fn a_region_that_refuses_is_a_scope_that_failed() {
    let (_recorder, provider) = recorded(troubled).await;
    let (rows, rest) = list(&provider, Kind::Instance).await;
    assert_eq!(rows.len(), 1);
    let failed: Vec<_> = rest
        .iter()
        .filter_map(|event| match event {
            ListEvent::ScopeFailed(scope, problem) => Some((&**scope, problem)),
            _ => None,
        })
        .collect();
    let [("9", problem)] = &failed[..] else { panic!("{rest:?}") };
    assert_eq!((problem.kind, problem.request_id.as_deref()), (ProblemKind::Forbidden, Some("req-1")));
    assert_eq!(&*problem.message, "Manassas: You shall not pass");
    assert!(problem.hint.as_ref().unwrap().contains("`instances`"), "{problem}");
    assert!(matches!(rest.last(), Some(ListEvent::End)), "the other region was listed");
    // Every catalogue but that of the region is there.
    let (models, rest) = list(&provider, Kind::GpuModel).await;
    assert!(!models.is_empty() && matches!(rest.last(), Some(ListEvent::End)), "{rest:?}");
    assert!(rest.iter().any(|event| matches!(event, ListEvent::ScopeFailed(..))));
}

#[tokio::test]
async fn a_refused_token_fails_the_whole_listing_and_is_not_tried_again() {
    // A gateway may repeat what it refuses, and in a shape of its own.
    let refusal =
        |_: &str, _| Reply::refusal(401, &json!({"message": "Bad permanent token: 1234$obviously-fake"}));
    let (recorder, provider) = recorded(refusal).await;
    for &kind in provider.kinds() {
        let (_, rest) = list(&provider, kind).await;
        let [ListEvent::Failed(problem)] = &rest[..] else { panic!("{kind:?}: {rest:?}") };
        assert_eq!(problem.kind, ProblemKind::Unauthorized);
        assert!(!format!("{problem:?}").contains("obviously-fake"), "{problem:?}");
        assert!(problem.hint.as_ref().unwrap().contains("APIKey"), "{problem}");
    }
    assert!(within(provider.check()).await.is_err());
    assert!(recorder.take().len() < 20, "a refusal is not retried");
}

#[tokio::test]
async fn refusals_are_reported_with_their_details() {
    let refusal = |line: &str, address| {
        let body = match line.split(' ').nth(1).unwrap_or_default() {
            "/cloud/v1/instances/5/7/i1" => {
                json!({"exception_class": "ValidationError", "message": "Bad request",
                "request_id": "req-2", "invalid_fields": {"uuid": ["no uuid"]}})
            }
            "/cloud/v1/tasks/t1" => json!({"code": "no.such", "message": "gone astray"}),
            _ => return account(line, address),
        };
        Reply::refusal(400, &body)
    };
    let (_recorder, provider) = recorded(refusal).await;
    let problem = within(provider.get(&web())).await.unwrap_err();
    assert_eq!(&*problem.message, "Bad request: uuid: no uuid");
    assert_eq!((problem.status, problem.request_id.as_deref()), (Some(400), Some("req-2")));
    let problem = within(provider.get(&id(Kind::Operation, None, "t1"))).await.unwrap_err();
    assert_eq!(&*problem.message, "gone astray");
}

#[tokio::test]
async fn a_missing_permission_hides_one_section() {
    let refusal = |line: &str, address| match line.split(' ').nth(1).unwrap_or_default() {
        "/cloud/v1/volumes/5/7" => refused(403, "ForbiddenError", "no"),
        _ => account(line, address),
    };
    let (_recorder, provider) = recorded(refusal).await;
    let sections: Vec<_> = within(provider.describe(&web()).collect()).await;
    let failed: Vec<&str> =
        sections.iter().filter(|section| section.body.is_err()).map(|section| section.title).collect();
    assert_eq!((sections.len(), &failed[..]), (12, &["volumes"][..]));
    let hint = sections[3].body.as_ref().unwrap_err().hint.clone();
    assert!(hint.unwrap().contains("`volumes`"));
}

#[tokio::test]
async fn a_locked_console_and_a_log_that_is_gone_are_reported() {
    let refusal = |line: &str, address| {
        if line.contains("get_console") {
            return refused(409, "ConflictError", "Console locked");
        }
        if line.contains("/logs") {
            return refused(404, "NotFoundError", "no such deployment");
        }
        account(line, address)
    };
    let (recorder, provider) = recorded(refusal).await;
    let opened: Result<Console, _> = within(provider.console(&web(), ScreenKind::Terminal)).await;
    let Err(problem) = opened else { panic!("it is locked") };
    assert!(problem.hint.unwrap().contains("lock"));
    assert!(
        !recorder.lines().iter().any(|line| line.ends_with("novnc")),
        "only a kind that is not there has another"
    );
    let events: Vec<LogEvent> =
        within(provider.logs(&id(Kind::Container, None, "llm"), LogStart::Backlog).collect()).await;
    assert!(
        matches!(&events[..], [LogEvent::Interrupted(problem)] if problem.kind == ProblemKind::NotFound),
        "{events:?}"
    );
}

/// Answers one request after its head, unless its path is of a region that hangs; then it keeps the connection open.
async fn hang_or_answer(mut stream: TcpStream) {
    let mut bytes = Vec::new();
    while !bytes.windows(4).any(|four| four == b"\r\n\r\n") {
        if stream.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
            return;
        }
    }
    let head = String::from_utf8_lossy(&bytes).into_owned();
    if !head.contains("/instances/5/7?") {
        std::future::pending::<()>().await;
    }
    let body = json!({"count": 1, "results": [{"id": "i1", "name": "web", "status": "ACTIVE"}]}).to_string();
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    // A client may close the connection first.
    let _ = stream.write_all(answer.as_bytes()).await;
}

#[tokio::test]
async fn regions_that_hang_do_not_delay_the_others() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move {
        let mut held = tokio::task::JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            held.spawn(hang_or_answer(stream));
        }
    });
    let context = account_context().with(|context| {
        context.settings.set(&gcore::PROJECT, 5_u64);
        // Far more regions hang than requests are made at once, and all before the one that answers.
        context.settings.set(&gcore::REGIONS, (100..140).chain([7]).collect::<Vec<u64>>());
        context.concurrency = 2;
    });
    let provider = context.open_at(address);
    let mut listing = provider.list(Kind::Instance);
    let (mut rows, mut ended) = (0, false);
    within(async {
        while !ended {
            match listing.next().await.unwrap() {
                ListEvent::Page { rows: page, .. } => rows += page.len(),
                ListEvent::ScopeEnd(scope) => ended = &*scope == "7",
                other => panic!("{other:?}"),
            }
        }
    })
    .await;
    assert_eq!(rows, 1);
    drop(listing);
    server.abort();
}
