//! Whole lists: which workspaces are asked, with which headers, and what the rows say.

use std::collections::BTreeMap;

use quarterdeck::config::{Context, TokenHeader};
use quarterdeck::model::{Kind, Lifecycle, ProblemKind, Resource};
use quarterdeck::providers::ListEvent;
use serde_json::json;

use super::{JWT, LONG_AGO, OLD_TOKEN, context, gets, id, instance, provider, recorded, server, sorted};
use crate::cloud::{list, open, within};
use crate::recorder::{Recorder, Reply};

#[tokio::test]
async fn every_workspace_is_listed_and_every_array_is_asked_for_once() {
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
        // Addresses of what neither moves nor is dead.
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

    let mut told: Vec<(&str, Lifecycle)> =
        instances.iter().map(|row| (&*row.id().id, row.state().unwrap().lifecycle)).collect();
    told.sort();
    assert_eq!(
        told,
        [("i-1", Lifecycle::Running), ("i-2", Lifecycle::Stopping), ("i-dead", Lifecycle::Gone)],
        "what is shared is told once"
    );
    let ends = events.iter().filter(|it| matches!(it, ListEvent::ScopeEnd(_))).count();
    assert!(ends == 2 && matches!(events.last(), Some(ListEvent::End)), "{events:?}");

    let mut told: Vec<(&str, &str, &str)> = operations
        .iter()
        .map(|row| {
            let id = row.id();
            (id.scope.as_deref().unwrap(), &*id.id, row.name())
        })
        .collect();
    told.sort_unstable();
    assert_eq!(
        told,
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
async fn addresses_are_read_aside_and_shown_with_the_next_listing() {
    let (recorder, provider) = recorded().await;
    let addresses = |rows: &[Resource]| -> Vec<(String, bool)> {
        let of = rows.iter().find_map(|row| match row {
            Resource::Instance(it) if &*it.id.id == "i-1" => Some(it.addresses.clone()),
            _ => None,
        });
        let told = of.expect("it is listed").into_iter();
        told.map(|it| (it.value.to_string(), it.public)).collect()
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
async fn the_token_goes_where_its_kind_and_the_context_say() {
    let recorder = Recorder::start_with(|line, _| server(line)).await;
    for (token, header, bearer) in [
        (JWT, TokenHeader::Auto, true),
        (JWT, TokenHeader::ElasticBox, false),
        (OLD_TOKEN, TokenHeader::Bearer, true),
        (OLD_TOKEN, TokenHeader::Auto, false),
    ] {
        let context = Context { token_header: header, ..context(&recorder, token) };
        let provider = open(&context).unwrap();
        within(provider.get(&id(Kind::Instance, "i-1"))).await.unwrap();
        let [asked] = &recorder.take()[..] else { panic!("one request") };
        let told = |name: &str| asked.headers.get(name).map(String::as_str);
        let (authorization, own) = (told("authorization"), told("elasticbox-token"));
        if bearer {
            assert_eq!((authorization, own), (Some(&*format!("Bearer {token}")), None));
        } else {
            assert_eq!((authorization, own), (None, Some(token)));
        }
    }
}

#[tokio::test]
async fn configured_workspaces_take_the_place_of_those_that_are_told() {
    let recorder = Recorder::start_with(|line, _| server(line)).await;
    let context = Context {
        workspaces: vec!["ops".to_owned(), "not there".to_owned()],
        ..context(&recorder, OLD_TOKEN)
    };
    let provider = open(&context).unwrap();
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
    let (scope, problem) = failed.expect("a name that is not there is told");
    assert_eq!((scope, problem.kind), ("not there", ProblemKind::NotFound));
    assert!(problem.hint.as_ref().unwrap().contains("`workspaces`"));
    assert!(matches!(events.last(), Some(ListEvent::End)));
}

#[tokio::test]
async fn instances_that_are_listed_short_are_asked_for_whole() {
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
        let row = rows.iter().find(|row| &*row.id().id == id).expect("it is told");
        row.state().unwrap().lifecycle
    };
    assert_eq!(
        (state("i-7"), state("i-8"), state("i-9")),
        (Lifecycle::Stopped, Lifecycle::Running, Lifecycle::Failed)
    );
}
