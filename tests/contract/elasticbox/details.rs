//! One resource as a row and section by section, and the check.

use quarterdeck::model::{Kind, ProblemKind};
use serde_json::json;

use super::{gets, id, operation, provider, recorded, server, sorted};
use crate::setup::{Recorder, Reply, described, titles, within};

#[tokio::test]
async fn one_resource_is_requested_as_documented() {
    let (recorder, provider) = recorded().await;
    for (of, paths, name) in [
        (id(Kind::Instance, "i-1"), vec!["instances/i-1"], "name of i-1"),
        (id(Kind::Container, "box-1"), vec!["boxes/box-1"], "Web"),
        (operation("i-1", "latest"), vec!["instances/i-1"], "deploy"),
        (operation("i-1", "o-2"), vec!["instances/i-1", "instances/i-1/operations"], "shutdown"),
    ] {
        let row = within(provider.get(&of)).await.unwrap();
        assert_eq!((row.name(), row.id()), (name, &of));
        assert_eq!(recorder.lines(), gets(&paths));
    }
    let missing = within(provider.get(&operation("i-1", "o-9"))).await.unwrap_err();
    assert_eq!(missing.kind, ProblemKind::NotFound);
}

#[tokio::test]
async fn details_are_in_order_with_their_secrets_masked() {
    let (recorder, provider) = recorded().await;
    let sections = described(&provider, &id(Kind::Instance, "i-1")).await;
    assert_eq!(
        titles(&sections),
        [
            "instance",
            "service",
            "machines",
            "activity",
            "operations",
            "bindings",
            "machine logs",
            "box",
            "provider"
        ]
    );
    let mut paths = vec!["boxes/box-1", "instances/i-1", "providers/provider-1"];
    paths.extend(["instances/i-1/activity", "instances/i-1/binding"]);
    paths.extend(["instances/i-1/operations", "instances/i-1/service"]);
    paths.push("instances/i-1/machine_logs machine_name=eb-1-1");
    let mut asked = gets(&paths);
    asked.sort();
    assert_eq!(sorted(&recorder), asked);
    assert_eq!(
        sections[6].body.as_ref().unwrap().value,
        json!({"eb-1-1": ["Executing install script", "hello"]})
    );
    let shown = |at: usize| sections[at].body.as_ref().unwrap().masked().to_string();
    for at in 0..sections.len() {
        assert!(!shown(at).contains("fake-"), "{}", shown(at));
    }
    assert!(shown(2).contains("10.0.0.4") && shown(5).contains("Amazon"));

    let sections = described(&provider, &id(Kind::Container, "box-1")).await;
    assert_eq!(titles(&sections), ["box", "versions", "stack", "bindings"]);
    let sections = described(&provider, &id(Kind::Container, "policy-1")).await;
    assert_eq!(titles(&sections), ["box", "provider"], "parts that the server does not have");
}

#[tokio::test]
async fn an_operation_has_its_own_activity_and_its_own_part_of_each_machines_log() {
    let recorder = Recorder::start_with(|line, _| match line {
        "GET /services/instances/i-1/activity operation=shutdown" => {
            Reply::json(&json!([{"text": "Stopping instance.", "level": "start", "created": "2015-10-29"}]))
        }
        "GET /services/instances/i-1/machine_logs machine_name=eb-1-1&operation=shutdown" => {
            Reply::new(200, "text/plain", "stopped\n")
        }
        line => server(line),
    })
    .await;
    let provider = provider(&recorder);
    // By its id, as the latest one, and as one that was begun here.
    for name in ["o-2", "latest", "shutdown@2015-10-29T12:26:24.446893"] {
        let sections = described(&provider, &operation("i-1", name)).await;
        assert_eq!(titles(&sections), ["operation", "activity", "machine logs", "operations", "instance"]);
        let value = |at: usize| &sections[at].body.as_ref().unwrap().value;
        assert_eq!(value(0)["id"], "o-2", "{name}");
        assert_eq!(value(1)[0]["text"], "Stopping instance.");
        assert_eq!(*value(2), json!({"eb-1-1": ["stopped"]}));
    }
    let missing = described(&provider, &operation("i-1", "o-9")).await;
    assert_eq!(titles(&missing), ["operation", "operations", "instance"]);
    assert!(missing[0].body.is_err());
}

#[tokio::test]
async fn bindings_are_read_from_whichever_path_the_server_has() {
    for known in ["bindings", "binding_instances"] {
        let recorder = Recorder::start_with(move |line, _| {
            let (_, last) = line.rsplit_once('/').unwrap_or_default();
            match last {
                "binding" | "bindings" | "binding_instances" if last == known => {
                    Reply::json(&json!([{"a": 1}]))
                }
                "binding" => Reply::refusal(404, &json!({"message": "Not Found"})),
                _ => server(line),
            }
        })
        .await;
        let provider = provider(&recorder);
        for tries in [1, 0] {
            let sections = described(&provider, &id(Kind::Instance, "i-1")).await;
            assert_eq!(sections[5].body.as_ref().unwrap().value, json!([{"a": 1}]));
            let asked = recorder.lines();
            let first = asked.iter().filter(|line| line.ends_with("/binding")).count();
            assert_eq!(first, tries, "the path is remembered");
        }
    }
}

#[tokio::test]
async fn the_check_tries_every_read() {
    let (recorder, provider) = recorded().await;
    let check = within(provider.check()).await.unwrap();
    assert_eq!(check.identity.as_deref(), Some("Me Myself <me@example.com>"));
    assert!(check.probes.iter().all(|(_, result)| result.is_ok()), "{:?}", check.probes);
    let paths = [
        "workspaces",
        "profile",
        "instances",
        "instances/i-1/service",
        "instances/i-1/activity",
        "instances/i-1/operations",
        "workspaces",
        "workspaces/ops/instances",
        "workspaces/me/boxes",
        "workspaces/me/providers",
    ];
    assert_eq!(recorder.lines(), gets(&paths));
}
