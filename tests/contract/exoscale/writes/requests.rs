//! The request of every change, and its way to success and to failure.

use futures_util::future::join_all;
use quarterdeck::fleet::WriteEnd;
use quarterdeck::model::{ActionId, Danger, FormValues, ProblemKind, Secret};
use serde_json::{Value, json};

use super::cloud::{ADDRESS, Cloud, GROUP, LARGE, NETWORK, OTHER_GROUP, SNAPSHOT, WEB, WINDOWS};
use super::{
    deck_of, entered, failure, faults, is_failure, own, pairs, prepare, recorded, requests_of, several, text,
    web,
};
use crate::setup::{Reply, available, offered, within};

/// A change, the state it leads out of, and what is documented of it.
struct Case {
    action: ActionId,
    /// The state of the instance before and after.
    states: (&'static str, Option<&'static str>),
    values: FormValues,
    /// The request's line below the base of the zone.
    line: String,
    body: Value,
}

fn case(
    action: ActionId,
    states: (&'static str, Option<&'static str>),
    line: &str,
    values: FormValues,
    body: Value,
) -> Case {
    Case { action, states, values, line: line.replace("WEB", WEB), body }
}

/// Changes of settings, of an instance in any state.
fn settings() -> Vec<Case> {
    let running = ("running", Some("running"));
    let update = |action, values, body| case(action, running, "PUT /instance/WEB", values, body);
    let plain = |id, line: &str| case(own(id), running, line, FormValues::new(), Value::Null);
    let attached = json!({"instance": {"id": WEB}});
    vec![
        update(
            ActionId::INSTANCE_UPDATE,
            entered([
                ("name", text("web-9")),
                ("labels", pairs(&[("env", "test")])),
                ("user-data", text("#!/bin/sh")),
                ("public-ip-assignment", text("dual")),
                ("application-consistent-snapshot-enabled", quarterdeck::model::FieldValue::Switch(true)),
            ]),
            json!({"name": "web-9", "labels": {"env": "test"}, "user-data": "IyEvYmluL3No",
                "public-ip-assignment": "dual", "application-consistent-snapshot-enabled": true}),
        ),
        // What is not touched is not sent.
        update(ActionId::INSTANCE_UPDATE, entered([("name", text("web-9"))]), json!({"name": "web-9"})),
        update(
            ActionId::INSTANCE_RENAME,
            entered([("name", text("zürich-01"))]),
            json!({"name": "zürich-01"}),
        ),
        update(
            ActionId::INSTANCE_LABELS,
            entered([("labels", pairs(&[("env", "prod"), ("größe", "")]))]),
            json!({"labels": {"env": "prod", "größe": ""}}),
        ),
        update(ActionId::INSTANCE_LABELS, entered([("labels", pairs(&[]))]), json!({"labels": {}})),
        case(
            own("instance.reset-field"),
            running,
            "DELETE /instance/WEB/labels",
            FormValues::new(),
            Value::Null,
        ),
        plain("instance.protect", "PUT /instance/WEB:add-protection"),
        plain("instance.unprotect", "PUT /instance/WEB:remove-protection"),
        plain("instance.reset-password", "PUT /instance/WEB:reset-password"),
        plain("instance.create-snapshot", "POST /instance/WEB:create-snapshot"),
        case(
            own("instance.security-groups"),
            running,
            &format!("PUT /security-group/{OTHER_GROUP}:attach"),
            entered([("security-groups", several(&[GROUP, OTHER_GROUP]))]),
            attached.clone(),
        ),
        case(
            own("instance.private-networks"),
            running,
            &format!("PUT /private-network/{NETWORK}:detach"),
            entered([("private-networks", several(&[]))]),
            attached.clone(),
        ),
        case(
            own("instance.elastic-ips"),
            running,
            &format!("PUT /elastic-ip/{ADDRESS}:attach"),
            entered([("elastic-ips", several(&[ADDRESS]))]),
            attached,
        ),
    ]
}

