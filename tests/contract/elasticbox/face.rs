//! The provider against the demo's face, which was written from the same documents apart from it.

use std::time::Duration;

use futures_util::StreamExt as _;
use quarterdeck::demo::{Access, Cloud};
use quarterdeck::model::{Kind, Lifecycle, LogEvent, LogStart, ProblemKind, Resource, Secret};
use quarterdeck::providers::{ListEvent, SharedProvider};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::cloud::{access, context, list, open, provider, running, start, until, within};

async fn demo() -> (Cloud, SharedProvider) {
    let cloud = start(None, None).await;
    let provider = provider(&cloud, "elasticbox");
    (cloud, provider)
}

/// Asks for a change by a request made by hand, since no provider writes.
async fn change(access: &Access, method: &str, path: &str) {
    let base: url::Url = access.base_url.parse().unwrap();
    let (host, port) = (base.host_str().unwrap(), base.port().unwrap());
    let request = format!(
        "{method} {}/services/instances/{path} HTTP/1.1\r\nhost: {host}:{port}\r\nelasticbox-token: {}\r\n\
         elasticbox-release: 4.0\r\ncontent-type: application/json\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
        base.path().trim_end_matches('/'),
        access.secret.expose(),
    );
    let answer = within(async {
        let mut stream = TcpStream::connect((host, port)).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    });
    let answer = answer.await;
    assert!(answer.starts_with("HTTP/1.1 20"), "{answer}");
}

#[tokio::test]
async fn everything_is_listed_and_described() {
    let (_cloud, provider) = demo().await;
    for kind in provider.kinds() {
        let (rows, events) = list(&provider, *kind).await;
        assert!(matches!(events.last(), Some(ListEvent::End)), "{events:?}");
        let failed = events.iter().any(|it| matches!(it, ListEvent::ScopeFailed(..)));
        assert!(!failed && !rows.is_empty(), "{kind:?}: {events:?}");
        for row in &rows {
            assert_ne!(row.state().unwrap().lifecycle, Lifecycle::Unknown, "{row:?}");
            assert!(row.created().is_some(), "{row:?}");
        }
        let id = rows[0].id();
        assert_eq!(within(provider.get(id)).await.unwrap().id(), id);
        for section in within(provider.describe(id).collect::<Vec<_>>()).await {
            let document = section.body.unwrap_or_else(|it| panic!("{}: {it}", section.title));
            if section.title == "service" {
                let shown = document.masked();
                assert_ne!(shown["token"], document.value["token"]);
                assert_ne!(shown["machines"][0]["token"], document.value["machines"][0]["token"]);
            }
        }
    }
    let (instances, _) = list(&provider, Kind::Instance).await;
    let (boxes, _) = list(&provider, Kind::Container).await;
    for row in &instances {
        let of = row.container().expect("every instance has a box");
        let named = boxes.iter().find(|it| *it.id() == of.id).map(Resource::name);
        assert_eq!(named, of.name.as_deref(), "the box is in the list by the same name");
    }
    let check = within(provider.check()).await.unwrap();
    assert!(check.probes.iter().all(|(_, it)| it.is_ok()), "{:?}", check.probes);
}

#[tokio::test]
async fn a_shutdown_is_seen_in_every_pane_and_in_the_log() {
    let (cloud, provider) = demo().await;
    let id = running(&provider).await.id().clone();
    let mut log = provider.logs(&id, LogStart::Backlog);
    // The backlog is there before anything changes.
    assert!(matches!(within(log.next()).await, Some(LogEvent::Connected)));
    assert!(matches!(within(log.next()).await, Some(LogEvent::Lines(_))));
    drop(log);
    change(access(&cloud, "elasticbox"), "PUT", &format!("{}/shutdown", id.id)).await;
    // As one who looks on while it happens: what is new comes by itself.
    let mut log = provider.logs(&id, LogStart::Backlog);
    let mut told = String::new();
    within(async {
        while !told.contains("successfully shutdown") && !told.contains("successfully stopped") {
            match log.next().await.expect("it goes on") {
                LogEvent::Lines(lines) => lines.iter().for_each(|line| told.push_str(&line.text)),
                LogEvent::Interrupted(problem) => panic!("{problem}"),
                LogEvent::Connected | LogEvent::Skipped { .. } => {}
            }
        }
    })
    .await;
    until(&provider, &id, Lifecycle::Stopped).await;
    let Resource::Instance(row) = within(provider.get(&id)).await.unwrap() else { panic!("an instance") };
    assert_eq!(&*row.state.raw, "shutdown");
    let (operations, _) = list(&provider, Kind::Operation).await;
    let mine = |row: &&Resource| row.id().scope.as_ref() == Some(&id.id);
    let names: Vec<&str> = operations.iter().filter(mine).map(Resource::name).collect();
    assert!(names.contains(&"deploy") && names.contains(&"shutdown"), "{names:?}");
}

#[tokio::test]
async fn an_instance_that_is_deleted_is_gone_and_so_is_its_log() {
    let (cloud, provider) = demo().await;
    let id = running(&provider).await.id().clone();
    let access = access(&cloud, "elasticbox");
    change(access, "DELETE", &format!("{}?operation=terminate", id.id)).await;
    until(&provider, &id, Lifecycle::Gone).await;
    let (rows, _) = list(&provider, Kind::Instance).await;
    assert!(rows.iter().any(|row| *row.id() == id), "the dead are listed");
    change(access, "DELETE", &format!("{}?operation=delete", id.id)).await;
    within(async {
        while provider.get(&id).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    })
    .await;
    let problem = within(provider.get(&id)).await.unwrap_err();
    assert_eq!(problem.kind, ProblemKind::NotFound);
    let mut log = provider.logs(&id, LogStart::Backlog);
    assert!(matches!(within(log.next()).await, Some(LogEvent::Interrupted(_))));
    assert!(within(log.next()).await.is_none());
}

#[tokio::test]
async fn a_wrong_token_is_not_signed_in() {
    let cloud = start(None, None).await;
    let wrong = Secret::new("obviously-wrong");
    let provider = open(&context(access(&cloud, "elasticbox"), &wrong)).unwrap();
    let (rows, events) = list(&provider, Kind::Instance).await;
    assert!(rows.is_empty());
    let Some(ListEvent::Failed(problem)) = events.last() else { panic!("{events:?}") };
    assert_eq!(problem.kind, ProblemKind::Unauthorized);
}
