//! Whole lists: the workspaces that are read, the headers of requests, and the rows.

use std::collections::BTreeMap;

use quarterdeck::model::{Kind, Lifecycle, ProblemKind, Resource};
use quarterdeck::providers::{ListEvent, elasticbox};
use serde_json::json;

use super::{JWT, LONG_AGO, OLD_TOKEN, appliance, gets, id, instance, provider, recorded, server, sorted};
use crate::setup::{Recorder, Reply, list, within};

#[tokio::test]
async fn every_workspace_is_listed_and_every_array_is_requested_once() {
    let (recorder, provider) = recorded().await;
    let ((instances, events), (operations, _), (boxes, _)) = tokio::join!(
        list(&provider, Kind::Instance),
        list(&provider, Kind::Operation),
        list(&provider, Kind::Container),
    );
    let asked = recorder.take();
    for it in &asked {
        assert_eq!(it.headers["elasticbox-release"], "4.0");
        assert_eq!(it.headers["content-type"], "application/json");
        assert_eq!(it.headers["elasticbox-token"], OLD_TOKEN);
        assert_eq!(it.headers.get("authorization"), None);
    }
    let mut lines: Vec<String> = asked.into_iter().map(|it| it.line).collect();
    lines.sort();
    let paths = [
        "instances",
        // The addresses of instances that are settled and not terminated.
        "instances/i-1/service",
        // Only one instance changed lately.
        "instances/i-2/operations",
        "profile",
        "workspaces",
        "workspaces/me/boxes",
        "workspaces/ops/boxes",
        "workspaces/ops/instances",
    ];
    assert_eq!(lines, gets(&paths));

    let mut listed: Vec<(&str, Lifecycle)> =
        instances.iter().map(|row| (&*row.id().id, row.state().unwrap().lifecycle)).collect();
    listed.sort();
    assert_eq!(
        listed,
        [("i-1", Lifecycle::Running), ("i-2", Lifecycle::Stopping), ("i-dead", Lifecycle::Gone)],
        "what is shared is listed once"
    );
    let ends = events.iter().filter(|it| matches!(it, ListEvent::ScopeEnd(_))).count();
    assert!(ends == 2 && matches!(events.last(), Some(ListEvent::End)), "{events:?}");

    let mut listed: Vec<(&str, &str, &str)> = operations
        .iter()
        .map(|row| {
            let id = row.id();
            (id.scope.as_deref().unwrap(), &*id.id, row.name())
        })
        .collect();
    listed.sort_unstable();
    assert_eq!(
        listed,
        [
            ("i-1", "latest", "deploy"),
            ("i-2", "o-1", "deploy"),
            ("i-2", "o-2", "shutdown"),
            ("i-dead", "latest", "terminate_service"),
        ]
    );

    let kinds: BTreeMap<&str, &str> =
        boxes.iter().map(|row| (row.name(), &*row.state().unwrap().raw)).collect();
    assert_eq!(kinds, BTreeMap::from([("Small", "policy"), ("Stack", "cloudformation"), ("Web", "script")]));
}

#[tokio::test]
async fn addresses_are_read_separately_and_shown_with_the_next_listing() {
    let (recorder, provider) = recorded().await;
    let addresses = |rows: &[Resource]| -> Vec<(String, bool)> {
        let of = rows.iter().find_map(|row| match row {
            Resource::Instance(it) if &*it.id.id == "i-1" => Some(it.addresses.clone()),
            _ => None,
        });
        let addresses = of.expect("it is listed").into_iter();
        addresses.map(|it| (it.value.to_string(), it.public)).collect()
    };
    let (rows, _) = list(&provider, Kind::Instance).await;
    assert_eq!(addresses(&rows), [], "no row waits for them");
    for _ in 0..2 {
        let (rows, _) = list(&provider, Kind::Instance).await;
        assert_eq!(addresses(&rows), [("10.0.0.4".to_owned(), false)]);
    }
    let row = within(provider.get(&id(Kind::Instance, "i-1"))).await.unwrap();
    assert_eq!(addresses(&[row]), [("10.0.0.4".to_owned(), false)]);
    let asked = recorder.lines();
    let services = asked.iter().filter(|line| line.ends_with("/service")).count();
    assert_eq!(services, 1, "they are asked for once while nothing changes: {asked:?}");
}

#[tokio::test]
async fn the_token_is_sent_in_the_header_for_its_kind_or_as_configured() {
    let recorder = Recorder::start_with(|line, _| server(line)).await;
    for (token, header, bearer) in [
        (JWT, "auto", true),
        (JWT, "elasticbox", false),
        (OLD_TOKEN, "bearer", true),
        (OLD_TOKEN, "auto", false),
    ] {
        let provider =
            appliance(token).with(|it| it.settings.set(&elasticbox::TOKEN_HEADER, header)).open_on(&recorder);
        within(provider.get(&id(Kind::Instance, "i-1"))).await.unwrap();
        let [asked] = &recorder.take()[..] else { panic!("one request") };
        let header = |name: &str| asked.headers.get(name).map(String::as_str);
        let (authorization, own) = (header("authorization"), header("elasticbox-token"));
        if bearer {
            assert_eq!((authorization, own), (Some(&*format!("Bearer {token}")), None));
        } else {
            assert_eq!((authorization, own), (None, Some(token)));
        }
    }
}

#[tokio::test]
async fn configured_workspaces_replace_those_of_the_account() {
    let (recorder, provider) = appliance(OLD_TOKEN)
        .with(|it| it.settings.set(&elasticbox::WORKSPACES, vec!["ops".to_owned(), "not there".to_owned()]))
        .recorded(|line, _| server(line))
        .await;
    let (rows, events) = list(&provider, Kind::Instance).await;
    assert_eq!(
        sorted(&recorder),
        gets(&[
            "instances",
            "instances/i-1/service",
            "workspaces/not%20there/instances",
            "workspaces/ops/instances"
        ])
    );
    assert_eq!(rows.len(), 3);
    let failed = events.iter().find_map(|event| match event {
        ListEvent::ScopeFailed(scope, problem) => Some((&**scope, problem)),
        _ => None,
    });
    let (scope, problem) = failed.expect("an unknown name is reported");
    assert_eq!((scope, problem.kind), ("not there", ProblemKind::NotFound));
    assert!(problem.hint.as_ref().unwrap().contains("`workspaces`"));
    assert!(matches!(events.last(), Some(ListEvent::End)));
}

#[tokio::test]
async fn instances_that_are_listed_in_part_are_read_whole() {
    let recorder = Recorder::start_with(|line, _| match line {
        "GET /services/workspaces/ops/instances" => {
            let short = |id| json!({"id": id, "name": id, "boxes": [{"name": "Web"}], "state": "done"});
            Reply::json(&json!([short("i-7"), instance("i-8", "done", "deploy", LONG_AGO), short("i-9")]))
        }
        "GET /services/workspaces/ops/instances ids=i-7,i-9" => Reply::json(&json!([
            instance("i-7", "done", "shutdown", LONG_AGO),
            instance("i-9", "unavailable", "deploy", LONG_AGO),
        ])),
        _ => server(line),
    })
    .await;
    let (rows, _) = list(&provider(&recorder), Kind::Instance).await;
    let state = |id: &str| {
        let row = rows.iter().find(|row| &*row.id().id == id).expect("it is listed");
        row.state().unwrap().lifecycle
    };
    assert_eq!(
        (state("i-7"), state("i-8"), state("i-9")),
        (Lifecycle::Stopped, Lifecycle::Running, Lifecycle::Failed)
    );
}