/// Power, size and disk: what fits one state only.
fn states() -> Vec<Case> {
    let stopped = ("stopped", Some("stopped"));
    let none = FormValues::new;
    let start = "PUT /instance/WEB:start";
    vec![
        case(ActionId::INSTANCE_START, ("stopped", Some("running")), start, none(), json!({})),
        case(
            own("instance.start-rescue"),
            ("stopped", Some("running")),
            start,
            entered([("rescue-profile", text("netboot-efi"))]),
            json!({"rescue-profile": "netboot-efi"}),
        ),
        case(
            ActionId::INSTANCE_STOP,
            ("running", Some("stopped")),
            "PUT /instance/WEB:stop",
            none(),
            Value::Null,
        ),
        case(
            ActionId::INSTANCE_REBOOT,
            ("running", Some("running")),
            "PUT /instance/WEB:reboot",
            none(),
            Value::Null,
        ),
        case(
            ActionId::INSTANCE_RESIZE,
            stopped,
            "PUT /instance/WEB:scale",
            entered([("instance-type", text(LARGE))]),
            json!({"instance-type": {"id": LARGE}}),
        ),
        case(
            own("instance.resize-disk"),
            stopped,
            "PUT /instance/WEB:resize-disk",
            entered([("disk-size", text("1T"))]),
            json!({"disk-size": 1024}),
        ),
        case(
            own("instance.reset"),
            stopped,
            "PUT /instance/WEB:reset",
            entered([("template", text(WINDOWS)), ("disk-size", text("100"))]),
            json!({"template": {"id": WINDOWS}, "disk-size": 100}),
        ),
        // The present template and size.
        case(own("instance.reset"), stopped, "PUT /instance/WEB:reset", none(), json!({})),
        case(
            own("instance.revert-snapshot"),
            stopped,
            "POST /instance/WEB:revert-snapshot",
            entered([("id", text(SNAPSHOT))]),
            json!({"id": SNAPSHOT}),
        ),
        case(own("instance.enable-tpm"), stopped, "POST /instance/WEB:enable-tpm", none(), Value::Null),
        case(ActionId::INSTANCE_DELETE, ("stopped", None), "DELETE /instance/WEB", none(), Value::Null),
    ]
}

fn cases() -> Vec<Case> {
    settings().into_iter().chain(states()).collect()
}

#[tokio::test]
async fn every_change_sends_its_documented_request_once_and_is_followed_to_success() {
    let runs = cases().into_iter().map(|case| async move {
        let cloud = Cloud { after: case.states.1, ..Cloud::new(case.states.0) };
        let prepared = prepare(cloud, case.action, case.values).await;
        let expected = [(case.line, case.body)];
        assert_eq!(requests_of(&prepared.write), expected, "{}", case.action);
        assert_eq!(faults(&prepared.write), [""; 0], "{}", case.action);
        let (end, sent) = prepared.send().await;
        assert_eq!((end, &sent[..]), (WriteEnd::Done, &expected[..]), "{}", case.action);
    });
    join_all(runs).await;
}

#[tokio::test]
async fn every_change_is_followed_to_the_failure_of_its_operation() {
    let runs = cases().into_iter().map(|case| async move {
        let cloud = Cloud { end: failure(), ..Cloud::new(case.states.0) };
        let (end, sent) = prepare(cloud, case.action, case.values).await.send().await;
        assert!(is_failure(&end), "{}: {end:?}", case.action);
        assert_eq!(sent.len(), 1, "{}", case.action);
    });
    join_all(runs).await;
}

#[tokio::test]
async fn each_change_fits_the_states_that_are_documented_and_no_others() {
    let there = [
        "update",
        "rename",
        "labels",
        "reset-field",
        "security-groups",
        "private-networks",
        "elastic-ips",
        "reveal-password",
        "reset-password",
        "protect",
        "unprotect",
        "create-like",
    ];
    let stopped =
        ["start", "start-rescue", "resize", "resize-disk", "reset", "revert-snapshot", "enable-tpm"];
    let of = |words: &[&[&str]]| -> Vec<String> {
        let mut all: Vec<_> = words.concat().iter().map(|word| format!("instance.{word}")).collect();
        all.sort();
        all
    };
    for (state, fits) in [
        ("running", of(&[&there, &["stop", "reboot", "create-snapshot", "delete"]])),
        ("stopped", of(&[&there, &stopped, &["create-snapshot", "delete"]])),
        ("starting", of(&[&there])),
        ("stopping", of(&[&there])),
        ("migrating", of(&[&there])),
        ("error", of(&[&there, &["delete"]])),
        ("destroying", Vec::new()),
        ("expunging", Vec::new()),
    ] {
        let (_recorder, provider) = recorded(Cloud::new(state).answers()).await;
        let row = within(provider.get(&web())).await.unwrap();
        let mut found: Vec<_> = available(&provider, &row).iter().map(ToString::to_string).collect();
        found.sort();
        assert_eq!(found, fits, "{state}");
    }
}

#[tokio::test]
async fn a_change_that_fits_no_more_is_refused_before_it_is_sent() {
    let (recorder, provider) = recorded(Cloud::new("running").answers()).await;
    let row = within(provider.get(&web())).await.unwrap();
    let deck = deck_of(&provider, &row);
    for case in cases().into_iter().filter(|case| case.states.0 == "stopped") {
        if case.action == ActionId::INSTANCE_DELETE {
            continue;
        }
        let actions = provider.actions(&row);
        assert!(offered(&actions, case.action).availability.reason().is_some(), "{}", case.action);
        let problem = deck.prepare(&row, case.action, case.values).await.unwrap_err();
        assert_eq!(problem.kind, ProblemKind::Refused, "{}", case.action);
        assert!(problem.message.starts_with("web-1: it is"), "{problem}");
    }
    assert_eq!(super::sent(&recorder), []);
}

