//! The provider against the demo's face, which was written from the same documents apart from it.

use std::time::Duration;

use futures_util::StreamExt as _;
use quarterdeck::model::{Kind, Lifecycle, LogEvent, LogStart, ProblemKind, Resource};
use quarterdeck::providers::ListEvent;

use crate::setup::{Demo, demo, list, running, until, within};

/// Requests a change, since no provider writes.
async fn change(demo: &Demo, method: &str, path: &str) {
    let path = format!("{}/services/instances/{path}", demo.base_path());
    let token = demo.access().secret.expose();
    let json = ("content-type", "application/json");
    let headers = [("elasticbox-token", token), ("elasticbox-release", "4.0"), json];
    let status = demo.send(method, &path, &headers, "").await;
    assert!((200..210).contains(&status), "{status}");
}

#[tokio::test]
async fn everything_is_listed_and_described() {
    let demo = demo("elasticbox").start().await;
    let provider = demo.provider();
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
async fn a_shutdown_is_in_every_list_and_in_the_log() {
    let demo = demo("elasticbox").start().await;
    let provider = demo.provider();
    let id = running(&provider).await.id().clone();
    let mut log = provider.logs(&id, LogStart::Backlog);
    // The backlog is there before anything changes.
    assert!(matches!(within(log.next()).await, Some(LogEvent::Connected)));
    assert!(matches!(within(log.next()).await, Some(LogEvent::Lines(_))));
    drop(log);
    change(&demo, "PUT", &format!("{}/shutdown", id.id)).await;
    // Opened while it happens: new lines arrive by themselves.
    let mut log = provider.logs(&id, LogStart::Backlog);
    let mut text = String::new();
    within(async {
        while !text.contains("successfully shutdown") && !text.contains("successfully stopped") {
            match log.next().await.expect("it goes on") {
                LogEvent::Lines(lines) => lines.iter().for_each(|line| text.push_str(&line.text)),
                LogEvent::Interrupted(problem) => panic!("{problem}"),
                LogEvent::Connected | LogEvent::Skipped { .. } | LogEvent::Partial(_) => {}
                LogEvent::Finished => panic!("the machine is still there"),
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
    let demo = demo("elasticbox").start().await;
    let provider = demo.provider();
    let id = running(&provider).await.id().clone();
    change(&demo, "DELETE", &format!("{}?operation=terminate", id.id)).await;
    until(&provider, &id, Lifecycle::Gone).await;
    let (rows, _) = list(&provider, Kind::Instance).await;
    assert!(rows.iter().any(|row| *row.id() == id), "terminated instances are listed");
    change(&demo, "DELETE", &format!("{}?operation=delete", id.id)).await;
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
    let demo = demo("elasticbox").start().await;
    let provider = demo.provider_with_secret("obviously-wrong");
    let (rows, events) = list(&provider, Kind::Instance).await;
    assert!(rows.is_empty());
    let Some(ListEvent::Failed(problem)) = events.last() else { panic!("{events:?}") };
    assert_eq!(problem.kind, ProblemKind::Unauthorized);
}