#[tokio::test]
async fn an_update_shows_what_differs_and_no_script() {
    let values = entered([("name", text("web-9")), ("user-data", text("password=obviously-fake"))]);
    let prepared = prepare(Cloud::new("running"), ActionId::INSTANCE_UPDATE, values).await;
    let changes = &prepared.write.preview.changes;
    let fields: Vec<_> =
        changes.iter().map(|change| (&*change.field, change.from.clone(), change.to.clone())).collect();
    assert_eq!(
        fields,
        [
            ("name", Some(json!("web-1")), Some(json!("web-9"))),
            ("user-data", Some(json!("a script of 13 bytes")), Some(json!("a script of 23 bytes"))),
        ]
    );
    let request = &prepared.write.preview.requests[0];
    assert_eq!(request.masked_body(), Some(json!({"name": "web-9", "user-data": "••••••••"})));
}

#[tokio::test]
async fn what_is_detached_or_lost_raises_the_danger_and_is_said() {
    let values = entered([("security-groups", several(&[OTHER_GROUP]))]);
    let prepared = prepare(Cloud::new("running"), own("instance.security-groups"), values).await;
    assert_eq!(prepared.write.danger, Danger::Destructive);
    assert_eq!(
        requests_of(&prepared.write).into_iter().map(|(line, _)| line).collect::<Vec<_>>(),
        [format!("PUT /security-group/{OTHER_GROUP}:attach"), format!("PUT /security-group/{GROUP}:detach")]
    );
    let change = &prepared.write.preview.changes[0];
    assert_eq!((&change.from, &change.to), (&Some(json!(["web"])), &Some(json!(["db"]))));
    let (end, sent) = prepared.send().await;
    assert_eq!((end, sent.len()), (WriteEnd::Done, 2), "each once, the second after the first has ended");
}

#[tokio::test]
async fn what_was_done_before_a_request_failed_is_said_and_the_rest_is_not_sent() {
    let cloud = Cloud::new("running").answers();
    let (recorder, provider) = recorded(move |line, address| {
        if line.ends_with(":detach") {
            return super::super::refused(409, "The group is being changed");
        }
        cloud(line, address)
    })
    .await;
    let row = within(provider.get(&web())).await.unwrap();
    let mut deck = deck_of(&provider, &row);
    let values = entered([("security-groups", several(&[OTHER_GROUP]))]);
    let end = deck.perform(&row, own("instance.security-groups"), values).await;
    let WriteEnd::Failed(problem) = end else {
        panic!("a refusal would mean that nothing has changed: {end:?}")
    };
    assert_eq!(
        &*problem.message,
        "1 of 2 requests were done, the next one failed: The group is being changed"
    );
    assert_eq!(super::sent(&recorder).len(), 2);
}

#[tokio::test]
async fn a_protected_instance_is_refused_with_the_way_out() {
    let cloud = Cloud::new("running").answers();
    let (_recorder, provider) = recorded(move |line, address| {
        if line.starts_with("DELETE ") {
            return super::super::refused(403, "Forbidden by manual instance protection");
        }
        cloud(line, address)
    })
    .await;
    let row = within(provider.get(&web())).await.unwrap();
    let mut deck = deck_of(&provider, &row);
    let WriteEnd::Refused(problem) = deck.perform(&row, ActionId::INSTANCE_DELETE, FormValues::new()).await
    else {
        panic!("it is refused")
    };
    assert_eq!((problem.kind, problem.status), (ProblemKind::Forbidden, Some(403)));
    let hint = problem.hint.as_deref().unwrap();
    assert!(hint.starts_with("If it is protected, use `Remove protection` on it first"), "{hint}");
    assert!(hint.contains("`delete-instance`"), "{hint}");
}

#[tokio::test]
async fn a_password_is_shown_once_and_is_in_no_journal() {
    let cloud = Cloud::new("running").answers();
    let (recorder, provider) = recorded(move |line, address| {
        if line.ends_with(":password") {
            return Reply::json(&json!({"password": "obviously-fake"}));
        }
        cloud(line, address)
    })
    .await;
    let row = within(provider.get(&web())).await.unwrap();
    let mut deck = deck_of(&provider, &row);
    let write = deck.prepare(&row, own("instance.reveal-password"), FormValues::new()).await.unwrap();
    assert_eq!(write.danger, Danger::Safe);
    assert_eq!(requests_of(&write), [(format!("GET /instance/{WEB}:password"), Value::Null)]);
    recorder.take();
    let (end, shown) = deck.send(write).await;
    assert_eq!(end, WriteEnd::Done);
    assert_eq!(shown.secrets[0].value.expose(), Secret::new("obviously-fake").expose());
    let asked = recorder.lines().into_iter().filter(|line| line.ends_with(":password")).count();
    assert_eq!(asked, 1);
    let journal = std::fs::read_to_string(deck.journal.path().unwrap()).unwrap();
    assert!(journal.contains(":password") && !journal.contains("obviously-fake"));
}
